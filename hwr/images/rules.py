"""Ruled lines and borders of boxes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hwr.images.askew import find_askew
from hwr.images.bands import fullest_band
from hwr.images.runs import find_runs

_ACROSS, _WIDEST = 1.2, 0.8
# A line across is as long as this many times the picture's height, or this share of its width.
_UPRIGHT = 0.7
# Of the picture's height: a border at a side is as long as that.
_SIDE = 0.15
# Of the picture's height: borders at the sides are no farther from them. (Upright strokes of digits
# are as high in a tight crop.)
_WHOLE = 0.9
# Of the way from one border across to the other, or from edge to edge: uprights are as long.
_LEAST = 20
# Rows: in smaller pictures, strokes and lines are told apart by too few pixels.
_LEAN = 3
# Columns beyond those that are filled that uprights reach by leaning, at most.
_BETWEEN = 0.3
# Of the picture's height: borders above and below are no nearer to each other.
_ALONE, _IN_BOX = (0.15, 0.8, 0.06, 0.5), (0.15, 1.0, -1.0, 0.25)
# Of that way, what else is written has so much at least and at most, and is so far from either end;
# and it has so many dark pixels to each row of the picture. (In a tight crop a one is as high as
# its picture, and so are digits beside it, but not a dash.)


def ruled(dark: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The pixels of ruled lines and of the borders of boxes, and those next to them.

    Args:
        dark: [height, width], what may be ink.
    """
    height, width = dark.shape
    across = max(round(min(_ACROSS * height, _WIDEST * width)), height // 2, 2)
    found = np.zeros_like(dark)
    find_runs(dark.T, across, found.T)
    # Shorter ones might be roofs of digits.
    if width >= across >= height:
        find_askew(dark, across, found)
    side = max(2, round(_SIDE * height))
    for columns in (slice(None, side), slice(-side, None)):
        find_runs(dark[:, columns], max(2, round(_UPRIGHT * height)), found[:, columns])
    if found.any():
        _widen(found)
    _find_uprights(dark, found)
    return found


def _widen(found: NDArray[np.bool_]) -> None:
    """Adds the pixels next to those found, up and down, then on either side."""
    found[1:] |= found[:-1]
    found[:-1] |= found[1:]
    found[:, 1:] |= found[:, :-1]
    found[:, :-1] |= found[:, 1:]


def _find_uprights(dark: NDArray[np.bool_], found: NDArray[np.bool_]) -> None:
    """Adds the columns of upright lines anywhere that go from the border above to the one below, or
    to the picture's edge, if there is none: where all else that is written is lower, and no stroke
    goes on from them."""
    height, middle = len(dark), len(dark) // 2
    lines = found.any()
    least = max(round((_BETWEEN if lines else 0.5) * height), 1)
    if height < _LEAST or dark.view(np.uint8).sum(axis=0, dtype=np.uint32).max() < least:
        return
    # Some lean, and some are gone in places.
    filled = dark.copy()
    filled[1:-1] |= dark[2:] & dark[:-2]
    filled = _beside(filled)
    likely = filled.view(np.uint8).sum(axis=0, dtype=np.uint32) >= _WHOLE * least
    if not lines:
        likely &= filled[0] & filled[-1]
    columns = np.flatnonzero(likely)
    if not len(columns):
        return
    above, below = found[:middle, columns], found[middle:, columns]
    top = np.where(above.any(axis=0), middle - above[::-1].argmax(axis=0), 0)
    end = np.where(below.any(axis=0), middle + below.argmax(axis=0), height)
    row, filled = np.arange(height)[:, None], filled[:, columns]
    between = (top <= row) & (row < end)
    whole = np.count_nonzero(filled & between, axis=0) >= _WHOLE * (end - top)
    place = np.arange(len(columns))
    whole &= (end - top >= least) & filled[top, place] & filled[end - 1, place]
    if not whole.any():
        return
    upright = np.zeros(dark.shape[1], np.bool_)
    upright[columns[whole]] = True
    near = _near(upright, dark & ~found)
    rows = (dark & ~found & ~near).sum(axis=1)
    first, last = fullest_band(rows)
    top, end = float(np.median(top[whole])), float(np.median(end[whole]))
    # Within a box there may be large digits, or faint ones.
    low, high, clear, inked = _IN_BOX if top and end < height else _ALONE
    long = end - top
    if (
        low * long <= last - first <= high * long
        and min(first - top, end - last) >= clear * long
        and rows[first:last].sum() >= inked * height
    ):
        found[:, near] = True


def _near(upright: NDArray[np.bool_], dark: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Columns of uprights, and those next to them, where they lean; but for those that a stroke
    goes on from, as a flag or an arm does from a digit's stem."""
    near = np.zeros_like(upright)
    edges = np.flatnonzero(np.diff(upright, prepend=False, append=False)).tolist()
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        before, behind = dark[:, max(first - _LEAN - 1, 0) : first], dark[:, end : end + _LEAN + 1]
        if not any(side.size and side.all(axis=1).any() for side in (before, behind)):
            near[max(first - _LEAN, 0) : end + _LEAN] = True
    return near


def _beside(these: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """These columns' pixels, and those of the columns next to them."""
    wider = these.copy()
    wider[..., 1:] |= these[..., :-1]
    wider[..., :-1] |= these[..., 1:]
    return wider
