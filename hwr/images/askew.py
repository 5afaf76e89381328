"""Ruled lines that lie askew."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hwr.images.runs import beginnings, find_runs

_STEEPEST = 0.12
# Rows to a column by which lines across rise or fall at most: pages under a camera lie askew.
_APART = 1.6
# Rows, at the far end of the shortest line, from a slope that is looked for to the next.
_MOST_PIXELS = 200_000
# Of a picture in which lines askew are looked for: time and memory grow faster than its size.
_EVERY = 4
# Columns, of which one is looked at first.


def find_askew(dark: NDArray[np.bool_], length: int, found: NDArray[np.bool_]) -> None:
    """Adds the pixels of straight lines that rise or fall along the picture, two pixels thick or
    more; none in a large picture.

    Args:
        dark: bool [height, width], what may be ink.
        length: of the shortest, in columns.
        found: as `dark`, to which they are added.
    """
    if dark.size > _MOST_PIXELS or not _crossed(dark, length):
        return
    slopes = np.arange(_APART / length, _STEEPEST, _APART / length)
    slopes = np.concatenate([-slopes, slopes])
    # (None in so small a picture that none is told from level ones.)
    few, _ = _levelled(dark[:, ::_EVERY], _EVERY * slopes)
    likely = slopes[beginnings(few, length // _EVERY).any(axis=0).max(axis=1)]
    if len(likely):
        levels, moved = _levelled(dark, likely)
        rows, columns = np.nonzero(dark)
        runs = np.zeros_like(levels)
        find_runs(levels, length, runs)
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
    return bool(beginnings(filled.T, length).any())


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
