"""Digits written by a hand: with its habits and its pen, bent; many digits of many lines at once,
as tensor operations on fields of distances (`hwr.lines.document.habits`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import grid_sample, interpolate

from hwr.lines.digits import DIGIT_SIZE
from hwr.lines.document.drawn import DIGIT_HEIGHT
from hwr.lines.document.habits import add_habits
from hwr.lines.document.hands import LEAST_KEPT, Hand
from hwr.lines.document.skeletons import FINE

TALL = 28
"""Rows of the drawn picture to a digit of MNIST's usual height."""

PATCH = 52
"""Rows and columns of a drawn digit's picture."""

THINNEST = 0.8
"""Pixels of the drawn picture that strokes are wide, about, at least: thinner ones are lost on
paper."""

OWN_SLANT = 0.2
"""Columns to a row by which digits lean as MNIST has them, zeros, ones and eights in the mean; what
hands lean comes on top of it."""

_EDGE = 2.2
# Pixels over which MNIST's strokes go from ink to paper.
_KNOTS = 5
# Of the elastic bending in each direction.
_OPEN = 1.8
# Pixels of the frame that half a pen may have in digits smaller than the others.
_STEMMED = (4, 7, 9)
# Digits that may have a long stem.
_RHO_SLANT = 0.35
# Added to what is mirrored.


def write(
    fields: Tensor,
    images: Tensor,
    labels: NDArray[np.int64],
    hands: Sequence[Hand],
    draws: Sequence[np.random.Generator],
) -> NDArray[np.uint8]:
    """Draws digits.

    Args:
        fields: float32 [digits, FINE, FINE], of `Skeletons`.
        images: uint8 [digits, 28, 28], the digits themselves.
        labels: which digits they are.
        hands: the one that writes each.
        draws: each digit's; digits that share one take their lots of it one after the other, first
            for their habits, then for their bends.

    Returns:
        uint8 [digits, PATCH, PATCH], ink high.
    """
    of = _Column(hands)
    written = zip(hands, labels.tolist(), strict=True)
    sized = torch.tensor([hand.sized(label) for hand, label in written])
    least = THINNEST / 2 * DIGIT_HEIGHT / TALL / (of("size") * sized)
    half = of("pen") * DIGIT_HEIGHT / 2
    # By the same pen, whatever the size; but loops of small ones would be full of ink.
    half = torch.maximum((half / sized).clamp(max=_OPEN), half / sized.clamp(min=1))
    half = torch.maximum(half, least)
    wide = torch.maximum(_pen(fields, half, of("nib")), least[:, None, None])
    edge = fields - wide
    kept = torch.tensor([hand.keeps_strokes for hand in hands])
    if kept.any():
        fine = interpolate(images[kept].float()[:, None] / 255, (FINE, FINE), mode="bilinear")[:, 0]
        # A thick pen widens MNIST's strokes, a thin one thins them.
        more = (half[kept] - 1.4).clamp(-0.7, 1.0)
        strokes = (0.5 - fine) * _EDGE - more[:, None, None]
        # What is thin in MNIST would vanish: half of the pen is left of it.
        some = torch.maximum(0.5 * half, least)[kept, None, None]
        edge[kept] = torch.minimum(strokes, fields[kept] - some)
        wide[kept] = half[kept, None, None]  # a nib writes none of them
    # (As `Hand.drawn_pen`.)
    drawn = torch.where(kept, half.clamp(min=LEAST_KEPT * DIGIT_HEIGHT / 2), half)
    stretched = torch.where(torch.from_numpy(np.isin(labels, _STEMMED)), 1 + 2 * of("stems"), 1.0)
    # (Where a digit is stretched, all that goes along the line is thinned below.)
    nib = of("nib").masked_fill(kept | (stretched > 1), 0.0)
    add_habits(edge, fields, labels, hands, draws, drawn, nib, least)
    _thin_across(edge, wide, stretched)
    # Outside of the frame lies what its border holds: paper, also where a stroke ends there.
    for border in (edge[:, 0], edge[:, -1], edge[:, :, 0], edge[:, :, -1]):
        border.clamp_(min=1.0)
    grid, scale = _bend(labels, hands, draws, sized, stretched)
    drawn = grid_sample(edge[:, None], grid, align_corners=False, padding_mode="border")[:, 0]
    alpha = drawn.mul_(-255 * scale[:, None, None]).add_(255 * 0.5).clamp_(0, 255)
    patches: NDArray[np.uint8] = alpha.round_().to(torch.uint8).numpy()
    return patches


def _pen(fields: Tensor, half: Tensor, nib: Tensor) -> Tensor:
    """Half the width of the strokes at every sample: a nib writes thinner along the line."""
    wide = half[:, None, None].expand_as(fields).clone()
    rows = (nib > 0).nonzero().flatten()
    if len(rows):
        down, across = torch.gradient(fields[rows], dim=(1, 2))
        wide[rows] = wide[rows] * (1 - nib[rows, None, None] * _steep(down, across))
    return wide


def _thin_across(edge: Tensor, wide: Tensor, stretched: Tensor) -> None:
    """Thins strokes along the line below the middles of digits, in place, by as much as they become
    thicker where these are stretched; `wide` is half the width of the pen at every sample."""
    rows = (stretched > 1).nonzero().flatten()
    if len(rows):
        lower = edge[rows, FINE // 2 :]
        down, across = torch.gradient(lower, dim=(1, 2))
        more = wide[rows, FINE // 2 :] * (1 - 1 / stretched[rows, None, None])
        edge[rows, FINE // 2 :] = lower + more * _steep(down, across)


def _steep(down: Tensor, across: Tensor) -> Tensor:
    """From 0 to 1: 1 where a stroke along the line is left, by going up or down."""
    return down**2 / (down**2 + across**2 + 1e-3)


class _Column:
    """One property of many hands as a tensor."""

    def __init__(self, hands: Sequence[Hand]) -> None:
        self._hands = hands

    def __call__(self, name: str) -> Tensor:
        return torch.tensor([float(getattr(hand, name)) for hand in self._hands])


def _bend(
    labels: NDArray[np.int64],
    hands: Sequence[Hand],
    draws: Sequence[np.random.Generator],
    sized: Tensor,
    stretched: Tensor,
) -> tuple[Tensor, Tensor]:
    """Where each pixel of a digit's picture is taken from, [digits, PATCH, PATCH, 2] as
    `grid_sample` wants it, and how many pixels of the picture are one of the frame, [digits]."""
    of = _Column(hands)
    lots = np.stack([rng.standard_normal(8 + 2 * _KNOTS * _KNOTS) for rng in draws])
    lot = torch.from_numpy(lots.astype(np.float32)).clamp(-2.5, 2.5)
    uneven = of("uneven")
    differ = 0.1 * (uneven + of("careless"))
    size = of("size") * (sized * (1 + differ * lot[:, 0])).clamp(0.45, 1.7)
    scale = TALL / DIGIT_HEIGHT * size
    wide = (of("width") * (1 + 0.1 * uneven * lot[:, 1])).clamp(0.5, 1.7)
    slant = of("slant") + 0.08 * uneven * lot[:, 2]
    turn = 0.06 * uneven * lot[:, 3]
    rho = torch.from_numpy(labels == 9) & (of("rho") > 0)
    # Nines lean to the right in MNIST, and so do these.
    slant = slant + _RHO_SLANT * rho
    at = torch.arange(PATCH) + 0.5 - PATCH / 2
    # In pixels of the frame from its middle.
    x = at[None, None, :] / scale[:, None, None]
    y = at[None, :, None] / scale[:, None, None]

    def each(value: Tensor) -> Tensor:
        return value[:, None, None]

    down = y - each(turn) * x
    # Lower halves as many times as tall as they are `stretched`.
    rows = (stretched > 1).nonzero().flatten()
    down[rows] = torch.minimum(down[rows], down[rows] / each(stretched[rows]))
    near = (down / DIGIT_HEIGHT).clamp_(-0.7, 0.7)
    square = near * near
    # Bows, and halves of unlike height: loops that are small above and large below.
    bow, larger = each(1.6 * uneven * lot[:, 4]), each(1.8 * uneven * lot[:, 5])
    across = x / each(wide) + (each(slant + turn) * y / each(wide) - 0.08 * bow)
    across.addcmul_(bow, square)
    across.addcmul_(across, near.mul_(each(0.2 * uneven * lot[:, 6])))
    across[rho] *= -1
    down.addcmul_(larger, square, value=-1)
    knots = lot[:, 8:].reshape(-1, 2, _KNOTS, _KNOTS) * of("unsteady")[:, None, None, None]
    # (Of the halves' unlike height, what is the same everywhere: knots alike make no curve.)
    knots[:, 1] += 0.25 * larger
    field = _smooth() @ knots @ _smooth().T
    grid = torch.empty(len(labels), PATCH, PATCH, 2)
    torch.add(across, field[:, 0], out=grid[..., 0])
    torch.add(down, field[:, 1], out=grid[..., 1])
    return grid.div_(DIGIT_SIZE / 2), scale


@cache
def _smooth() -> Tensor:
    """What makes a smooth curve through knots, as a matrix, [PATCH, _KNOTS]."""
    knots = torch.eye(_KNOTS)[None, None]
    return interpolate(knots, (PATCH, _KNOTS), mode="bicubic", align_corners=True)[0, 0]
