"""Which of a line's ink is its writing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hwr.images.bands import fullest_band
from hwr.images.grey import Grey

_INK, _FADED = 0.5, 0.3
# So dark is ink, and so dark what goes on from it: beside borders, which say how dark ink is, faint
# strokes fall below half of that in places.


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
    first, end = fullest_band(rows)
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
