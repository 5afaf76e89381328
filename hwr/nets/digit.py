"""The digit head: one class for the whole picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Tensor, nn

from hwr.nets.recurrent import Directions, final_states, mean_states


@dataclass(frozen=True)
class DigitOptions:
    """The shape of the digit head.

    Attributes:
        pool: what stands for the whole picture: the encoder's `final` states, as in the paper, or
            the `mean` of its features over the picture's columns.
        dropout: share of that vector set to zero, in training.
    """

    pool: Literal["final", "mean"] = "final"
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.dropout < 1:
            raise ValueError("dropout must be at least 0 and below 1")


class DigitHead(nn.Module):
    """Features to a class.

    Args:
        options: its shape.
        features: of each column, as the encoder puts them out.
        directions: of the encoder's last layer.
        classes: characters; there is no blank.
    """

    def __init__(
        self, options: DigitOptions, features: int, directions: Directions, classes: int
    ) -> None:
        super().__init__()
        self.options, self.directions = options, directions
        self.dropout = nn.Dropout(options.dropout)
        self.linear = nn.Linear(features, classes)

    def forward(self, features: Tensor, columns: Tensor) -> Tensor:
        """Features [columns, pictures, features] and true columns, int64 [pictures] ->
        log-probabilities [pictures, classes]; class i is the alphabet's id i + 1."""
        if self.options.pool == "final":
            vector = final_states(features, columns, self.directions)
        else:
            vector = mean_states(features, columns)
        log_probs: Tensor = self.linear(self.dropout(vector)).log_softmax(dim=1)
        return log_probs
