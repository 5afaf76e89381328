"""Hands' habits (`by_digit`), in digits' fields of distances.

A field gives, at every sample, how far it is to the edge of the ink in pixels of the 28-pixel
frame, below zero inside. So strokes join by the minimum, and gaps break them by the maximum.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from hwr.lines.document.by_digit import changes_of
from hwr.lines.document.changes import Changes, Points
from hwr.lines.document.hands import Hand
from hwr.lines.document.marks import Piece, squares
from hwr.lines.document.skeletons import FINE, PITCH

Fields = NDArray[np.float32]
"""Of distances, or what they are computed of."""

_FAR = 9.0
# How far it is to the ink where there is none, in pixels: enough.
_ON = 0.8
# What is no farther from the middle of a stroke, in pixels, is on it.
_AT: Fields = ((np.arange(FINE) + 0.5) * PITCH).astype(np.float32)
_DOWN = _AT[:, None]
_PLACES: Points = np.stack(np.meshgrid(_AT, _AT), axis=-1).reshape(-1, 2)
# Of the samples of a field: their columns, their rows, and (x, y) of them all.


def add_habits(
    edge: Tensor,
    fields: Tensor,
    labels: NDArray[np.int64],
    hands: Sequence[Hand],
    draws: Sequence[np.random.Generator],
    half: Tensor,
    nib: Tensor,
    least: Tensor,
) -> None:
    """Changes digits as the hands that write them are used to, in place.

    Args:
        edge: float32 [digits, FINE, FINE], distances to the edges of their ink.
        fields: as many, distances to the middles of their strokes.
        labels: which digits they are.
        hands: the one that writes each.
        draws: each digit's; digits that share one take their lots of it one after the other.
        half: float32 [digits], half the width of the strokes, in pixels of the frame.
        nib: as many: by how much those along the line are thinner, as a share.
        least: as many, of half the width of these.
    """
    changes: dict[int, Changes] = {}
    middles = _middles(fields.numpy() < _ON)
    halves, nibs, thinnest = half.tolist(), nib.tolist(), least.tolist()
    digits = zip(labels.tolist(), middles, hands, halves, draws, strict=True)
    for row, (label, middle, hand, wide, rng) in enumerate(digits):
        if len(middle) >= 4:
            changes[row] = changes_of(label, hand, middle, wide, rng)
    # (Of few digits each: numpy's calls take less time than torch's.)
    field = edge.numpy()
    for row, found in changes.items():
        if found.anew:
            field[row] = _FAR
    for wiped, distance in _distances({row: found.wiped for row, found in changes.items()}):
        rows = list(wiped)
        wide = _each([halves[row] + 1.2 for row in rows])
        field[rows] = np.maximum(field[rows], wide - distance)
    for added, distance in _distances({row: found.strokes for row, found in changes.items()}):
        rows = list(added)
        wide = _each(
            [
                max(halves[row] * (1 - nibs[row] * _level(piece)), thinnest[row])
                for row, piece in added.items()
            ]
        )
        field[rows] = np.minimum(field[rows], distance - wide)
    for row, found in changes.items():
        of = field[row]
        for x, y, radius in found.rings:
            distance = np.abs(_length(_AT - x, 1.4 * (_DOWN - y)) - radius)
            np.minimum(of, distance - halves[row], out=of)
        for x, y, radius in found.gaps:
            np.maximum(of, radius - _length(_AT - x, _DOWN - y), out=of)


def _each(values: list[float]) -> Fields:
    """One for each field."""
    return np.array(values, np.float32)[:, None, None]


def _level(piece: Piece) -> float:
    """From 0 to 1: 1 for what goes along the line."""
    x0, y0, x1, y1 = piece
    across, down = (x1 - x0) ** 2, (y1 - y0) ** 2
    return across / (across + down + 1e-6)


def _distances(pieces: dict[int, list[Piece]]) -> Iterator[tuple[dict[int, Piece], Fields]]:
    """One piece of each digit that has one, by its row, and how far it is to that, [rows, FINE,
    FINE]; first the first piece of every digit, then the second and so on."""
    for place in range(max(map(len, pieces.values()), default=0)):
        chosen = {row: found[place] for row, found in pieces.items() if len(found) > place}
        yield chosen, np.sqrt(squares(_AT, _AT, list(chosen.values())))


def _length(across: Fields, down: Fields) -> Fields:
    """Of vectors; several times as fast as `np.hypot`."""
    return np.sqrt(across * across + down * down)


def _middles(on: NDArray[np.bool_]) -> list[Points]:
    """The points that are on the strokes of each digit."""
    found = np.flatnonzero(on)
    ends = np.count_nonzero(on.reshape(len(on), -1), axis=1).cumsum()
    return np.split(_PLACES[found % len(_PLACES)], ends[:-1])
