"""A hand's habits: strokes that it adds to digits and leaves out, in their fields of distances.

A field gives, at every sample, how far it is to the edge of the ink in pixels of the 28-pixel
frame, below zero inside. So strokes join by the minimum, and gaps break them by the maximum.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hwr.lines.document.hands import Hand
from hwr.lines.document.skeletons import FINE, PITCH

DIGIT_HEIGHT = 20
"""Of MNIST's digits in their frames, in pixels (LeCun's MNIST page)."""

_ON = 0.8
# What is no farther from the middle of a stroke, in pixels, is on it.

Points = NDArray[np.float32]
"""The middle of a digit's strokes, [points, (x, y)], in pixels of its frame."""

Piece = tuple[float, float, float, float]
"""A straight stroke: x0, y0, x1, y1."""


@dataclass
class _Changes:
    """What becomes of one digit: parts wiped out, strokes added, rings added (x, y, radius), gaps
    made (x, y, radius); in this order."""

    wiped: list[Piece] = field(default_factory=list)
    strokes: list[Piece] = field(default_factory=list)
    rings: list[tuple[float, float, float]] = field(default_factory=list)
    gaps: list[tuple[float, float, float]] = field(default_factory=list)


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
    changes: dict[int, _Changes] = {}
    for row, (label, hand, rng) in enumerate(zip(labels.tolist(), hands, draws, strict=True)):
        lot = rng.random(12)
        if lot[0] < hand.gaps or label in (0, 1, 2, 4, 7, 9):
            middle = _middle(fields[row])
            if len(middle) >= 4:
                changes[row] = _changes(label, hand, middle, float(half[row]), lot)
    at = (torch.arange(FINE) + 0.5) * PITCH
    x_grid, y_grid = at[None, :], at[:, None]
    wiped = {row: found.wiped for row, found in changes.items()}
    for rows, distance in _distances(wiped, x_grid, y_grid):
        edge[rows] = torch.maximum(edge[rows], half[rows, None, None] + 1.2 - distance)
    strokes = {row: found.strokes for row, found in changes.items()}
    for rows, distance in _distances(strokes, x_grid, y_grid):
        edge[rows] = torch.minimum(edge[rows], distance - half[rows, None, None])
    for row, found in changes.items():
        for x, y, radius in found.rings:
            distance = (torch.hypot(x_grid - x, 1.4 * (y_grid - y)) - radius).abs()
            edge[row] = torch.minimum(edge[row], distance - half[row])
        for x, y, radius in found.gaps:
            edge[row] = torch.maximum(edge[row], radius - torch.hypot(x_grid - x, y_grid - y))


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
        distance = torch.hypot(x_grid - x0 - along * across, y_grid - y0 - along * down)
        yield torch.tensor(list(chosen)), distance


def _middle(field: Tensor) -> Points:
    rows, columns = np.nonzero(field.numpy() < _ON)
    return ((np.stack([columns, rows], 1) + 0.5) * PITCH).astype(np.float32)


def _changes(
    label: int, hand: Hand, middle: Points, half: float, lot: NDArray[np.float64]
) -> _Changes:
    """What a hand changes in a digit; `lot` are twelve numbers from 0 to 1."""
    found = _Changes()
    if lot[0] < hand.gaps:
        x, y = middle[int(lot[1] * len(middle))].tolist()
        found.gaps.append((x, y, 0.2 + half + float(lot[2])))
    if label == 4:
        _four(found, hand, middle, half, lot)
    elif label == 2:
        _two(found, hand, middle, lot)
    found.strokes += _strokes_of(label, hand, middle, lot[3:])
    return found


def _two(found: _Changes, hand: Hand, middle: Points, lot: NDArray[np.float64]) -> None:
    """Loops at the lower left corner and at the beginning."""
    top, bottom = middle[:, 1].min(), middle[:, 1].max()
    if hand.loop and lot[3] < 0.8:
        low = middle[middle[:, 1] > bottom - 5]
        x, y = low[low[:, 0].argmin()].tolist()
        radius = hand.loop * DIGIT_HEIGHT * (0.8 + 0.4 * float(lot[4]))
        found.rings.append((x + 0.3 * radius, y - 0.6 * radius, radius))
    if hand.curl and lot[5] < 0.9:
        high = middle[middle[:, 1] < top + 0.45 * (bottom - top)]
        x, y = high[high[:, 0].argmin()].tolist()
        radius = hand.curl * DIGIT_HEIGHT * (0.8 + 0.4 * float(lot[6]))
        found.rings.append((x + 0.8 * radius, y + 0.3 * radius, radius))


def _four(
    found: _Changes, hand: Hand, middle: Points, half: float, lot: NDArray[np.float64]
) -> None:
    """A stem cut short at its top; or a four closed by a slanting stroke, as printed ones are."""
    right = middle[middle[:, 0] > np.median(middle[:, 0])]
    if not len(right):
        return
    stem_x, stem_y = right[right[:, 1].argmin()].tolist()
    levels, counts = np.unique(middle[:, 1], return_counts=True)
    tall = float(levels[-1] - levels[0])
    inside = (levels > levels[0] + 0.3 * tall) & (levels < levels[0] + 0.85 * tall)
    if not inside.any():
        return
    bar = float(levels[inside][counts[inside].argmax()])
    if hand.short and not hand.closed and lot[3] < 0.9:
        level = min(stem_y + hand.short * tall * (0.7 + 0.5 * float(lot[4])), bar - 2 - 2 * half)
        stem = right[np.abs(right[:, 1] - level) < 1]
        if level > stem_y and len(stem):
            found.wiped.append((stem_x, stem_y, float(stem[:, 0].max()), level))
    if not hand.closed or lot[3] > 0.95:
        return
    left_x = float(middle[np.abs(middle[:, 1] - bar) < 1][:, 0].min())
    open_end = middle[(middle[:, 0] < stem_x - 4) & (middle[:, 1] < bar - 3)]
    if len(open_end):
        x, y = open_end[open_end[:, 1].argmin()].tolist()
        found.wiped.append((x, y, left_x, bar - 2))
        found.strokes.append((left_x, bar, stem_x, stem_y))


def _strokes_of(label: int, hand: Hand, middle: Points, lot: NDArray[np.float64]) -> list[Piece]:
    """The strokes that a hand adds to zeros, ones, sevens and nines."""
    found: list[Piece] = []
    top, bottom = middle[middle[:, 1].argmin()], middle[middle[:, 1].argmax()]
    tall = float(bottom[1] - top[1])
    if label == 1:
        if hand.flag and lot[0] < 0.9:
            length = hand.flag * tall * (0.8 + 0.4 * lot[1])
            # The longer, the steeper: or it would be a seven.
            angle = math.radians(20 + (40 - 25 * hand.flag) * lot[2])
            x, y = float(top[0]), float(top[1])
            found.append((x, y, x - length * math.sin(angle), y + length * math.cos(angle)))
        if hand.foot and lot[3] < 0.9:
            reach = hand.foot * DIGIT_HEIGHT * (0.8 + 0.4 * lot[4]) / 2
            x, y, tilt = float(bottom[0]), float(bottom[1]), float(lot[5]) - 0.5
            found.append((x - reach, y - tilt, x + reach, y + tilt))
    elif label == 7:
        if hand.bar and lot[0] < 0.95:
            level = float(top[1]) + tall * (0.42 + 0.2 * lot[1])
            stem = middle[np.abs(middle[:, 1] - level) < 1]
            if len(stem):
                x, reach = float(stem[:, 0].mean()), hand.bar * DIGIT_HEIGHT * 0.4
                tilt = 2.5 * (float(lot[2]) - 0.6)
                found.append((x - reach, level - tilt, x + reach, level + tilt))
        if hand.serif and lot[3] < 0.9:
            high = middle[middle[:, 1] < top[1] + 0.35 * tall]
            x, y = (float(v) for v in high[high[:, 0].argmin()])
            found.append((x, y, x + float(lot[4]) - 0.5, y + hand.serif * DIGIT_HEIGHT))
    elif label == 0 and hand.tail and lot[0] < 0.8:
        x, y = float(top[0]), float(top[1])
        length, angle = hand.tail * DIGIT_HEIGHT, math.radians(-70 + 150 * lot[1])
        found.append((x, y, x + length * math.cos(angle), y + 0.8 * length * math.sin(angle)))
    elif label == 9 and hand.hook and lot[0] < 0.9:
        x, y = float(bottom[0]), float(bottom[1])
        reach, rise = hand.hook * DIGIT_HEIGHT * (0.8 + 0.4 * lot[1]), 0.35 * lot[2]
        reach = min(reach, x - 2)  # inside of its frame
        if middle[middle[:, 1] > y - 4, 0].min() > x - 5:  # or it ends in one already
            turn = (x - 0.4 * reach, y)
            found.append((x, y - 0.15 * reach, *turn))
            found.append((*turn, x - reach, y - (0.1 + rise) * reach))
    return found
