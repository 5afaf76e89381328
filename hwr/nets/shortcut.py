"""The CTC shortcut: a small head on the convolutions alone, in training only."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from hwr.nets.ctc import CTCHead, CTCOptions
from hwr.nets.dropout import Dropout


@dataclass(frozen=True)
class ShortcutOptions:
    """A second CTC loss, on what the stem gives, before the LSTMs (Retsinas et al. 2022).

    The LSTMs are slow to learn, and as long as they say nothing, the convolutions below learn
    little; the shortcut teaches these from the first step on. Nothing is read by it.

    Attributes:
        weight: of its loss, beside the CTC head's 1; 0 is without a shortcut.
        dropout: share of the stem's features set to zero before it, in training.
    """

    weight: float = 0.0
    dropout: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.weight < float("inf"):
            raise ValueError("weight must be 0 or more")
        if not 0 <= self.dropout < 1:
            raise ValueError("dropout must be at least 0 and below 1")


class Shortcut(nn.Module):
    """Features of the stem to log-probabilities.

    Args:
        options: its weight and dropout.
        ctc: the shape of the CTC head that it stands beside.
        features: of each column, as the stem gives them.
        classes: characters and blank.
    """

    def __init__(
        self, options: ShortcutOptions, ctc: CTCOptions, features: int, classes: int
    ) -> None:
        super().__init__()
        self.weight = options.weight
        """Of its loss."""
        self.dropout = Dropout(options.dropout)
        self.head = CTCHead(ctc, features, classes)

    def forward(self, sequence: Tensor, columns: Tensor) -> tuple[Tensor, Tensor]:
        """As `CTCHead.forward`, of the stem's columns instead of the encoder's."""
        log_probs, frames = self.head(self.dropout(sequence), columns)
        return log_probs, frames
