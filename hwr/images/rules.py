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
_BETWEEN = 0.3
# Of the picture's height: borders above and below are no nearer to each other.
_ALONE, _IN_BOX = (0.15, 0.8, 0.5), (0.15, 1.0, 0.25)
# Of that way, what else is written has so much at least and at most; and of ink so many pixels to
# each row of the picture. (In a tight crop a one is as high as its picture, and so are digits
# beside it, but not a dash.)


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
    """Adds the pixels of upright lines anywhere that go from the border above to the one below, or
    to the picture's edge, if there is none: where all else that is written is lower."""
    height, middle = len(dark), len(dark) // 2
    lines = found.any()
    least = max(round((_BETWEEN if lines else 0.5) * height), 1)
    if len(dark) < 8 or dark.view(np.uint8).sum(axis=0, dtype=np.uint32).max() < least:
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
    near = _beside(_beside(upright))
    rows = (dark & ~found & ~near).sum(axis=1)
    first, last = fullest_band(rows)
    share = (last - first) / np.median((end - top)[whole])
    # Within a box there may be large digits, or faint ones.
    boxed = (top[whole] > 0).any() and (end[whole] < height).any()
    low, high, inked = _IN_BOX if boxed else _ALONE
    if low <= share <= high and rows[first:last].sum() >= inked * height:
        found |= dark & near


def _beside(these: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """These columns' pixels, and those of the columns next to them."""
    wider = these.copy()
    wider[..., 1:] |= these[..., :-1]
    wider[..., :-1] |= these[..., 1:]
    return wider
