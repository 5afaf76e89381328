"""What is seen of a picture: its ink, and which of that says where the writing is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hwr.images.grey import Grey
from hwr.images.ink import ink_of, local_ink_of
from hwr.images.surround import inside, nearby
from hwr.images.tone import Tone, tone_of
from hwr.images.writing import INK, writing

_SPARSE = 0.05
# Of the pixels: where less is ink, there may be wide margins.
_ENOUGH = 2.0
# Rows of a picture to each that its writing needs: more show no better where that is.


class Inked(NamedTuple):
    """What is seen.

    Attributes:
        ink: float32 [rows, columns], 0..1, how much ink there is.
        written: bool, like `ink`: which of it says where the writing is.
        begins: the picture's column at which `ink` begins.
        step: columns of the picture to one of `ink`.
        tone: how ink differs from paper; None where that was told by one level for all.
    """

    ink: Grey
    written: NDArray[np.bool_]
    begins: float = 0.0
    step: float = 1.0
    tone: Tone | None = None


def inked_line(grey: Grey, dark: bool | None = None) -> Inked:
    """What is seen where one level parts ink from paper, and all ink is writing.

    Args:
        grey: float32 [height, width], 0..1.
        dark: whether ink is darker than paper, where that is known; else it is told by the picture.
    """
    ink = ink_of(grey, dark=dark)
    return Inked(ink, ink > INK)


def inked_document(grey: Grey, needed: float, dark: bool | None = None) -> Inked:
    """What is seen by the paper around each place, without what surrounds the line, and in no more
    rows than that takes.

    Args:
        grey: float32 [height, width], 0..1.
        needed: rows of the writing itself, of which nothing is lost; of more, some may be.
        dark: whether ink is darker than paper, where that is known; else it is told by the picture.
    """
    rows, columns = inside(grey)
    grey, begins = grey[rows, columns], columns.start
    enough = round(_ENOUGH * needed)
    ink, written, tone = _written(grey, enough, dark)
    if np.count_nonzero(ink > INK) < _SPARSE * ink.size:
        rows, columns = nearby(grey)
        if grey[rows, columns].size < grey.size:
            grey, begins = grey[rows, columns], begins + columns.start
            ink, written, tone = _written(grey, enough, dark)
    if len(ink) < len(grey) and written.any():
        top, bottom = ink_extent(ink, written, axis=1)
        if bottom - top < needed:
            more = round(enough * needed / (bottom - top))
            ink, written, _ = _written(grey, more, tone.dark)
    return Inked(ink, written, begins, grey.shape[1] / ink.shape[1], tone)


def ink_extent(ink: Grey, written: NDArray[np.bool_], axis: int) -> tuple[int, int]:
    """First row (axis 1) or column (axis 0) of the ink that counts, and the one behind its last."""
    # By the mass of the ink and not by its first and last row, so that a speck moves nothing.
    mass = np.cumsum((ink * written).sum(axis=axis, dtype=np.float64))
    first = int(np.searchsorted(mass, 0.005 * mass[-1], side="right"))
    return first, int(np.searchsorted(mass, 0.995 * mass[-1])) + 1


def _written(grey: Grey, rows: int, dark: bool | None) -> tuple[Grey, NDArray[np.bool_], Tone]:
    """A picture's ink, in at most so many rows, which of it is writing, and how it differs from
    paper."""
    height, width = grey.shape
    if height > rows:
        size = max(1, round(width * rows / height)), rows
        grey = np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BOX), np.float32)
    tone = tone_of(grey) if dark is None else Tone(dark)
    ink, lines = local_ink_of(grey, tone.dark)
    return ink, writing(ink, lines), tone
