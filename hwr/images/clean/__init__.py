"""The classical steps of cleaning a line's picture, each a small function over OpenCV or
scikit-image, and `clean`, which does those that the options name."""

from hwr.images.clean.options import CleanOptions
from hwr.images.clean.steps import clean

__all__ = ["CleanOptions", "clean"]
