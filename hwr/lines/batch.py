"""Lines with their texts, many of them in one tensor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import pad
from torch.nn.utils.rnn import pad_sequence


@dataclass(frozen=True)
class LineBatch:
    """Lines of one height, side by side in one tensor.

    Attributes:
        images: uint8 [lines, height, width], ink high, zero right of each line's own width.
        widths: int64 [lines], each line's true width in pixels.
        texts: what each line says.
        names: what to call each line in a message (a file, or a seed and a number).
        boxes: float32 [lines, longest text, 2], the columns from and to which each character's
            ink reaches (of `plain` lines its frame), in pixels; nan behind a line's last character,
            and for the whole of a line where not known. None where known of none.
        slants: float32 [lines], by how many columns to a row each line leans to the right; nan
            where not known. None where known of none.
    """

    images: Tensor
    widths: Tensor
    texts: list[str]
    names: list[str]
    boxes: Tensor | None = None
    slants: Tensor | None = None

    def __len__(self) -> int:
        return len(self.texts)

    def line(self, row: int) -> NDArray[np.uint8]:
        """One line's picture, uint8 [height, its own width], ink high."""
        picture: NDArray[np.uint8] = self.images[row, :, : int(self.widths[row])].cpu().numpy()
        return picture

    def to(self, device: torch.device | str) -> LineBatch:
        """The same on a device."""
        images, widths = self.images.to(device), self.widths.to(device)
        boxes = None if self.boxes is None else self.boxes.to(device)
        slants = None if self.slants is None else self.slants.to(device)
        return replace(self, images=images, widths=widths, boxes=boxes, slants=slants)

    def rows(self, rows: Sequence[int]) -> LineBatch:
        """Some of the lines, in the order given."""
        index = torch.as_tensor(rows, device=self.images.device)
        return LineBatch(
            images=self.images[index],
            widths=self.widths[index],
            texts=[self.texts[row] for row in rows],
            names=[self.names[row] for row in rows],
            boxes=None if self.boxes is None else self.boxes[index],
            slants=None if self.slants is None else self.slants[index],
        )


@dataclass(frozen=True)
class Batch:
    """What one step looks at: lines, single digits (lines of one character), or both."""

    lines: LineBatch | None = None
    digits: LineBatch | None = None

    def __len__(self) -> int:
        return sum(len(part) for part in (self.lines, self.digits) if part is not None)

    def to(self, device: torch.device | str) -> Batch:
        """The same on a device."""
        parts = (self.lines, self.digits)
        return Batch(*(None if part is None else part.to(device) for part in parts))


def join_batches(batches: Sequence[LineBatch]) -> LineBatch:
    """One batch of all the lines, which are of one height."""
    if len(batches) == 1:
        return batches[0]
    widest = max(batch.images.shape[2] for batch in batches)
    longest = max((b.boxes.shape[1] for b in batches if b.boxes is not None), default=0)
    boxes = slants = None
    if longest:
        boxes = torch.cat([_boxes(batch, longest) for batch in batches])
    if any(batch.slants is not None for batch in batches):
        slants = torch.cat([_slants(batch) for batch in batches])
    return LineBatch(
        images=torch.cat([pad(b.images, (0, widest - b.images.shape[2])) for b in batches]),
        widths=torch.cat([batch.widths for batch in batches]),
        texts=[text for batch in batches for text in batch.texts],
        names=[name for batch in batches for name in batch.names],
        boxes=boxes,
        slants=slants,
    )


def _slants(batch: LineBatch) -> Tensor:
    """A batch's slants; unknown ones are nan."""
    if batch.slants is None:
        return torch.full((len(batch),), math.nan, device=batch.images.device)
    return batch.slants


def _boxes(batch: LineBatch, longest: int) -> Tensor:
    """A batch's boxes for texts of up to `longest` characters; unknown ones are nan."""
    if batch.boxes is None:
        return torch.full((len(batch), longest, 2), math.nan, device=batch.images.device)
    return pad(batch.boxes, (0, 0, 0, longest - batch.boxes.shape[1]), value=math.nan)


def to_batch(
    lines: Sequence[NDArray[np.uint8]],
    texts: list[str],
    names: list[str],
    boxes: Sequence[NDArray[np.floating]] | None = None,
    slants: Sequence[float] | None = None,
) -> LineBatch:
    """Lines of one height, uint8 [height, width] each, as one batch on the CPU; with the boxes of
    each one's characters, [characters, 2], and how far each one leans, where they are known."""
    widths = [line.shape[1] for line in lines]
    images = np.zeros((len(lines), lines[0].shape[0], max(widths)), np.uint8)
    for row, line in enumerate(lines):
        images[row, :, : line.shape[1]] = line
    joined = None
    if boxes is not None:
        known = [torch.from_numpy(box).float() for box in boxes]
        joined = pad_sequence(known, batch_first=True, padding_value=math.nan)
    leaning = None if slants is None else torch.tensor(slants, dtype=torch.float32)
    return LineBatch(torch.from_numpy(images), torch.tensor(widths), texts, names, joined, leaning)
