"""What is writing and what is not: ruled lines, borders of boxes, what stands above and below."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hwr.images.grey import Grey

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
_FAINT = 0.04
# Of the ink that well-filled rows hold: rows with less part one band of writing from another.
_PARTED = 0.12
# Of the picture's height: fewer rows without ink do not part a band, such as a five from its roof.
_INK, _FADED = 0.5, 0.3
# So dark is ink, and so dark what goes on from it: beside borders, which say how dark ink is, faint
# strokes fall below half of that in places.


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
    if not found.any():
        return found
    # Those next to them, up and down, then on either side.
    found[1:] |= found[:-1]
    found[:-1] |= found[1:]
    found[:, 1:] |= found[:, :-1]
    found[:, :-1] |= found[:, 1:]
    return found


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


def writing(ink: Grey, lines: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of the ink is the writing's.

    Between rows that hold next to nothing, the band with the most ink is the writing: neighbours'
    ink, dotted lines and what is left of borders stand apart from it. From there strokes are
    followed to where they fade.

    Args:
        ink: [height, width], 0 to 1.
        lines: what `ruled` found in it, which is no writing, unless there is nothing else.
    """
    inked = ink > _INK
    dark = inked & ~lines
    if not dark.any():
        dark = inked
    rows = (ink * dark).sum(axis=1)
    # A speck fills no row, unless there is nothing but specks.
    least = min(max(_FAINT * np.sort(rows)[9 * len(rows) // 10], 0.5), rows.max() / 2)
    filled = np.flatnonzero(rows > least)
    if len(filled):
        parted = np.flatnonzero(filled[1:] - filled[:-1] > max(1, round(_PARTED * len(rows))))
        firsts = np.concatenate([filled[:1], filled[parted + 1]])
        ends = np.concatenate([filled[parted], filled[-1:]]) + 1
        bands = zip(firsts.tolist(), ends.tolist(), strict=True)
        first, end = max(bands, key=lambda band: rows[slice(*band)].sum() * (band[1] - band[0]))
        dark[:first] = dark[end:] = False
    return _followed(dark, (ink > _FADED) & ~lines)


def _followed(dark: NDArray[np.bool_], faded: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """`dark`, and what of `faded` hangs together with it from row to row, all the way down or all
    the way up: hysteresis, but for strokes that turn back."""
    ways = _as_bits(faded)
    down = _swept(_as_bits(dark), ways)
    rows = _swept(down[::-1], ways[::-1])[::-1]
    width = dark.shape[1]
    octets = -(-width // 8)
    packed = b"".join([row.to_bytes(octets, "big") for row in rows])
    bits = np.frombuffer(packed, np.uint8).reshape(len(rows), octets)
    return np.unpackbits(bits, axis=1, count=width).view(np.bool_)


def _swept(rows: list[int], ways: list[int]) -> list[int]:
    """Rows of bits, each with what its way holds next to the one before it."""
    near, found = 0, []
    for row, way in zip(rows, ways, strict=True):
        near = row | (near | near << 1 | near >> 1) & way
        found.append(near)
    return found


def _as_bits(dark: NDArray[np.bool_]) -> list[int]:
    """Each row as one number, its first column the highest bit: Python moves and joins these faster
    than numpy does rows so short."""
    packed = np.packbits(dark, axis=1)
    octets, whole = packed.shape[1], packed.tobytes()
    return [int.from_bytes(whole[at : at + octets], "big") for at in range(0, len(whole), octets)]


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
