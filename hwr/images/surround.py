"""What surrounds a line within its picture: even bars, where it was made as large as others, or the
scanner saw beyond its page; and wide margins of paper."""

from __future__ import annotations

import numpy as np

from hwr.images.grey import Grey

_EVEN = 2.5 / 255
# Compression leaves such bars as even as that.
_STEP = 0.03
# Of tone, at least, from them to what they surround ...
_STRAYS = 0.02
# ... but for so many pixels of that: a margin of even paper stands around paper.
_SAME = 0.5
# Of the pixels of such a tone, and of those where writing begins: so many are as even as a bar that
# is of the picture's own paper.
_DENSE = 0.23
# Of all pixels, that are ink, and as many that are paper.
_FEW = 0.8
# Of all pixels: if more would be left, a row or two of grainy paper may be even by chance.
_LEAST_SHARE, _LEAST_WIDTH = 0.2, 0.75
# Of all pixels, and of its height: less may be ink alone, a one or a dash,
_WRITTEN = 0.2
# unless there are tones so far apart in the middle of it.
_MIDDLE = 0.2
# Of its height and width, on either side of the middle.

_TILES = 48
# In a picture's height, about: in each it is looked for what stands out.
_OUT = 8.0
# Tones in a tile that stands out are farther apart than in most by so many times what is usual,
_LEAST = 0.03
# and by so much at least.
_ROOM = 0.5
# Of the height of what stands out, that is left around it.
_WORTH = 0.3
# Of all pixels: if more would be left, there is no wide margin.
_LEAST_TILES, _LEAST_ROWS = 3, 8
# That stand out, and that they reach over in pixels: fewer are dirt, or a part of something faint.


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
        (within.size < _LEAST_SHARE * grey.size and not _written_on(within))
        or within.shape[1] < _LEAST_WIDTH * within.shape[0]
        or any(_same_paper(within, tone, within.size > _FEW * grey.size) for tone in tones)
    ):
        return whole
    return rows, columns


def _same_paper(grey: Grey, tone: float, narrow: bool) -> bool:
    """Whether a picture is of the paper that a bar of such a tone may be, a narrow one or not: its
    own paper is of that tone and as even, also where writing begins. (Where writing is dense, too
    little of it is left to tell.)"""
    far = np.abs(grey - tone)
    near = far[far < _STEP]
    if near.size <= _STRAYS * far.size:
        return False
    begins = np.concatenate([far[0], far[-1], far[:, 0], far[:, -1]])
    dense = min((far > _WRITTEN).mean(), near.size / far.size) > _DENSE
    return narrow or dense or any((of <= _EVEN).mean() > _SAME for of in (near, begins))


def _written_on(grey: Grey) -> bool:
    """Whether there is more than one tone in the middle of a picture: paper with something on it,
    and no ink alone."""
    rows, columns = (round(_MIDDLE * length) for length in grey.shape)
    middle = grey[rows : len(grey) - rows, columns : grey.shape[1] - columns]
    return bool(middle.size and np.ptp(middle) > _WRITTEN)


def nearby(grey: Grey) -> tuple[slice, slice]:
    """The rows and the columns of what stands out of a picture, with room around it: all of them,
    unless there are wide margins.

    Where next to all of a picture is paper, its grain, and not its ink, is what is darkest.

    Args:
        grey: float32 [height, width], 0..1.
    """
    height, width = grey.shape
    whole = slice(0, height), slice(0, width)
    tile = max(2, height // _TILES)
    rows, columns = height // tile, width // tile
    if rows < 2 or columns < 2:
        return whole
    tiled = grey[: rows * tile, : columns * tile]
    contrast = _in_tiles(tiled, tile, np.maximum) - _in_tiles(tiled, tile, np.minimum)
    grain = np.median(contrast)
    # By the grain and not by what is darkest: beside a blot, faint writing would be paper.
    clear = contrast > grain + max(_OUT * np.median(np.abs(contrast - grain)), _LEAST)
    near = np.pad(clear, 1)
    beside = sum(
        near[1 + down : 1 + down + rows, 1 + right : 1 + right + columns].astype(np.uint8)
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
    )
    clear &= beside > 1  # what stands alone is a speck
    down, across = np.flatnonzero(clear.any(axis=1)), np.flatnonzero(clear.any(axis=0))
    few = np.count_nonzero(clear) < _LEAST_TILES
    if few or (down[-1] + 1 - down[0]) * tile < _LEAST_ROWS:
        return whole
    room = round(_ROOM * (down[-1] + 1 - down[0]) * tile)
    top, bottom = down[0] * tile - room, (down[-1] + 1) * tile + room
    left, right = across[0] * tile - room, (across[-1] + 1) * tile + room
    found = slice(max(top, 0), min(bottom, height)), slice(max(left, 0), min(right, width))
    return found if grey[found].size < _WORTH * grey.size else whole


def _in_tiles(grey: Grey, tile: int, most: np.ufunc) -> Grey:
    """The greatest value, or the least, within each square of so many pixels a side."""
    by_row = most.reduce(grey.reshape(len(grey) // tile, tile, -1), axis=1)
    # (Over a last dimension so short, numpy takes ten times as long.)
    found: Grey = most.reduce([by_row[:, column::tile] for column in range(tile)])
    return found


def _bar(grey: Grey) -> int:
    """How many of the first rows are as even as a bar; 0 where all of them are."""
    tone = grey[0, 0]
    for row, values in enumerate(grey):
        if np.abs(values - tone).max() > _EVEN:
            return row
    return 0
