"""Paper: printed patterns, grain and uneven light."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from hwr.lines.document.marks import Ink

_TILE = (128, 1024)
_PATTERNS, _GRAINS = 64, 12
_NOISE = 2**20
# Values of which each picture's noise is a part: drawing them anew would take far longer.


def draw_paper(height: int, width: int, rng: np.random.Generator, roughness: float = 0.07) -> Ink:
    """How light paper is, [height, width], 0 black to 1 white, without anything on it; its grain
    has a standard deviation of at most `roughness`, as a share of its light."""
    import cv2

    lot = rng.random(8)
    level = 0.55 + 0.45 * float(lot[0]) ** 0.5
    x, y = _across(width), _across(height)
    fall = level * 0.3 * float(lot[1]) ** 2
    side = rng.uniform(-1, 1, 4).tolist()
    light = level + fall * (side[0] * x + 0.5 * side[2] * x * x)
    light = light + (fall * 0.5 * side[1] * y)[:, None]
    grains = _grains()
    grain = _piece(grains[int(lot[2] * len(grains))], height, width, rng)
    paper = light + level * roughness * float(lot[3]) ** 2 * grain
    if lot[4] < 0.25:  # stains and shadows
        blots = cv2.resize(rng.standard_normal((3, 6)).astype(np.float32), (width, height),
                           interpolation=cv2.INTER_CUBIC)  # fmt: skip
        paper = paper + 0.06 * float(lot[5]) * blots
    lit: Ink = paper.clip(0.05, 1).astype(np.float32, copy=False)
    return lit


def _across(pixels: int) -> NDArray[np.float32]:
    """Where each of so many pixels is, from -1 to 1."""
    return np.arange(pixels, dtype=np.float32) * np.float32(2 / max(pixels - 1, 1)) - 1


def draw_noise(height: int, width: int, rng: np.random.Generator) -> Ink:
    """A camera's noise of unit spread, [height, width], not to be written to."""
    pixels = height * width
    if pixels > _NOISE:
        return rng.standard_normal((height, width), np.float32)
    start = int(rng.integers(_NOISE - pixels + 1))
    return _noise()[start : start + pixels].reshape(height, width)


def draw_pattern(height: int, width: int, rng: np.random.Generator) -> Ink:
    """Printed ink of a background pattern, [height, width], 0 to 1."""
    tiles = _patterns()
    pattern = _piece(tiles[int(rng.integers(len(tiles)))], height, width, rng)
    if rng.random() < 0.3:
        other = _piece(tiles[int(rng.integers(len(tiles)))], height, width, rng)
        pattern = np.maximum(pattern, other)
    return pattern


def _piece(tile: NDArray[np.float32], height: int, width: int, rng: np.random.Generator) -> Ink:
    """A piece of a tile from anywhere in it, enlarged or reduced by lot."""
    import cv2

    zoom = float(np.exp(rng.uniform(-0.5, 0.5)))
    rows = min(max(int(height * zoom), 2), _TILE[0])
    columns = min(max(int(width * zoom), 2), _TILE[1])
    top = int(rng.integers(_TILE[0] - rows + 1))
    left = int(rng.integers(_TILE[1] - columns + 1))
    piece = tile[top : top + rows, left : left + columns]
    if rng.random() < 0.5:
        piece = piece[:, ::-1]
    whole = np.ascontiguousarray(piece)
    resized = cv2.resize(whole, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(resized, np.float32)


@cache
def _noise() -> NDArray[np.float32]:
    noise = np.random.default_rng(2).standard_normal(_NOISE, np.float32)
    noise.setflags(write=False)
    return noise


@cache
def _grains() -> list[NDArray[np.float32]]:
    """Noise of unit spread, fine to coarse."""
    import cv2

    rng = np.random.default_rng(0)
    found = []
    for number in range(_GRAINS):
        noise = rng.standard_normal(_TILE).astype(np.float32)
        sigma = 0.3 + 0.25 * number
        blurred = cv2.GaussianBlur(noise, (0, 0), sigma) if number else noise
        found.append(blurred / blurred.std())
    return found


@cache
def _patterns() -> list[NDArray[np.float32]]:
    """Tiles of printed patterns, always the same."""
    rng = np.random.default_rng(1)
    return [_pattern(number, rng) for number in range(_PATTERNS)]


def _pattern(number: int, rng: np.random.Generator) -> NDArray[np.float32]:
    import cv2

    height, width = _TILE
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    pitch, angle = rng.uniform(3, 14), rng.uniform(-np.pi, np.pi)
    along = np.cos(angle) * x + np.sin(angle) * y
    across = -np.sin(angle) * x + np.cos(angle) * y
    thick = rng.uniform(0.15, 0.45)

    def lines(phase: NDArray[np.float32], share: float) -> NDArray[np.float32]:
        """1 where the phase is near a whole number, softly."""
        from_line = np.abs(phase - np.round(phase)) * 2
        soft: NDArray[np.float32] = ((share - from_line) * pitch / 2 + 0.5).clip(0, 1)
        return soft

    kind = number % 8
    if kind == 0:  # waves
        wave = rng.uniform(0.3, 2) * np.sin(along / rng.uniform(4, 25))
        tile = lines(across / pitch + wave, thick)
    elif kind == 1:  # guilloche: waves that cross
        bow = rng.uniform(1, 4)
        first = lines(across / pitch + bow * np.sin(along / rng.uniform(15, 60)), thick / 2)
        second = lines(across / pitch - bow * np.sin(along / rng.uniform(15, 60)), thick / 2)
        tile = np.maximum(first, second)
    elif kind == 2:  # rosettes
        parts = [np.sin((np.cos(a) * x + np.sin(a) * y) / pitch) for a in rng.uniform(0, np.pi, 4)]
        tile = lines((sum(parts) * rng.uniform(0.5, 1.5)).astype(np.float32), thick)
    elif kind == 3:  # a grid
        tile = np.maximum(lines(along / pitch, thick / 3), lines(across / pitch, thick / 3))
    elif kind == 4:  # dots
        tile = lines(along / pitch, thick) * lines(across / pitch, thick)
    elif kind == 5:  # hatching
        tile = lines(across / pitch, thick)
    elif kind == 6:  # print too small to be read
        tile = np.zeros(_TILE, np.float32)
        size = rng.uniform(2, 6)
        for row in np.arange(size, height, 2.5 * size):
            for column in np.arange(rng.uniform(0, 9), width, 1.3 * size):
                if rng.random() < 0.85:
                    ends = np.array([column, row]) + size * rng.uniform(-0.5, 0.5, (4, 2))
                    cv2.polylines(tile, [(ends * 8).astype(np.int32)], False, 1.0, 1,
                                  cv2.LINE_AA, 3)  # fmt: skip
    else:  # clouds
        noise = cv2.GaussianBlur(rng.standard_normal(_TILE).astype(np.float32), (0, 0), pitch)
        tile = (noise / noise.std() * 0.4 + 0.4).clip(0, 1)
    return np.ascontiguousarray(tile, np.float32)
