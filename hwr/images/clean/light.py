"""Which way round a picture is, and how evenly it is lit."""

from __future__ import annotations

import numpy as np

from hwr.images.clean.packages import opencv
from hwr.images.grey import Grey
from hwr.images.ink import ink_of

_COARSE = 32
# Rows that are enough to see how the light falls.
_LEVELS = 65535


def dark_on_light(grey: Grey) -> Grey:
    """The picture with dark ink on light paper, inverted if it was the other way round."""
    ink = ink_of(grey)
    # Ink is where the picture is dark, or where it is light: as `ink_of` has decided.
    light_ink = float((ink * (grey - grey.mean())).sum()) > 0
    return 1 - grey if light_ink else grey


def paper_level(grey: Grey) -> float:
    """The grey of paper where there is dark ink on light paper: the upper quartile, for ink takes
    less than half of a picture."""
    return float(np.percentile(grey, 75))


def flatten(grey: Grey, window: float) -> Grey:
    """The picture divided by its background.

    The background is a closing in grey values (the lightest around each place, then the darkest of
    those), which fills what is narrower than the window with the paper around it, then smoothed.

    Args:
        grey: float32 [height, width], 0..1, dark on light.
        window: as a share of the height.
    """
    cv2 = opencv()
    height, width = grey.shape
    shrink = max(1.0, height / _COARSE)
    coarse_size = max(1, round(width / shrink)), max(1, round(height / shrink))
    # Averaged when shrunk, so that the lightest is not the noise's lightest.
    coarse = cv2.resize(grey, coarse_size, interpolation=cv2.INTER_AREA)
    side = 2 * int(window * coarse_size[1] / 2) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    paper = cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, kernel)
    paper = cv2.blur(paper, (side, side))
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    flat = np.clip(grey / np.maximum(paper, 1e-3), 0, 1)
    # What was even stays even, to the last bit.
    return np.asarray(np.rint(flat * _LEVELS) / _LEVELS, np.float32)
