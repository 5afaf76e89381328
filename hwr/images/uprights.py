"""Upright lines that part cells, anywhere in a picture."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hwr.images.bands import fullest_band

_LEAST = 20
# Rows: in smaller pictures, strokes and lines are told apart by too few pixels.
_BETWEEN, _ALONE = 0.3, 0.5
# Of the picture's height, between two borders across and where there are none: uprights are as long
# at least, ...
_WHOLE = 0.9
# ... and so much of them is there.
_LEAN = 3
# Columns that they reach beyond those that are filled so, by leaning, at most.


class _Room(NamedTuple):
    """What else is written, measured by the uprights' length: it is so high at least and at most,
    and so far from either end of them; and it has so many dark pixels to each of the picture's
    rows."""

    low: float
    high: float
    clear: float
    inked: float


_IN_PICTURE = _Room(0.15, 0.8, 0.06, 0.5)
# In a tight crop a one is as high as its picture, and so are digits beside it, but not a dash.
_IN_BOX = _Room(0.15, 1.0, -1.0, 0.25)
# There may be large digits, or faint ones.


def find_uprights(dark: NDArray[np.bool_], found: NDArray[np.bool_]) -> None:
    """Adds the columns of upright lines anywhere that go from the border above to the one below, or
    to the picture's edge, if there is none: where all else that is written is lower, and no stroke
    goes on from them.

    Without borders across, those that do not enclose what is written may be ones, taller than all
    else: of these only what is above and below that is added.

    Args:
        dark: bool [height, width], what may be ink.
        found: as `dark`, borders found so far, to which they are added.
    """
    height = len(dark)
    if height < _LEAST:
        return
    columns, tops, ends = _whole(dark, found)
    if not len(columns):
        return
    upright = np.zeros(dark.shape[1], np.bool_)
    upright[columns] = True
    written = dark & ~found
    near = _near(upright, written)
    if not near.any():
        return
    others = written & ~near
    rows = others.sum(axis=1)
    first, last = fullest_band(rows)
    top, end = float(np.median(tops)), float(np.median(ends))
    room, long = _IN_BOX if top and end < height else _IN_PICTURE, end - top
    if (
        room.low * long <= last - first <= room.high * long
        and min(first - top, end - last) >= room.clear * long
        and rows[first:last].sum() >= room.inked * height
    ):
        if room is _IN_BOX or _enclosed(others[first:last], near):
            found[:, near] = True
        else:
            found[:first, near] = found[last:, near] = True


def _enclosed(written: NDArray[np.bool_], near: NDArray[np.bool_]) -> bool:
    """Whether most of what is written stands between columns of uprights."""
    at = np.flatnonzero(near)
    between = np.count_nonzero(written[:, at[0] : at[-1]])
    return bool(2 * between > np.count_nonzero(written))


def _whole(
    dark: NDArray[np.bool_], found: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The columns that are filled from the border above to the one below, or to the edge, with
    these rows: the first of each, and the one behind its last."""
    none = np.zeros(0, np.int64)
    height, middle, lines = len(dark), len(dark) // 2, found.any()
    least = round((_BETWEEN if lines else _ALONE) * height)
    if dark.view(np.uint8).sum(axis=0, dtype=np.uint32).max() < least:
        return none, none, none
    # Some lean, and some are gone in places.
    filled = dark.copy()
    filled[1:-1] |= dark[2:] & dark[:-2]
    beside = filled.copy()
    beside[:, 1:] |= filled[:, :-1]
    beside[:, :-1] |= filled[:, 1:]
    likely = beside.view(np.uint8).sum(axis=0, dtype=np.uint32) >= _WHOLE * least
    if not lines:
        likely &= beside[0] & beside[-1]
    columns = np.flatnonzero(likely)
    if not len(columns):
        return none, none, none
    above, below = found[:middle, columns], found[middle:, columns]
    top = np.where(above.any(axis=0), middle - above[::-1].argmax(axis=0), 0)
    end = np.where(below.any(axis=0), middle + below.argmax(axis=0), height)
    row, filled = np.arange(height)[:, None], beside[:, columns]
    between = (top <= row) & (row < end)
    whole = np.count_nonzero(filled & between, axis=0) >= _WHOLE * (end - top)
    place = np.arange(len(columns))
    whole &= (end - top >= least) & filled[top, place] & filled[end - 1, place]
    return columns[whole], top[whole], end[whole]


def _near(upright: NDArray[np.bool_], dark: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Columns of uprights, and those next to them, where they lean; but for those that a stroke
    goes on from, as a flag or an arm does from a digit's stem."""
    near = np.zeros_like(upright)
    edges = np.flatnonzero(np.diff(upright, prepend=False, append=False)).tolist()
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        before, behind = dark[:, max(first - _LEAN - 1, 0) : first], dark[:, end : end + _LEAN + 1]
        # (At a picture's edge there is no room for one.)
        if not any(side.shape[1] > _LEAN and side.all(axis=1).any() for side in (before, behind)):
            near[max(first - _LEAN, 0) : end + _LEAN] = True
    return near
