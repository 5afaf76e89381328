"""What hands change in each of the ten digits."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from hwr.lines.digits import DIGIT_SIZE
from hwr.lines.document.changes import EDGE, Changes, Points, Writing
from hwr.lines.document.drawn import DIGIT_HEIGHT, angle_four
from hwr.lines.document.hands import Hand
from hwr.lines.document.median import median

_STRAIGHT, _PARTED = (1, 4, 7), 0.1
# Digits without loops, and how much more seldom a stroke of theirs has a gap.


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
    if label in _OF_DIGITS:
        _OF_DIGITS[label](found, digit)
    return found


def _zero(found: Changes, digit: Writing) -> None:
    """Open at the top; a stroke in which it ends."""
    hand, _, _, rng = digit
    top, _, _ = digit.ends()
    if hand.open and rng.random() < hand.open:
        high = digit.upper(0.15)
        found.gap(high[int(rng.random() * len(high))], digit.breadth())
    if hand.tail and rng.random() < 0.8:
        x, y = top.tolist()
        length, angle = hand.tail * DIGIT_HEIGHT, math.radians(-70 + 150 * rng.random())
        found.curve((x, y), (x + length * math.cos(angle), y + 0.8 * length * math.sin(angle)))


def _one(found: Changes, digit: Writing) -> None:
    """A flag, perhaps led up to, and a foot; or but a straight stroke."""
    hand, _, _, rng = digit
    if hand.plain:
        found.anew, found.gaps = True, []
        # In others they lean as the hand's other digits do, whose own lean they lack.
        likely = (hand.slant / hand.width, 0.04) if hand.upright else (-0.08, 0.1)
        lean = rng.normal(*likely)
        middle = DIGIT_SIZE / 2
        up, aside = DIGIT_HEIGHT / 2, lean * DIGIT_HEIGHT / 2
        found.curve((middle - aside, middle - up), (middle + aside, middle + up))
        return
    top, bottom, tall = digit.ends()
    if hand.flag and rng.random() < 0.9:
        length = hand.flag * tall * rng.uniform(0.8, 1.2)
        x, y = top.tolist()
        lean = math.degrees(math.atan2(x - float(bottom[0]), tall))
        # As it will stand on paper: the longer, the steeper, or it would be a seven.
        most = math.atan((max(2.0 - 1.5 * hand.flag, 0.8) - hand.slant) / hand.width)
        angle = lean + 18 + max(math.degrees(most) - lean - 18, 6) * rng.random()
        angle = math.radians(min(max(angle, 12), 72))
        end = (x - length * math.sin(angle), y + length * math.cos(angle))
        way = [(x, y), end]
        if hand.lead and rng.random() < 0.8:
            reach = hand.lead * DIGIT_HEIGHT * rng.uniform(0.6, 1.2)
            # From above or below, straight or hanging between its ends.
            drop, sag = reach * rng.uniform(-0.7, 0.7), reach * 0.4 * rng.random()
            way.append((end[0] - 0.5 * reach, end[1] + 0.5 * drop + sag))
            way.append((end[0] - reach, end[1] + drop))
        found.curve(*way, bow=hand.bow * rng.uniform(0.5, 1.5))
    if hand.foot and rng.random() < 0.9:
        reach = hand.foot * DIGIT_HEIGHT * rng.uniform(0.8, 1.2) / 2
        (x, y), tilt = bottom.tolist(), rng.uniform(-0.5, 0.5)
        found.curve((x - reach, y - tilt), (x + reach, y + tilt))


def _two(found: Changes, digit: Writing) -> None:
    """Loops at the lower left corner and at the beginning; a foot drawn out to the right or up."""
    hand, middle, _, rng = digit
    _, bottom, _ = digit.ends()
    if hand.loop and rng.random() < 0.8:
        low = middle[middle[:, 1] > bottom[1] - 5]
        x, y = low[low[:, 0].argmin()].tolist()
        radius = hand.loop * DIGIT_HEIGHT * rng.uniform(0.8, 1.2)
        found.rings.append((x + 0.3 * radius, y - 0.6 * radius, radius))
    if hand.curl and rng.random() < 0.9:
        x, y, radius = _curl(found, digit, digit.upper(0.45), hand.curl)
        if rng.random() < 0.5:
            inner = np.array([x + 1.6 * radius, y + rng.uniform(-0.2, 0.8) * radius], np.float32)
            found.gap(inner, digit.breadth())
    if hand.rise or hand.tail:
        low = middle[middle[:, 1] > bottom[1] - 4]
        _end_two(found, digit, *low[low[:, 0].argmax()].tolist())


def _end_two(found: Changes, digit: Writing, x: float, y: float) -> None:
    """A stroke up or to the right, from where its foot ends."""
    hand, middle, half, rng = digit
    if hand.rise and rng.random() < 0.9:
        up = hand.rise * DIGIT_HEIGHT * rng.uniform(0.7, 1.1)
        over = middle[(middle[:, 0] > x - 1) & (middle[:, 1] < y - 3), 1]
        if len(over):  # clear of that: else there would be a loop
            up = min(up, y - float(over.max()) - 2 - 2 * half)
        reach = min(up * rng.uniform(0.2, 0.7), max(DIGIT_SIZE - EDGE - half - x, 0))
        if up > 2:
            found.curve((x, y), (x + reach, y - up), bow=rng.uniform(0, 0.25))
    elif hand.tail and rng.random() < 0.8:
        length = hand.tail * DIGIT_HEIGHT * rng.uniform(0.6, 1.4)
        end = (x + length, y - length * rng.uniform(-0.2, 0.4))
        found.curve((x, y), end, bow=rng.uniform(0, 0.2))


def _three(found: Changes, digit: Writing) -> None:
    """Loops at the beginning and where its bows meet."""
    hand, middle, half, rng = digit
    # Larger ones, or both, or by a thicker pen, would close the upper bow: an eight's or a nine's.
    if half > 1:
        return
    if hand.curl and rng.random() < 0.9:
        _curl(found, digit, digit.upper(0.35), min(hand.curl, 0.1))
        return
    if not hand.waist:
        return
    top, _, tall = digit.ends()
    waist = middle[np.abs(middle[:, 1] - top[1] - 0.48 * tall) < 0.13 * tall]
    if len(waist) and rng.random() < 0.9:
        x, y = waist[waist[:, 0].argmin()].tolist()
        radius = hand.waist * DIGIT_HEIGHT * rng.uniform(0.8, 1.2)
        found.rings.append((x - 0.5 * radius, y + rng.uniform(-0.3, 0.3) * radius, radius))


def _curl(found: Changes, digit: Writing, high: Points, curl: float) -> tuple[float, float, float]:
    """A loop where a digit begins, which is on the left of what is `high`: x, y and its radius."""
    x, y = high[high[:, 0].argmin()].tolist()
    radius = curl * DIGIT_HEIGHT * digit.rng.uniform(0.8, 1.2)
    found.rings.append((x + 0.8 * radius, y + 0.3 * radius, radius))
    return x, y, radius


def _four(found: Changes, digit: Writing) -> None:
    """An angle with a stem, drawn anew; or a stem cut short at its top, or a four closed by a
    slanting stroke, as printed ones are, and a crossbar drawn out to the right, always where it is
    closed: else it would be a nine."""
    hand, middle, half, rng = digit
    if hand.arm:
        found.anew, found.gaps = True, []
        # Whoever writes alike draws all of them by the same lot.
        draws = np.random.default_rng(int(hand.arm * 2**32)) if hand.alike else rng
        for way in angle_four(hand.arm, half, draws):
            found.curve(*way)
        return
    right = middle[middle[:, 0] > median(middle[:, 0])]
    if not len(right):
        return
    stem_x, stem_y = right[right[:, 1].argmin()].tolist()
    levels, counts = np.unique(middle[:, 1], return_counts=True)
    tall = float(levels[-1] - levels[0])
    inside = (levels > levels[0] + 0.3 * tall) & (levels < levels[0] + 0.85 * tall)
    if not inside.any():
        return
    bar = float(levels[inside][counts[inside].argmax()])
    on_bar = middle[np.abs(middle[:, 1] - bar) < 1]
    if hand.closed or (hand.cross and rng.random() < 0.8):
        least = rng.uniform(0.05, 0.2) if hand.closed else 0.0
        length = max(hand.cross, least) * DIGIT_HEIGHT * rng.uniform(0.6, 1.2)
        x = float(on_bar[:, 0].max())
        found.curve((x, bar), (x + length, bar - length * rng.uniform(-0.1, 0.5)))
    drawn = rng.random()
    if hand.short and not hand.closed and drawn < 0.9:
        # What is left of it above the bar is to be seen, behind what wiping takes.
        level = min(stem_y + hand.short * tall * rng.uniform(0.7, 1.2), bar - 3.2 - 3 * half)
        stem = right[np.abs(right[:, 1] - level) < 1]
        if level > stem_y and len(stem):
            found.wiped.append((stem_x, stem_y, float(stem[:, 0].max()), level))
    if not hand.closed or drawn > 0.95:
        return
    left_x = float(on_bar[:, 0].min())
    open_end = middle[(middle[:, 0] < stem_x - 4) & (middle[:, 1] < bar - 3)]
    if len(open_end):
        # All of its left arm, however bowed: what was left of it would be a one.
        high, low = open_end[:, 1].min(), open_end[:, 1].max()
        off = np.abs(open_end[:, 1] - np.linspace(high, low, 4)[:, None])
        arm = [open_end[of <= max(1, of.min())].mean(0).tolist() for of in off]
        found.wiped += [(*a, *b) for a, b in pairwise([*arm, (left_x, bar - 2)])]
        found.curve((left_x, bar), (stem_x, stem_y))


def _five(found: Changes, digit: Writing) -> None:
    """A roof drawn out to the right, or set apart."""
    hand, _, _, rng = digit
    if not hand.roof or rng.random() > 0.85:
        return
    high = digit.upper(0.2)
    first, last = high[high[:, 0].argmin()], high[high[:, 0].argmax()]
    length = hand.roof * DIGIT_HEIGHT * rng.uniform(0.6, 1.2)
    x, y = last.tolist()
    found.curve((x, y), (x + length, y - length * rng.uniform(-0.1, 0.45)))
    if hand.open and rng.random() < hand.open and last[0] - first[0] > 4:
        found.gap(first, digit.breadth())


def _seven(found: Changes, digit: Writing) -> None:
    """A bar through the stem, and a stroke at the beginning of the roof, which stay apart: else it
    would be a nine or a four."""
    hand, middle, half, rng = digit
    top, _, tall = digit.ends()
    serif = hand.serif if hand.serif and rng.random() < 0.9 else 0.0
    if hand.bar and rng.random() < 0.95:
        level = float(top[1]) + tall * rng.uniform(0.42, 0.74)
        stem = middle[np.abs(middle[:, 1] - level) < 1, 0]
        if len(stem):
            x, reach = float(stem.max()), hand.bar * DIGIT_HEIGHT * 0.4
            begins = middle[(middle[:, 0] < x - 3) & (middle[:, 1] < level), 1]
            hangs = float(begins.max()) + serif * DIGIT_HEIGHT if len(begins) else 0.0
            level = max(level, hangs + 3 + 2 * half)
            stem = middle[np.abs(middle[:, 1] - level) < 1, 0]
            if len(stem) and level < top[1] + 0.8 * tall:
                x, tilt = float(stem.mean()), rng.uniform(-1.5, 1.0)
                found.curve((x - reach, level - tilt), (x + reach, level + tilt))
    if serif:
        high = digit.upper(0.35)
        x, y = high[high[:, 0].argmin()].tolist()
        found.curve((x, y), (x + rng.uniform(-0.5, 0.5), y + serif * DIGIT_HEIGHT))


def _eight(found: Changes, digit: Writing) -> None:
    """Open at its upper right, where it begins and ends."""
    hand, _, _, rng = digit
    if hand.open and rng.random() < hand.open:
        high = digit.upper(0.35)
        found.gap(high[high[:, 0].argmax()], digit.breadth())


def _nine(found: Changes, digit: Writing) -> None:
    """A three's upper bow closed, or a hook to the left at the end of its stem."""
    hand, middle, _, rng = digit
    if hand.bowed:
        top, _, tall = digit.ends()
        begins = digit.upper(0.3)
        away = np.abs(middle[:, 1] - top[1] - 0.5 * tall)
        waist = middle[away <= max(0.11 * tall, float(away.min()))]
        start, end = (part[part[:, 0].argmin()].tolist() for part in (begins, waist))
        # Round enough to stay a loop by a thin pen in a small picture: else it would be a three.
        found.curve(start, end, bow=rng.uniform(0.25, 0.6))
        return
    x, y = middle[middle[:, 1].argmax()].tolist()
    if hand.rho or not hand.hook or rng.random() > 0.9:
        return
    reach = hand.hook * DIGIT_HEIGHT * rng.uniform(0.8, 1.2)
    reach = min(reach, x - 2)  # inside of its frame
    if middle[middle[:, 1] > y - 4, 0].min() > x - 5:  # or it ends in one already
        rise = 0.1 + 0.35 * rng.random()
        turns = (x - 0.3 * reach, y), (x - 0.75 * reach, y - 0.3 * rise * reach)
        found.curve((x, y - 0.2 * reach), *turns, (x - reach, y - rise * reach))


_OF_DIGITS: dict[int, Callable[[Changes, Writing], None]] = {
    0: _zero, 1: _one, 2: _two, 3: _three, 4: _four, 5: _five, 7: _seven, 8: _eight, 9: _nine,
}  # fmt: skip
