"""All steps that the options name, one after the other."""

from __future__ import annotations

import numpy as np

from hwr.images.clean.binary import otsu, sauvola
from hwr.images.clean.light import dark_on_light, flatten
from hwr.images.clean.noise import median, non_local_means, without_specks
from hwr.images.clean.options import CleanOptions
from hwr.images.clean.skew import rotated, skew_by_hough, skew_by_profile
from hwr.images.clean.slant import CLEAR, sheared, slant
from hwr.images.clean.stroke import redrawn
from hwr.images.grey import Grey


def clean(grey: Grey, options: CleanOptions) -> Grey:
    """The picture, cleaned; the very same where no step is on.

    Where things stand: all steps keep the size and move nothing, but two. Turning a line level by
    an angle `a` moves a column by at most `height / 2 · sin a + width / 2 · (1 - cos a)` (on a line
    of 64 x 600 pixels, at 3 degrees, 2 pixels). Shearing it upright by an angle `s` widens the
    picture by the same on both sides and keeps the middle row's columns; at the upper and the lower
    edge they move by up to `height / 2 · tan s`.

    Args:
        grey: float32 [height, width], 0..1, dark on light or light on dark.
        options: the steps.

    Returns:
        float32 [height, width or more], 0..1, dark on light where any step is on.

    Raises:
        MissingExtraError: OpenCV or scikit-image is not installed.
    """
    if not options.any:
        return grey
    grey = dark_on_light(grey.astype(np.float32, copy=False))
    if options.flatten:
        grey = flatten(grey, options.flatten)
    if options.median:
        grey = median(grey, options.median)
    if options.nlm:
        grey = non_local_means(grey, options.nlm)
    if options.deskew != "none":
        estimate = skew_by_profile if options.deskew == "profile" else skew_by_hough
        grey = rotated(grey, -estimate(grey))
    if options.deslant:
        grey = sheared(grey, -slant(grey, CLEAR))
    if options.binarize != "none":
        grey = otsu(grey) if options.binarize == "otsu" else sauvola(grey, options.window)
    if options.specks:
        grey = without_specks(grey, options.specks)
    if options.stroke:
        grey = redrawn(grey, options.stroke)
    return np.ascontiguousarray(grey, np.float32).clip(0, 1)
