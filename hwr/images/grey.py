"""What a picture is, once opened."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hwr.errors import PictureError

Grey = NDArray[np.float32]
"""[height, width], 0 black to 1 white."""


def check_grey(grey: Grey, name: str) -> None:
    """Raises PictureError, which names the picture, unless an array is what `Grey` says."""
    if grey.ndim != 2 or not grey.size:
        raise PictureError(f"{name}: an array of shape {grey.shape}: give [height, width]")
    if not (grey.min() >= 0 and grey.max() <= 1):
        if not np.isfinite(grey).all():
            raise PictureError(f"{name}: values that are no numbers (NaN) or without end")
        raise PictureError(f"{name}: values outside of 0..1: divide by the value of white")


def picture_of(grey: Grey) -> Image.Image:
    """The same in 256 levels."""
    return Image.fromarray((grey * 255 + 0.5).astype(np.uint8))
