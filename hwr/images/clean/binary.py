"""Black ink on white paper and nothing between."""

from __future__ import annotations

import numpy as np

from hwr.images.clean.packages import skimage
from hwr.images.grey import Grey


def otsu(grey: Grey) -> Grey:
    """One threshold for the whole picture (Otsu 1979, doi 10.1109/TSMC.1979.4310076); where all is
    of one tone, all is paper."""
    if grey.min() == grey.max():
        return np.ones_like(grey)
    return _white_above(grey, float(skimage("filters").threshold_otsu(grey)))


def sauvola(grey: Grey, window: float, k: float = 0.2) -> Grey:
    """A threshold for each place, from the mean and the spread of grey around it (Sauvola and
    Pietikäinen 2000, doi 10.1016/S0031-3203(99)00055-2).

    Args:
        grey: float32 [height, width], 0..1, dark on light.
        window: how far around, as a share of the height.
        k: how far below the mean ink is.
    """
    low, high = np.percentile(grey, (0.5, 99.5))
    darkest = grey.min()
    if low - darkest > high - low:  # the ink is less than that
        low = np.median(grey[grey < (darkest + low) / 2])
    if high <= low:
        return np.ones_like(grey)
    # The formula is made for the full range of grey; faint ink would all be paper.
    full = ((grey - low) / (high - low)).clip(0, 1)
    side = max(3, 2 * int(window * grey.shape[0] / 2) + 1)
    return _white_above(
        full, skimage("filters").threshold_sauvola(full, window_size=side, k=k, r=0.5)
    )


def _white_above(grey: Grey, threshold: Grey | float) -> Grey:
    return (grey > threshold).astype(np.float32)
