"""How a written number is cut out of its page."""

from __future__ import annotations

import math

import numpy as np

from hwr.images.normalise import cut
from hwr.lines.document.marks import Ink
from hwr.lines.document.shapes import TALL


def crop(
    ink: Ink, loose: bool, loosest: float, rng: np.random.Generator, highest: float = math.inf
) -> tuple[Ink, int, int, int]:
    """The ink with room around it, little to much, but not little where that is asked for, and no
    more than makes it so high; and how many rows of it are above, and columns on the left and on
    the right: below zero where a little of the ink is cut off."""
    kind = rng.uniform(0.35, 1.0) if loose else rng.random()
    if kind < 0.35:
        above, below = rng.uniform(-0.02 if rng.random() < 0.8 else -0.05, 0.1, 2)
    elif kind < 0.85:
        above, below = rng.uniform(0.05, 0.45, 2)
    else:
        above, below = rng.uniform(0.3, loosest, 2)
    most = max(highest / len(ink) - 1, 0.0)
    if above + below > most:
        above, below = (room * most / (above + below) for room in (above, below))
    before, behind = rng.uniform(-0.02, 0.4, 2) if kind < 0.5 else rng.uniform(0, 2.0, 2) ** 2 / 2
    return _with_room(ink, (above, below), (before, behind))


def crop_tightly(ink: Ink, rng: np.random.Generator) -> tuple[Ink, int, int, int]:
    """The same, cut to the ink, or a little of it off."""
    down, across = rng.uniform(-0.02, 0.03, 2), rng.uniform(-0.02, 0.15, 2)
    return _with_room(ink, tuple(down), tuple(across))


def _with_room(
    ink: Ink, down: tuple[float, float], across: tuple[float, float]
) -> tuple[Ink, int, int, int]:
    """The ink with room above and below, as shares of its height, and on either side, as shares of
    a digit's."""
    height, width = ink.shape
    top, bottom = (round(room * height) for room in down)
    # Of a one alone, whose ink may be a column or two, nothing is cut off.
    left, right = (max(round(room * TALL), -(width // 8)) for room in across)
    return cut(ink, -top, height + bottom, -left, width + right), top, left, right
