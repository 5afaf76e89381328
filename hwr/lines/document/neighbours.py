"""Other writing that shows in a number's picture: pieces of what stands above, below and beside."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hwr.lines.document.marks import Ink

_APART, _SEEN = 3, 0.1
# Pixels from other writing's pieces to the number, and how much ink is some of it.


def draw_neighbour(ink: Ink, patch: NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Pieces of other writing at the upper or lower edge, where there is room for them: upon a one,
    what is left of a two would make a seven of it."""
    digit = _cut_out(patch)
    if not digit.size:
        return
    height, width = ink.shape
    for _ in range(int(rng.integers(1, 4))):
        shows = max(int(len(digit) * rng.uniform(0.05, 0.25)), 1)
        left = int(rng.integers(-20, max(width - 20, -19)))
        above = rng.random() < 0.5
        piece = digit[-shows:] if above else digit[:shows]
        piece = piece[:height, max(-left, 0) : max(width - left, 0)]
        first = max(left, 0)
        end = first + piece.shape[1]
        clear = min(len(piece) + _APART, height)
        near = ink[:clear] if above else ink[height - clear :]
        if (near[:, max(first - _APART, 0) : end + _APART] > _SEEN).any():
            continue
        place = slice(0, len(piece)) if above else slice(height - len(piece), height)
        part = ink[place, first:end]
        np.maximum(part, piece, out=part)


def draw_next_cells(
    ink: Ink, patch: NDArray[np.uint8], sides: tuple[float, float], rng: np.random.Generator
) -> None:
    """Pieces of what is written into the cells on either side, beyond the borders between."""
    digit = _cut_out(patch)
    if not digit.size:
        return
    height, width = ink.shape
    lots = rng.random((2, 3))
    for left, room, lot in zip((True, False), (sides[0], width - sides[1]), lots, strict=True):
        shows = int((0.3 + 0.7 * lot[0]) * (room - 3))
        if lot[1] < 0.5 or shows < 2:
            continue
        piece = digit[:height, -shows:] if left else digit[:height, :shows]
        top = int(lot[2] * (height - len(piece)))
        first = 0 if left else width - piece.shape[1]
        beyond = ink[top : top + len(piece), first : first + piece.shape[1]]
        np.maximum(beyond, piece, out=beyond)


def _cut_out(patch: NDArray[np.uint8]) -> Ink:
    """A digit's picture cut to its ink, 0 to 1; nothing where it has none."""
    import cv2

    left, top, width, height = cv2.boundingRect((patch > 80).view(np.uint8))
    return patch[top : top + height, left : left + width].astype(np.float32) / np.float32(255)
