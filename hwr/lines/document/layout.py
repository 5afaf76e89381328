"""Digits side by side as a hand sets them, with marks between them that the text does not hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hwr.lines.document.cells import draw_pitch
from hwr.lines.document.cents import Cents
from hwr.lines.document.edges import Edges, edges_of
from hwr.lines.document.flourishes import RUN_ON, UNPAIRED, Kind, a_mark, flourish, ring_around
from hwr.lines.document.hands import Hand
from hwr.lines.document.joins import Placed, join, string
from hwr.lines.document.lettering import a_word, letter, word_width
from hwr.lines.document.marks import LOW, Drawing, Ink, separator, stroke
from hwr.lines.document.shapes import OWN_SLANT, PATCH, TALL, THINNEST

_FEET = slice((PATCH + TALL) // 2 - 8, (PATCH + TALL) // 2)
# Rows of a digit's picture in which its foot is.
_ROOM = 32
# Rows above and below the digits' pictures on the canvas.
_BESIDE_ONE = 0.04
# Of a digit's height, to a one and from it at least: along a stem or a zero's side, a stroke that
# touches it is lost in it.
_SEPARATED, _GROUPED = 0.5, 0.5
# Share of numbers with marks between digits, and share of those that have them by threes from the
# end, or before the last two, as amounts do; in others, they stand anywhere.
_BEFORE, _BEHIND, _AT_BOTH_ENDS, _FAR = 0.3, 0.5, 0.4, 0.15
# Share of numbers with a mark before them, with one behind them, with the same at both ends where
# there is one, and of marks that stand far off.
_WITH_CENTS = 0.4
# Share of numbers with marks by threes where these begin before the last two digits.
_UNDER = 0.3
# Share of dots and commas that may stand under a digit's roof.
_ROUND, _RUNS_ON = "023568", 0.15
# Digits from which a dash may run on, as ones and sevens would not be told from it, and how often.
_IRREGULAR, _WIDER = 0.3, 0.3
# Share of numbers set with gaps of all kinds, and of these gaps those that are wider.
_DOTTED, _SIGNED = 0.3, 0.8
# Of what stands behind numbers: a dot, comma or short dash near the last digit's foot, a sign.
_LETTERED = 0.12, 0.04
# Share of numbers with a printed word before them, and behind them.
_RINGED = 0.02
# Share of numbers, of those with nothing beside them, with a ring around them.
_CLIMBS = 22
# Rows by which a line rises or falls, about, at most.
_UNDERLINED = 0.05
# Share of numbers that are, as totals are.
_HANGS = {"4": 0.5, "7": 1.0, "9": 1.0}
_OLD_STYLE = {"3": 1.0, "5": 1.0}
# How far digits hang below the base line in hands that let them hang, and which others do in some.


class Written(NamedTuple):
    """A number as written.

    Attributes:
        ink: float32 [height, width], 0 to 1, cut to its ink.
        pen: the width of its thinnest strokes, in pixels.
        tall: the height of its lowest digits without long stems, in pixels; where they are small
            zeros, halfway to that of the others.
        boxes: float32 [digits, 2], the columns from and to which each digit's own ink reaches.
        cells: where each digit's cell begins, and the last one ends, in columns; none for most.
        slant: columns to a row by which it leans to the right; nan where nobody could tell.
    """

    ink: Ink
    pen: float
    tall: float
    boxes: NDArray[np.float32]
    cells: tuple[float, ...] = ()
    slant: float = math.nan


def set_digits(
    patches: NDArray[np.uint8],
    edges: Sequence[Edges],
    text: str,
    hand: Hand,
    rng: np.random.Generator,
    marks: float = 1.0,
) -> Written:
    """Sets digits side by side.

    Args:
        patches: uint8 [digits, PATCH, PATCH], ink high, of `hwr.lines.document.shapes.write`.
        edges: of each, as `edges_of` finds them.
        text: what they say.
        hand: the one that wrote them.
        rng: draws their places.
        marks: of those beside amounts, how many there are.
    """
    import cv2

    count, tall = len(text), hand.size * TALL
    pen = max(hand.drawn_pen * tall, THINNEST)
    widest = max(edge.last - edge.first for edge in edges)
    pitch = draw_pitch(widest, tall, rng)
    around = _Around.draw(marks, bool(pitch), rng)
    step = TALL * (1.2 * hand.width + 0.15 + max(hand.spacing, 0))
    lettered = sum(TALL * (word_width(word) + 2) for word in around.words if word)
    width = int(count * max(step, pitch) + 7 * PATCH + lettered)
    canvas = np.zeros((PATCH + 2 * _ROOM, width), np.float32)
    nib = 0.0 if hand.keeps_strokes else hand.nib
    # (Most of marks go along the line.)
    drawing = Drawing(canvas, tall, max(pen * (1 - 0.5 * nib), THINNEST), rng)
    lots = rng.uniform(-1, 1, (count, 4))
    boxes = np.zeros((count, 2), np.float32)
    x, base, drop = float(PATCH), _ROOM + (PATCH + tall) / 2, 0.0
    mark: Kind | None = None
    if around.words[0]:
        x += letter(drawing, x, base, around.words[0]) + pen / 2 + tall * _aside(0.15, 0.45, rng)
    if around.before:
        mark = a_mark(rng, behind=False)
        x += flourish(drawing, x, base, mark)
        x += pen / 2 + tall * _aside(0.08, 0.47, rng)
    cents = Cents.none(count) if pitch or rng.random() >= marks else Cents.draw(count, pen, rng)
    if cents.begin < count:
        patches = cents.shrunk(patches)
        edges = [*edges[: cents.begin], *edges_of(patches[cents.begin :], hand.slant)]
    shares = patches.astype(np.float32) / 255
    # By how many rows each stands lower than on the base line.
    sunk = [_sunk(digit, hand, tall, lot[0]) for digit, lot in zip(text, lots, strict=True)]
    sunk[cents.begin :] = [rows - cents.lift(tall) for rows in sunk[cents.begin :]]
    most = _CLIMBS / (count * max(step, pitch))
    slope = min(max(hand.slope, -most), most)
    last: Placed | None = None
    for place, (patch, edge, lot) in enumerate(zip(shares, edges, lots, strict=True)):
        raised = place >= cents.begin
        if pitch:
            x = PATCH + pitch * (place + 0.5) - (edge.last - edge.first) / 2
            x += 0.3 * (pitch - widest) * lot[1]
        left = round(x) - edge.first
        # Who fills in cells keeps to them.
        drop = slope * (left - PATCH) * (0.2 if pitch else 1.0)
        top = _ROOM + drop + sunk[place]
        this = Placed(left, min(max(round(top), 0), 2 * _ROOM), edge)
        part = canvas[this.top : this.top + PATCH, left : left + PATCH]
        np.maximum(part, patch, out=part)
        boxes[place] = this.first, this.last
        if last is not None and not pitch:
            if text[place - 1 : place + 1] == "00" and rng.random() < hand.strings:
                string(drawing, last, this)
            elif not raised and rng.random() < hand.joins:
                join(drawing, last, this, base + drop, text[place - 1 : place + 1])
        last = this
        if pitch or place + 1 == count:
            continue
        gap = tall * (hand.spacing + 0.12 * hand.uneven * lot[1])
        if "1" in text[place : place + 2]:
            gap = max(gap, tall * _BESIDE_ONE)
        if around.irregular and rng.random() < _WIDER:
            gap = max(gap, 0.0) + tall * float(rng.uniform(0.15, 0.8))
        kind = around.between(count - 1 - place, lot[2], rng)
        if kind is not None:
            aside = tall * (0.06 + 0.05 * lot[3])
            foot = aside + _behind_foot(this, hand, tall, kind < LOW and rng.random() < _UNDER)
            room = separator(drawing, foot, base + drop, hand.slant, kind)
            wider = 0.2 if kind >= LOW else rng.uniform(0.02, 0.25)
            gap = max(max(gap, 0.0) + wider * tall, aside + room)
        if place + 1 == cents.begin:
            gap = max(gap, 0.0) + tall * cents.gap
        following = edges[place + 1]
        lower = sunk[place + 1] - sunk[place] + slope * (edge.last - edge.first)
        step = _reach(edge, following, round(lower)) + gap
        # Two thin ones set closer are one thick one to everybody.
        alike = text[place] == text[place + 1]
        least = tall * max(0.28, min(0.42, 0.2 + 2 * pen / tall) if alike else 0.28)
        x = left + following.first + max(step, least + edge.middle - following.middle)
    end = float(boxes[-1, 1])
    if cents.lines:
        cents.underline(drawing, (float(boxes[cents.begin, 0]), end), base + drop)
    if not pitch and rng.random() < _UNDERLINED:
        _underline(drawing, ((float(boxes[0, 0]), base), (end, base + drop)))
    if around.behind and last is not None:
        x = end
        if rng.random() < _DOTTED:
            foot = _behind_foot(last, hand, tall) + tall * float(rng.uniform(0.08, 0.3))
            x = max(x, foot + separator(drawing, foot, base + drop, hand.slant))
        if rng.random() < _SIGNED:
            apart = pen / 2 + tall * _aside(0.06, 0.34, rng)
            mark, apart = _sign(mark, text[-1], hand, drawing, apart)
            x += apart
            x += flourish(drawing, x, base + slope * (x - PATCH), mark)
        end = max(end, x)
    if around.words[1]:
        end += pen / 2 + tall * _aside(0.2, 0.45, rng)
        letter(drawing, end, base + slope * (end - PATCH), around.words[1])
    if rng.random() < _RINGED * marks and not (pitch or around.beside):
        ends = float(boxes[0, 0]), float(boxes[-1, 1])
        ring_around(drawing, ends, base + drop / 2 - tall / 2, slope)
    lowest = tall * cents.size * (min(1.0, (1 + hand.zero) / 2) if "0" in text else 1.0)
    pen *= cents.size * (1 - 0.7 * nib)
    pen = max(pen, THINNEST * cents.size)
    left, top, wide, high = cv2.boundingRect((canvas > 0.25).view(np.uint8))
    if not wide:
        return Written(canvas[_ROOM:-_ROOM, :PATCH], pen, lowest, boxes)
    ink = canvas[top : top + high, left : left + wide]
    cells = (PATCH - left + pitch * place for place in range(count + 1)) if pitch else ()
    # Plain ones lean each in a way of its own.
    slant = math.nan if hand.plain and set(text) == {"1"} else hand.slant + OWN_SLANT * hand.width
    return Written(ink, pen, lowest, boxes - left, tuple(cells), slant)


class _Around(NamedTuple):
    """What there is around the digits of a number: marks that its text does not hold, and gaps.

    Attributes:
        separated: whether it has marks between digits.
        grouped: whether these are by threes.
        before, behind: whether it has marks there.
        irregular: whether its gaps are of all kinds.
        by_threes, by_cents: the kinds of `separator` by which thousands and cents are parted, each
            all through the number.
        first: how many digits are behind the last of the marks by threes.
        words: what is printed before it and behind it; empty for nothing.
    """

    separated: bool
    grouped: bool
    before: bool
    behind: bool
    irregular: bool
    by_threes: float
    by_cents: float
    first: int
    words: tuple[str, ...]

    @property
    def beside(self) -> bool:
        """Whether anything is before it or behind it."""
        return self.before or self.behind or any(self.words)

    @classmethod
    def draw(cls, marks: float, celled: bool, rng: np.random.Generator) -> _Around:
        """By lot: of marks beside amounts, `marks` as many; nothing where each digit has a cell."""
        shares = np.array([_SEPARATED, _GROUPED, _BEFORE, _BEHIND, _IRREGULAR])
        shares[:-1] *= marks
        which = (rng.random(len(shares)) < shares * (not celled)).tolist()
        by_threes, by_cents, lot = rng.random(3).tolist()
        words = (
            "" if celled or rng.random() >= marks * share else a_word(rng) for share in _LETTERED
        )
        first = 2 if lot < _WITH_CENTS else 0
        return cls._make([*which, by_threes, by_cents, first, tuple(words)])

    def between(self, behind: int, lot: float, rng: np.random.Generator) -> float | None:
        """The kind of mark, if any, where so many digits stand behind it; `lot` is from -1 to 1."""
        if not self.separated:
            return None
        if not self.grouped:
            return float(rng.random()) if lot > 0.4 else None
        if lot <= -0.8 or behind < self.first or (behind - self.first) % 3:
            return None
        return self.by_cents if behind == 2 else self.by_threes


def _sign(
    before: Kind | None, digit: str, hand: Hand, drawing: Drawing, apart: float
) -> tuple[Kind, float]:
    """The mark behind a number that ends in a digit, and has one before it or none; and how far
    from the digit it stands, of most `apart`."""
    mark, rng = before, drawing.rng
    if mark is None or mark in UNPAIRED or rng.random() >= _AT_BOTH_ENDS:
        straight = hand.plain or not hand.flag
        mark = a_mark(rng, True, hand.upright or not straight, single=hand.upright)
    if mark in RUN_ON and digit in _ROUND and rng.random() < _RUNS_ON:
        # From the last stroke of the last digit.
        apart = -drawing.tall * float(rng.uniform(0, 0.08))
    return mark, apart


def _sunk(digit: str, hand: Hand, tall: float, lot: float) -> float:
    """By how many rows a digit stands lower than on the base line; by `lot`, -1 to 1, astray."""
    hangs = _HANGS | _OLD_STYLE if hand.old_style else _HANGS
    astray = lot * (0.07 * hand.uneven + 0.15 * hand.careless)
    sinks = hand.sinks * (1 - hand.sized(int(digit))) / 2
    return tall * (astray + hangs.get(digit, 0.0) * hand.hang + sinks)


def _reach(edge: Edges, following: Edges, lower: int) -> float:
    """How many columns behind where a digit's picture begins that of the following one may, in the
    row where they come nearest; it stands so many rows lower."""
    right, left = edge.right, following.left
    if lower > 0:
        right, left = right[lower:], left[:-lower]
    elif lower < 0:
        right, left = right[:lower], left[-lower:]
    return float((right - left).max())


def _aside(least: float, more: float, rng: np.random.Generator) -> float:
    """How far from the number a mark stands, in heights of a digit; a few stand far off."""
    far = float(rng.uniform(0, 1)) if rng.random() < _FAR else 0.0
    return least + more * float(rng.random()) + far


def _behind_foot(digit: Placed, hand: Hand, tall: float, under: bool = False) -> float:
    """The column behind a digit's foot, which in leaning hands is not below its top; it may be
    `under` what reaches farther above."""
    foot = digit.left + float(digit.edges.right[_FEET].max())
    if under and digit.first < foot:
        return foot
    return max(foot, digit.last - max(hand.slant, 0) * tall)


def _underline(drawing: Drawing, ends: Sequence[tuple[float, float]]) -> None:
    """A stroke or two below a number, from about the one to the other end of its base line."""
    ink, tall, pen, rng = drawing
    beyond, below = tall * rng.uniform(-0.2, 0.4, 2), tall * (0.1 + 0.3 * rng.random())
    (left, start), (right, end) = ends
    points = [(left - beyond[0], start + below), (right + beyond[1], end + below)]
    for _ in range(int(rng.integers(1, 3))):
        shifts = tall * rng.normal(0, 0.03, 2)
        stroke(ink, [(x, y + by) for (x, y), by in zip(points, shifts, strict=True)], pen)
        points = [(x, y + 0.15 * tall) for x, y in points]
