"""What hands change in each of the ten digits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hwr.lines.document import round_digits, straight_digits
from hwr.lines.document.changes import Changes, Points, Writing
from hwr.lines.document.hands import Hand

_STRAIGHT, _PARTED = (1, 4, 7), 0.1
# Digits without loops, and how much more seldom a stroke of theirs has a gap.
_OF_DIGITS: tuple[Callable[[Changes, Writing], None], ...] = (
    round_digits.zero, straight_digits.one, round_digits.two, round_digits.three,
    straight_digits.four, round_digits.five, round_digits.six, straight_digits.seven,
    round_digits.eight, round_digits.nine,
)  # fmt: skip


def changes_of(
    label: int, hand: Hand, middle: Points, half: float, rng: np.random.Generator
) -> Changes:
    """What a hand changes in a digit.

    Args:
        label: which digit it is.
        hand: the one that writes it.
        middle: of its strokes, four points or more.
        half: half the width of its strokes.
        rng: draws the rest.
    """
    found, digit = Changes(), Writing(hand, middle, half, rng)
    # A straight one is parted seldom: two short strokes, one above the other, are no one.
    if rng.random() < hand.gaps * (_PARTED if label in _STRAIGHT else 1.0):
        found.gap(middle[int(rng.random() * len(middle))], digit.breadth())
    _OF_DIGITS[label](found, digit)
    return found
