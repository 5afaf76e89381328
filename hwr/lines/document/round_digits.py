"""What hands change in the digits that have bows or loops."""

from __future__ import annotations

import math

import numpy as np

from hwr.lines.digits import DIGIT_SIZE
from hwr.lines.document.changes import EDGE, Changes, Points, Writing
from hwr.lines.document.drawn import DIGIT_HEIGHT, THIN, flat_three


def zero(found: Changes, digit: Writing) -> None:
    """Open at the top; struck through; a stroke in which it ends."""
    hand, middle, half, rng = digit
    top, bottom, tall = digit.ends()
    left, right = float(middle[:, 0].min()), float(middle[:, 0].max())
    roomy = half < THIN and not hand.keeps_strokes and right - left > 8 + 4 * half
    if hand.struck and roomy and rng.random() < 0.9:
        found.gaps = []
        beyond = rng.uniform(-0.05, 0.12, 2) * tall
        high, low = rng.uniform(0.05, 0.3, 2) * tall
        start = right + beyond[0], float(top[1]) + high
        found.curve(start, (left - beyond[1], float(bottom[1]) - low))
        return
    if hand.open and rng.random() < hand.open:
        high = digit.upper(0.15)
        found.gap(high[int(rng.random() * len(high))], digit.breadth())
    if hand.tail and rng.random() < 0.8:
        x, y = top.tolist()
        length, angle = hand.tail * DIGIT_HEIGHT, math.radians(-70 + 150 * rng.random())
        found.curve((x, y), (x + length * math.cos(angle), y + 0.8 * length * math.sin(angle)))


def two(found: Changes, digit: Writing) -> None:
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


def three(found: Changes, digit: Writing) -> None:
    """Drawn anew with a roof; or loops at the beginning and where its bows meet, and a stroke up at
    its end."""
    hand, middle, half, rng = digit
    if hand.flat:
        found.curve(*flat_three(digit.anew(found)))
        return
    if hand.upturn and rng.random() < 0.9:
        _end_three(found, digit)
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


def _end_three(found: Changes, digit: Writing) -> None:
    """A stroke up, from where its lower bow ends."""
    hand, middle, half, rng = digit
    _, bottom, tall = digit.ends()
    low = middle[middle[:, 1] > bottom[1] - 0.35 * tall]
    x, y = low[low[:, 0].argmin()].tolist()
    up = hand.upturn * DIGIT_HEIGHT * rng.uniform(0.7, 1.1)
    over = middle[(middle[:, 0] < x + 0.5 * up + 1) & (middle[:, 1] < y - 3), 1]
    if len(over):  # clear of that: else there would be a loop
        up = min(up, y - float(over.max()) - 2.5 - 2 * half)
    if up > 1:
        found.curve((x, y), (x + up * rng.uniform(-0.2, 0.5), y - up), bow=-rng.uniform(0, 0.25))


def _curl(found: Changes, digit: Writing, high: Points, curl: float) -> tuple[float, float, float]:
    """A loop where a digit begins, which is on the left of what is `high`: x, y and its radius."""
    x, y = high[high[:, 0].argmin()].tolist()
    radius = curl * DIGIT_HEIGHT * digit.rng.uniform(0.8, 1.2)
    found.rings.append((x + 0.8 * radius, y + 0.3 * radius, radius))
    return x, y, radius


def five(found: Changes, digit: Writing) -> None:
    """A roof drawn out to the right, bowed to either side, or set apart."""
    hand, _, _, rng = digit
    if not hand.roof or rng.random() > 0.85:
        return
    high = digit.upper(0.2)
    first, last = high[high[:, 0].argmin()], high[high[:, 0].argmax()]
    length = hand.roof * DIGIT_HEIGHT * rng.uniform(0.6, 1.2)
    x, y = last.tolist()
    end = (x + length, y - length * rng.uniform(-0.1, 0.45))
    found.curve((x, y), end, bow=rng.uniform(-0.15, 0.2))
    if hand.open and rng.random() < hand.open and last[0] - first[0] > 4:
        found.gap(first, digit.breadth())


def six(found: Changes, digit: Writing) -> None:
    """Its top drawn out to the right, arched."""
    hand, _, half, rng = digit
    if hand.crook and half < THIN and rng.random() < 0.9:
        high = digit.upper(0.15)
        x, y = high[high[:, 0].argmax()].tolist()
        length = hand.crook * DIGIT_HEIGHT * rng.uniform(0.6, 1.2)
        # It ends well above the loop.
        end = (x + length, y + length * rng.uniform(-0.2, 0.4))
        found.curve((x, y), end, bow=-rng.uniform(0, 0.3))


def eight(found: Changes, digit: Writing) -> None:
    """Open at its upper right, where it begins and ends."""
    hand, _, _, rng = digit
    if hand.open and rng.random() < hand.open:
        high = digit.upper(0.35)
        found.gap(high[high[:, 0].argmax()], digit.breadth())


def nine(found: Changes, digit: Writing) -> None:
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
