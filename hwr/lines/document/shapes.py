"""Digits written by a hand: strokes added and broken in the field of distances, then bent and drawn
with its pen; many digits of many lines at once, as tensor operations.

A field gives, at every sample, how far it is to the edge of the ink in pixels of the 28-pixel
frame, below zero inside. So strokes join by the minimum, and gaps break them by the maximum.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import grid_sample, interpolate

from hwr.lines.digits import DIGIT_SIZE
from hwr.lines.document.hands import Hand
from hwr.lines.document.skeletons import FINE, PITCH

TALL = 28
"""Rows of the drawn picture to a digit of MNIST's usual height."""

PATCH = 52
"""Rows and columns of a drawn digit's picture."""

_DIGIT_HEIGHT = 20
# Of MNIST's digits in their frames, in pixels (LeCun's MNIST page).
_EDGE = 2.2
# Pixels over which MNIST's strokes go from ink to paper.
_KNOTS = 5
# Of the elastic bending in each direction.
_ON = 0.8
# What is no farther from the middle of a stroke, in pixels, is on it.


def write(
    fields: Tensor,
    images: Tensor,
    labels: NDArray[np.int64],
    hands: Sequence[Hand],
    seeds: NDArray[np.int64],
) -> NDArray[np.uint8]:
    """Draws digits.

    Args:
        fields: float32 [digits, FINE, FINE], of `Skeletons`.
        images: uint8 [digits, 28, 28], the digits themselves.
        labels: which digits they are.
        hands: the one that writes each.
        seeds: each digit's own.

    Returns:
        uint8 [digits, PATCH, PATCH], ink high.
    """
    draws = [np.random.default_rng(seed) for seed in seeds]
    of = _Column(hands)
    half = of("pen") * _DIGIT_HEIGHT / 2
    edge = fields - _pen(fields, half, of("nib"))
    kept = torch.tensor([hand.keeps_strokes for hand in hands])
    if kept.any():
        fine = interpolate(images[kept].float()[:, None] / 255, (FINE, FINE), mode="bilinear")[:, 0]
        # A thick pen widens MNIST's strokes, a thin one thins them.
        more = (half[kept] - 1.4).clamp(-0.7, 1.0)
        edge[kept] = (0.5 - fine) * _EDGE - more[:, None, None]
    _add_strokes(edge, fields, labels, hands, draws, half)
    grid, scale = _bend(labels, hands, draws)
    drawn = grid_sample(edge[:, None], grid, align_corners=False, padding_mode="border")[:, 0]
    alpha = (0.5 - drawn * scale[:, None, None]).clamp(0, 1)
    patches: NDArray[np.uint8] = (alpha * 255).round().to(torch.uint8).numpy()
    return patches


def _pen(fields: Tensor, half: Tensor, nib: Tensor) -> Tensor:
    """Half the width of the strokes at every sample: a nib writes thinner along the line."""
    wide = half[:, None, None].expand_as(fields).clone()
    rows = (nib > 0).nonzero().flatten()
    if len(rows):
        down, across = torch.gradient(fields[rows], dim=(1, 2))
        # A stroke along the line is left by going up or down.
        along = down**2 / (down**2 + across**2 + 1e-3)
        wide[rows] = wide[rows] * (1 - nib[rows, None, None] * along)
    return wide


class _Column:
    """One property of many hands as a tensor."""

    def __init__(self, hands: Sequence[Hand]) -> None:
        self._hands = hands

    def __call__(self, name: str) -> Tensor:
        return torch.tensor([float(getattr(hand, name)) for hand in self._hands])


def _add_strokes(
    edge: Tensor,
    fields: Tensor,
    labels: NDArray[np.int64],
    hands: Sequence[Hand],
    draws: Sequence[np.random.Generator],
    half: Tensor,
) -> None:
    """Adds the strokes and gaps of each hand to its digits' fields, in place."""
    strokes: dict[int, list[NDArray[np.float32]]] = {}
    gaps: list[tuple[int, float, float, float]] = []
    rings: list[tuple[int, float, float, float]] = []
    for row, (label, hand, rng) in enumerate(zip(labels.tolist(), hands, draws, strict=True)):
        lot = rng.random(12)
        broken = lot[0] < hand.gaps
        if not (broken or label in (0, 1, 2, 4, 7)):
            continue
        middle = _middle(fields[row])
        if len(middle) < 4:
            continue
        if broken:
            x, y = middle[int(lot[1] * len(middle))]
            gaps.append((row, x, y, 0.5 + float(half[row]) + 1.2 * lot[2]))
        if label == 4 and hand.short and lot[3] < 0.9:
            right = middle[middle[:, 0] > np.median(middle[:, 0])]
            if len(right):
                x, y = right[right[:, 1].argmin()]
                gaps.append((row, x, y, hand.short * _DIGIT_HEIGHT * (0.7 + 0.6 * lot[4])))
        strokes[row] = _strokes_of(label, hand, middle, lot[3:])
        if label == 2 and hand.loop and lot[3] < 0.8:
            low = middle[middle[:, 1] > middle[:, 1].max() - 5]
            x, y = low[low[:, 0].argmin()]
            radius = hand.loop * _DIGIT_HEIGHT * (0.8 + 0.4 * lot[4])
            rings.append((row, x + 0.3 * radius, y - 0.6 * radius, radius))
    at = (torch.arange(FINE) + 0.5) * PITCH
    x_grid, y_grid = at[None, None, :], at[None, :, None]
    # The first stroke of every digit, then the second.
    for place in range(max(map(len, strokes.values()), default=0)):
        chosen = {row: found[place] for row, found in strokes.items() if len(found) > place}
        rows = torch.tensor(list(chosen))
        ends = torch.from_numpy(np.stack(list(chosen.values())))[:, :, None, None]
        x0, y0, x1, y1 = ends.unbind(1)
        across, down = x1 - x0, y1 - y0
        along = ((x_grid - x0) * across + (y_grid - y0) * down) / (across**2 + down**2 + 1e-6)
        along = along.clamp(0, 1)
        distance = torch.hypot(x_grid - x0 - along * across, y_grid - y0 - along * down)
        edge[rows] = torch.minimum(edge[rows], distance - half[rows, None, None])
    for row, x, y, radius in rings:
        distance = (torch.hypot(x_grid[0] - x, 1.4 * (y_grid[0] - y)) - radius).abs()
        edge[row] = torch.minimum(edge[row], distance - half[row])
    for row, x, y, radius in gaps:
        edge[row] = torch.maximum(edge[row], radius - torch.hypot(x_grid[0] - x, y_grid[0] - y))


def _middle(field: Tensor) -> NDArray[np.float32]:
    """The points on the middle of a digit's strokes, [points, (x, y)], in pixels of its frame."""
    rows, columns = np.nonzero(field.numpy() < _ON)
    return ((np.stack([columns, rows], 1) + 0.5) * PITCH).astype(np.float32)


def _strokes_of(
    label: int, hand: Hand, middle: NDArray[np.float32], lot: NDArray[np.float64]
) -> list[NDArray[np.float32]]:
    """The strokes that a hand adds to a digit: [x0, y0, x1, y1] each, in pixels of its frame."""
    found: list[tuple[float, float, float, float]] = []
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
            reach = hand.foot * _DIGIT_HEIGHT * (0.8 + 0.4 * lot[4]) / 2
            x, y, tilt = float(bottom[0]), float(bottom[1]), float(lot[5]) - 0.5
            found.append((x - reach, y - tilt, x + reach, y + tilt))
    elif label == 7:
        if hand.bar and lot[0] < 0.95:
            level = float(top[1]) + tall * (0.42 + 0.2 * lot[1])
            stem = middle[np.abs(middle[:, 1] - level) < 1]
            if len(stem):
                x, reach = float(stem[:, 0].mean()), hand.bar * _DIGIT_HEIGHT * 0.4
                tilt = 2.5 * (float(lot[2]) - 0.6)
                found.append((x - reach, level - tilt, x + reach, level + tilt))
        if hand.serif and lot[3] < 0.9:
            high = middle[middle[:, 1] < top[1] + 0.35 * tall]
            x, y = (float(v) for v in high[high[:, 0].argmin()])
            found.append((x, y, x + lot[4] - 0.5, y + hand.serif * _DIGIT_HEIGHT))
    elif label == 0 and hand.tail and lot[0] < 0.8:
        x, y = float(top[0]), float(top[1])
        length, angle = hand.tail * _DIGIT_HEIGHT, math.radians(-70 + 150 * lot[1])
        found.append((x, y, x + length * math.cos(angle), y + 0.8 * length * math.sin(angle)))
    return [np.array(segment, np.float32) for segment in found]


def _bend(
    labels: NDArray[np.int64], hands: Sequence[Hand], draws: Sequence[np.random.Generator]
) -> tuple[Tensor, Tensor]:
    """Where each pixel of a digit's picture is taken from, [digits, PATCH, PATCH, 2] as
    `grid_sample` wants it, and how many pixels of the picture are one of the frame, [digits]."""
    of = _Column(hands)
    lots = np.stack([rng.standard_normal(8 + 2 * _KNOTS * _KNOTS) for rng in draws])
    lot = torch.from_numpy(lots.astype(np.float32)).clamp(-2.5, 2.5)
    uneven = of("uneven")
    size = torch.where(torch.from_numpy(labels == 0), of("zero"), 1.0)
    scale = TALL / _DIGIT_HEIGHT * (size * (1 + 0.1 * uneven * lot[:, 0])).clamp(0.45, 1.4)
    wide = (of("width") * (1 + 0.1 * uneven * lot[:, 1])).clamp(0.5, 1.7)
    slant = of("slant") + 0.08 * uneven * lot[:, 2]
    turn = 0.06 * uneven * lot[:, 3]
    at = torch.arange(PATCH) + 0.5 - PATCH / 2
    x = at[None, None, :] / scale[:, None, None]
    y = at[None, :, None] / scale[:, None, None]

    def each(value: Tensor) -> Tensor:
        return value[:, None, None]

    # In pixels of the frame from its middle.
    across = (x + each(slant + turn) * y) / each(wide)
    down = y - each(turn) * x
    near = (down / _DIGIT_HEIGHT).clamp(-0.7, 0.7)
    # Bows, and halves of unlike height: loops that are small above and large below.
    across = across + each(1.6 * uneven * lot[:, 4]) * (near * near - 0.08)
    down = down + each(1.8 * uneven * lot[:, 5]) * (0.25 - near * near)
    across = across * (1 + each(0.2 * uneven * lot[:, 6]) * near)
    knots = lot[:, 8:].reshape(-1, 2, _KNOTS, _KNOTS) * of("unsteady")[:, None, None, None]
    # Smooth between the knots; straight between a quarter of the pixels, which is cheaper.
    coarse = interpolate(knots, (PATCH // 4, PATCH // 4), mode="bicubic", align_corners=True)
    field = interpolate(coarse, (PATCH, PATCH), mode="bilinear", align_corners=True)
    across, down = across + field[:, 0], down + field[:, 1]
    half = DIGIT_SIZE / 2
    return torch.stack([across / half, down / half], 3), scale
