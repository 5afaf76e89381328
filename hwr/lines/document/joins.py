"""Strokes that lead from one digit to the next."""

from __future__ import annotations

from typing import NamedTuple

from hwr.lines.document.edges import Edges
from hwr.lines.document.marks import Drawing, curve, stroke
from hwr.lines.document.shapes import PATCH, THINNEST

_LED = 0.7
# Share of joins that lead from where a digit ends to where the next begins.
_END_HIGH = "0568"
# Digits that end at their tops.


class Placed(NamedTuple):
    """A digit where it stands.

    Attributes:
        left, top: the column and the row at which its picture begins.
        edges: of its ink, in that picture.
    """

    left: int
    top: int
    edges: Edges

    @property
    def first(self) -> float:
        """The column in which its ink begins."""
        return self.left + self.edges.first

    @property
    def last(self) -> float:
        """The column in which its ink ends."""
        return self.left + self.edges.last

    def beside(self, row: float, right: bool) -> float:
        """The column in which its ink ends, or begins, near a row; of all rows where there is
        none."""
        at = min(max(round(row) - self.top, 0), PATCH - 1)
        column = self.left + float((self.edges.right if right else self.edges.left)[at])
        if self.first <= column <= self.last:
            return column
        return self.last if right else self.first


def join(drawing: Drawing, one: Placed, following: Placed, base: float, pair: str = "") -> None:
    """A thin stroke from a digit to the next, not so steep that it might be a one: most from where
    the one ends to where the other begins.

    Args:
        drawing: to draw into; draws where.
        one, following: the digits.
        base: the row of the base line.
        pair: which digits they are, if that is known.
    """
    ink, tall, pen, rng = drawing
    low, high = (0.0, 1.0), (0.0, 1.0)
    if pair and rng.random() < _LED:
        low = (0.6, 1.0) if pair[0] in _END_HIGH else (0.0, 0.35)
        high = (0.55, 1.0)
    elif pair[1:] == "1":
        low = (0.0, 0.7)  # a level stroke to its top would be a seven's roof
    first, second = base - tall * rng.uniform(*low), base - tall * rng.uniform(*high)
    end = one.beside(first, right=True)
    steep = 0.2 * tall + max(following.beside(first, right=False) - end, 0.0)
    second = min(max(second, first - steep), first + steep)
    start = following.beside(second, right=False)
    bend = ((end + start) / 2, (first + second) / 2 + tall * rng.uniform(-0.3, 0.3))
    stroke(ink, curve((end - 3, first), bend, (start + 3, second)), max(0.6 * pen, THINNEST))


def string(drawing: Drawing, one: Placed, following: Placed) -> None:
    """The stroke from the top of a zero to that of the next, which sags."""
    ink, tall, pen, rng = drawing
    # In leaning hands tops are not in the middle.
    start, end = (
        (zero.beside(zero.top + zero.edges.top + 1, right) - away, zero.top + zero.edges.top)
        for zero, right, away in ((one, True, 1), (following, False, -1))
    )
    sag = tall * float(rng.uniform(0.0, 0.35))
    bend = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + pen / 2 + sag)
    stroke(ink, curve((start[0], start[1] + pen / 2), bend, (end[0], end[1] + pen / 2)), pen)
