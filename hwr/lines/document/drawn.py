"""Digits drawn wholly anew, of shapes that MNIST's hands do not have.

Places and lengths are in pixels of the 28-pixel frame.
"""

from __future__ import annotations

import math

import numpy as np

from hwr.lines.digits import DIGIT_SIZE
from hwr.lines.document.marks import Points, bowed, rounded

DIGIT_HEIGHT = 20
"""Of MNIST's digits in their frames, in pixels (LeCun's MNIST page)."""

THIN = 1.3
"""Half the width of pens, in pixels: by a broader one, loops and angles would be full of ink."""

_LOW = 0.85
# How far down an arm is, as a share of the height: by a lower one, a closed four would be a zero,
# and one with a short stem a six or nothing.
_HIGH = 0.7
# By a lower arm, what hangs from it would be too short to be a stem.


def angle_four(level: float, half: float, rng: np.random.Generator) -> tuple[Points, ...]:
    """A four that is an angle with a stem through its lower arm: a stroke down to the left, an arm
    to the right from where it ends; the stem is short, or as high as all of it, open or closed, or
    the arm turns down into it.

    Args:
        level: how far down the arm is, as a share of the height.
        half: half the width of the strokes.
        rng: draws the rest.

    Returns:
        The angle and the stem, or one stroke of both.
    """
    tall = DIGIT_HEIGHT * rng.uniform(0.85, 1.05)
    drop, reach = level * tall, tall * rng.uniform(0.45, 0.8)
    lean, rise = rng.uniform(0.0, 0.75), rng.uniform(-0.08, 0.3)
    # From the corner of the angle, to the right and down.
    top, arm_end = (lean * drop, -drop), (reach, -rise * reach)
    if half < THIN and level < _HIGH and rng.random() < 0.3:  # one stroke
        arm_end = (0.8 * reach, -max(rise, 0.0) * reach)
        # Far to the left of the stem, or it would be a five.
        top = (min(top[0], arm_end[0] - 2.5 - 2.5 * half - 0.2 * reach), -drop)
        down = (tall - drop - arm_end[1]) * rng.uniform(0.9, 1.1)
        foot = (arm_end[0] - rng.uniform(0.0, 0.35) * down, arm_end[1] + down)
        return _centred(drop - tall / 2, rounded([top, (0.0, 0.0), arm_end, foot], 0.25))
    x = reach * rng.uniform(0.65, 1.0)
    crossing = (x, -rise * x)
    least = 0.06 if level < _LOW else 0.35
    stem_lean, up = rng.uniform(0.0, 0.45), drop * (least + (1.1 - least) * rng.random() ** 1.7)
    if half < THIN and level < _LOW and rng.random() < 0.4:  # closed
        begin = top
    else:
        up = max(up, half + 1)  # or it would not be seen
        high = up - crossing[1]
        # Clear of the stroke on its left: else it would be a six or a nine.
        begin = (max(x + stem_lean * up, lean * high + 2.5 + 2.5 * half), -high)
    down = max(tall - drop - crossing[1], 0.15 * tall) * rng.uniform(0.85, 1.2)
    stem = [begin, crossing, (x - stem_lean * down, crossing[1] + down)]
    angle: Points = [
        *bowed(top, (0.0, 0.0), rng.uniform(-0.1, 0.15)),
        *bowed((0.0, 0.0), arm_end, rng.uniform(-0.05, 0.12))[1:],
    ]
    if rng.random() < 0.5:
        angle = rounded(angle[::2], 0.3)
    return _centred(drop - tall / 2, angle, stem)


def roofed_seven(
    bar: float, serif: float, least: float, half: float, rng: np.random.Generator
) -> tuple[Points, ...]:
    """A seven that is a level roof with a stem, straight or nearly so, from its end; more upright
    than MNIST's.

    Args:
        bar: length of the bar through the stem, as a share of the height; 0 for none.
        serif: of the stroke down at the beginning of the roof; 0 for none.
        least: how wide the roof is at least, as a share of the height.
        half: half the width of the strokes.
        rng: draws the rest.

    Returns:
        The roof with the stem, and the bar.
    """
    tall = DIGIT_HEIGHT * rng.uniform(0.9, 1.05)
    # What hangs from the roof stays clear of the stem, too.
    least = max(least, 0.5 if serif else 0.35)
    wide = tall * rng.uniform(least, max(0.75, least + 0.1))
    lean = tall * rng.uniform(-0.05, 0.4)
    # From where the roof begins, to the right and down: it may rise or fall a little.
    begin, corner = (0.0, wide * rng.uniform(-0.12, 0.1)), (wide, 0.0)
    foot = (wide - lean, tall)
    hangs = [(rng.uniform(-0.5, 0.5), begin[1] + serif * tall)] if serif else []
    roof = bowed(begin, corner, rng.uniform(-0.1, 0.1))
    ways = [[*hangs, *roof, *bowed(corner, foot, rng.uniform(-0.04, 0.1))[1:]]]
    if bar:
        # Apart from what hangs at its beginning: else it would be a nine.
        level = rng.uniform(min(max(0.4, serif + (4 + 2 * half) / tall), 0.7), 0.7)
        x, reach, tilt = wide - lean * level, bar * tall * 0.4, rng.uniform(-1.5, 1.0)
        ways.append([(x - reach, level * tall - tilt), (x + reach, level * tall + tilt)])
    return _centred(-tall / 2, *ways)


def flat_three(rng: np.random.Generator) -> Points:
    """A three whose upper bow is a roof and a stroke back to the middle."""
    tall = DIGIT_HEIGHT * rng.uniform(0.9, 1.05)
    wide, waist = tall * rng.uniform(0.45, 0.7), tall * rng.uniform(0.34, 0.48)
    begin, corner = (0.0, rng.uniform(-1.0, 1.0)), (wide, 0.0)
    middle = (wide * rng.uniform(0.25, 0.55), waist)
    # The lower bow, around its own middle, and where it ends.
    last, rows = math.radians(rng.uniform(110, 175)), (tall - waist) / 2
    turns = np.linspace(-math.pi / 2, last, 8)[1:]
    reach = wide * rng.uniform(0.9, 1.1) - middle[0]
    bow = [
        (middle[0] + reach * math.cos(turn), waist + rows * (1 + math.sin(turn)))
        for turn in turns.tolist()
    ]
    roof = bowed(begin, corner, rng.uniform(-0.08, 0.12))
    (way,) = _centred(-tall / 2, [*roof, middle, *bow])
    return way


def _centred(lower: float, *ways: Points) -> tuple[Points, ...]:
    """Strokes moved to the middle of the frame's columns, and so far below the middle of its
    rows."""
    columns = [x for way in ways for x, _ in way]
    right = DIGIT_SIZE / 2 - (min(columns) + max(columns)) / 2
    return tuple([(x + right, y + DIGIT_SIZE / 2 + lower) for x, y in way] for way in ways)
