"""Specks and neighbours' strokes that MNIST's pictures hold beside their digits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_INK = 80
# Of 255; what is fainter parts nothing.
_MOST = 0.3
# Of the digit's ink: what holds more may be a part of it.
_ROOFED = 5
# Its roof may be set apart.


def without_strays(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Digits without what lies beside them, blank columns apart: a hand that writes them anew
    would make a dot or a one of it.

    Args:
        images: uint8 [digits, 28, 28], ink high.
        labels: which digits they are.
    """
    inked = (images > _INK).any(axis=1)
    starts = inked & ~np.pad(inked, ((0, 0), (1, 0)))[:, :-1]
    found = images.copy()
    for row in np.flatnonzero((starts.sum(axis=1) > 1) & (labels != _ROOFED)).tolist():
        # What is fainter than ink belongs to the part on its left, before all parts to the first.
        part = np.maximum(np.cumsum(starts[row]), 1)
        ink = np.bincount(part, images[row].sum(axis=0, dtype=np.int64))
        found[row][:, ink[part] < _MOST * ink.max()] = 0
    return found
