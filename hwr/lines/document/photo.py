"""A written number on paper, cut out, photographed and kept as a file."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hwr.lines.document.conditions import GOOD, Conditions
from hwr.lines.document.crop import crop, crop_tightly
from hwr.lines.document.degrade import degrade
from hwr.lines.document.layout import Written
from hwr.lines.document.marks import Ink
from hwr.lines.document.neighbours import draw_neighbour, draw_next_cells
from hwr.lines.document.paper import draw_noise, draw_paper, draw_pattern
from hwr.lines.document.printed import draw_printed

_LEAST_INK = 20
# Rows of a picture that the number itself takes, at least.
_LEAST_DIGIT = 14
# And its digits without long stems.

_SEEN, _FAINTLY = 0.5, 0.35
# Of full ink's darkness: most pens are as dark at least, and faint ones, also where they are thin
# or blurred.

_CLOSE = 1.2
# Of the height of what is written: lower pictures have next to no room above and below.

_CLEAR = 0.4
# Of full ink's darkness: so dark, pens are told from paper by that alone.

_STRONG = 0.15
# Share of patterns that are about half as dark as the ink.
_PARTING = 0.6
# Of the ink's strength: what is written beyond fainter borders might be the number's.
_DARK = 0.2
# Share of printed lines that are darker than it.
_SHARPENED = 0.12
# Share of pictures that a scanner has sharpened: strokes with light edges.

_ALONG = np.arange(8) / 8
# The line, in the places by which a pen's running dry is told.

HEIGHTS = (20, 120)
"""Rows of the pictures, lowest and highest."""


class Photo(NamedTuple):
    """The picture of a number.

    Attributes:
        pixels: uint8 [height, width], 0 black to 255 white.
        boxes: float32 [digits, 2], the columns from and to which each digit's own ink reaches.
        slant: columns to a row by which the number leans to the right; nan where nobody could tell.
    """

    pixels: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    slant: float = math.nan


def photograph(
    written: Written,
    neighbour: NDArray[np.uint8],
    rng: np.random.Generator,
    conditions: Conditions = GOOD,
) -> Photo:
    """The picture of a number.

    Args:
        written: the number.
        neighbour: uint8 [PATCH, PATCH], a digit of which a piece may show at an edge.
        rng: draws everything else.
        conditions: how bad the picture may be.
    """
    tight = not written.cells and rng.random() < conditions.tight
    if tight:
        # Whoever cuts to what is written leaves the borders around it out.
        ink, above, before, behind = crop_tightly(written.ink, rng)
        conditions = conditions._replace(boxed=0.0)
    else:
        # Where pictures are so low, those of small digits have little room.
        highest = int(conditions.rows / _rows_to_one(written)) if conditions.rows else math.inf
        ink, above, before, behind = crop(
            written.ink, bool(written.cells), conditions.loose, rng, highest
        )
    height, width = ink.shape
    if height < _CLOSE * len(written.ink):
        # There ones look like borders at the sides, and feet and roofs of digits like those across.
        conditions = conditions._replace(boxed=conditions.boxed * conditions.close)
    pen = written.pen
    _give_unevenly(ink, rng)
    if rng.random() < 0.3:
        draw_neighbour(ink, neighbour, rng)
    faint = rng.random() < conditions.faint
    strength = rng.uniform(_FAINTLY, _SEEN) if faint else rng.uniform(_SEEN, 0.97)
    least = height * _rows_to_one(written)
    rows = conditions.rows or max(_rows(rng), min(int(least), HEIGHTS[1]))
    blur = _blur(conditions, rng)
    # What is thin, small or blurred is written strongly enough to be seen.
    thin = min(pen * rows / height, math.erf(pen / (2 * math.sqrt(2) * blur)) if blur else 1.0, 1.0)
    strength = max(strength, min((_FAINTLY if faint else _SEEN) / thin, 0.9))
    seen = strength * thin
    printed = np.zeros_like(ink)
    sides = draw_printed(printed, written, (above, before, behind), conditions, rng)
    paper = draw_paper(height, width, rng, min(0.07, 0.17 * seen))
    patterned = rng.random() < conditions.patterned
    if patterned:
        strong = rng.random() < _STRONG
        pattern_strength = seen * (rng.uniform(0.35, 0.55) if strong else rng.uniform(0.05, 0.35))
        paper = paper * (1 - pattern_strength * draw_pattern(height, width, rng))
    dark = rng.random() < _DARK and not tight
    lines = strength * (rng.uniform(1.1, 2.2) if dark else rng.uniform(0.4, 1.1))
    if conditions.deep and lines > _PARTING * strength:
        draw_next_cells(ink, neighbour, sides, rng)
    if printed.any():
        paper = paper * (1 - min(lines, 0.95) * printed)
    noise = min(conditions.noise * seen, conditions.most_noise)
    picture = paper * (1 - strength * ink)
    pixels = _develop(picture, rows, blur, noise, conditions.quality, rng)
    across, down = pixels.shape[1] / width, pixels.shape[0] / height
    boxes = (written.boxes + before) * across
    clear = seen > _CLEAR and not patterned
    pixels, shifted = degrade(pixels, conditions.befallen, clear, rng)
    return Photo(pixels, boxes + np.float32(shifted), written.slant * across / down)


def _rows_to_one(written: Written) -> float:
    """Rows of a picture to each of what is written, at least: by fewer, nobody could read it."""
    return max(_LEAST_INK / len(written.ink), _LEAST_DIGIT / written.tall)


def _give_unevenly(ink: Ink, rng: np.random.Generator) -> None:
    """As pens give their ink: here a little less than there, and some run dry along the line."""
    import cv2

    height, width = ink.shape
    lot = rng.random(3).tolist()
    if lot[0] < 0.5:
        coarse, less = rng.random((3, max(width // 8, 2))), 0.4 * lot[1]
    elif lot[0] < 0.6:
        # From full to dry, and full again where it is dipped.
        coarse, less = ((_ALONG + lot[2]) % 1)[None], 0.3 + 0.35 * lot[1]
    else:
        return
    uneven = cv2.resize(coarse.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    ink *= 1 - np.float32(less) * uneven.clip(0, 1)


def _rows(rng: np.random.Generator) -> int:
    """The height of a picture in pixels."""
    if rng.random() < 0.35:
        return int(rng.integers(28, 42))
    low, high = HEIGHTS
    return round(float(np.exp(rng.uniform(np.log(low), np.log(high)))))


def _blur(conditions: Conditions, rng: np.random.Generator) -> float:
    """The standard deviation of a camera's blur in pixels; 0 for none."""
    beyond = conditions.blur * float(rng.random()) ** conditions.sharp
    return conditions.least_blur + beyond if rng.random() < conditions.blurred else 0.0


def _develop(
    grey: Ink, rows: int, blur: float, noise: float, quality: int, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Blur, low resolution, noise of at most so great a standard deviation, and compression to such
    a quality at worst."""
    import cv2

    height, width = grey.shape
    lot = rng.random(6)
    if blur:
        grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), blur), np.float32)
    columns = max(round(width * rows / height * rng.uniform(0.88, 1.14)), 4)
    smaller = rows < height
    way = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    grey = np.asarray(cv2.resize(grey, (columns, rows), interpolation=way), np.float32)
    if lot[4] < _SHARPENED:
        more = np.float32(0.4 + lot[5])
        grey = grey + more * (grey - np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.2), np.float32))
    if lot[0] < 0.5:
        grey = grey + noise * float(lot[1]) ** 2 * draw_noise(rows, columns, rng)
    picture = (grey.clip(0, 1) * 255 + 0.5).astype(np.uint8)
    if lot[2] < 0.4:
        kept = int(quality + (90 - quality) * lot[3])
        _, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, kept])
        picture = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE))
    return picture
