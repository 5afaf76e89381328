"""The layers of a convolutional stem.

Padding never changes what it makes: behind a line's true width its columns are set to zero again.
(In training, statistics of normalisation count these columns.)
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class StemLayer:
    """One layer of the stem: convolution, maximum, batch normalisation, ReLU.

    The maximum comes before the normalisation, where it leaves less to normalise: a stem so
    ordered trains 1.5 times as fast on a CPU, and as well.

    Attributes:
        channels: it puts out.
        kernel: of the convolution, height and width in pixels, one number for both. Its width is
            odd; of an even height, it leaves a row fewer than it is given: [2, 3] makes one of two.
        pool: rows and columns of which the maximum is taken.
        residual: adds what it is given to what it makes of it, before the ReLU (He et al. 2016); it
            has the channels of the layer before it, and no pool. It begins as doing nothing (Goyal
            et al. 2017), so a stem trained without it can go on with it.
    """

    channels: int
    kernel: int | tuple[int, int] = 3
    pool: tuple[int, int] = (1, 1)
    residual: bool = False

    def __post_init__(self) -> None:
        if self.channels < 1:
            raise ValueError("channels must be at least 1")
        height, width = self.reach
        if height < 1 or width < 1 or width % 2 == 0:
            raise ValueError(
                f"kernel must be odd, or a height of at least 1 and an odd width, not {self.kernel}"
            )
        if min(self.pool) < 1:
            raise ValueError("pool must be at least 1")
        if self.residual and self.pool != (1, 1):
            raise ValueError("residual: a layer that adds what it is given has no pool")
        if self.residual and height % 2 == 0:
            raise ValueError(
                "residual: a layer that adds what it is given has a kernel of odd height"
            )

    @property
    def reach(self) -> tuple[int, int]:
        """Height and width of the kernel."""
        return (self.kernel, self.kernel) if isinstance(self.kernel, int) else self.kernel

    def rows(self, rows: int) -> int:
        """How many it puts out of so many."""
        return (rows - (self.reach[0] + 1) % 2) // self.pool[0]


def stride_of(layers: Iterable[StemLayer]) -> int:
    """Columns of the picture to one column of what a stem puts out."""
    return math.prod(layer.pool[1] for layer in layers)


def whole_columns(images: Tensor, widths: Tensor, stride: int) -> tuple[Tensor, Tensor]:
    """Lines [lines, rows, width] and their widths, taken to the next whole column of features by
    blank pixels, whatever the width of the batch: so no maximum is ever taken over half a column.
    """
    # (No negative numbers in here: where exported, their division rounds the other way.)
    missing = (images.shape[2] + stride - 1) // stride * stride - images.shape[2]
    return nn.functional.pad(images, (0, missing)), (widths + stride - 1) // stride * stride


def zero_behind(features: Tensor, columns: Tensor) -> Tensor:
    """Features [lines, channels, rows, columns] with all columns behind each line's own at zero."""
    inside = torch.arange(features.shape[3], device=features.device) < columns[:, None]
    return features * inside[:, None, None, :].to(features.dtype)


class _Rectified(torch.autograd.Function):
    """`zero_behind(torch.relu(features), columns)`, written over the features, which nothing else
    may need: on a CPU, reading and writing them once more takes longer than what is done to them.
    """

    @staticmethod
    def forward(ctx: Any, features: Tensor, columns: Tensor) -> Tensor:
        features.relu_()
        least = int(columns.min())
        features[..., least:] = zero_behind(features[..., least:], columns - least)
        ctx.mark_dirty(features)
        ctx.save_for_backward(features)
        return features

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        # What was made zero behind a line has no gradient, as what was zero before.
        (features,) = ctx.saved_tensors
        return torch.ops.aten.threshold_backward(gradient, features, 0), None


class StemBlock(nn.Module):
    """A layer of the stem: see StemLayer."""

    def __init__(self, channels: int, layer: StemLayer) -> None:
        super().__init__()
        self.pool = layer.pool
        height, width = layer.reach
        padding = ((height - 1) // 2, width // 2)
        self.convolution = nn.Conv2d(
            channels, layer.channels, layer.reach, padding=padding, bias=False
        )
        self.normalisation = nn.BatchNorm2d(layer.channels)
        self.residual = layer.residual
        if layer.residual:
            nn.init.zeros_(self.normalisation.weight)
        # The layout in which the CPU convolves and takes maxima fastest: the weights set it for all
        # that follows (a step takes two thirds of the time, measured).
        self.convolution.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, features: Tensor, columns: Tensor) -> tuple[Tensor, Tensor]:
        """Features [lines, channels, rows, columns], and true columns, a multiple of the pool."""
        columns = columns // self.pool[1]
        made = self.convolution(features)
        if self.pool != (1, 1):
            made = nn.functional.max_pool2d(made, self.pool)
        made = self.normalisation(made)
        if self.residual:
            made = made + features
        if self.training and made.is_cpu:
            return _Rectified.apply(made, columns), columns  # type: ignore[no-untyped-call]
        return zero_behind(torch.relu(made), columns), columns


def blocks_of(layers: Iterable[StemLayer], rows: int) -> tuple[nn.ModuleList, int, int]:
    """A stem for pictures with so many rows; the channels and the rows that it puts out."""
    blocks, channels = nn.ModuleList(), 1
    for layer in layers:
        blocks.append(StemBlock(channels, layer))
        channels, rows = layer.channels, layer.rows(rows)
    return blocks, channels, rows
