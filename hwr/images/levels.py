"""Levels that part a picture's grey values."""

from __future__ import annotations

import math

import numpy as np

from hwr.images.grey import Grey

_SAMPLE = 4096
# Pixels by which levels are found.


def levels(grey: Grey, *shares: float) -> list[float]:
    """The values below which so many of the pixels are, by every so manieth of them."""
    step = max(1, grey.size // _SAMPLE)
    # Else all of them would be of the same few columns.
    while math.gcd(step, grey.shape[-1]) > 1:
        step += 1
    # (Sorting all of so few is faster than parting them by places.)
    ordered = np.sort(grey.ravel()[::step])
    return [float(ordered[int(share * (len(ordered) - 1))]) for share in shares]


def level_and_noise(paper: Grey) -> tuple[float, float]:
    """Median, and standard deviation as the median deviation gives it for a normal spread."""
    level = float(np.median(paper))
    return level, 1.4826 * float(np.median(np.abs(paper - level)))


def otsu_threshold(grey: Grey) -> float:
    """The level that parts the grey values best (Otsu 1979, doi 10.1109/TSMC.1979.4310076)."""
    try:
        counts, edges = np.histogram(grey, bins=256)
    except ValueError:  # so close together that float32 knows no 256 levels between them
        counts, edges = np.histogram(grey.astype(np.float64), bins=256)
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]
    above = grey.size - below
    sums = np.cumsum(counts * centres)
    mean_below = sums[:-1] / np.maximum(below, 1)
    mean_above = (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    between = below.astype(np.float64) * above * (mean_above - mean_below) ** 2
    # Between two clear peaks every level parts equally well: the middle one is the safest.
    best = np.flatnonzero(between >= between.max() * (1 - 1e-9))
    return float(edges[1:-1][best].mean())
