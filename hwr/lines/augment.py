"""Variations of composed lines, whole batches at once: more hands than the digits' writers had.

MNIST's 55,000 training digits come again and again; bent a little each time, they teach longer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from hwr.lines.batch import LineBatch

KNOT = 8
"""Pixels between the knots of the elastic field."""

_ROOM = 4
# Pixels added left and right, so that nothing that leans is cut off.


@dataclass(frozen=True)
class AugmentOptions:
    """How far lines are bent.

    Attributes:
        slant: up to so many pixels to the side for each pixel up, either way, for the whole line.
        elastic: standard deviation, in pixels of a line 32 pixels high, of the shifts at the knots
            of a smooth random field (Simard et al. 2003, "Best practices for convolutional neural
            networks applied to visual document analysis").
    """

    slant: float = 0.0
    elastic: float = 0.0

    def __post_init__(self) -> None:
        for name in ("slant", "elastic"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must not be negative")


def augment(lines: LineBatch, options: AugmentOptions, seed: int) -> LineBatch:
    """Lines bent at random; the same seed bends them alike. Boxes are no longer known."""
    if options == AugmentOptions():
        return lines
    count, height, width = lines.images.shape
    device, generator = lines.images.device, torch.Generator().manual_seed(seed)
    width += 2 * _ROOM

    slant = options.slant * (2 * torch.rand(count, generator=generator) - 1)
    knots = torch.randn(count, 2, height // KNOT + 2, width // KNOT + 2, generator=generator)
    knots *= options.elastic * height / 32
    field = functional.interpolate(
        knots.to(device), size=(height, width), mode="bilinear", align_corners=True
    )
    rows = torch.arange(height, device=device) + 0.5
    columns = torch.arange(width, device=device) + 0.5 - _ROOM
    across = columns + slant.to(device)[:, None, None] * (rows[:, None] - height / 2) + field[:, 0]
    down = rows[:, None] + field[:, 1]
    bent = _sample(lines.images.float(), across, down)

    widths = lines.widths + 2 * _ROOM
    inside = torch.arange(width, device=device) < widths[:, None]
    images = (bent * inside[:, None]).round().to(torch.uint8)
    return replace(lines, images=images, widths=widths, boxes=None)


def _sample(images: Tensor, across: Tensor, down: Tensor) -> Tensor:
    """Images [lines, height, width] at pixel coordinates [lines, new height, new width] each; what
    lies outside is zero."""
    height, width = images.shape[1:]
    grid = torch.stack([across * (2 / width) - 1, down * (2 / height) - 1], dim=3)
    return functional.grid_sample(images[:, None], grid, align_corners=False).squeeze(1)
