"""How much writing leans, and shearing it upright."""

from __future__ import annotations

import math

import numpy as np

from hwr.images.clean.light import paper_level
from hwr.images.clean.packages import opencv
from hwr.images.clean.profile import ink_points, unevenness
from hwr.images.grey import Grey

MOST = 50.0
"""Degrees; hands lean no further."""

CLEAR = 1.2
"""How much more uneven a profile must be for writing to be sheared by it. Digits of several hands,
or a few of them, lean each in its own way: shearing those cost more errors than it saved."""


def slant(grey: Grey, least_gain: float = 1.0) -> float:
    """The angle by which writing leans: sheared back by it, the sums of ink over columns are the
    most uneven, because upright strokes gather in few columns.

    The criterion of Vinciarelli and Luettin (2001, doi 10.1016/S0167-8655(01)00042-3), which counts
    unbroken columns alone, found a known shear of composed lines back with ten times the error.

    Args:
        grey: float32 [height, width], 0..1.
        least_gain: how many times as uneven as without shearing the profile must be.

    Returns:
        Degrees from upright, above 0 where it leans to the right, within `MOST`; 0 without ink or
        that gain.
    """
    rows, columns = ink_points(grey)
    if not len(rows):
        return 0.0

    def criterion(angle: float) -> float:
        return unevenness(columns + rows * math.tan(math.radians(angle)))

    angle = max(np.arange(-48.0, 49.0, 4.0), key=criterion)
    angle = max((angle + np.arange(-3.0, 3.5, 1.0)).clip(-MOST, MOST), key=criterion)
    return float(angle) if criterion(angle) >= least_gain * criterion(0.0) else 0.0


def sheared(grey: Grey, angle: float) -> Grey:
    """The picture with its upper rows moved to the right and its lower ones to the left, by an
    angle in degrees; the other way round below 0. The middle row stays.

    Returns:
        float32 [height, width + 2 n]: as much wider on both sides as a row moves at most, filled
        with paper.
    """
    if not angle:
        return grey
    cv2 = opencv()
    height, width = grey.shape
    tangent = math.tan(math.radians(angle))
    middle = (height - 1) / 2
    more = math.ceil(abs(tangent) * middle)
    move = np.array([[1, -tangent, more + tangent * middle], [0, 1, 0]])
    moved: Grey = cv2.warpAffine(
        grey,
        move,
        (width + 2 * more, height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=paper_level(grey),
    )
    return moved
