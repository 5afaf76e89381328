"""What a hand may change in a digit: strokes that it adds, leaves out, or leaves open.

Places and lengths are in pixels of the 28-pixel frame.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hwr.lines.digits import DIGIT_SIZE
from hwr.lines.document.hands import Hand
from hwr.lines.document.marks import Piece

Points = NDArray[np.float32]
"""The middle of a digit's strokes, [points, (x, y)], in pixels of its frame."""

EDGE = 1.5
"""Strokes end that far inside of the frame."""


@dataclass
class Changes:
    """What becomes of one digit: all or parts of it wiped out, strokes added, rings added (x, y,
    radius), gaps made (x, y, radius); in this order."""

    anew: bool = False
    wiped: list[Piece] = field(default_factory=list)
    strokes: list[Piece] = field(default_factory=list)
    rings: list[tuple[float, float, float]] = field(default_factory=list)
    gaps: list[tuple[float, float, float]] = field(default_factory=list)

    def gap(self, at: Points, radius: float) -> None:
        """Breaks what there is around a point [(x, y)]."""
        x, y = at.tolist()
        self.gaps.append((x, y, radius))

    def curve(self, *points: tuple[float, float], bow: float = 0.0) -> None:
        """Adds a stroke from point to point; its first piece bows to the side by so great a share
        of its length."""
        (x0, y0), (x1, y1), *others = points
        middle = ((x0 + x1) / 2 - bow * (y1 - y0), (y0 + y1) / 2 + bow * (x1 - x0))
        way = [(x0, y0), middle, (x1, y1), *others] if bow else [(x0, y0), (x1, y1), *others]
        inside = [(max(x, EDGE), y) for x, y in way]
        inside[-1] = _shortened(inside[-2], inside[-1])
        self.strokes += [(*a, *b) for a, b in pairwise(inside)]


def _shortened(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """Where a stroke ends that is not to leave the frame on its right."""
    (x0, y0), (x1, y1) = start, end
    most = DIGIT_SIZE - EDGE
    if x1 <= most or x0 >= most:
        return end
    share = (most - x0) / (x1 - x0)
    return most, y0 + share * (y1 - y0)


class Writing(NamedTuple):
    """A digit that a hand writes.

    Attributes:
        hand: the one.
        middle: of the digit's strokes, four points or more.
        half: half the width of its strokes.
        rng: draws the rest.
    """

    hand: Hand
    middle: Points
    half: float
    rng: np.random.Generator

    def ends(self) -> tuple[Points, Points, float]:
        """The highest point, the lowest, and how far one is above the other."""
        rows = self.middle[:, 1]
        top, bottom = self.middle[rows.argmin()], self.middle[rows.argmax()]
        return top, bottom, float(bottom[1] - top[1])

    def upper(self, share: float) -> Points:
        """What lies above so great a share of its height from the top."""
        top, _, tall = self.ends()
        found: Points = self.middle[self.middle[:, 1] < top[1] + share * tall]
        return found

    def breadth(self) -> float:
        """Half of a gap's, enough to part a stroke."""
        return self.half + 0.2 + float(self.rng.random())
