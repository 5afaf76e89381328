"""MNIST's digits as fields of distances from the middle of their strokes, so that any pen can write
them anew and new strokes can be added to them."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hwr.lines.digits import DIGIT_SIZE
from hwr.lines.document.median import median

FINE = 42
"""Rows and columns of a field."""

PITCH = DIGIT_SIZE / FINE
"""Pixels of the digit's frame from one sample of a field to the next."""

_INK = 110
# Of 255; what is darker belongs to a stroke.
_FILLED = 1.35
# Where ink is so many times as wide as strokes are in the middle, a loop is filled with it.
_HALF = 2.0
# Half the width of MNIST's usual strokes, in pixels.
_MOST = 1.35
# Times as large: more would leave the frame.
_STEPS = 16
# Of a kept distance to a pixel of the frame: 255 of them reach across half a digit.


class Skeletons:
    """Distances from the strokes' middles (the skeleton, Zhang and Suen 1984), made when first
    asked for. A loop filled with ink, of which a skeleton leaves a line, is kept as it is: a six
    would be a one without it.

    Args:
        images: uint8 [digits, 28, 28], ink high.
    """

    def __init__(self, images: NDArray[np.uint8]) -> None:
        self._images = images
        self._fields = torch.zeros(len(images), FINE, FINE, dtype=torch.uint8)
        self._made = np.zeros(len(images), np.bool_)

    def fields(self, rows: NDArray[np.int64]) -> Tensor:
        """Of some digits, float32 [rows, FINE, FINE], in pixels of their 28-pixel frames."""
        missing = np.unique(rows[~self._made[rows]])
        if len(missing):
            self._fields[torch.from_numpy(missing)] = _fields(self._images[missing])
            self._made[missing] = True
        return self._fields[torch.from_numpy(rows)].float() / _STEPS


def _fields(images: NDArray[np.uint8]) -> Tensor:
    # Late: libraries of the extra `train`.
    import cv2
    from skimage.morphology import skeletonize

    # The skeletons of all in one call, with paper between them.
    fine = [_grown(cv2.resize(i, (FINE, FINE), interpolation=cv2.INTER_CUBIC)) for i in images]
    inked = np.pad(np.stack(fine) > _INK, ((0, 0), (1, 1), (1, 1)))
    column = skeletonize(inked.reshape(-1, FINE + 2))  # type: ignore[no-untyped-call]
    middle = column.reshape(inked.shape)[:, 1:-1, 1:-1]
    for digit, strokes in zip(inked[:, :, 1:-1].astype(np.uint8), middle, strict=True):
        if strokes.any():
            wide = cv2.distanceTransform(digit, cv2.DIST_L2, 5)[1:-1]
            strokes |= wide > _FILLED * median(wide[strokes])
    paper = (~middle).astype(np.uint8)
    distances = np.stack([cv2.distanceTransform(digit, cv2.DIST_L2, 5) for digit in paper])
    steps = np.minimum(np.rint(distances * (PITCH * _STEPS)), 255).astype(np.uint8)
    return torch.from_numpy(steps)


def _grown(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A digit enlarged, if its strokes are broad, until its skeleton, which does not reach to
    where they end, is as tall as that of usual ones."""
    import cv2

    ink = (image > _INK).astype(np.uint8)
    # Half the width of a stroke is twice the mean distance to its edges.
    sum_of_distances = float(cv2.distanceTransform(ink, cv2.DIST_L2, 5).sum())
    half = 2 * PITCH * sum_of_distances / max(int(ink.sum()), 1)
    tall = PITCH * int(np.count_nonzero(ink.any(axis=1)))
    times = min(tall / max(tall - 2 * (half - _HALF), 1.0), _MOST)
    if times <= 1:
        return image
    turn = cv2.getRotationMatrix2D((FINE / 2 - 0.5, FINE / 2 - 0.5), 0, times)
    grown = cv2.warpAffine(image, turn, (FINE, FINE), flags=cv2.INTER_CUBIC)
    return np.asarray(grown, np.uint8)
