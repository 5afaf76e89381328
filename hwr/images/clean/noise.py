"""Noise and specks taken off."""

from __future__ import annotations

import numpy as np

from hwr.images.clean.light import paper_level
from hwr.images.clean.packages import opencv
from hwr.images.grey import Grey
from hwr.images.ink import ink_of


def median(grey: Grey, window: float) -> Grey:
    """Each pixel the median of those around it; `window` is a share of the height, at least 3
    pixels, and at most the 255 that OpenCV is sure to take."""
    side = min(max(3, 2 * round((window * grey.shape[0] - 1) / 2) + 1), 255)
    bytes_ = np.rint(grey * 255).astype(np.uint8)
    filtered = opencv().medianBlur(bytes_, side)
    return np.asarray(filtered, np.float32) / np.float32(255)


def noise_level(grey: Grey) -> float:
    """The standard deviation of a picture's noise, 0..1.

    By the Laplacian's difference, which cancels what varies slowly (Immerkær 1996, doi
    10.1006/cviu.1996.0060), but by its median and not its mean, because strokes have edges.
    """
    cv2 = opencv()
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    response = cv2.filter2D(grey, cv2.CV_32F, mask, borderType=cv2.BORDER_REFLECT)
    # The mask's own Euclidean length is 6.
    return 1.4826 * float(np.median(np.abs(response))) / 6


def non_local_means(grey: Grey, strength: float) -> Grey:
    """Each pixel the mean of those whose surroundings look alike (Buades, Coll and Morel 2005, doi
    10.1109/CVPR.2005.38); `strength` times the noise found is what counts as alike. A picture
    without noise stays as it is."""
    level = strength * 255 * noise_level(grey)
    if level < 0.5:
        return grey
    bytes_ = np.rint(grey * 255).astype(np.uint8)
    # Surroundings of 5 x 5 pixels, looked for within 11 x 11: strokes are a few pixels wide.
    filtered = opencv().fastNlMeansDenoising(bytes_, None, level, 5, 11)
    return np.asarray(filtered, np.float32) / np.float32(255)


def without_specks(grey: Grey, area: float) -> Grey:
    """The picture without ink that touches no other ink and has less than this area, as a share of
    the squared height: such pixels become paper."""
    cv2 = opencv()
    mask = (ink_of(grey) > 0.5).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    small = stats[:, cv2.CC_STAT_AREA] < area * grey.shape[0] ** 2
    small[0] = False  # the paper
    if not small.any() or count == 1:
        return grey
    # With their soft edges, but nothing of other ink.
    specks = cv2.dilate(small[labels].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    kept = (mask > 0) & ~small[labels]
    return np.where(specks & ~kept, np.maximum(grey, paper_level(grey)), grey)
