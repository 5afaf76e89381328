"""The shared encoder: a convolutional stem, then LSTMs over the columns of the line.

Padding never changes what is read: after every convolution the columns behind a line's true width
are set to zero again, and the backward LSTM starts at the line's true end. (In training, statistics
of normalisation count these columns.)
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from hwr.nets.dropout import Dropout
from hwr.nets.recurrent import Directions, LineLSTM
from hwr.nets.stem import StemLayer, blocks_of, stride_of, whole_columns
from hwr.nets.upright import Lean, upright


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
        upright: whether lines are sheared upright before all else, by how far a small network of
            its own tells that they lean (`hwr.nets.upright`). It learns that from composed
            documents; from other lines alone it learns nothing, and they stay as they are.
    """

    stem: tuple[StemLayer, ...] = ()
    collapse: Literal["max", "stack"] = "stack"
    hidden: int = 128
    layers: int = 1
    directions: Directions = "both"
    dropout: float = 0.0
    upright: bool = False

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
        return stride_of(self.stem)

    def columns(self, width: int) -> int:
        """Columns of features for a line `width` pixels wide: width over stride, rounded up."""
        return (width + self.stride - 1) // self.stride


def computes_bfloat16() -> bool:
    """Whether the processor has instructions for it."""
    return bool(torch.cpu.get_capabilities().get("avx512_bf16", False))


class Encoder(nn.Module):
    """Pictures to features: see EncoderOptions.

    Args:
        options: its shape.
        height: of the pictures, in pixels.
    """

    def __init__(self, options: EncoderOptions, height: int) -> None:
        super().__init__()
        self.options = options
        self.lean = Lean(height) if options.upright else None
        self.stem, channels, rows = blocks_of(options.stem, height)
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
        images, _ = self.stand(images, widths)
        sequence, columns = self.convolve(images, widths)
        return self.recur(sequence, columns), columns

    def stand(
        self, images: Tensor, widths: Tensor, teach: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """The first part of `forward`: lines sheared upright, and how far they were found to lean,
        float [lines], columns to a row; as they are, and None, where the options want no more.
        Where it is to `teach`, what finds that learns."""
        if self.lean is None:
            return images, None
        half = self.half_precision and self.training
        still = nullcontext() if teach else self.lean.still()
        with still, torch.autocast(images.device.type, torch.bfloat16, enabled=half):
            slants = self.lean(images, widths)
        return upright(images, widths, slants.detach()), slants

    def convolve(self, images: Tensor, widths: Tensor) -> tuple[Tensor, Tensor]:
        """The second part of `forward`: what the stem gives, [columns, lines,
        `self.stem_features`], and each line's true columns, int64 [lines]."""
        images, columns = whole_columns(images, widths, self.options.stride)
        features = images[:, None]
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
        """The last part of `forward`: what the LSTMs make of the stem's columns, [columns, lines,
        `self.features`]."""
        # On the CPU alone: what it would bring on a GPU has not been measured.
        half = self.half_precision and self.training and sequence.is_cpu and computes_bfloat16()
        for layer in self.recurrent:
            with torch.autocast("cpu", torch.bfloat16, enabled=half):
                sequence = layer(self.dropout(sequence), columns)
            sequence = sequence.float()
        dropped: Tensor = self.dropout(sequence)
        return dropped
