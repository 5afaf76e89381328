"""Profiles of ink: how evenly it spreads over lines of one direction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hwr.images.clean.packages import opencv
from hwr.images.grey import Grey
from hwr.images.ink import ink_of

Numbers = NDArray[np.float64]

_ROWS = 64
# To which the ink is shrunk where it is higher: angles need no more.


def ink_points(grey: Grey) -> tuple[Numbers, Numbers]:
    """Row and column of every pixel of ink, in a picture shrunk so that ink has at most 64 rows,
    but for specks.

    Args:
        grey: float32 [height, width], 0..1.
    """
    ink = ink_of(grey)
    mass = np.cumsum((ink * (ink > 0.5)).sum(axis=1, dtype=np.float64))
    first, last = np.searchsorted(mass, (0.005 * mass[-1], 0.995 * mass[-1]))
    ink = ink[first : last + 1]
    if len(ink) > _ROWS:
        size = max(1, round(ink.shape[1] * _ROWS / len(ink))), _ROWS
        ink = opencv().resize(ink, size, interpolation=opencv().INTER_AREA)
    rows, columns = np.nonzero(ink > 0.5)
    return rows.astype(np.float64), columns.astype(np.float64)


def unevenness(places: Numbers) -> float:
    """The sum of squares of a profile: the larger, the fewer of its bins hold the ink.

    Args:
        places: float [points], in pixels: a bin each, and a soft border between them, or angles at
            which pixels fall just into bins would always win.
    """
    counts = np.bincount((places - places.min()).astype(np.int64))
    return float((np.convolve(counts, (0.25, 0.5, 0.25)) ** 2).sum())
