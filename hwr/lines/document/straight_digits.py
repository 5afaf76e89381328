"""What hands change in ones, fours and sevens."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from hwr.lines.digits import DIGIT_SIZE
from hwr.lines.document.changes import Changes, Writing
from hwr.lines.document.drawn import DIGIT_HEIGHT, angle_four, roofed_seven
from hwr.lines.document.hands import LONG_FLAG
from hwr.lines.document.median import median

_THICK = 1.7
# Half the width of pens, in pixels of the frame: by a thicker one, a roof and a bar would be one.
_ROOF, _WIDE_ROOF = 0.38, 0.5
# Of a digit's height, but for long stems: sevens without a bar have a roof as wide at least, by
# hands that draw no flags, and by those that do; else some of them would be ones.


def one(found: Changes, digit: Writing) -> None:
    """A flag, perhaps led up to, and a foot or a stroke to the right; or but a straight stroke."""
    hand, _, _, rng = digit
    if hand.plain:
        found.wipe()
        # In others they lean as the hand's other digits do, whose own lean they lack.
        likely = (hand.slant / hand.width, 0.04) if hand.upright else (-0.08, 0.1)
        lean = rng.normal(*likely)
        middle = DIGIT_SIZE / 2
        up, aside = DIGIT_HEIGHT / 2, lean * DIGIT_HEIGHT / 2
        found.curve((middle - aside, middle - up), (middle + aside, middle + up))
        return
    top, bottom, tall = digit.ends()
    flagged = hand.flag > 0 and rng.random() < 0.9
    if flagged:
        size = hand.flag * rng.uniform(0.8, 1.2)
        length = size * tall
        x, y = top.tolist()
        lean = math.degrees(math.atan2(x - float(bottom[0]), tall))
        # As it will stand on paper: the longer, the steeper, or it would be a seven. The shortest
        # may be all but level: no seven without a bar has as short a roof.
        flattest = max(8 - 21 * size, 3.2 - 4 * hand.flag, 2.0 - 1.5 * hand.flag, 0.8)
        most = math.atan((flattest - hand.slant) / hand.width)
        # (Of short ones, most are flat.)
        share = rng.random() ** (1.0 if hand.flag > LONG_FLAG else 0.5)
        angle = lean + 18 + max(math.degrees(most) - lean - 18, 6) * share
        angle = math.radians(min(max(angle, 12), 82))
        end = (x - length * math.sin(angle), y + length * math.cos(angle))
        way = [(x, y), end]
        # What leads to a flat one would make a roof of it.
        flat = math.tan(angle) * hand.width + hand.slant > 1.2
        if hand.lead and not flat and rng.random() < 0.8:
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
    elif hand.exit and rng.random() < 0.9:
        # With a flag, a long and level one would make a two of it.
        share, rise = (0.6, 0.4) if flagged else (1.0, -0.1)
        reach = hand.exit * share * DIGIT_HEIGHT * rng.uniform(0.7, 1.2)
        x, y = bottom.tolist()
        end = (x + reach, y - reach * rng.uniform(rise, 0.8))
        found.curve((x, y), end, bow=rng.uniform(0.0, 0.25))


def four(found: Changes, digit: Writing) -> None:
    """An angle with a stem, drawn anew; or a stem cut short at its top, or a four closed by a
    slanting stroke, as printed ones are, and a crossbar drawn out to the right, always where it is
    closed: else it would be a nine."""
    hand, middle, half, rng = digit
    if hand.arm:
        for way in angle_four(hand.arm, half, digit.anew(found)):
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


def seven(found: Changes, digit: Writing) -> None:
    """A roof with a stem, drawn anew, also where MNIST's own is so narrow that it might be a one;
    a bar through the stem, and a stroke at the beginning of the roof, which stay apart: else it
    would be a nine or a four."""
    hand, middle, half, rng = digit
    top, _, tall = digit.ends()
    high = digit.upper(0.35)
    thin = half < _THICK
    # Whoever writes alike bars all of them.
    barred = hand.bar > 0 and (hand.alike or rng.random() < 0.95)
    flags = hand.flag > 0 and not hand.plain
    least = 0.0 if barred else (_WIDE_ROOF if flags else _ROOF) / hand.width
    narrow = float(np.ptp(high[:, 0])) < least * tall
    anew = narrow or (hand.roofed and thin)
    draws = digit.anew(found) if anew else rng
    serif = hand.serif if hand.serif and (thin or not anew) and draws.random() < 0.9 else 0.0
    if anew:
        for way in roofed_seven(hand.bar if barred else 0.0, serif, least, half, draws):
            found.curve(*way)
        return
    if barred:
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
        x, y = high[high[:, 0].argmin()].tolist()
        found.curve((x, y), (x + rng.uniform(-0.5, 0.5), y + serif * DIGIT_HEIGHT))
