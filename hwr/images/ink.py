"""How much ink there is in every pixel of a picture, whichever way round it is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from hwr.images.grey import Grey
from hwr.images.rules import ruled

_LEAST_CONTRAST = 0.03
# Between paper and ink, of 0..1; what differs less is taken for a blank picture.
_FULL_CONTRAST = 0.88
# With so much, ink is taken to be as strong as it ought to be: stretching it to full black would
# change lines that need no change, such as composed ones.
_NOISE_WIDTH = 2.0
# Paper may be so many standard deviations darker than its median before it counts as ink.
_CLEARLY_INK = 5.0
# What is darker than paper by so many standard deviations of its noise is no noise.

_PAPER_ROWS = 8
# Of the coarse picture in which the paper around each place is looked for.
_PAPER_REACH = 2
# Pixels of the coarse picture, on either side of one: strokes are narrower, so there is paper
# somewhere in so many.
_GENTLE = 8 * np.arange(1, _PAPER_REACH + 1, dtype=np.int16)[:, None]
# Of 255, over so many pixels: light that falls by more is a shadow's edge.
_BLACKEST = 0.99
# Of the pixels are no darker than full ink.
_LEAST_WRITTEN = 0.25
# Of the ink of ruled lines: what is fainter beside them is paper.

_TOLD_BY = 20
# Rows, or a little less than twice as many, of the picture by which it is told whether ink is dark,
_CLEARLY_SKEWED = 1.0
# unless the differences in it are skewed less than that.
_LITTLE_SKEWED = 0.2
# Pens write dark on light more often, and thick ones leave as little paper between strokes as ink.
_SURE = 0.8
# Skewed less than that, what is ink is not told surely.
_SAMPLE = 4096
# Pixels by which levels are found.

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


def ink_of(grey: Grey, single: bool = False, dark: bool | None = None) -> Grey:
    """How much ink there is in every pixel, 0..1, whichever way round the picture is.

    Args:
        grey: float32 [height, width], 0..1.
        single: whether it shows a single character, which may leave no margin at all.
        dark: whether ink is darker than paper, where that is known; else it is told by the picture.
    """
    light = grey > _otsu_threshold(grey)
    if dark is None:
        dark = _wider_paper(light) if single else _more_paper(light)
    if not dark:
        grey, light = 1 - grey, ~light
    paper, noise = _level_and_noise(grey[light])
    if paper - _ink_level(grey[~light], paper) < _CLEARLY_INK * noise:
        # So little ink that Otsu has parted the paper's own noise: only what stands out is ink.
        paper, noise = _level_and_noise(grey)
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
    picture = _picture(grey)
    if not (_tone(picture).dark if dark is None else dark):
        grey = 1 - grey
        picture = _picture(grey)
    height, width = grey.shape
    rows = min(_PAPER_ROWS, height)
    columns = max(1, round(width * rows / height))
    coarse = np.asarray(picture.resize((columns, rows), Image.Resampling.BOX))
    paper = Image.fromarray(_closed(coarse)).filter(ImageFilter.GaussianBlur(1))
    around = np.asarray(paper.resize((width, height), Image.Resampling.BILINEAR), np.float32)
    ink = (1 - grey * 255 / np.maximum(around, 1)).astype(np.float32, copy=False)
    none, full = _levels(ink, 0.5, _BLACKEST)
    if width < height or none > full / 2:
        # Of a digit cut out tightly, or written thickly, more than half may be ink.
        light = ink[ink < _otsu_threshold(ink)]
        none = float(np.median(light)) if 0 < 2 * light.size < ink.size else none
    if full - none < _LEAST_CONTRAST:
        return np.zeros_like(grey), np.zeros(grey.shape, np.bool_)
    lines = ruled(ink > (none + full) / 2)
    if lines.any() and not lines.all():
        (written,) = _levels(ink[~lines], _BLACKEST)
        full = max(written, none + _LEAST_WRITTEN * (full - none))
    stretched: Grey = ((ink - none) / (full - none)).clip(0, 1).astype(np.float32, copy=False)
    return stretched, lines


def _closed(coarse: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A grey closing: what is as wide as its reach on either side, or half as wide at the picture's
    edge, is no stroke, however dark; so a shadow's edge stays where it is."""
    # (Pillow's rank filters are the same, but take two to three times as long.)
    for most in (np.maximum, np.minimum):
        for _ in range(_PAPER_REACH):
            across = coarse.copy()
            most(across[:, 1:], coarse[:, :-1], out=across[:, 1:])
            most(across[:, :-1], coarse[:, 1:], out=across[:, :-1])
            coarse = across.copy()
            most(coarse[1:], across[:-1], out=coarse[1:])
            most(coarse[:-1], across[1:], out=coarse[:-1])
    paper = coarse.astype(np.int16)
    for rows in (paper, paper[::-1], paper.T, paper.T[::-1]):
        _let_fall(rows)
    return paper.astype(np.uint8)


def _let_fall(paper: NDArray[np.int16]) -> None:
    """Lets light that falls towards the first rows fall on in these, in place: a closing, which
    sees nothing beyond the edge, leaves them as light as those within, and what is there would look
    like ink."""
    reach = _PAPER_REACH
    if len(paper) > 2 * reach:
        within = paper[reach]
        fall = np.minimum(np.maximum(paper[reach + 1 : 2 * reach + 1] - within, 0), _GENTLE)
        edge = paper[reach - 1 :: -1]
        np.minimum(edge, within - fall, out=edge)


def tone_of(grey: Grey) -> Tone:
    """Whether ink is darker than paper, as `local_ink_of` tells it: by what stands out of its
    surroundings.

    Args:
        grey: float32 [height, width], 0..1.
    """
    return _tone(_picture(grey))


def _picture(grey: Grey) -> Image.Image:
    return Image.fromarray((grey * 255 + 0.5).astype(np.uint8))


def _tone(picture: Image.Image) -> Tone:
    """Dark, unless what stands out of its surroundings is clearly lighter than they are."""
    skewness = _skewness(picture.reduce(max(1, picture.height // _TOLD_BY)))
    if abs(skewness) <= _CLEARLY_SKEWED:
        skewness = _skewness(picture)
    sure = abs(skewness) > _SURE
    if skewness <= _LITTLE_SKEWED:
        return Tone(True, sure)
    if picture.width >= picture.height or skewness > _CLEARLY_SKEWED:
        return Tone(False, sure)
    # A digit or two, which may leave so little paper that it stands out of the ink.
    grey = np.asarray(picture)
    return Tone(_wider_paper(grey > _otsu_threshold(grey)), sure)


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


def _levels(grey: Grey, *shares: float) -> list[float]:
    """The values below which so many of the pixels are, by every so manieth of them."""
    # (Sorting all of so few is faster than parting them by places.)
    ordered = np.sort(grey.ravel()[:: max(1, grey.size // _SAMPLE)])
    return [float(ordered[int(share * (len(ordered) - 1))]) for share in shares]


def _level_and_noise(paper: Grey) -> tuple[float, float]:
    """Median, and standard deviation as the median deviation gives it for a normal spread."""
    level = float(np.median(paper))
    return level, 1.4826 * float(np.median(np.abs(paper - level)))


def _ink_level(ink: Grey, paper: float) -> float:
    return float(np.percentile(ink, 5)) if ink.size else paper


def _otsu_threshold(grey: Grey) -> float:
    """The level that parts the grey values best (Otsu 1979, doi 10.1109/TSMC.1979.4310076)."""
    counts, edges = np.histogram(grey, bins=256)
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]
    above = grey.size - below
    sums = np.cumsum(counts * centres)
    mean_below = sums[:-1] / np.maximum(below, 1)
    mean_above = (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    between = below.astype(np.float64) * above * (mean_above - mean_below) ** 2
    # Between two clear peaks every level parts equally well: the middle one is the safest.
    best = np.flatnonzero(between >= between.max() * (1 - 1e-9))
    return float(edges[1:-1][best].mean())


def _more_paper(light: NDArray[np.bool_]) -> bool:
    """Whether the light pixels are the paper: two fifths of all, those near the border twice.

    Not half: pens write dark on light more often, and in a tight crop ink takes half the room.
    """
    height, width = light.shape
    band = max(1, min(height, width) // 16)
    inner = light[band:-band, band:-band]
    return 2 * int(light.sum()) - int(inner.sum()) >= 0.4 * (2 * light.size - inner.size)


def _wider_paper(light: NDArray[np.bool_]) -> bool:
    """Whether the light pixels are the paper of a single character: strokes are narrow, so paper is
    where one can go deeper in. (By the count of pixels one in five of MNIST's digits, cut to their
    ink and light on dark, were taken for dark on light; so one in forty.)"""
    border = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]]).mean()
    if not _MARGIN < border < 1 - _MARGIN:
        return bool(border > 0.5)
    step = max(1, max(light.shape) // _DEPTH_SIDE)
    coarse = light[::step, ::step]
    of_light, of_dark = _depth(coarse), _depth(~coarse)
    return _more_paper(light) if of_light == of_dark else of_light > of_dark


def _depth(mask: NDArray[np.bool_]) -> int:
    """How often a mask can be eroded until nothing of it is left; what lies outside of the picture
    is as its border is."""
    for depth in range(_DEPTH_SIDE):
        if not mask.any():
            return depth
        around = np.pad(mask, 1, mode="edge")
        mask = mask & around[:-2, 1:-1] & around[2:, 1:-1] & around[1:-1, :-2] & around[1:-1, 2:]
    return _DEPTH_SIDE
