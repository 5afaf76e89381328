"""All strokes of one width."""

from __future__ import annotations

import numpy as np

from hwr.images.clean.packages import opencv, skimage
from hwr.images.grey import Grey
from hwr.images.ink import ink_of


def redrawn(grey: Grey, width: float) -> Grey:
    """The skeleton of the ink (Zhang and Suen 1984, doi 10.1145/357994.358023), drawn anew.

    Args:
        grey: float32 [height, width], 0..1.
        width: of the strokes, as a share of the height.

    Returns:
        Black strokes with smooth edges on white.
    """
    ink = ink_of(grey) > 0.5
    if not ink.any():
        return np.ones_like(grey)
    bones = skimage("morphology").skeletonize(ink)
    cv2 = opencv()
    # How far each pixel is from the skeleton: what is nearer than half the width is ink, the pixel
    # at the edge in part. That is a dilation by a disc that need not be whole pixels wide.
    away = cv2.distanceTransform((~bones).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    drawn: Grey = np.clip(away + 0.5 - width * grey.shape[0] / 2, 0, 1)
    return drawn
