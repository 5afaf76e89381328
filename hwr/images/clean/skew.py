"""How much a line rises or falls, and turning it level."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hwr.images.clean.light import paper_level
from hwr.images.clean.packages import opencv, skimage
from hwr.images.clean.profile import Numbers, ink_points, unevenness
from hwr.images.grey import Grey

Ints = NDArray[np.int64]

MOST = 10.0
"""Degrees; lines that rise or fall more are taken for something else."""

_LEAST_SHAPE = 4.0
# Width to height of ink below which it has no direction to tell.
_ANGLES = np.arange(-MOST, MOST + 0.05, 0.1)
_BAND = 19
# Rows of the 64 that ink has at most; those at its edges count little.
_PEAK = 0.95
# Directions with so much of the most votes are as good as it; the middle of them is taken.


def skew_by_profile(grey: Grey) -> float:
    """The angle at which the sums of ink over rows are the most uneven: that of the line's own
    direction, at which its ink is in the fewest rows (Postl 1986, "Detection of linear oblique
    structures and skew scan in digitized documents").

    Args:
        grey: float32 [height, width], 0..1.

    Returns:
        Degrees, above 0 where the line rises to the right, within `MOST`; 0 where there is no ink
        or it is not four times as wide as high.
    """
    rows, columns = ink_points(grey)
    if not _has_direction(rows, columns):
        return 0.0

    def criterion(angle: float) -> float:
        turn = math.radians(angle)
        return unevenness(rows * math.cos(turn) + columns * math.sin(turn))

    angle = max(np.arange(-MOST, MOST + 0.25, 0.5), key=criterion)
    fine = (angle + np.arange(-0.4, 0.45, 0.1)).clip(-MOST, MOST)
    return round(float(max(fine, key=criterion)), 1)


def skew_by_hough(grey: Grey) -> float:
    """The direction of the two parallel straight bands that hold most lower and most upper ends of
    the ink's columns, by the Hough transform (Duda and Hart 1972, doi 10.1145/361237.361242): the
    base line and the one above it. (By the base line alone, errors were twice as large.)

    Args, returns: as `skew_by_profile`.
    """
    rows, columns = ink_points(grey)
    if not _has_direction(rows, columns):
        return 0.0
    down, across = (rows - rows.min()).astype(int), (columns - columns.min()).astype(int)
    # Upside down, a line that rises falls.
    votes = _votes(down, across) + _votes(down.max() - down, across)[::-1]
    return round(float(np.mean(_ANGLES[votes >= _PEAK * votes.max()])), 1)


def _votes(down: Ints, across: Ints) -> Numbers:
    """For each angle, the most lower ends of columns that one straight band of it holds."""
    lowest = np.full(across.max() + 1, -1)
    np.maximum.at(lowest, across, down)
    inked = np.flatnonzero(lowest >= 0)
    outline = np.zeros((down.max() + 1, len(lowest)), np.uint8)
    outline[lowest[inked], inked] = 1
    # The angle of a straight line's normal: a level line has one of 90 degrees.
    found, _, _ = skimage("transform").hough_line(outline, theta=np.radians(90 - _ANGLES))
    # A band, for no hand keeps to a line by the pixel.
    cv2 = opencv()
    bands = cv2.sepFilter2D(found.astype(np.float32), -1, np.ones(1), np.hanning(_BAND))
    return np.asarray(bands.max(axis=0), np.float64)


def rotated(grey: Grey, angle: float) -> Grey:
    """The picture turned about its middle by degrees, against the clock above 0; its size is kept,
    and corners that were outside of it become paper."""
    if not angle:
        return grey
    cv2 = opencv()
    height, width = grey.shape
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, 1.0)
    turned: Grey = cv2.warpAffine(
        grey,
        turn,
        (width, height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=paper_level(grey),
    )
    return turned


def _has_direction(rows: Numbers, columns: Numbers) -> bool:
    return bool(len(rows) and np.ptp(columns) + 1 >= _LEAST_SHAPE * (np.ptp(rows) + 1))
