"""Whether ink is darker than paper."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from hwr.images.grey import Grey, picture_of
from hwr.images.levels import otsu_threshold

_TOLD_BY = 20
# Rows, or a little less than twice as many, of the picture by which it is told,
_CLEARLY_SKEWED = 1.0
# unless the differences in it are skewed less than that.
_LITTLE_SKEWED = 0.2
# Pens write dark on light more often, and thick ones leave as little paper between strokes as ink.
_SURE = 0.8
# Skewed less than that, what is ink is not told surely.

_MARGIN = 0.05
# Share of the border that may be of the other kind where a picture has a margin.
_DEPTH_SIDE = 64
# Pixels; a larger picture is looked at more coarsely.


class Tone(NamedTuple):
    """How ink differs from paper.

    Attributes:
        dark: whether it is darker.
        sure: whether that is told surely; else, the other way round may be tried too.
    """

    dark: bool
    sure: bool = True


def tone_of(grey: Grey) -> Tone:
    """That of a picture of writing, float32 [height, width], 0..1: dark, unless what stands out of
    its surroundings is clearly lighter than they are."""
    picture = picture_of(grey)
    skewness = _skewness(picture.reduce(max(1, picture.height // _TOLD_BY)))
    if abs(skewness) <= _CLEARLY_SKEWED:
        skewness = _skewness(picture)
    sure = abs(skewness) > _SURE
    if skewness <= _LITTLE_SKEWED:
        return Tone(True, sure)
    if picture.width >= picture.height or skewness > _CLEARLY_SKEWED:
        return Tone(False, sure)
    # A digit or two, which may leave so little paper that it stands out of the ink.
    pixels = np.asarray(picture)
    return Tone(wider_paper(pixels > otsu_threshold(pixels)), sure)


def _skewness(picture: Image.Image) -> float:
    """Of the differences of pixels from their surroundings, which uneven light does not turn as it
    turns that of the picture; 0 where there are none."""
    around = picture.filter(ImageFilter.BoxBlur(max(2, picture.height / 2)))
    beyond = (np.asarray(picture, np.float32) - np.asarray(around, np.float32)).ravel()
    beyond -= beyond.mean()
    # (numpy's third power takes several times as long.)
    squares = beyond * beyond
    spread = float(squares.mean())
    return float(np.dot(squares, beyond)) / len(beyond) / spread**1.5 if spread else 0.0


def more_paper(light: NDArray[np.bool_]) -> bool:
    """Whether the light pixels are the paper: two fifths of all, those near the border twice.

    Not half: pens write dark on light more often, and in a tight crop ink takes half the room.
    """
    height, width = light.shape
    band = max(1, min(height, width) // 16)
    inner = light[band:-band, band:-band]
    return 2 * int(light.sum()) - int(inner.sum()) >= 0.4 * (2 * light.size - inner.size)


def wider_paper(light: NDArray[np.bool_]) -> bool:
    """Whether the light pixels are the paper of a single character: strokes are narrow, so paper is
    where one can go deeper in. (By the count of pixels one in five of MNIST's digits, cut to their
    ink and light on dark, were taken for dark on light; so one in forty.)"""
    border = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]]).mean()
    if not _MARGIN < border < 1 - _MARGIN:
        return bool(border > 0.5)
    step = max(1, max(light.shape) // _DEPTH_SIDE)
    coarse = light[::step, ::step]
    of_light, of_dark = _depth(coarse), _depth(~coarse)
    return more_paper(light) if of_light == of_dark else of_light > of_dark


def _depth(mask: NDArray[np.bool_]) -> int:
    """How often a mask can be eroded until nothing of it is left; what lies outside of the picture
    is as its border is."""
    for depth in range(_DEPTH_SIDE):
        if not mask.any():
            return depth
        around = np.pad(mask, 1, mode="edge")
        mask = mask & around[:-2, 1:-1] & around[2:, 1:-1] & around[1:-1, :-2] & around[1:-1, 2:]
    return _DEPTH_SIDE
