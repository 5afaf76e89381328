"""Which of a line's ink is its writing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hwr.images.bands import fullest_band
from hwr.images.grey import Grey

INK = 0.5
"""So dark is ink, of the darkest."""
_FADED = 0.3
# And so dark what goes on from it: beside borders, which say how dark ink is, faint strokes fall
# below half of that in places.
_LITTLE = 0.3
# Of the rows: where writing takes less, it may be but the darkest part of it, ...
_FAINT, _FAINTER = 0.3, 0.2
# ... since so dark is the ink of blurred strokes, and what goes on from that.
_FAR = 0.6
# Of the band's rows: strokes go on so far above and below it, ...
_NARROW, _WIDER = 0.1, 6
# ... unless they are wider than such a share of the picture's height, and all that is dark is less
# than so many times as wide.
_ENDS = 0.25
# And where a pen runs dry, so dark is its ink still.
_BESIDE = 0.15
# Of the writing's rows: of fewer columns beside it nothing is asked.
_MORE, _PAPER = 0.25, 0.25
# Of a column's rows, beyond what such a share of the columns beside the writing hold: so much ink
# is a stroke, and no grain or pattern.


def writing(ink: Grey, lines: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of the ink is the writing's.

    Between rows that hold next to nothing, the band with the most ink is the writing: neighbours'
    ink, dotted lines and what is left of borders stand apart from it. From there strokes are
    followed to where they fade. Before it and behind it, where pens run dry, they may be fainter.

    Args:
        ink: [height, width], 0 to 1.
        lines: what `ruled` found in it, which is no writing, unless there is nothing else.
    """
    found = _band(ink, lines, INK, _FADED)
    rows = np.flatnonzero(found.any(axis=1))
    if len(rows) < _LITTLE * len(ink):
        found = _band(ink, lines, _FAINT, _FAINTER)
        rows = np.flatnonzero(found.any(axis=1))
    if len(rows):
        _add_ends(ink, lines, found, slice(rows[0], rows[-1] + 1))
    return found


def _add_ends(ink: Grey, lines: NDArray[np.bool_], found: NDArray[np.bool_], rows: slice) -> None:
    """Adds what stands fainter before the writing and behind it, in its rows."""
    across = np.flatnonzero(found.any(axis=0))
    for beside in (slice(0, across[0]), slice(across[-1] + 1, found.shape[1])):
        if beside.stop - beside.start < _BESIDE * (rows.stop - rows.start):
            continue
        faint = (ink[rows, beside] > _ENDS) & ~lines[rows, beside]
        filled = faint.mean(axis=0)
        paper = np.sort(filled)[int(_PAPER * (len(filled) - 1))]
        faint &= filled > paper + _MORE
        found[rows, beside] |= faint


def _band(ink: Grey, lines: NDArray[np.bool_], least: float, faded: float) -> NDArray[np.bool_]:
    """The same, by how dark ink is at least, and how dark what goes on from it."""
    inked = ink > least
    dark = inked & ~lines
    if not dark.any():
        dark = inked
    rows = (ink * dark).sum(axis=1)
    first, end = fullest_band(rows)
    dark[:first] = dark[end:] = False
    found = _followed(dark, (ink > faded) & ~lines)
    _leave_lines(found, dark)
    return found


def _leave_lines(found: NDArray[np.bool_], dark: NDArray[np.bool_]) -> None:
    """Takes away, above and below the band, what few columns were followed along to both edges of
    the picture, far beyond what else is written: lines too faint to be found as such."""
    if not (found[0].any() and found[-1].any()):
        return
    rows = np.flatnonzero(dark.any(axis=1))
    first, end = rows[0], rows[-1] + 1
    far = round(_FAR * (end - first))
    beyond = found[: max(first - far, 0)].any(axis=0) | found[end + far :].any(axis=0)
    most = max(2, _NARROW * len(found)), np.count_nonzero(dark.any(axis=0)) / _WIDER
    if 0 < np.count_nonzero(beyond) <= min(most):
        found[:first, beyond] = found[end:, beyond] = False


def _followed(dark: NDArray[np.bool_], faded: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """`dark`, and what of `faded` hangs together with it from row to row, all the way down or all
    the way up: hysteresis, but for strokes that turn back."""
    height, width = dark.shape
    # Whole pictures as numbers, which Python moves and joins faster than numpy does rows so short.
    # Their first pixel is the highest bit; between one row and the next there is nothing.
    octets = width // 8 + 1
    both = np.zeros((2, height, 8 * octets), np.bool_)
    both[0, :, :width], both[1, :, :width] = dark, faded
    packed = np.packbits(both).tobytes()
    size, row = height * octets, 8 * octets
    found, ways = (int.from_bytes(half, "big") for half in (packed[:size], packed[size:]))
    down = _grown(found, ways, lambda bits: bits >> row)
    up = _grown(down, ways, lambda bits: bits << row)
    bits = np.frombuffer(up.to_bytes(size, "big"), np.uint8).reshape(height, octets)
    return np.unpackbits(bits, axis=1, count=width).view(np.bool_)


def _grown(found: int, ways: int, to_next: Callable[[int], int]) -> int:
    """What was found, and what of the ways is next to it in the next row, in the one behind it, and
    so on."""
    new = found
    while new:
        new = to_next(new)
        new = (new | new << 1 | new >> 1) & ways & ~found
        found |= new
    return found
