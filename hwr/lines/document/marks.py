"""Strokes drawn into a picture: separators, dashes, borders and whatever else stands on paper
beside the digits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ink = NDArray[np.float32]
"""How much ink there is, [height, width], 0 to 1."""

Lengths = NDArray[np.floating[Any]]
"""In pixels."""

Points = Sequence[tuple[float, float]]
"""A stroke's (x, y) one after another, in pixels."""

Piece = tuple[float, float, float, float]
"""A straight piece of a stroke: x0, y0, x1, y1."""

LOW = 0.8
"""Of kinds of separators from 0 to 1: those below it are dots and commas, at a digit's foot."""

_DASHED = 0.88
# And from here on they are dashes; what is left are apostrophes.

_FOOT = 0.25
# Of a digit's height: so high is its foot.
_MOST_AT_ONCE = 20_000
# Pixels times pieces: of longer strokes, parts are drawn one after the other.


class Drawing(NamedTuple):
    """A number that is being written: what each of its marks is drawn by.

    Attributes:
        ink: to draw into.
        tall: a digit's height in pixels.
        pen: the width of strokes, in pixels.
        rng: draws the shapes of marks.
    """

    ink: Ink
    tall: float
    pen: float
    rng: np.random.Generator


def stroke(ink: Ink, points: Points, pen: float, strength: float = 1.0) -> None:
    """Draws a stroke of straight pieces, `pen` pixels wide with round ends, into `ink`."""
    stroke_together(ink, [points], pen, strength)


def stroke_together(ink: Ink, ways: Sequence[Points], pen: float, strength: float = 1.0) -> None:
    """Draws several, of one pen, at once: that takes less time than one after the other."""
    pieces: list[Piece] = []
    for points in ways:
        pieces += [(*a, *b) for a, b in pairwise(points)] or [(*points[0], *points[0])]
    _draw(ink, pieces, pen, strength)


def _draw(ink: Ink, pieces: Sequence[Piece], pen: float, strength: float) -> None:
    x0, y0, x1, y1 = zip(*pieces, strict=True)
    reach, (height, width) = pen / 2 + 1, ink.shape
    left, right = max(int(min(*x0, *x1) - reach), 0), min(int(max(*x0, *x1) + reach) + 2, width)
    top, bottom = max(int(min(*y0, *y1) - reach), 0), min(int(max(*y0, *y1) + reach) + 2, height)
    if left >= right or top >= bottom:
        return
    if len(pieces) > max(1, _MOST_AT_ONCE / ((right - left) * (bottom - top))):
        # Its halves take less room each.
        half = len(pieces) // 2
        _draw(ink, pieces[:half], pen, strength)
        _draw(ink, pieces[half:], pen, strength)
        return
    x = np.arange(left, right, dtype=np.float32) + np.float32(0.5)
    y = np.arange(top, bottom, dtype=np.float32) + np.float32(0.5)
    part = ink[top:bottom, left:right]
    np.maximum(part, _covered(squares(x, y, pieces).min(0), pen) * strength, out=part)


def squares(
    x: NDArray[np.float32], y: NDArray[np.float32], pieces: Sequence[Piece]
) -> NDArray[np.float32]:
    """The squares of how far it is to straight pieces, float32 [pieces, rows, columns].

    Args:
        x, y: where the columns and the rows are.
        pieces: the ones.
    """
    ways = [(x0, y0, x1 - x0, y1 - y0) for x0, y0, x1, y1 in pieces]
    each = [(*way, way[2] ** 2 + way[3] ** 2 + 1e-6) for way in ways]
    x0, y0, across, down, length = np.array(each, np.float32).T[:, :, None, None]
    right, low = x - x0, y[:, None] - y0
    along = ((right * across + low * down) / length).clip(0, 1)
    beside, below = right - along * across, low - along * down
    found: NDArray[np.float32] = beside * beside + below * below
    return found


def dots(
    ink: Ink, x: NDArray[np.float32], y: NDArray[np.float32], pen: float, strength: float = 1.0
) -> None:
    """Draws dots, `pen` pixels wide, around many points into `ink`; much faster than strokes."""
    height, width = ink.shape
    near = np.arange(-2, round(pen) + 2)
    columns = np.floor(x - pen / 2).astype(int)[:, None, None] + near
    rows = np.floor(y - pen / 2).astype(int)[:, None, None] + near[:, None]
    beside, below = columns + 0.5 - x[:, None, None], rows + 0.5 - y[:, None, None]
    covered = _covered(beside * beside + below * below, pen)
    rows, columns = np.broadcast_arrays(rows, columns)
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    np.maximum.at(ink, (rows[inside], columns[inside]), covered[inside] * strength)


def ring(ink: Ink, x: float, y: float, radius: float, pen: float, strength: float = 1.0) -> None:
    """Draws a circle around a point, `pen` pixels wide, into `ink`."""
    across = np.arange(ink.shape[1], dtype=np.float32) + np.float32(0.5 - x)
    down = np.arange(ink.shape[0], dtype=np.float32)[:, None] + np.float32(0.5 - y)
    beside = np.sqrt(across * across + down * down) - np.float32(radius)
    np.maximum(ink, _covered(beside * beside, pen) * strength, out=ink)


def _covered(squared: Lengths, pen: float) -> Lengths:
    """How much ink a pen leaves in pixels, by the squares of their distances from its middle."""
    # A pen thinner than a pixel is a pixel wide and fainter.
    return (max(pen, 1.0) / 2 + 0.5 - np.sqrt(squared)).clip(0, 1) * min(pen, 1.0)


def curve(
    start: tuple[float, float],
    bend: tuple[float, float],
    end: tuple[float, float],
    pieces: int = 6,
) -> Points:
    """A quadratic Bézier curve in so many straight pieces."""
    return [
        (
            (1 - t) ** 2 * start[0] + 2 * t * (1 - t) * bend[0] + t**2 * end[0],
            (1 - t) ** 2 * start[1] + 2 * t * (1 - t) * bend[1] + t**2 * end[1],
        )
        for t in _along(pieces)
    ]


def bowed(start: tuple[float, float], end: tuple[float, float], bow: float) -> Points:
    """A stroke that bows to the side by so great a share of its length: to the left of one that
    goes down."""
    (x0, y0), (x1, y1) = start, end
    bend = ((x0 + x1) / 2 - 2 * bow * (y1 - y0), (y0 + y1) / 2 + 2 * bow * (x1 - x0))
    return curve(start, bend, end, pieces=4)


def rounded(way: Points, share: float) -> Points:
    """A stroke without corners: each gives way to two points, so great a share of their pieces away
    from it (Chaikin 1974)."""
    cut = [
        (x0 + at * (x1 - x0), y0 + at * (y1 - y0))
        for (x0, y0), (x1, y1) in pairwise(way)
        for at in (share, 1 - share)
    ]
    return [way[0], *cut[1:-1], way[-1]]


@cache
def _along(pieces: int) -> list[float]:
    """How far along a curve its pieces end, from 0 to 1."""
    along: list[float] = np.linspace(0, 1, pieces + 1).tolist()
    return along


def separator(
    drawing: Drawing, x: float, base: float, lean: float = 0.0, kind: float | None = None
) -> float:
    """A dot, comma, apostrophe or short dash behind a digit.

    Args:
        drawing: to draw into; draws its shape.
        x, base: where the pen is set down: the column, behind all of a digit's foot, and the row of
            the base line.
        lean: columns to a row by which what stands higher stands farther to the right.
        kind: which, from 0 to 1: below `LOW` are dots and commas; by lot where not given.

    Returns:
        The room it needs behind `x`, or above that along the lean, in pixels.
    """
    ink, tall, pen, rng = drawing
    kind, lot = rng.random() if kind is None else kind, rng.uniform(-1, 1, 4)
    foot = base - _FOOT * tall
    y = base - tall * 0.05 * lot[0]
    if kind < 0.45:
        stroke(ink, [(x, y), (x + 0.03 * tall * lot[1], y)], pen * (1.2 + 0.4 * lot[2]))
    elif kind < LOW:
        # The long ones hang below the line, where no one stands.
        down = tall * 0.25 * 2 ** float(lot[2])
        bend = (x + 0.05 * tall, y + down / 2)
        stroke(ink, curve((x, y), bend, (x - tall * (0.06 + 0.08 * lot[1]), y + down)), pen)
    elif kind < _DASHED:
        high = base - tall * (0.9 + 0.15 * lot[0])
        # Upon two ones, it would join them.
        x += lean * (foot - high) + pen / 2
        down = tall * (0.2 + 0.08 * lot[2])
        stroke(ink, [(x, high), (x - 0.05 * tall, high + down)], pen)
        return float(1.5 * pen + 0.06 * tall)
    else:
        # Upon a digit before it, it would be a four's bar, or a seven's.
        y, wide = base - tall * (0.45 + 0.15 * lot[0]), tall * (0.24 + 0.12 * lot[1])
        x += lean * (foot - y) + pen / 2
        stroke(ink, [(x, y), (x + wide, y + 0.05 * tall * lot[2])], pen)
        return float(wide + pen + 0.06 * tall)
    return float(pen)
