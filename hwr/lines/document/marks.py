"""Strokes drawn into a picture: separators, dashes, borders and whatever else stands on paper
beside the digits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ink = NDArray[np.float32]
"""How much ink there is, [height, width], 0 to 1."""

Lengths = NDArray[np.floating[Any]]
"""In pixels."""

Points = Sequence[tuple[float, float]]
"""A stroke's (x, y) one after another, in pixels."""


def stroke(ink: Ink, points: Points, pen: float, strength: float = 1.0) -> None:
    """Draws a stroke of straight pieces, `pen` pixels wide with round ends, into `ink`."""
    height, width = ink.shape
    reach = pen / 2 + 1
    for (x0, y0), (x1, y1) in zip(points, points[1:] or points, strict=False):
        left, right = max(int(min(x0, x1) - reach), 0), min(int(max(x0, x1) + reach) + 2, width)
        top, bottom = max(int(min(y0, y1) - reach), 0), min(int(max(y0, y1) + reach) + 2, height)
        if left >= right or top >= bottom:
            continue
        x = np.arange(left, right, dtype=np.float32)[None] + 0.5 - x0
        y = np.arange(top, bottom, dtype=np.float32)[:, None] + 0.5 - y0
        across, down = x1 - x0, y1 - y0
        along = ((x * across + y * down) / (across**2 + down**2 + 1e-6)).clip(0, 1)
        beside, below = x - along * across, y - along * down
        part = ink[top:bottom, left:right]
        np.maximum(part, _covered(beside, below, pen) * strength, out=part)


def dots(
    ink: Ink, x: NDArray[np.float32], y: NDArray[np.float32], pen: float, strength: float = 1.0
) -> None:
    """Draws dots, `pen` pixels wide, around many points into `ink`; much faster than strokes."""
    height, width = ink.shape
    near = np.arange(-2, round(pen) + 2)
    columns = np.floor(x - pen / 2).astype(int)[:, None, None] + near
    rows = np.floor(y - pen / 2).astype(int)[:, None, None] + near[:, None]
    covered = _covered(columns + 0.5 - x[:, None, None], rows + 0.5 - y[:, None, None], pen)
    rows, columns = np.broadcast_arrays(rows, columns)
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    np.maximum.at(ink, (rows[inside], columns[inside]), covered[inside] * strength)


def _covered(beside: Lengths, below: Lengths, pen: float) -> Lengths:
    """How much ink a pen leaves in pixels that lie so far beside and below its middle."""
    distance = np.sqrt(beside * beside + below * below)  # faster than np.hypot
    # A pen thinner than a pixel is a pixel wide and fainter.
    return (max(pen, 1.0) / 2 + 0.5 - distance).clip(0, 1) * min(pen, 1.0)


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
        for t in np.linspace(0, 1, pieces + 1).tolist()
    ]


def separator(
    ink: Ink, x: float, base: float, tall: float, pen: float, rng: np.random.Generator
) -> None:
    """A dot, comma, apostrophe or short dash behind a digit.

    Args:
        ink: to draw into.
        x, base: where the pen is set down: the column, and the row of the base line.
        tall: a digit's height in pixels.
        pen: in pixels.
        rng: draws its shape.
    """
    kind, lot = rng.random(), rng.uniform(-1, 1, 4)
    y = base - tall * 0.05 * lot[0]
    if kind < 0.45:
        stroke(ink, [(x, y), (x + 0.03 * tall * lot[1], y)], pen * (1.2 + 0.4 * lot[2]))
    elif kind < 0.8:
        down = tall * (0.18 + 0.1 * lot[2])
        bend = (x + 0.05 * tall, y + down / 2)
        stroke(ink, curve((x, y), bend, (x - tall * (0.06 + 0.08 * lot[1]), y + down)), pen)
    elif kind < 0.88:
        high = base - tall * (0.9 + 0.15 * lot[0])
        stroke(ink, [(x, high), (x - 0.05 * tall, high + tall * 0.15)], pen)
    else:
        y, reach = base - tall * (0.45 + 0.15 * lot[0]), tall * (0.12 + 0.06 * lot[1])
        stroke(ink, [(x - reach, y), (x + reach, y + 0.05 * tall * lot[2])], pen)


def flourish(
    ink: Ink,
    x: float,
    base: float,
    tall: float,
    pen: float,
    rng: np.random.Generator,
    behind: bool,
) -> None:
    """What people write before or behind a number so that nothing can be added: dashes, double
    strokes, a hash, a wavy line, a currency sign, two long slashes (only behind it: before it they
    might be ones).
    Arguments as of `separator`; it is about 0.8 `tall` wide and begins at `x`."""
    lot = rng.uniform(-1, 1, 8)
    middle = base - tall * (0.45 + 0.12 * lot[0])
    wide = tall * (0.55 + 0.25 * lot[1])

    def line(*points: tuple[float, float]) -> None:
        stroke(ink, [(x + wide * a, middle - tall * b) for a, b in points], pen)

    kind = int(rng.integers(7 if behind else 6))
    tilt = 0.08 * lot[2]
    if kind == 0:
        line((0, 0), (1, tilt))
    elif kind == 1:
        line((0, 0.12), (1, 0.12 + tilt))
        line((0, -0.12), (1, -0.12 + tilt))
    elif kind == 2:
        line((0, 0.14), (1, 0.14 + tilt))
        line((0, -0.14), (1, -0.14 + tilt))
        line((0.25, -0.4), (0.45, 0.4))
        line((0.6, -0.4), (0.8, 0.4))
    elif kind == 3:
        line((0.1, 0), (0.3, 0.15), (0.5, 0), (0.7, -0.12), (0.95, 0.1))
    elif kind == 4:
        line((0.8, 0.3), (0.5, 0.42), (0.25, 0.25), (0.5, 0.02), (0.75, -0.2), (0.5, -0.4),
             (0.2, -0.28))  # fmt: skip
        line((0.5, 0.6), (0.48, -0.6))
    elif kind == 5:
        line((0, 0), (0.5, tilt))
        line((0.75, -0.35), (0.77, -0.33))
    else:
        line((0.0, -0.8), (0.8, 0.8))
        line((0.35, -0.8), (1.15, 0.8))
