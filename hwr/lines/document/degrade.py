"""What befalls few pictures of numbers: specks, the edge of a shadow, black and white alone, a
surround."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

_MOST_INK = 0.2
# Share of a picture in black and white: where the light is uneven, paper is darker than ink.


def degrade(
    pixels: Pixels, chance: float, clear: bool, rng: np.random.Generator
) -> tuple[Pixels, int]:
    """A picture, to which one of them may have happened.

    Args:
        pixels: uint8 [height, width], 0 black to 255 white.
        chance: of each of them.
        clear: whether its ink can be told from its paper by darkness alone.
        rng: draws which, and how.

    Returns:
        The picture, and how many columns it has on its left that it did not have.
    """
    kind = int(rng.random() / chance) if chance else None
    if kind == 0:
        return _specked(pixels, rng), 0
    if kind == 1:
        return _shaded(pixels, rng), 0
    if kind == 2 and clear:
        return _black_and_white(pixels), 0
    if kind == 3:
        return _surrounded(pixels, rng)
    return pixels, 0


def _specked(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Dust and lost dots, of one pixel or of two by two."""
    found = pixels.copy()
    height, width = pixels.shape
    count = int(pixels.size * rng.uniform(0.0005, 0.008)) + 1
    rows, columns = rng.integers(height, size=count), rng.integers(width, size=count)
    light = rng.random(count) < 0.25
    tones = np.where(light, 255, rng.uniform(0, 0.6, count) * pixels.min(initial=160))
    sizes = rng.random(count) < 0.3
    for down in (0, 1):
        for right in (0, 1):
            these = sizes if down or right else slice(None)
            row = np.minimum(rows[these] + down, height - 1)
            column = np.minimum(columns[these] + right, width - 1)
            found[row, column] = tones[these]
    return found


def _shaded(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """A shadow on one side of an edge, more or less soft, anywhere and aslant."""
    height, width = pixels.shape
    x, y = rng.uniform(0.1, 0.9, 2) * (width, height)
    soft = 0.5 + height * rng.uniform(0, 0.3)
    # Mostly across the line, within 45 degrees of upright; else along it.
    right, down = (1.0, rng.uniform(-1, 1)) if rng.random() < 0.7 else (rng.uniform(-0.2, 0.2), 1.0)
    beside = np.arange(width, dtype=np.float32) - np.float32(x)
    below = np.arange(height, dtype=np.float32)[:, None] - np.float32(y)
    way = np.float32(right / soft) * beside + np.float32(down / soft) * below
    if rng.random() < 0.5:
        way = -way
    shadow = way.clip(-0.5, 0.5) + 0.5
    depth = rng.uniform(0.15, 0.55)
    return np.asarray(pixels * (1 - np.float32(depth) * shadow), np.uint8)


def _black_and_white(pixels: Pixels) -> Pixels:
    """As scanners make it, and archives (Otsu 1979); but not where much of the paper gets black."""
    import cv2

    _, found = cv2.threshold(pixels, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return np.asarray(found, np.uint8) if (found == 0).mean() < _MOST_INK else pixels


def _surrounded(pixels: Pixels, rng: np.random.Generator) -> tuple[Pixels, int]:
    """On something lighter or darker, as where a page ends or pictures are made equally large."""
    height = len(pixels)
    above, below = (rng.uniform(0, 0.4, 2) * height).astype(int)
    left, right = (rng.uniform(0, 1.0, 2) ** 2 * height).astype(int)
    lot = rng.random()
    tone = 255 if lot < 0.4 else 0 if lot < 0.6 else int(255 * rng.random())
    edges = ((above, below), (left, right))
    return np.pad(pixels, edges, constant_values=tone), int(left)
