"""Digits bent, turned and written thinner or thicker, many at once as tensor operations: other
hands than MNIST's."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample, interpolate, pad

_KNOTS = 6
# Of the elastic field in each direction: bends as long as a stroke of a digit.


@dataclass(frozen=True)
class DistortOptions:
    """How far digits are distorted; each picture draws its own values, uniformly from -x to x.

    Attributes:
        rotation: degrees.
        shear: of the slant, columns to a row.
        scale: share of height and width, drawn for each.
        shift: share of the picture's side, drawn for each direction.
        elastic: standard deviation of a smooth random displacement at each of 6 x 6 knots, as a
            share of the side (Simard et al. 2003); between the knots it is about two thirds of it.
        thickness: how far strokes are thinned or thickened, 1 being about a pixel on each side.
        erase: the chance that a rectangle of a digit is wiped out (Zhong et al. 2020).
    """

    rotation: float = 0.0
    shear: float = 0.0
    scale: float = 0.0
    shift: float = 0.0
    elastic: float = 0.0
    thickness: float = 0.0
    erase: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            if not 0 <= getattr(self, field.name) < math.inf:
                raise ValueError(f"{field.name} must not be negative")
        for name in ("scale", "thickness", "erase"):
            if getattr(self, name) > 1:
                raise ValueError(f"{name} must not be above 1")


def distort(images: Tensor, options: DistortOptions, generator: torch.Generator) -> Tensor:
    """Distorts pictures, each in its own way.

    Args:
        images: uint8 [pictures, height, width], ink high.
        options: how far.
        generator: on the CPU; the same state gives the same pictures on every device.

    Returns:
        The same shape and type.
    """
    if options == DistortOptions():
        return images
    count, height, width = images.shape
    grid = _grid(count, height, width, options, generator).to(images.device)
    drawn = grid_sample(images.float()[:, None], grid, align_corners=False)
    if options.thickness:
        drawn = thickened(drawn, _uniform(count, generator).to(images.device) * options.thickness)
    if options.erase:
        drawn = drawn * _kept(count, height, width, options.erase, generator).to(images.device)
    return drawn[:, 0].round().clamp(0, 255).to(torch.uint8)


def _uniform(count: int, generator: torch.Generator) -> Tensor:
    """From -1 to 1, float [count]."""
    return 2 * torch.rand(count, generator=generator) - 1


def _grid(
    count: int, height: int, width: int, options: DistortOptions, generator: torch.Generator
) -> Tensor:
    """Where each pixel is taken from, [pictures, height, width, 2], in halves of the side from the
    middle, column before row."""
    angle = _uniform(count, generator) * math.radians(options.rotation)
    shear = _uniform(count, generator) * options.shear
    across = 1 + _uniform(count, generator) * options.scale
    down = 1 + _uniform(count, generator) * options.scale
    cos, sin = torch.cos(angle), torch.sin(angle)
    turn = torch.stack([cos, -sin, sin, cos], 1).view(-1, 2, 2)
    one, none = torch.ones(count), torch.zeros(count)
    slant = torch.stack([one, shear, none, one], 1).view(-1, 2, 2)
    stretch = torch.diag_embed(1 / torch.stack([across, down], 1).clamp_min(0.1))
    shift = torch.stack([_uniform(count, generator), _uniform(count, generator)], 1)
    matrix = torch.cat([turn @ slant @ stretch, 2 * options.shift * shift[:, :, None]], 2)
    grid = affine_grid(matrix, [count, 1, height, width], align_corners=False)
    if options.elastic:
        knots = torch.randn(count, 2, _KNOTS, _KNOTS, generator=generator) * 2 * options.elastic
        field = interpolate(knots, (height, width), mode="bicubic", align_corners=True)
        grid = grid + field.permute(0, 2, 3, 1)
    return grid


def thickened(images: Tensor, amount: Tensor) -> Tensor:
    """Pictures [pictures, 1, height, width] mixed with the maximum of each pixel's neighbours, or
    with their minimum where `amount` [pictures], from -1 to 1, is negative; the corners stay out,
    or strokes would turn square."""
    around = pad(images, (1, 1, 1, 1))
    above, below = around[:, :, :-2, 1:-1], around[:, :, 2:, 1:-1]
    before, behind = around[:, :, 1:-1, :-2], around[:, :, 1:-1, 2:]
    most, least = images, images
    for neighbour in (above, below, before, behind):
        most, least = torch.maximum(most, neighbour), torch.minimum(least, neighbour)
    amount = amount[:, None, None, None]
    return images + amount.clamp_min(0) * (most - images) + amount.clamp_max(0) * (images - least)


def _kept(count: int, height: int, width: int, chance: float, generator: torch.Generator) -> Tensor:
    """0 in a rectangle of some pictures and 1 elsewhere, [pictures, 1, height, width]."""
    draws = torch.rand(count, 5, generator=generator)
    sides = 0.1 + 0.2 * draws[:, :2]
    start = draws[:, 2:4] * (1 - sides)
    row = ((torch.arange(height) + 0.5) / height)[None]
    column = ((torch.arange(width) + 0.5) / width)[None]
    rows = (row >= start[:, :1]) & (row < (start + sides)[:, :1])
    columns = (column >= start[:, 1:]) & (column < (start + sides)[:, 1:])
    erased = rows[:, :, None] & columns[:, None, :] & (draws[:, 4] < chance)[:, None, None]
    return (~erased).float()[:, None]
