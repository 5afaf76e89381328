"""Ruled lines and borders of boxes."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hwr.images.bands import fullest_band

_ACROSS, _WIDEST = 1.2, 0.8
# A line across is as long as this many times the picture's height, or this share of its width.
_STEEPEST = 0.12
# Rows to a column by which lines across rise or fall at most: pages under a camera lie askew.
_APART = 1.6
# Rows, at the far end of the shortest line, from a slope that is looked for to the next.
_MOST_PIXELS = 200_000
# Of a picture in which lines askew are looked for: time and memory grow faster than its size.
_EVERY = 4
# Columns, of which one is looked at first.
_UPRIGHT = 0.7
# Of the picture's height: a border at a side is as long as that.
_SIDE = 0.15
# Of the picture's height: borders at the sides are no farther from them. (Upright strokes of digits
# are as high in a tight crop.)
_WHOLE = 0.9
# Of the way from one border across to the other, or from edge to edge: uprights are as long.
_LOW, _LOWER = 0.25, 0.8
# Of that way: what else is written is no lower and no higher. (In a tight crop a one is as high as
# its picture, and so are digits beside it, but not a dash.)


def ruled(dark: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The pixels of ruled lines and of the borders of boxes, and those next to them.

    Args:
        dark: [height, width], what may be ink.
    """
    height, width = dark.shape
    across = max(round(min(_ACROSS * height, _WIDEST * width)), height // 2, 2)
    found = np.zeros_like(dark)
    _find_runs(dark.T, across, found.T)
    # Shorter ones might be roofs of digits.
    if width >= across >= height and dark.size <= _MOST_PIXELS:
        _find_askew(dark, across, found)
    side = max(2, round(_SIDE * height))
    for columns in (slice(None, side), slice(-side, None)):
        _find_runs(dark[:, columns], max(2, round(_UPRIGHT * height)), found[:, columns])
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
    height, width = dark.shape
    middle = height // 2
    if not middle or dark.view(np.uint8).sum(axis=0, dtype=np.uint32).max() < middle:
        return
    above, below = found[:middle], found[middle:]
    top = np.where(above.any(axis=0), middle - above[::-1].argmax(axis=0), 0)
    end = np.where(below.any(axis=0), middle + below.argmax(axis=0), height)
    # Some lean, and some are gone in places.
    filled = dark.copy()
    filled[1:-1] |= dark[2:] & dark[:-2]
    filled = _beside(filled)
    sums = np.zeros((height + 1, width), np.int32)
    filled.cumsum(axis=0, out=sums[1:])
    column, long = np.arange(width), end - top
    upright = sums[end, column] - sums[top, column] >= _WHOLE * long
    upright &= (long >= middle) & filled[top, column] & filled[end - 1, column]
    if not upright.any():
        return
    near = _beside(_beside(upright))
    rows = (dark & ~found & ~near).sum(axis=1)
    first, last = fullest_band(rows)
    share = (last - first) / np.median(long[upright])
    if _LOW <= share <= _LOWER and rows[first:last].sum() >= height:
        found |= dark & near


def _beside(these: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """These columns' pixels, and those of the columns next to them."""
    wider = these.copy()
    wider[..., 1:] |= these[..., :-1]
    wider[..., :-1] |= these[..., 1:]
    return wider


def _find_askew(dark: NDArray[np.bool_], length: int, found: NDArray[np.bool_]) -> None:
    """Adds the pixels of straight lines at least so long that rise or fall along the picture, two
    pixels thick or more."""
    if not _crossed(dark, length):
        return
    slopes = np.arange(_APART / length, _STEEPEST, _APART / length)
    slopes = np.concatenate([-slopes, slopes])
    # (None in so small a picture that none is told from level ones.)
    few, _ = _levelled(dark[:, ::_EVERY], _EVERY * slopes)
    likely = slopes[_beginnings(few, length // _EVERY).any(axis=0).max(axis=1)]
    if len(likely):
        levels, moved = _levelled(dark, likely)
        rows, columns = np.nonzero(dark)
        runs = np.zeros_like(levels)
        _find_runs(levels, length, runs)
        on_runs = runs[columns, np.arange(len(likely))[:, None], rows + moved[:, columns]]
        found[rows, columns] |= on_runs.any(axis=0)


def _crossed(dark: NDArray[np.bool_], length: int) -> bool:
    """Whether so many columns on end hold anything within as many rows as a line so long may take:
    where they do not, which is soon found out, there is no such line."""
    height, width = dark.shape
    # Within two bands, one below the other, there are so many rows around every row.
    rows = math.ceil(_STEEPEST * length) + 1
    bands = np.zeros((math.ceil(height / rows), rows, width), np.bool_)
    bands.reshape(-1, width)[:height] = dark
    filled = np.asarray(bands.any(axis=1))
    filled[1:] |= filled[:-1]
    return bool(_beginnings(filled.T, length).any())


def _levelled(
    dark: NDArray[np.bool_], slopes: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """For each slope, the picture with its columns moved so that lines of that slope lie level,
    [columns, slopes, rows], and by how many rows each column is moved, [slopes, columns]."""
    height, width = dark.shape
    falls = np.rint(slopes[:, None] * np.arange(width)).astype(np.int64)
    moved = falls.max(initial=0) - falls
    room = int(moved.max(initial=0))
    # One column behind the other, with room above and below: every piece of it as long as a moved
    # column is a column moved so far.
    padded = np.zeros((width, height + 2 * room), np.bool_)
    padded[:, room : room + height] = dark.T
    # (numpy's sliding_window_view is the same, but takes ten times as long.)
    pieces = np.ndarray(
        (padded.size - height - room + 1, height + room), np.bool_, padded, strides=(1, 1)
    )
    return pieces[np.arange(0, padded.size, padded.shape[1])[:, None] + room - moved.T], moved


def _find_runs(dark: NDArray[np.bool_], length: int, found: NDArray[np.bool_]) -> None:
    """Adds the pixels of runs along the first dimension that are at least so long: an opening by a
    straight line."""
    # Few rows or columns hold so much ink at all.
    full = dark.view(np.uint8).sum(axis=0, dtype=np.uint32) >= length
    if full.any():
        begun = _beginnings(dark[:, full], length)
        runs = np.zeros((len(dark), begun.shape[1]), np.bool_)
        runs[: len(begun)] = begun
        for step in _doublings(length):
            runs[step:] |= runs[:-step]
        found[:, full] |= runs


def _beginnings(dark: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """Where, along the first dimension, runs at least so long begin: of that dimension, as many
    places are left as such runs can begin at, or none."""
    for step in _doublings(length):
        dark = dark[step:] & dark[:-step]
    return dark


def _doublings(length: int) -> Iterator[int]:
    """By how much a run of one pixel grows each time until it is so long: one of two pixels is two
    of one, one of four two of two, and so on."""
    reach = 1
    while reach < length:
        step = min(reach, length - reach)
        yield step
        reach += step
