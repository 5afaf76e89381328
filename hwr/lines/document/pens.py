"""How wide pens write, many of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from hwr.lines.document.changes import DIGIT_HEIGHT
from hwr.lines.document.hands import Hand

_LEAST = 0.35
# Half the width, in pixels of the frame, below which no nib makes strokes thinner: they would be
# gone.


@dataclass(frozen=True)
class Pens:
    """The pens of many digits, [digits] each.

    Attributes:
        half: half the width of what they write, in pixels of the 28-pixel frame.
        nib: by how much strokes one way are thinner, as a share.
        turn: that way, in radians from the line, above it rising to the right.
    """

    half: Tensor
    nib: Tensor
    turn: Tensor

    @classmethod
    def of(cls, hands: Sequence[Hand]) -> Pens:
        """The pens of hands, one to each digit."""
        pens = torch.tensor([(hand.pen, hand.nib, hand.turn) for hand in hands])
        pen, nib, turn = pens.unbind(1)
        return cls(pen * DIGIT_HEIGHT / 2, nib, turn.deg2rad())

    def across(self, rows: Tensor, x: Tensor, y: Tensor) -> Tensor:
        """Half the width of strokes, [rows, height, width].

        Args:
            rows: int64 [rows], which digits.
            x, y: [rows, height, width], the way across each stroke, of any length.
        """
        half, nib, turn = (values[rows, None, None] for values in (self.half, self.nib, self.turn))
        along = (x * turn.sin() + y * turn.cos()) ** 2 / (x * x + y * y + 1e-3)
        return (half * (1 - nib * along)).maximum(half.clamp(max=_LEAST))
