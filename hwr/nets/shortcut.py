"""The shortcut: a small CTC head on the convolutions alone, in training only."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from hwr.nets.ctc import CTCHead, CTCOptions, ctc_loss
from hwr.nets.dropout import Dropout
from hwr.nets.framewise import framewise_loss


@dataclass(frozen=True)
class ShortcutOptions:
    """A second loss, on what the stem gives, before the LSTMs (Retsinas et al. 2022).

    The LSTMs are slow to learn, and as long as they say nothing, the convolutions below learn
    little; the shortcut teaches these from the first step on. Nothing is read by it.

    Attributes:
        weight: of its CTC loss, beside the CTC head's 1; 0 is without a shortcut.
        framewise: weight of the loss that lines have instead whose characters' places are known, as
            those of composed lines are, unless augmentation moved them, or cleaned and no
            documents: each frame is taught what stands there (`hwr.nets.framewise`). 0 is CTC for
            these too.
        dropout: share of the stem's features set to zero before it, in training.
    """

    weight: float = 0.0
    framewise: float = 0.0
    dropout: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.weight < float("inf"):
            raise ValueError("weight must be 0 or more")
        if not 0 <= self.framewise < float("inf"):
            raise ValueError("framewise must be 0 or more")
        if not 0 <= self.dropout < 1:
            raise ValueError("dropout must be at least 0 and below 1")


class Shortcut(nn.Module):
    """Features of the stem to log-probabilities.

    Args:
        options: its weights and dropout.
        ctc: the shape of the CTC head that it stands beside.
        features: of each column, as the stem gives them.
        classes: characters and blank.
    """

    def __init__(
        self, options: ShortcutOptions, ctc: CTCOptions, features: int, classes: int
    ) -> None:
        super().__init__()
        self.options = options
        self.dropout = Dropout(options.dropout)
        self.head = CTCHead(ctc, features, classes)

    def forward(self, sequence: Tensor, columns: Tensor) -> tuple[Tensor, Tensor]:
        """As `CTCHead.forward`, of the stem's columns instead of the encoder's."""
        log_probs, frames = self.head(self.dropout(sequence), columns)
        return log_probs, frames

    def loss(
        self, log_probs: Tensor, frames: Tensor, texts: list[list[int]], boxes: Tensor | None
    ) -> Tensor:
        """Its loss, weighted; of lines with and without known places, by how many there are.

        Args:
            log_probs, frames: as `forward` gives them.
            texts: each line's ids, without blanks.
            boxes: the columns of features from and to which each character reaches, [lines, longest
                text, 2]; nan, or None, where that is not known.

        Returns:
            A scalar.
        """
        options = self.options
        if boxes is None or not options.framewise:
            return options.weight * ctc_loss(log_probs, frames, texts)
        # A line's first character tells for all of them.
        known = boxes[:, 0].isfinite().all(dim=1).cpu()
        share = known.float().mean().item()
        total = log_probs.new_zeros(())
        if known.any():
            mine, own = _rows(known, log_probs, frames, texts)
            places = boxes[known.to(boxes.device)] * self.head.split
            total = total + share * options.framewise * framewise_loss(*mine, own, places)
        if not known.all():
            mine, own = _rows(~known, log_probs, frames, texts)
            total = total + (1 - share) * options.weight * ctc_loss(*mine, own)
        return total


def _rows(
    wanted: Tensor, log_probs: Tensor, frames: Tensor, texts: list[list[int]]
) -> tuple[tuple[Tensor, Tensor], list[list[int]]]:
    """Some of the lines."""
    own = [text for text, taken in zip(texts, wanted.tolist(), strict=True) if taken]
    rows = wanted.to(log_probs.device)
    return (log_probs[rows], frames[rows]), own
