"""Lines sheared upright by how far they lean.

Of leaning digits that stand close, a column of the picture holds pieces of two or three; sheared
upright, of one. How far a line leans is told by a small network, since patterns and ruled lines
lead sums of ink over columns astray, by which slant is found otherwise (`hwr.images.clean.slant`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from hwr.nets.stem import StemLayer, blocks_of, stride_of, whole_columns, zero_behind

MOST = 1.2
"""Columns to a row; no line is sheared further."""

_FINE = 2
# Rows and columns of the picture to one of what is looked at: strokes still show how they lean.
_STEM = (StemLayer(16, pool=(2, 2)), StemLayer(32, pool=(2, 2)), StemLayer(64))
_HIDDEN = 32
_SMALL = 0.1
# Columns to a row: errors below count by their squares.
_TALL = 0.6
# Of a line's height: about what digits have of it.
_LEAST = 0.35
# Of a leaning digit's columns: so many at least it has upright.


class Lean(nn.Module):
    """Tells how far lines lean; of any, before it has learnt, that it does not.

    Args:
        height: of the pictures, in pixels.
    """

    def __init__(self, height: int) -> None:
        super().__init__()
        # All begin alike: of two trainings that added it to one network the mean is taken.
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            self.stem, channels, rows = blocks_of(_STEM, height // _FINE)
            self.hidden = nn.Linear(channels * rows, _HIDDEN)
            self.slant = nn.Linear(_HIDDEN, 1)
        nn.init.zeros_(self.slant.weight)
        nn.init.zeros_(self.slant.bias)

    @contextmanager
    def still(self) -> Iterator[None]:
        """As in reading, whatever its mode: else the statistics of its normalisation would go on
        with lines that teach it nothing, and its weights would not follow."""
        modes = [(module, module.training) for module in self.modules()]
        self.eval()
        try:
            with torch.no_grad():
                yield
        finally:
            for module, training in modes:
                module.training = training

    def forward(self, images: Tensor, widths: Tensor) -> Tensor:
        """Slants, float [lines], columns to a row, above zero to the right. (`Encoder.forward` says
        of what.)"""
        images, columns = whole_columns(images, widths, _FINE * stride_of(_STEM))
        features, columns = nn.functional.avg_pool2d(images[:, None], _FINE), columns // _FINE
        for block in self.stem:
            features, columns = block(features, columns)
        with torch.autocast(images.device.type, enabled=False):
            means = features.float().sum(dim=3) / columns[:, None, None]
            slants: Tensor = self.slant(torch.relu(self.hidden(means.flatten(1))))
        return slants[:, 0]


def upright(images: Tensor, widths: Tensor, slants: Tensor) -> Tensor:
    """Lines sheared back by their slants: upper rows of those that lean to the right move to the
    left. The middle row stays, and so do widths: what leaves them is lost, which is next to nothing
    of a line that leans as told. (About the middle of their ink no more was learnt of lines.)

    Args:
        images: float [lines, height, width], zero behind each line's width.
        widths: int64 [lines], in pixels.
        slants: float [lines], columns to a row.
    """
    height, width = images.shape[1:]
    slants = slants.nan_to_num().clamp(-MOST, MOST)
    column = torch.arange(width, device=images.device)
    moved = (slants[:, None] * _above(images))[:, :, None]
    whole = moved.floor()
    part = moved - whole
    # As far as any row moves, both sides have room.
    room = int(MOST * height / 2) + 2
    wide = nn.functional.pad(images, (room, room))
    first = column + whole.long() + room
    found = wide.gather(2, first) * (1 - part) + wide.gather(2, first + 1) * part
    return zero_behind(found[:, None], widths)[:, 0]


def narrowed(boxes: Tensor, slants: Tensor, images: Tensor) -> Tensor:
    """The columns from and to which characters reach once they are `upright`: about their middles,
    which move aside where ink stands above the middle row, or below it.

    Args:
        boxes: float [lines, characters, 2], while they lean; nan where not known.
        slants: float [lines], columns to a row.
        images: float [lines, height, width], while they lean, zero behind each line's width.
    """
    start, end = boxes.unbind(2)
    slants = slants.clamp(-MOST, MOST)
    less = slants.abs()[:, None] * _TALL * images.shape[1]
    less = torch.minimum(less, (1 - _LEAST) * (end - start)) / 2
    ink = images.sum(2)
    moved = (slants * (ink @ _above(images)) / ink.sum(1).clamp_min(1))[:, None]
    return torch.stack([start + less - moved, end - less - moved], dim=2)


def _above(images: Tensor) -> Tensor:
    """How far above the middle row each row of lines is, float [height]."""
    height = images.shape[1]
    return (height - 1) / 2 - torch.arange(height, device=images.device)


def slant_loss(told: Tensor, slants: Tensor) -> Tensor:
    """How far what `Lean` tells is off, a mean over the lines of which it is known; 0 if of none.

    Args:
        told: float [lines].
        slants: float [lines], nan where not known.
    """
    known = slants.isfinite()
    off = nn.functional.smooth_l1_loss(
        told, slants.nan_to_num().clamp(-MOST, MOST), reduction="none", beta=_SMALL
    )
    return (off * known).sum() / known.sum().clamp_min(1)
