"""Hands' habits (`by_digit`), in digits' fields of distances.

A field gives, at every sample, how far it is to the edge of the ink in pixels of the 28-pixel
frame, below zero inside. So strokes join by the minimum, and gaps break them by the maximum.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hwr.lines.document.by_digit import changes_of
from hwr.lines.document.changes import Changes, Piece, Points
from hwr.lines.document.hands import Hand
from hwr.lines.document.skeletons import FINE, PITCH

_FAR = 9.0
# How far it is to the ink where there is none, in pixels: enough.
_ON = 0.8
# What is no farther from the middle of a stroke, in pixels, is on it.


def add_habits(
    edge: Tensor,
    fields: Tensor,
    labels: NDArray[np.int64],
    hands: Sequence[Hand],
    draws: Sequence[np.random.Generator],
    half: Tensor,
) -> None:
    """Changes digits as the hands that write them are used to, in place.

    Args:
        edge: float32 [digits, FINE, FINE], distances to the edges of their ink.
        fields: as many, distances to the middles of their strokes.
        labels: which digits they are.
        hands: the one that writes each.
        draws: each digit's own.
        half: float32 [digits], half the width of the strokes, in pixels of the frame.
    """
    changes: dict[int, Changes] = {}
    middles = _middles(fields.numpy() < _ON)
    digits = zip(labels.tolist(), middles, hands, draws, strict=True)
    for row, (label, middle, hand, rng) in enumerate(digits):
        if len(middle) >= 4:
            changes[row] = changes_of(label, hand, middle, float(half[row]), rng)
    at = (torch.arange(FINE) + 0.5) * PITCH
    x_grid, y_grid = at[None, :], at[:, None]
    for row, found in changes.items():
        if found.anew:
            edge[row] = _FAR
    wiped = {row: found.wiped for row, found in changes.items()}
    for rows, distance in _distances(wiped, x_grid, y_grid):
        edge[rows] = torch.maximum(edge[rows], half[rows, None, None] + 1.2 - distance)
    strokes = {row: found.strokes for row, found in changes.items()}
    for rows, distance in _distances(strokes, x_grid, y_grid):
        edge[rows] = torch.minimum(edge[rows], distance - half[rows, None, None])
    for row, found in changes.items():
        for x, y, radius in found.rings:
            distance = (_length(x_grid - x, 1.4 * (y_grid - y)) - radius).abs()
            edge[row] = torch.minimum(edge[row], distance - half[row])
        for x, y, radius in found.gaps:
            edge[row] = torch.maximum(edge[row], radius - _length(x_grid - x, y_grid - y))


def _distances(
    pieces: dict[int, list[Piece]], x_grid: Tensor, y_grid: Tensor
) -> Iterator[tuple[Tensor, Tensor]]:
    """Rows of digits, and how far it is to one piece of each, [rows, FINE, FINE]; the first piece
    of every digit, then the second and so on."""
    for place in range(max(map(len, pieces.values()), default=0)):
        chosen = {row: found[place] for row, found in pieces.items() if len(found) > place}
        ends = torch.tensor(list(chosen.values()), dtype=torch.float32)
        x0, y0, x1, y1 = ends[:, :, None, None].unbind(1)
        across, down = x1 - x0, y1 - y0
        along = ((x_grid - x0) * across + (y_grid - y0) * down) / (across**2 + down**2 + 1e-6)
        along = along.clamp(0, 1)
        distance = _length(x_grid - x0 - along * across, y_grid - y0 - along * down)
        yield torch.tensor(list(chosen)), distance


def _length(across: Tensor, down: Tensor) -> Tensor:
    """Of vectors; several times as fast as `torch.hypot`."""
    return (across * across + down * down).sqrt()


def _middles(on: NDArray[np.bool_]) -> list[Points]:
    """The points that are on the strokes of each digit."""
    digits, rows, columns = np.nonzero(on)
    points = ((np.stack([columns, rows], 1) + 0.5) * PITCH).astype(np.float32)
    return np.split(points, np.searchsorted(digits, np.arange(1, len(on))))
