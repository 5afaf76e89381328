"""Digits side by side as a hand sets them, with marks between them that the text does not hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hwr.lines.document.cells import draw_pitch
from hwr.lines.document.cents import Cents
from hwr.lines.document.edges import Edges, edges_of
from hwr.lines.document.flourishes import flourish
from hwr.lines.document.hands import Hand
from hwr.lines.document.marks import Ink, curve, separator, stroke
from hwr.lines.document.shapes import PATCH, TALL, THINNEST

_FEET = slice((PATCH + TALL) // 2 - 8, (PATCH + TALL) // 2)
# Rows of a digit's picture in which its foot is.
_ROOM = 32
# Rows above and below the digits' pictures on the canvas.
_UNDERLINED = 0.05
# Share of numbers that are, as totals are.
_HANGS = {"4": 0.5, "7": 1.0, "9": 1.0}
_OLD_STYLE = {"3": 1.0, "5": 1.0}
# How far digits hang below the base line in hands that let them hang, and which others do in some.

_Placed = tuple[int, int, Edges]
# A digit on the canvas: the column and the row at which its picture begins, and its edges.


class Written(NamedTuple):
    """A number as written.

    Attributes:
        ink: float32 [height, width], 0 to 1, cut to its ink.
        pen: the width of its strokes, in pixels.
        tall: the height of its lowest digits without long stems, in pixels.
        boxes: float32 [digits, 2], the columns from and to which each digit's own ink reaches.
        cells: where each digit's cell begins, and the last one ends, in columns; none for most.
    """

    ink: Ink
    pen: float
    tall: float
    boxes: NDArray[np.float32]
    cells: tuple[float, ...] = ()


def set_digits(
    patches: NDArray[np.uint8],
    edges: Sequence[Edges],
    text: str,
    hand: Hand,
    rng: np.random.Generator,
) -> Written:
    """Sets digits side by side.

    Args:
        patches: uint8 [digits, PATCH, PATCH], ink high, of `hwr.lines.document.shapes.write`.
        edges: of each, as `edges_of` finds them.
        text: what they say.
        hand: the one that wrote them.
        rng: draws their places.
    """
    import cv2

    count = len(text)
    hangs = _HANGS | _OLD_STYLE if hand.old_style else _HANGS
    tall = hand.size * TALL
    pen = max(hand.pen * tall, THINNEST)
    astray = tall * (0.07 * hand.uneven + 0.15 * hand.careless)
    separated = rng.random() < 0.4
    before, behind = rng.random() < 0.2, rng.random() < 0.35
    widest = max(edge.last - edge.first for edge in edges)
    pitch = 0.0 if before or behind or separated else draw_pitch(widest, tall, rng)
    step = TALL * (1.2 * hand.width + 0.15 + max(hand.spacing, 0))
    width = int(count * max(step, pitch) + 7 * PATCH)
    canvas = np.zeros((PATCH + 2 * _ROOM, width), np.float32)
    lots = rng.uniform(-1, 1, (count, 4))
    boxes = np.zeros((count, 2), np.float32)
    x, behind_last, last_one = float(PATCH), 0.0, (0, 0, edges[0])
    base = _ROOM + (PATCH + tall) / 2
    if before:
        x += flourish(canvas, x, base, tall, pen, rng, behind=False)
        x += tall * (0.2 + 0.35 * float(rng.random()))
    cents = Cents.none(count) if pitch else Cents.draw(count, pen, rng)
    if cents.begin < count:
        patches = cents.shrunk(patches)
        edges = [*edges[: cents.begin], *edges_of(patches[cents.begin :], hand.slant)]
    shares = patches.astype(np.float32) / 255
    for place, (patch, edge) in enumerate(zip(shares, edges, strict=True)):
        first, last = edge.first, edge.last
        if pitch:
            x = PATCH + pitch * (place + 0.5) - (last - first) / 2
            x += 0.3 * (pitch - widest) * lots[place, 1]
        left = round(x) - first
        # Who fills in cells keeps to them.
        drop = hand.slope * (left - PATCH) * (0.2 if pitch else 1.0)
        top = _ROOM + drop + astray * lots[place, 0]
        top += hangs.get(text[place], 0.0) * hand.hang * tall
        top += hand.sinks * (1 - hand.sized(int(text[place]))) * tall / 2
        if raised := place >= cents.begin:
            top -= cents.lift(tall)
        top = min(max(round(top), 0), 2 * _ROOM)
        part = canvas[top : top + PATCH, left : left + PATCH]
        np.maximum(part, patch, out=part)
        strung = not pitch and text[place - 1 : place + 1] == "00"
        this_one = (left, top, edge)
        if place and strung and rng.random() < hand.strings:
            _string(canvas, last_one, this_one, tall, pen, rng)
        elif place and not (raised or pitch) and rng.random() < hand.joins:
            _join(canvas, last_one, this_one, base + drop, tall, pen, rng)
        behind_last, last_one = left + last, this_one
        boxes[place] = left + first, behind_last
        if pitch:
            continue
        if place + 1 == count:
            break
        gap = tall * (hand.spacing + 0.12 * hand.uneven * lots[place, 1])
        following = edges[place + 1]
        if separated and lots[place, 2] > 0.4:
            # Beside the digit's foot, which in leaning hands is not below its top.
            foot = left + float(edge.right[_FEET].max())
            here = max(foot, behind_last - max(hand.slant, 0) * tall)
            here += tall * (0.06 + 0.05 * lots[place, 3])
            separator(canvas, here, base + drop, tall, pen, rng, hand.slant)
            gap = max(gap, 0.0) + tall * 0.2
        if place + 1 == cents.begin:
            gap = max(gap, 0.0) + tall * cents.gap
        step = float((edge.right - following.left).max()) + gap
        # Two thin ones set closer are one thick one to everybody.
        least = tall * (0.42 if text[place] == text[place + 1] else 0.28)
        x = left + following.first + max(step, least + edge.middle - following.middle)
    if cents.lines:
        columns = (float(boxes[cents.begin, 0]), behind_last)
        cents.underline(canvas, columns, base + drop, tall, pen)
    if not pitch and rng.random() < _UNDERLINED:
        ends = ((float(boxes[0, 0]), base), (behind_last, base + drop))
        _underline(canvas, ends, tall, pen, rng)
    if behind:
        x = behind_last + tall * (0.1 + 0.3 * float(rng.random()))
        _ended(canvas, (x, base + hand.slope * (x - PATCH)), tall, pen, hand, rng)
    lowest = tall * cents.size
    left, top, wide, high = cv2.boundingRect((canvas > 0.25).view(np.uint8))
    if not wide:
        return Written(canvas[_ROOM:-_ROOM, :PATCH], pen, lowest, boxes)
    ink = canvas[top : top + high, left : left + wide]
    cells = (PATCH - left + pitch * place for place in range(count + 1)) if pitch else ()
    return Written(ink, pen, lowest, boxes - left, tuple(cells))


def _underline(
    canvas: Ink,
    ends: Sequence[tuple[float, float]],
    tall: float,
    pen: float,
    rng: np.random.Generator,
) -> None:
    """A stroke or two below a number, from about the one to the other end of its base line."""
    beyond, below = tall * rng.uniform(-0.2, 0.4, 2), tall * (0.1 + 0.3 * rng.random())
    (left, start), (right, end) = ends
    points = [(left - beyond[0], start + below), (right + beyond[1], end + below)]
    for _ in range(int(rng.integers(1, 3))):
        shifts = tall * rng.normal(0, 0.03, 2)
        stroke(canvas, [(x, y + by) for (x, y), by in zip(points, shifts, strict=True)], pen)
        points = [(x, y + 0.15 * tall) for x, y in points]


def _ended(
    canvas: Ink,
    place: tuple[float, float],
    tall: float,
    pen: float,
    hand: Hand,
    rng: np.random.Generator,
) -> None:
    """What stands behind a number, from a place on its base line."""
    x, base = place
    slashes = hand.upright or not hand.plain
    if rng.random() < 0.3:
        separator(canvas, x, base, tall, pen, rng)
        x += 0.25 * tall
    if rng.random() < 0.8:
        flourish(canvas, x, base, tall, pen, rng, behind=True, slashes=slashes)


def _join(
    canvas: Ink,
    one: _Placed,
    following: _Placed,
    base: float,
    tall: float,
    pen: float,
    rng: np.random.Generator,
) -> None:
    """A thin stroke from a digit to the next, not so steep that it might be a one."""
    first, second = base - tall * rng.uniform(0.0, 1.0, 2)
    end = _beside(one, first, right=True)
    steep = 0.2 * tall + max(_beside(following, first, right=False) - end, 0.0)
    second = min(max(second, first - steep), first + steep)
    start = _beside(following, second, right=False)
    bend = ((end + start) / 2, (first + second) / 2 + tall * rng.uniform(-0.3, 0.3))
    stroke(canvas, curve((end - 3, first), bend, (start + 3, second)), max(0.6 * pen, THINNEST))


def _beside(digit: _Placed, row: float, right: bool) -> float:
    """The column in which a digit's ink ends, or begins, near a row; of all rows where there is
    none."""
    left, top, edge = digit
    at = min(max(round(row) - top, 0), PATCH - 1)
    column = float((edge.right if right else edge.left)[at])
    if not edge.first <= column <= edge.last:
        column = edge.last if right else edge.first
    return left + column


def _string(
    canvas: Ink,
    one: _Placed,
    following: _Placed,
    tall: float,
    pen: float,
    rng: np.random.Generator,
) -> None:
    """The stroke from the top of a zero to that of the next, which sags."""
    start, end = (
        (left + edge.first + share * (edge.last - edge.first), top + edge.top)
        for (left, top, edge), share in ((one, 0.7), (following, 0.3))
    )
    sag = tall * float(rng.uniform(0.0, 0.35))
    bend = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + pen / 2 + sag)
    stroke(canvas, curve((start[0], start[1] + pen / 2), bend, (end[0], end[1] + pen / 2)), pen)
