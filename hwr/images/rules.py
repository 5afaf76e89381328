"""Ruled lines and borders of boxes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hwr.images.askew import find_askew
from hwr.images.runs import find_runs
from hwr.images.uprights import find_uprights

_ACROSS, _WIDEST = 1.2, 0.8
# A line across is as long as this many times the picture's height, or this share of its width.
_UPRIGHT = 0.7
# Of the picture's height: a border at a side is as long as that.
_THROUGH = 0.95
# Of its width and of its height: in one narrower than high, both are as long, and at its edges.
_SIDE = 0.15
# Of the picture's height: borders at the sides are no farther from them. (Upright strokes of digits
# are as high in a tight crop.)
_NEXT_TO = 2
# Rows from an edge: as near, borders at the sides go on to it.
_WHOLE = 0.9
# Of the way from one border across to the other, or from edge to edge: uprights are as long.


def ruled(dark: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The pixels of ruled lines and of the borders of boxes, and those next to them.

    Args:
        dark: [height, width], what may be ink.
    """
    height, width = dark.shape
    found = np.zeros_like(dark)
    if width < height:
        _around_few(dark, found)
    else:
        _around_many(dark, found)
    if found.any():
        _widen(found)
    find_uprights(dark, found)
    return found


def _around_many(dark: NDArray[np.bool_], found: NDArray[np.bool_]) -> None:
    """Adds lines across, and borders at the sides."""
    height, width = dark.shape
    across = max(round(min(_ACROSS * height, _WIDEST * width)), 2)
    find_runs(dark.T, across, found.T)
    # Shorter ones might be roofs of digits.
    if width >= across >= height:
        find_askew(dark, across, found)
    for columns in _near_edges(height):
        _at_side(dark[:, columns], found[:, columns])


def _at_side(dark: NDArray[np.bool_], found: NDArray[np.bool_]) -> None:
    """Adds borders at a side, which go on to an edge or to a line across: a one that stands apart
    need not."""
    upright = np.zeros_like(dark)
    find_runs(dark, max(2, round(_UPRIGHT * len(dark))), upright)
    if not upright.any():
        return
    ends = found.copy()
    ends[:_NEXT_TO] = ends[-_NEXT_TO:] = True
    ends[1:] |= ends[:-1].copy()
    ends[:-1] |= ends[1:].copy()
    found |= upright & (upright & ends).any(axis=0)


def _around_few(dark: NDArray[np.bool_], found: NDArray[np.bool_]) -> None:
    """Adds borders at the edges of a picture narrower than high. In one cut out tightly, a digit's
    roof, bar or stem may go through all of it, but these hang together with the rest, and at most
    the edge is beyond them: where that is not so for one of them, all of them are borders."""
    reach = len(dark)
    across, upright = _through(dark, reach), _through(dark.T, reach).T
    rest = dark & ~across & ~upright
    if _apart(across, rest, reach) or _apart(upright.T, rest.T, reach):
        found |= across | upright


def _through(dark: NDArray[np.bool_], height: int) -> NDArray[np.bool_]:
    """Lines across near the first and the last row."""
    found = np.zeros_like(dark)
    for rows in _near_edges(height):
        find_runs(dark[rows].T, max(2, round(_THROUGH * dark.shape[1])), found[rows].T)
    return found


def _apart(lines: NDArray[np.bool_], rest: NDArray[np.bool_], height: int) -> bool:
    """Whether any of the lines across, near the first and the last row, has paper beyond it, or
    nothing of the rest next to it."""
    first, last = _near_edges(height)
    for of_lines, of_rest in ((lines[first], rest), (lines[last][::-1], rest[::-1])):
        own = np.flatnonzero(of_lines.any(axis=1))
        if not len(own):
            continue
        # Next to a line its own edge is dark in places.
        near = of_rest[max(own[0] - 2, 0) : own[-1] + 3]
        if (own[0] > 0 and not of_rest[: own[0]].any()) or not near[[0, -1]].any():
            return True
    return False


def _near_edges(height: int) -> tuple[slice, slice]:
    side = max(2, round(_SIDE * height))
    return slice(None, side), slice(-side, None)


def _widen(found: NDArray[np.bool_]) -> None:
    """Adds the pixels next to those found, up and down, then on either side."""
    found[1:] |= found[:-1]
    found[:-1] |= found[1:]
    found[:, 1:] |= found[:, :-1]
    found[:, :-1] |= found[:, 1:]
