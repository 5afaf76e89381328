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
_WHOLE = 0.9
# Of the way from one border across to the other, or from edge to edge: uprights are as long.


def ruled(dark: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The pixels of ruled lines and of the borders of boxes, and those next to them.

    Args:
        dark: [height, width], what may be ink.
    """
    height, width = dark.shape
    found = np.zeros_like(dark)
    side = max(2, round(_SIDE * height))
    edges = (slice(None, side), slice(-side, None))
    if width < height:
        # A digit or two: their roofs, bars and stems may be as long as most of the picture.
        upright = _THROUGH * height
        for rows in edges:
            find_runs(dark[rows].T, max(2, round(_THROUGH * width)), found[rows].T)
    else:
        upright = _UPRIGHT * height
        across = max(round(min(_ACROSS * height, _WIDEST * width)), height // 2, 2)
        find_runs(dark.T, across, found.T)
        # Shorter ones might be roofs of digits.
        if width >= across >= height:
            find_askew(dark, across, found)
    for columns in edges:
        find_runs(dark[:, columns], max(2, round(upright)), found[:, columns])
    if found.any():
        _widen(found)
    find_uprights(dark, found)
    return found


def _widen(found: NDArray[np.bool_]) -> None:
    """Adds the pixels next to those found, up and down, then on either side."""
    found[1:] |= found[:-1]
    found[:-1] |= found[1:]
    found[:, 1:] |= found[:, :-1]
    found[:, :-1] |= found[:, 1:]
