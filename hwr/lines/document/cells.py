"""Cells of forms: a box or a piece of a comb for each digit of a code or a reading."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hwr.lines.document.marks import Ink, dots, stroke

_CHANCE = 0.05
_PER_DOT = 4.0
# Columns or rows from one dot of a dotted line to the next.


def draw_pitch(widest: float, tall: float, rng: np.random.Generator) -> float:
    """How wide the cells of a number are, in pixels; 0 for most, which have none.

    Args:
        widest: of its digits, in pixels.
        tall: a digit's height in pixels.
        rng: draws it.
    """
    return widest + tall * rng.uniform(0.2, 0.7) if rng.random() < _CHANCE else 0.0


def draw_cells(
    ink: Ink,
    columns: Sequence[float],
    rows: tuple[float, float],
    room: float,
    thick: float,
    tilt: float,
    rng: np.random.Generator,
) -> None:
    """Draws cells. Whatever parts them ends in a line along them: else it might be a one.

    Args:
        ink: to draw into.
        columns: where one cell ends and the next begins, the two outer ends with them.
        rows: from and to which their digits reach.
        room: between their digits, in pixels.
        thick: of lines, in pixels.
        tilt: rows to a column, by which the page lies askew.
        rng: draws the rest.
    """
    first, last = columns[0], columns[-1]
    middle, high = (first + last) / 2, rows[1] - rows[0]
    lot, thick = rng.random(6), min(thick, 0.3 * room)
    # The lower line is never cut off, and askew, both keep off the digits at either end.
    below = max(len(ink) - thick - rows[1], 0.0)
    tilt = min(max(tilt, -below / (last - first)), below / (last - first))
    fall = abs(tilt) * (last - first) / 2
    top = rows[0] - high * (0.06 + 0.4 * lot[0]) - fall
    bottom = min(rows[1] + high * (0.06 + 0.3 * lot[1]) + fall, len(ink) - thick - fall)
    comb, dotted = lot[2] < 0.25, lot[3] < 0.15
    # Double lines between cells, no farther apart than digits keep off them.
    apart = lot[5] * (0.2 * room - thick / 2) if not comb and lot[4] < 0.5 else 0.0

    def line(x0: float, y0: float, x1: float, y1: float, dotted: bool = False) -> None:
        # An upright line leans as a level one rises.
        begin, end = (
            (x - tilt * (y - (top + bottom) / 2), y + tilt * (x - middle))
            for x, y in ((x0, y0), (x1, y1))
        )
        if not dotted:
            stroke(ink, [begin, end], thick)
            return
        count = int((abs(x1 - x0) + abs(y1 - y0)) / _PER_DOT) + 2
        x, y = (
            np.linspace(*both, count, dtype=np.float32) for both in zip(begin, end, strict=True)
        )
        dots(ink, x, y, max(thick, 1.0))

    up = bottom - high * rng.uniform(0.15, 0.6) if comb else top
    for column in columns:
        inner = first < column < last
        for x in (column - apart, column + apart) if apart and inner else (column,):
            line(x, up, x, bottom, dotted and inner)
    line(first, bottom, last, bottom)
    if not comb:
        line(first, top, last, top)
