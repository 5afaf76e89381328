"""Bands of writing, one below the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_FAINT = 0.04
# Of the ink that well-filled rows hold: rows with less part one band of writing from another.
_SPECK, _OF_STROKES, _LEAST = 1.5, 0.25, 0.5
# Pixels of ink: a row with less holds a speck, or a node of a printed pattern. But strokes so thin
# that well-filled rows hold little have rows with such a share of that, ...
# ... and as few pixels at least.
_PARTED = 0.12
# Of the picture's height: fewer rows without ink do not part a band, such as a five from its roof.


def fullest_band(rows: NDArray[np.floating]) -> tuple[int, int]:
    """The first row of the band with the most ink, and the one behind its last, between rows that
    hold next to nothing: all rows where there is no ink.

    Args:
        rows: how much ink each row of a picture holds, in pixels.
    """
    usual = np.sort(rows)[9 * len(rows) // 10]
    speck = max(min(_SPECK, _OF_STROKES * usual), _LEAST)
    # Specks fill no row, unless there is nothing but specks.
    least = min(max(_FAINT * usual, speck), rows.max() / 2)
    filled = np.flatnonzero(rows > least)
    if not len(filled):
        return 0, len(rows)
    parted = np.flatnonzero(filled[1:] - filled[:-1] > max(1, round(_PARTED * len(rows))))
    firsts = np.concatenate([filled[:1], filled[parted + 1]])
    ends = np.concatenate([filled[parted], filled[-1:]]) + 1
    bands = zip(firsts.tolist(), ends.tolist(), strict=True)
    # By the root, or a border's row or two would outweigh a digit.
    return max(bands, key=lambda band: np.sqrt(rows[slice(*band)]).sum() * (band[1] - band[0]))
