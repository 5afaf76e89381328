"""The CTC head: one distribution over alphabet and blank for every frame, and its loss."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from hwr.alphabet import BLANK


@dataclass(frozen=True)
class CTCOptions:
    """The shape of the CTC head.

    Attributes:
        split: frames to one column of features. The encoder's columns are wide, to be cheap; thin
            digits set close need more frames than that, and a linear layer can tell two halves of a
            column apart.
    """

    split: int = 1

    def __post_init__(self) -> None:
        if self.split < 1:
            raise ValueError("split must be at least 1")


class CTCHead(nn.Module):
    """Features to log-probabilities.

    Args:
        options: its shape.
        features: of each column.
        classes: characters and blank.
    """

    def __init__(self, options: CTCOptions, features: int, classes: int) -> None:
        super().__init__()
        self.split, self.classes = options.split, classes
        self.linear = nn.Linear(features, options.split * classes)

    def forward(self, features: Tensor, columns: Tensor) -> tuple[Tensor, Tensor]:
        """Features [columns, lines, features] -> log-probabilities [lines, frames, classes], and
        each line's true frames, int64 [lines]."""
        scores = self.linear(features)
        lines = scores.shape[1]
        scores = scores.transpose(0, 1).reshape(lines, -1, self.classes)
        return scores.log_softmax(dim=2), columns * self.split


def ctc_loss(log_probs: Tensor, frames: Tensor, texts: list[list[int]]) -> Tensor:
    r"""Connectionist temporal classification (Graves et al. 2006), per character:

    .. math:: L = - \sum_i \ln p(t_i | x_i) / \sum_i |t_i|,  \quad
              p(t | x) = \sum_{\pi: B(\pi) = t} \prod_f y^f_{\pi_f}

    Args:
        log_probs: float [lines, most frames, classes].
        frames: int64 [lines], each line's true frames.
        texts: each line's ids, without blanks. Every line has the frames it needs
            (`hwr.decoding.paths.frames_needed`): this is checked where lines are read, with their
            names.

    Returns:
        A scalar.
    """
    lengths = torch.tensor([len(text) for text in texts])
    targets = torch.tensor([symbol for text in texts for symbol in text], dtype=torch.int64)
    total: Tensor = nn.functional.ctc_loss(
        log_probs.transpose(0, 1).float(),
        targets.to(log_probs.device),
        frames,
        lengths.to(log_probs.device),
        blank=BLANK,
        reduction="sum",
    )
    return total / lengths.sum().clamp_min(1)
