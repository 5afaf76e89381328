"""How much ink there is in every pixel of a picture, whichever way round it is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hwr.images.closing import paper_around
from hwr.images.grey import Grey
from hwr.images.levels import level_and_noise, levels, otsu_threshold
from hwr.images.rules import ruled
from hwr.images.tone import more_paper, tone_of, wider_paper

_LEAST_CONTRAST = 0.03
# Between paper and ink, of 0..1; what differs less is taken for a blank picture.
_FULL_CONTRAST = 0.88
# With so much, ink is taken to be as strong as it ought to be: stretching it to full black would
# change lines that need no change, such as composed ones.
_NOISE_WIDTH = 2.0
# Paper may be so many standard deviations darker than its median before it counts as ink.
_CLEARLY_INK = 5.0
# What is darker than paper by so many standard deviations of its noise is no noise.

_BLACKEST = 0.99
# Of the pixels are no darker than full ink.
_DARKEST, _OF_DARKEST = 0.998, 0.5
# But so dark is full ink at least, of what few pixels are darker than: where a hundredth is not
# written on, the pattern or the grain of the paper would be.
_LEAST_WRITTEN = 0.25
# Of the ink of ruled lines: what is fainter beside them is paper.


def ink_of(grey: Grey, single: bool = False, dark: bool | None = None) -> Grey:
    """How much ink there is in every pixel, 0..1, whichever way round the picture is.

    Args:
        grey: float32 [height, width], 0..1.
        single: whether it shows a single character, which may leave no margin at all.
        dark: whether ink is darker than paper, where that is known; else it is told by the picture.
    """
    light = grey > otsu_threshold(grey)
    if dark is None:
        dark = wider_paper(light) if single else more_paper(light)
    if not dark:
        grey, light = 1 - grey, ~light
    paper, noise = level_and_noise(grey[light])
    if paper - _ink_level(grey[~light], paper) < _CLEARLY_INK * noise:
        # So little ink that Otsu has parted the paper's own noise: only what stands out is ink.
        paper, noise = level_and_noise(grey)
        light = grey >= paper - _CLEARLY_INK * noise
    black = _ink_level(grey[~light], paper)
    if paper - black < _LEAST_CONTRAST:
        return np.zeros_like(grey)
    if paper - black > _FULL_CONTRAST:
        black = 0.0
    # Half of noisy paper is darker than its median; none of that is to look like ink. On even
    # paper this is nothing, and the faintest ink stays.
    paper -= min(_NOISE_WIDTH * noise, (paper - black) / 4)
    return ((paper - grey) / (paper - black)).clip(0, 1).astype(np.float32)


def local_ink_of(grey: Grey, dark: bool | None = None) -> tuple[Grey, NDArray[np.bool_]]:
    """How much ink there is in every pixel, 0..1, by the paper around it; and which pixels are of
    ruled lines and borders of boxes.

    For pictures of documents: uneven light, printed patterns and faint ink, where one level for the
    whole picture parts nothing. What is taken for paper is a grey closing of the picture, which
    holds all but strokes; between the median, or that of paper where there is less of it than of
    ink, and the darkest hundredth, ink is stretched to 0..1.
    Ruled lines do not count there: beside thick black ones, a pen's ink would be too faint.

    Args:
        grey: float32 [height, width], 0..1.
        dark: whether ink is darker than paper, where that is known; else it is told by the picture.
    """
    if not (tone_of(grey).dark if dark is None else dark):
        grey = 1 - grey
    height, width = grey.shape
    around = np.maximum(paper_around(grey), 1)
    ink = (1 - grey * 255 / around).astype(np.float32, copy=False)
    none, full, darkest = levels(ink, 0.5, _BLACKEST, _DARKEST)
    full = max(full, none + _OF_DARKEST * (darkest - none))
    if width < height or none > full / 2:
        # Of a digit cut out tightly, or written thickly, more than half may be ink.
        light = ink[ink < otsu_threshold(ink)]
        none = float(np.median(light)) if 0 < 2 * light.size < ink.size else none
    if full - none < _LEAST_CONTRAST:
        return np.zeros_like(grey), np.zeros(grey.shape, np.bool_)
    lines = ruled(ink > (none + full) / 2)
    if lines.any() and not lines.all():
        (written,) = levels(ink[~lines], _BLACKEST)
        full = max(written, none + _LEAST_WRITTEN * (full - none))
    stretched: Grey = ((ink - none) / (full - none)).clip(0, 1).astype(np.float32, copy=False)
    return stretched, lines


def _ink_level(ink: Grey, paper: float) -> float:
    return float(np.percentile(ink, 5)) if ink.size else paper
