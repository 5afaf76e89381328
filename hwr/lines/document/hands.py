"""The hand that writes a line: what its digits have in common."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

LEAST_KEPT = 0.08
"""Of a digit's height: the thinnest that MNIST's own strokes are made."""

LONG_FLAG = 0.45
"""Of a one's flags: longer ones are steeper and less arched, or they would be a seven's roof."""

_UPRIGHT = 0.3
# Columns to a row: hands that lean less may write ones as upright as a ruler's strokes.
_LOTS = 120
# As many as a hand takes, and more.


@dataclass(frozen=True)
class Hand:
    """A writer with a pen. Lengths are shares of a digit's height.

    Attributes:
        slant: columns to a row, to the right where above zero.
        width: how wide digits are, 1 as in MNIST.
        pen: width of the strokes.
        nib: by how much strokes along the line are thinner than those across it, as a share: 0 for
            a ball-point pen.
        keeps_strokes: digits keep MNIST's own strokes, only thinner or thicker, instead of being
            drawn anew along their middles.
        unsteady: standard deviation of an elastic bending, in pixels of the 28-pixel frame.
        uneven: how much digits differ in size, slant and place.
        careless: how much more they differ in size and place; 0 for most hands.
        plain: whether ones are but a straight stroke: an upright hand's as upright as a border.
        flag, foot: lengths of the stroke at the top and at the bottom of a one; 0 for none.
        exit: length of the stroke to the right in which a one ends that has no foot and is not
            plain; 0 for none.
        lead: length of the stroke that leads to a one's flag; 0 for none.
        bow: how far flags bow, as a share of their length: arched above zero, else hanging.
        bar: length of the bar through a seven; 0 for none.
        serif: length of the stroke at the beginning of a seven's roof; 0 for none.
        loop: of a two, at its lower left corner; 0 for none.
        curl: of a two or a three, where it begins; 0 for none.
        upturn: how high the stroke goes up in which a three ends; 0 for none.
        flat: whether threes have a roof instead of their upper bow (`drawn.flat_three`).
        waist: of the loop that a three has between its bows; 0 for none.
        hook: length of the stroke to the left in which a nine's stem ends; 0 for none.
        rho: whether nines have their loop to the right of their stem.
        bowed: whether nines are two bows as threes are, of which the upper one is closed.
        tail: length of the stroke in which a zero or a two ends; 0 for none.
        rise: how high the stroke goes up in which a two ends, instead of a tail; 0 for none.
        short: how much of a four's stem is missing at its top.
        closed: whether fours are closed by a slanting stroke, as printed ones are.
        arm: of fours that are an angle with a stem through its lower arm (`drawn.angle_four`), how
            far down that arm is; 0 for other fours.
        cross: how far a four's crossbar is drawn out to the right; 0 for none.
        roof: how far a five's roof is drawn out to the right; 0 for none.
        crook: how far a six's top is; 0 for none.
        roofed: whether sevens are a level roof with a straight stem (`drawn.roofed_seven`), unless
            the pen is broad.
        open: the chance that a zero or an eight is open at its top, and a five's roof, where it is
            drawn out, set apart.
        struck: whether zeros are struck through.
        zero: the size of zeros, 1 as the other digits.
        ones: how much taller ones are than the other digits.
        sevens: how much taller sevens are.
        sinks: where small zeros, tall ones and tall sevens stand, from -1, at the height of the
            others' tops, to 1, on the base line.
        strings: the chance that zeros are strung together at their tops.
        hang: how far sevens and nines, and half as far fours, hang below the base line.
        old_style: whether threes and fives hang as far as nines do, as old-style figures.
        stems: how much longer than the other digits fours, sevens and nines are, below their
            middles.
        joins: the chance that a thin stroke leads from one digit to the next.
        gaps: the chance that a digit has a gap in a stroke: loops left open.
        slope: of the base line, rows to a column.
        spacing: between the ink of neighbours, where they are nearest.
        alike: writes the same digit in the same way each time.
    """

    slant: float
    width: float
    pen: float
    nib: float
    keeps_strokes: bool
    unsteady: float
    uneven: float
    careless: float
    plain: bool
    flag: float
    foot: float
    exit: float
    lead: float
    bow: float
    bar: float
    serif: float
    loop: float
    curl: float
    upturn: float
    flat: bool
    waist: float
    hook: float
    rho: bool
    bowed: bool
    tail: float
    rise: float
    short: float
    closed: bool
    arm: float
    cross: float
    roof: float
    crook: float
    roofed: bool
    open: float
    struck: bool
    zero: float
    ones: float
    sevens: float
    sinks: float
    strings: float
    hang: float
    old_style: bool
    stems: float
    joins: float
    gaps: float
    slope: float
    spacing: float
    alike: bool

    @property
    def upright(self) -> bool:
        """Whether it leans little."""
        return abs(self.slant) < _UPRIGHT

    @property
    def size(self) -> float:
        """Of digits: those with long stems are as tall as other hands' are, all else is smaller."""
        return 1 / (1 + self.stems)

    @property
    def drawn_pen(self) -> float:
        """The width of its strokes as they are drawn, in heights of a digit: MNIST's own are not
        thinned below a width."""
        return max(self.pen, LEAST_KEPT) if self.keeps_strokes else self.pen

    def sized(self, digit: int) -> float:
        """How large it writes a digit, 1 as most of them."""
        return {0: self.zero, 1: 1 + self.ones, 7: 1 + self.sevens}.get(digit, 1.0)


def draw_hand(rng: np.random.Generator) -> Hand:
    """A hand by lot."""
    # Drawn at once: one by one they take several times as long.
    lot: Callable[[], float] = iter(rng.random(_LOTS).tolist()).__next__

    def between(low: float, high: float) -> float:
        return low + (high - low) * lot()

    def some(chance: float, low: float, high: float) -> float:
        """A length with a chance, else none."""
        return between(low, high) if lot() < chance else 0.0

    closeness = lot()
    if closeness < 0.3:
        spacing = between(-0.1, 0.03)
    elif closeness < 0.8:
        spacing = between(0.03, 0.25)
    elif closeness < 0.97:
        spacing = between(0.25, 0.8)
    else:
        spacing = between(0.8, 3.2)
    # Many hands lean far to the right, few to the left.
    leans = lot()
    if leans < 0.37:
        slant = between(0.2, 0.95)
    elif leans < 0.93:
        slant = min(max(float(rng.normal(0.05, 0.2)), -0.5), 0.5)
    else:
        slant = between(-0.7, -0.2)
    # Long flags are rarer than short ones.
    flag = 0.15 + 0.85 * lot() ** 1.6 if lot() < 0.65 else 0.0
    # Whoever draws flags, above all long ones, tells sevens from ones by it.
    barred = 0.9 if flag > LONG_FLAG else 0.65 if flag else 0.3
    pen = math.exp(between(math.log(0.04), math.log(0.18)))
    stems = some(0.2, 0.1, 0.75)
    return Hand(
        slant=slant,
        width=between(0.7, 1.3),
        pen=pen,
        nib=some(0.35, 0.3, 0.75),
        keeps_strokes=lot() < 0.3,
        unsteady=between(0.3, 1.0 if lot() < 0.85 else 1.5),
        uneven=between(0.2, 0.8),
        careless=some(0.2, 0.2, 1.0),
        flag=flag,
        foot=some(0.25, 0.2, 0.8),
        lead=some(0.3, 0.1, 0.45),
        # Short flags are mostly arched, as those are that begin with a stroke up.
        bow=between(-0.2, 0.2) if flag > LONG_FLAG else between(-0.12, 0.32),
        bar=some(barred, 0.3, 0.9),
        serif=some(0.2, 0.1, 0.3),
        loop=some(0.3, 0.07, 0.18),
        curl=some(0.25, 0.05, 0.22),
        waist=some(0.2, 0.05, 0.12),
        hook=some(0.4, 0.2, 0.9),
        rho=(nine := lot()) < 0.06,
        bowed=0.06 <= nine < 0.2,
        tail=some(0.2, 0.1, 0.3),
        rise=some(0.12, 0.15, 0.5),
        short=some(0.45, 0.1, 1.0),
        closed=(four := lot()) < 0.22,
        arm=between(0.5, 0.97) if 0.22 <= four < 0.39 else 0.0,
        cross=some(0.3, 0.1, 0.35),
        roof=some(0.3, 0.1, 0.5),
        open=some(0.3, 0.3, 1.0),
        # The smallest ones by a thick pen would be dots.
        zero=1 - some(0.3, 0.1, 0.5 - 2 * max(pen - 0.06, 0)),
        ones=0.5 * lot() ** 2 if lot() < 0.5 else 0.0,
        sevens=some(0.1, 0.1, 0.4) * (stems == 0),
        sinks=between(-0.4, 1),
        strings=some(0.2, 0.5, 1.0),
        # Hands with long stems hang less: what has one begins at the height of the others.
        hang=some(0.25, 0.1, 0.4) * (1 - min(2 * stems, 1)),
        old_style=lot() < 0.3,
        stems=stems,
        joins=some(0.2, 0.1, 0.6),
        gaps=some(0.3, 0.1, 0.4),
        slope=float(rng.normal(0, 0.03)) if lot() < 0.94 else between(-0.15, 0.15),
        spacing=spacing,
        alike=lot() < 0.4,
        plain=lot() < 0.25,
        upturn=some(0.2, 0.08, 0.25),
        flat=lot() < 0.08,
        crook=some(0.2, 0.1, 0.4),
        roofed=lot() < 0.15,
        struck=lot() < 0.03,
        exit=some(0.2, 0.08, 0.25),
    )
