"""Digits drawn wholly anew, of shapes that MNIST's hands do not have.

Places and lengths are in pixels of the 28-pixel frame.
"""

from __future__ import annotations

import numpy as np

from hwr.lines.digits import DIGIT_SIZE
from hwr.lines.document.marks import Points, curve, rounded

DIGIT_HEIGHT = 20
"""Of MNIST's digits in their frames, in pixels (LeCun's MNIST page)."""

_LOW = 0.85
# How far down an arm is, as a share of the height: by a lower one, a closed four would be a zero,
# and one with a short stem a six or nothing.


def angle_four(level: float, half: float, rng: np.random.Generator) -> tuple[Points, Points]:
    """A four that is an angle with a stem through its lower arm: a stroke down to the left, an arm
    to the right from where it ends; the stem is short, or as high as all of it, open or closed.

    Args:
        level: how far down the arm is, as a share of the height.
        half: half the width of the strokes.
        rng: draws the rest.

    Returns:
        The angle and the stem.
    """
    tall = DIGIT_HEIGHT * rng.uniform(0.85, 1.05)
    drop, reach = level * tall, tall * rng.uniform(0.45, 0.8)
    lean, rise = rng.uniform(0.0, 0.75), rng.uniform(-0.08, 0.3)
    # From the corner of the angle, to the right and down.
    top, arm_end = (lean * drop, -drop), (reach, -rise * reach)
    x = reach * rng.uniform(0.65, 1.0)
    crossing = (x, -rise * x)
    least = 0.06 if level < _LOW else 0.35
    stem_lean, up = rng.uniform(0.0, 0.45), drop * (least + (1.1 - least) * rng.random() ** 1.7)
    if half < 1.3 and level < _LOW and rng.random() < 0.25:  # closed
        begin = top
    else:
        up = max(up, half + 1)  # or it would not be seen
        high = up - crossing[1]
        # Clear of the stroke on its left: else it would be a six or a nine.
        begin = (max(x + stem_lean * up, lean * high + 2.5 + 2.5 * half), -high)
    down = max(tall - drop - crossing[1], 0.15 * tall) * rng.uniform(0.85, 1.2)
    stem = [begin, crossing, (x - stem_lean * down, crossing[1] + down)]
    angle: Points = [
        *_bowed(top, (0.0, 0.0), rng.uniform(-0.1, 0.15)),
        *_bowed((0.0, 0.0), arm_end, rng.uniform(-0.05, 0.12))[1:],
    ]
    if rng.random() < 0.5:
        angle = rounded(angle[::2], 0.3)
    columns = [x for x, _ in (*angle, *stem)]
    right = DIGIT_SIZE / 2 - (min(columns) + max(columns)) / 2
    lower = DIGIT_SIZE / 2 + drop - tall / 2
    return _moved(angle, right, lower), _moved(stem, right, lower)


def _moved(way: Points, right: float, down: float) -> Points:
    return [(x + right, y + down) for x, y in way]


def _bowed(start: tuple[float, float], end: tuple[float, float], bow: float) -> Points:
    """A stroke that bows to the side by so great a share of its length."""
    (x0, y0), (x1, y1) = start, end
    bend = ((x0 + x1) / 2 - 2 * bow * (y1 - y0), (y0 + y1) / 2 + 2 * bow * (x1 - x0))
    return curve(start, bend, end, pieces=4)
