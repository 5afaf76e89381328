"""The shared encoder: a convolutional stem, then LSTMs over the columns of the line.

Padding never changes what is read: after every convolution the columns behind a line's true width
are set to zero again, and the backward LSTM starts at the line's true end. (In training, statistics
of normalisation count these columns.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from hwr.nets.dropout import Dropout
from hwr.nets.recurrent import Directions, LineLSTM


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


@dataclass(frozen=True)
class EncoderOptions:
    """The shape of the encoder.

    Attributes:
        stem: its convolutions; none feeds the raw columns to the LSTM, as in the paper.
        collapse: what becomes of the rows that the stem leaves: `max` keeps each channel's highest,
            `stack` lays all rows and channels behind one another.
        hidden: LSTM units in each direction.
        layers: of LSTM.
        directions: in which they go along the line, `both`, `forward` or `backward`.
        dropout: share of features set to zero before each LSTM layer and the head, in training.
    """

    stem: tuple[StemLayer, ...] = ()
    collapse: Literal["max", "stack"] = "stack"
    hidden: int = 128
    layers: int = 1
    directions: Directions = "both"
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if self.hidden < 1 or self.layers < 1:
            raise ValueError("hidden and layers must be at least 1")
        if not 0 <= self.dropout < 1:
            raise ValueError("dropout must be at least 0 and below 1")
        channels = 1
        for layer in self.stem:
            if layer.residual and layer.channels != channels:
                raise ValueError(
                    f"stem: a residual layer has the channels of the layer before it, here"
                    f" {channels}, not {layer.channels}"
                )
            channels = layer.channels

    @property
    def stride(self) -> int:
        """Columns of the picture to one column of features."""
        stride = 1
        for layer in self.stem:
            stride *= layer.pool[1]
        return stride

    def columns(self, width: int) -> int:
        """Columns of features for a line `width` pixels wide: width over stride, rounded up."""
        return (width + self.stride - 1) // self.stride


def computes_bfloat16() -> bool:
    """Whether the processor has instructions for it."""
    return bool(torch.cpu.get_capabilities().get("avx512_bf16", False))


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


class Encoder(nn.Module):
    """Pictures to features: see EncoderOptions.

    Args:
        options: its shape.
        height: of the pictures, in pixels.
    """

    def __init__(self, options: EncoderOptions, height: int) -> None:
        super().__init__()
        self.options = options
        self.stem = nn.ModuleList()
        channels, rows = 1, height
        for shape in options.stem:
            self.stem.append(StemBlock(channels, shape))
            channels = shape.channels
            rows = shape.rows(rows)
        if rows < 1:
            raise ValueError(f"the stem leaves nothing of a line {height} pixels high")
        self.half_precision = False
        """Whether training computes the convolutions, and on the CPU the LSTMs, in bfloat16.
        Reading never does."""
        inputs = channels if options.collapse == "max" else channels * rows
        self.stem_features = inputs
        """Features of each column that the stem gives to the LSTMs."""
        self.recurrent = nn.ModuleList()
        for _ in range(options.layers):
            layer = LineLSTM(inputs, options.hidden, options.directions)
            self.recurrent.append(layer)
            inputs = layer.features
        self.features = inputs
        """Features of each column that it puts out."""
        self.dropout = Dropout(options.dropout)

    def forward(self, images: Tensor, widths: Tensor) -> tuple[Tensor, Tensor]:
        """Encodes lines.

        Args:
            images: float [lines, height, width], 0 to 1, ink high, zero behind each line's width.
            widths: int64 [lines], in pixels.

        Returns:
            Features [columns, lines, `self.features`], and each line's true columns, int64 [lines].
        """
        sequence, columns = self.convolve(images, widths)
        return self.recur(sequence, columns), columns

    def convolve(self, images: Tensor, widths: Tensor) -> tuple[Tensor, Tensor]:
        """The first half of `forward`: what the stem gives, [columns, lines,
        `self.stem_features`], and each line's true columns, int64 [lines]."""
        # Every line is taken to the next whole column of features, by blank pixels, whatever the
        # width of the batch: so no maximum is ever taken over half a column.
        stride = self.options.stride
        # (No negative numbers in here: where exported, their division rounds the other way.)
        missing = (images.shape[2] + stride - 1) // stride * stride - images.shape[2]
        images = nn.functional.pad(images, (0, missing))
        features, columns = images[:, None], (widths + stride - 1) // stride * stride
        half = self.half_precision and self.training
        with torch.autocast(images.device.type, torch.bfloat16, enabled=half):
            for block in self.stem:
                features, columns = block(features, columns)
        features = features.float()
        if self.options.collapse == "max":
            sequence = features.amax(dim=2).permute(2, 0, 1)
        else:
            sequence = features.permute(3, 0, 1, 2).flatten(2)
        return sequence, columns

    def recur(self, sequence: Tensor, columns: Tensor) -> Tensor:
        """The second half of `forward`: what the LSTMs make of the stem's columns, [columns, lines,
        `self.features`]."""
        # On the CPU alone: what it would bring on a GPU has not been measured.
        half = self.half_precision and self.training and sequence.is_cpu and computes_bfloat16()
        for layer in self.recurrent:
            with torch.autocast("cpu", torch.bfloat16, enabled=half):
                sequence = layer(self.dropout(sequence), columns)
            sequence = sequence.float()
        dropped: Tensor = self.dropout(sequence)
        return dropped
