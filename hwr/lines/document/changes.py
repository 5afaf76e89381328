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
from hwr.lines.document.marks import Piece, bowed

Points = NDArray[np.float32]
"""The middle of a digit's strokes, [points, (x, y)], in pixels of its frame."""

EDGE = 1.5
"""Strokes end that far inside of the frame's columns."""

_LEFT, _RIGHT = EDGE, DIGIT_SIZE - EDGE


@dataclass
class Changes:
    """What becomes of one digit: all or parts of it wiped out, strokes added, rings added (x, y,
    radius), gaps made (x, y, radius); in this order."""

    anew: bool = False
    wiped: list[Piece] = field(default_factory=list)
    strokes: list[Piece] = field(default_factory=list)
    rings: list[tuple[float, float, float]] = field(default_factory=list)
    gaps: list[tuple[float, float, float]] = field(default_factory=list)

    def wipe(self) -> None:
        """All of it is drawn anew."""
        self.anew, self.gaps = True, []

    def gap(self, at: Points, radius: float) -> None:
        """Breaks what there is around a point [(x, y)]."""
        x, y = at.tolist()
        self.gaps.append((x, y, radius))

    def curve(self, *points: tuple[float, float], bow: float = 0.0) -> None:
        """Adds a stroke from point to point, as much of it as lies within the frame's columns; its
        first piece bows to the side by so great a share of its length."""
        way = list(points)
        if bow:
            start, *inner, end = bowed(way[0], way[1], bow)
            if _LEFT <= end[0] <= _RIGHT:  # and so what bows out is to end there, too
                inner = [(min(max(x, _LEFT), _RIGHT), y) for x, y in inner]
            way[:2] = [start, *inner, end]
        self.strokes += [piece for pair in pairwise(way) if (piece := _within(*pair))]


def _within(start: tuple[float, float], end: tuple[float, float]) -> Piece | None:
    """As much of a straight piece as is no farther on the left or right than strokes may be."""
    (x0, y0), (x1, y1) = start, end
    if min(x0, x1) >= _LEFT and max(x0, x1) <= _RIGHT:
        return x0, y0, x1, y1
    shares = sorted((side - x0) / (x1 - x0 or 1e-6) for side in (_LEFT, _RIGHT))
    first, last = max(shares[0], 0.0), min(shares[1], 1.0)
    if first > last:
        return None
    across, down = x1 - x0, y1 - y0
    return x0 + first * across, y0 + first * down, x0 + last * across, y0 + last * down


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
        found: Points = self.middle[self.middle[:, 1] <= top[1] + share * tall]
        return found

    def breadth(self) -> float:
        """Half of a gap's, enough to part a stroke."""
        return self.half + 0.2 + float(self.rng.random())

    def anew(self, found: Changes) -> np.random.Generator:
        """What draws a digit that is drawn wholly anew: whoever writes alike draws all of them by
        the same lot."""
        found.wipe()
        return np.random.default_rng(int(self.hand.pen * 2**32)) if self.hand.alike else self.rng
