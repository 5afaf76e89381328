"""Cents: the last two digits of an amount, written smaller, most of them raised and underlined."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hwr.lines.document.marks import Drawing, stroke
from hwr.lines.document.shapes import PATCH, THINNEST

_CHANCE = 0.1
_DIGITS = 2


class Cents(NamedTuple):
    """How they are set. Lengths are in heights of the other digits.

    Attributes:
        begin: the place of the first of them in the number; its end where there are none.
        size: how tall they are.
        rise: how far above the base line they stand.
        gap: to the digit before them, beyond the usual.
        lines: below them, lengths between these and them; may be none.
    """

    begin: int
    size: float
    rise: float
    gap: float
    lines: tuple[float, ...]

    @classmethod
    def none(cls, count: int) -> Cents:
        """For a number of so many digits without them."""
        return cls(count, size=1.0, rise=0.0, gap=0.0, lines=())

    @classmethod
    def draw(cls, count: int, pen: float, rng: np.random.Generator) -> Cents:
        """For few numbers, of three digits or more.

        Args:
            count: digits of the number.
            pen: in pixels.
            rng: draws whether, and how.
        """
        if count <= _DIGITS or rng.random() >= _CHANCE:
            return cls.none(count)
        lot = rng.random(5)
        # Their strokes are as much thinner.
        size = max(0.55 + 0.4 * lot[0], min(THINNEST / pen, 1.0))
        below = 0.08 + 0.1 * lot[3]
        lines = (below, below + 0.12)[: int(3 * lot[4] ** 0.7)]
        # Those as large as the rest may stand as low.
        rise = (0.15 if size < 0.75 else 0.0) + 0.35 * lot[1]
        return cls(count - _DIGITS, size, rise, 0.1 + 0.4 * lot[2], lines)

    def shrunk(self, patches: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Digits' pictures, [digits, PATCH, PATCH], of which these are as small as they are."""
        import cv2

        found, stays = patches.copy(), PATCH / 2 * (1 - self.size)
        way = np.array([[self.size, 0, stays], [0, self.size, stays]])
        for place in range(self.begin, len(patches)):
            found[place] = cv2.warpAffine(patches[place], way, (PATCH, PATCH))
        return found

    def lift(self, tall: float) -> float:
        """How many rows higher their pictures are than those of the other digits."""
        return tall * (self.rise - (1 - self.size) / 2)

    def underline(self, drawing: Drawing, columns: tuple[float, float], base: float) -> None:
        """Draws what stands below them.

        Args:
            drawing: of the number: as tall as the other digits.
            columns: from and to which they reach.
            base: the row of the base line there.
        """
        ink, tall, pen, _ = drawing
        left, right = columns
        for below in self.lines:
            row = base - tall * (self.rise - below) + pen / 2
            stroke(ink, [(left, row), (right, row)], pen)
