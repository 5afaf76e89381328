"""What surrounds a picture within its picture: even bars, where it was made as large as others, or
the scanner saw beyond its page."""

from __future__ import annotations

import numpy as np

from hwr.images.grey import Grey

_EVEN = 2.5 / 255
# Compression leaves such bars as even as that.
_STEP = 0.03
# Of tone, at least, from them to what they surround ...
_STRAYS = 0.02
# ... but for so many pixels of that: a margin of even paper stands around paper.
_LEAST_SHARE, _LEAST_WIDTH = 0.2, 0.75
# Of all pixels, and of its height: less may be ink alone, a one or a dash.


def inside(grey: Grey) -> tuple[slice, slice]:
    """The rows and the columns of a picture without even bars at its edges.

    Args:
        grey: float32 [height, width], 0..1.
    """
    height, width = grey.shape
    whole = slice(0, height), slice(0, width)
    above, below = _bar(grey), _bar(grey[::-1])
    rows = slice(above, height - below)
    across = grey[rows].T
    if not across.size:  # nothing but bars
        return whole
    before, behind = _bar(across), _bar(across[::-1])
    columns = slice(before, width - behind)
    within = grey[rows, columns]
    tones = {
        float(tone)
        for bar, tone in (
            (above, grey[0, 0]), (below, grey[-1, -1]),
            (before, across[0, 0]), (behind, across[-1, -1]),
        )
        if bar
    }  # fmt: skip
    if (
        within.size < _LEAST_SHARE * grey.size
        or within.shape[1] < _LEAST_WIDTH * within.shape[0]
        or any((np.abs(within - tone) < _STEP).mean() > _STRAYS for tone in tones)
    ):
        return whole
    return rows, columns


def _bar(grey: Grey) -> int:
    """How many of the first rows are as even as a bar; 0 where all of them are."""
    tone = grey[0, 0]
    for row, values in enumerate(grey):
        if np.abs(values - tone).max() > _EVEN:
            return row
    return 0
