"""Pixels on end."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def find_runs(dark: NDArray[np.bool_], length: int, found: NDArray[np.bool_]) -> None:
    """Adds the pixels of runs along the first dimension that are at least so long: an opening by a
    straight line.

    Args:
        dark: bool, of two dimensions or three.
        length: of the shortest, in pixels.
        found: as `dark`, to which they are added.
    """
    # Few rows or columns hold so much ink at all.
    full = dark.view(np.uint8).sum(axis=0, dtype=np.uint32) >= length
    if full.any():
        begun = beginnings(dark[:, full], length)
        runs = np.zeros((len(dark), begun.shape[1]), np.bool_)
        runs[: len(begun)] = begun
        for step in _doublings(length):
            runs[step:] |= runs[:-step]
        found[:, full] |= runs


def beginnings(dark: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
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
