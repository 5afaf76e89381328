"""What is printed on paper where a number is written: boxes, cells, guide lines, stamps."""

from __future__ import annotations

import numpy as np

from hwr.lines.document.cells import draw_cells
from hwr.lines.document.conditions import Conditions
from hwr.lines.document.layout import Written
from hwr.lines.document.marks import Ink, curve, dots, ring, stroke

_THICK = 0.1
# Of a digit's height: printed lines at most.
_CORNERED = 0.35
# Share of boxes whose borders end where they meet.
_OVERRUN, _BROAD = 0.08, 0.45
# Share of boxes over one of whose sides the number goes, and how wide the digit there is at least,
# in heights: a border upon a straight one would not be told from it.
_CROSSED = 0.08
# Share of upper borders that go through the digits, below their tops.
_GUIDED = 0.2
# Share of numbers with a guide line.
_DEEPEST = 0.8
# Of the picture's height: how far from its side a border may be.


def draw_printed(
    ink: Ink,
    written: Written,
    crop: tuple[int, int, int],
    conditions: Conditions,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Draws it.

    Args:
        ink: to draw into, of the picture's size.
        written: the number.
        crop: how many rows are above its ink, and columns before and behind it; below zero where
            some of it is cut off.
        conditions: how bad the picture may be.
        rng: draws the rest.

    Returns:
        The columns between which the number's own box is, those of the picture's edges where it
        has none.
    """
    above, before, behind = crop
    between = (0.0, float(ink.shape[1]))
    if written.cells:
        _cells(ink, written, (above, above + len(written.ink)), before, rng)
    else:
        room = max(above, 0), max(before, 0), max(behind, 0)
        between = _ruled(ink, written, room, conditions, rng)
    if rng.random() < 0.08:
        _stamp(ink, rng)
    return between


def _cells(
    ink: Ink, written: Written, rows: tuple[int, int], before: int, rng: np.random.Generator
) -> None:
    """The cells that a number is written into."""
    columns = [before + column for column in written.cells]
    pitch = columns[1] - columns[0]
    room = pitch - float((written.boxes[:, 1] - written.boxes[:, 0]).max())
    draw_cells(ink, columns, rows, room, _thickness(ink, written, rng), _tilt(rng), rng)


def _thickness(ink: Ink, written: Written, rng: np.random.Generator) -> float:
    """Of printed lines, in pixels."""
    return float(rng.uniform(0.6, 0.6 + min(0.07 * len(ink), _THICK * written.tall)))


def _tilt(rng: np.random.Generator) -> float:
    """Of a page under the camera, rows to a column: some lie askew."""
    return float(rng.normal(0, 0.015 if rng.random() < 0.7 else 0.05))


def _ruled(
    ink: Ink,
    written: Written,
    room: tuple[int, int, int],
    conditions: Conditions,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Borders of a box cut into the picture, guide lines, and what is cut off at a side.

    Returns:
        As `_box`.
    """
    thick, tilt = _thickness(ink, written, rng), _tilt(rng)
    between = (0.0, float(ink.shape[1]))
    if rng.random() < conditions.boxed:
        between = _box(ink, written, room, conditions, thick, tilt, rng)
    if rng.random() < _GUIDED:
        _guide(ink, conditions, thick, tilt, rng)
    if rng.random() < 0.08:
        _cut_off(ink, written.pen, room[1:], rng)
    return between


def _box(
    ink: Ink,
    written: Written,
    room: tuple[int, int, int],
    conditions: Conditions,
    thick: float,
    tilt: float,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Borders of a box. Nearly all keep to the room there is before and behind the number, and
    above it or well below its top: upon a digit, or between digits, upright ones would be ones, and
    one along the tops of digits would make sevens of ones.

    Returns:
        The columns of the borders at the sides, or of the picture's edges where there are none
        that part the number from what is beside it.
    """
    height, width = ink.shape
    # Near the edge, or what stands beside the cell would be the number's.
    depth = rng.uniform(-0.02, 0.1, 4) * height
    sides = rng.random(4) < conditions.border
    lean = tilt * height / 2
    if conditions.deep and rng.random() < conditions.deep:
        # Cut out with a part of the cells beside it.
        depth[2:] = rng.uniform(0, _DEEPEST, 2) * height
    depth[2:] = np.minimum(depth[2:], np.array(room[1:]) - thick / 2 - abs(lean) - 2)
    cornered, over = rng.random() < _CORNERED, int(rng.integers(2))
    overrun = rng.random() < _OVERRUN and not cornered and _is_broad(written, over)
    if overrun:
        depth[2 + over] = room[1 + over] + written.tall * float(rng.uniform(0.05, 0.2))
    if rng.random() < _CROSSED:
        below = written.tall * float(rng.uniform(0.1, 0.3))
        depth[0] = room[0] + below + thick - min(tilt * width, 0)
    else:
        depth[0] = min(depth[0], room[0] - thick / 2 - max(tilt * width, 0) - 2)
    ends = float(depth[2]), float(width - depth[3])
    first, last = (-9.0, width + 9.0)
    top, bottom = (-9.0, height + 9.0)
    if cornered:
        # Where none meets it, a border goes on: one that ends on paper might be a one.
        first, last = ends[0] if sides[2] else first, ends[1] if sides[3] else last
        top = float(depth[0]) if sides[0] else top
        bottom = float(height - depth[1]) if sides[1] else bottom
    for y, drawn in zip((depth[0], height - depth[1]), sides[:2], strict=True):
        if drawn:
            ends_of = ((x, y + tilt * min(max(x, 0.0), width)) for x in (first, last))
            stroke(ink, list(ends_of), thick)
    for end, drawn in zip(ends, sides[2:], strict=True):
        if drawn:
            # An upright line leans as a level one rises.
            meets = tilt * end
            rows = top + meets * (top > 0), bottom + meets * (bottom < height)
            stroke(ink, [(end - tilt * (y - height / 2), y) for y in rows], thick)
    aside = abs(lean) + thick / 2
    if overrun:
        # Nothing parts the number from what would stand beside it.
        sides[2 + over] = False
    return (
        ends[0] - aside if sides[2] else 0.0,
        ends[1] + aside if sides[3] else float(width),
    )


def _guide(
    ink: Ink, conditions: Conditions, thick: float, tilt: float, rng: np.random.Generator
) -> None:
    """A guide line, drawn or dotted, at times through the digits."""
    height, width = ink.shape
    struck = rng.random() < conditions.struck
    y = height * (rng.uniform(0.1, 0.95) if struck else rng.uniform(0.55, 0.95))
    if rng.random() < 0.5:
        stroke(ink, [(-9, y), (width + 9, y + tilt * width)], thick, rng.uniform(0.3, 1))
    else:
        step, size = rng.uniform(3, 8), rng.uniform(0.8, 2)
        along = np.arange(0, width, step, dtype=np.float32)
        dots(ink, along, y + tilt * along, size, 0.8)


def _is_broad(written: Written, last: int) -> bool:
    """Whether its first digit, or its last one, is wider than a stroke, and no mark beside it."""
    first, end = written.boxes[-last].tolist()
    beside = written.ink.shape[1] - end if last else first
    return bool(beside < 2 and end - first > _BROAD * written.tall)


def _cut_off(ink: Ink, pen: float, room: tuple[int, int], rng: np.random.Generator) -> None:
    """What is written beside the number, cut off: a bow from beyond an edge into what room there
    is. Upright there, or where there is none, it might be a one."""
    height, width = ink.shape
    right = int(rng.integers(2))
    deep = min(float(rng.uniform(0.2, 0.8)) * (room[right] - pen), 8.0)
    if deep < 2:
        return
    edge, into = (width, -1) if right else (0, 1)
    begin = float(rng.uniform(0, 0.6))
    rows = height * begin, height * (begin + float(rng.uniform(0.1, 0.4)))
    ends = [edge - into * float(rng.uniform(2, 6)) for _ in range(2)]
    bend = edge + into * 2 * deep + (2 * edge - sum(ends)) / 2, sum(rows) / 2
    stroke(ink, curve((ends[0], rows[0]), bend, (ends[1], rows[1])), pen)


def _stamp(ink: Ink, rng: np.random.Generator) -> None:
    """An arc of a round stamp, fainter than other lines: a part of a dark one might be a one."""
    height, width = ink.shape
    radius = rng.uniform(1, 4) * height
    x, y = rng.uniform(0, width), rng.uniform(-1, 2) * height
    ring(ink, x, y, radius, rng.uniform(1, 0.12 * height + 1), rng.uniform(0.2, 0.4))
