"""Where the ink of digits' pictures begins and ends, by which they are set side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hwr.lines.document.shapes import PATCH

_SEEN = 80
# Of 255; fainter edges of a stroke do not count.


class Edges(NamedTuple):
    """Where a digit's ink is in its picture, in columns.

    Attributes:
        first, last: of all rows.
        top: its first row.
        middle: of its ink.
        left, right: of each row and those near to it, along the lean of its hand; far away where
            there is no ink.
    """

    first: int
    last: int
    top: int
    middle: float
    left: NDArray[np.float32]
    right: NDArray[np.float32]


def edges_of(patches: NDArray[np.uint8], slants: Sequence[float] | float = 0.0) -> list[Edges]:
    """Of many digits' pictures.

    Args:
        patches: uint8 [digits, PATCH, PATCH], ink high.
        slants: of the hands that wrote them, columns to a row: one for each digit, or for all.
    """
    seen = patches > _SEEN
    inked = seen.any(axis=2)
    far = np.float32(2 * PATCH)
    left = np.where(inked, seen.argmax(axis=2).astype(np.float32), far)
    right = np.where(inked, PATCH - seen[:, :, ::-1].argmax(axis=2).astype(np.float32), -far)
    # Of 7 rows up and down: strokes side by side meet aslant too, beyond what the hand leans.
    lean = np.broadcast_to(slants, len(patches))
    leant = (lean[:, None] * np.arange(PATCH)).astype(np.float32)
    left, right = _lowest(left + leant) - leant, -_lowest(-right - leant) - leant
    columns = np.asarray(seen.any(axis=1))
    first = columns.argmax(axis=1)
    last = PATCH - columns[:, ::-1].argmax(axis=1)
    top = inked.argmax(axis=1)
    count = columns.sum(axis=1)
    middle = (columns * np.arange(PATCH)).sum(axis=1) / np.maximum(count, 1)
    for row in np.flatnonzero(count == 0).tolist():
        first[row] = last[row] = top[row] = PATCH // 2
        middle[row] = left[row] = right[row] = PATCH / 2
    parts = zip(
        first.tolist(), last.tolist(), top.tolist(), middle.tolist(), left, right, strict=True
    )
    return [Edges(*part) for part in parts]


def _lowest(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of each row and the 7 on either side of it, in the second dimension."""
    reach = 7
    lowest = np.pad(values, ((0, 0), (reach, reach)), constant_values=4 * PATCH)
    # Of 2, 4, 8 and, overlapping, 15 rows.
    for step in (1, 2, 4, reach):
        lowest = np.minimum(lowest[:, :-step], lowest[:, step:])
    return lowest
