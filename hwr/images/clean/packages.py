"""The packages that cleaning needs and plain reading does not: imported late, and by name."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from hwr.errors import MissingExtraError


def opencv() -> Any:
    """OpenCV. Raises MissingExtraError."""
    return _module("cv2", "opencv-python-headless")


def skimage(part: str) -> Any:
    """A part of scikit-image, such as `filters`. Raises MissingExtraError."""
    return _module(f"skimage.{part}", "scikit-image")


def _module(name: str, package: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise MissingExtraError("cleaning pictures", package, "clean") from error
