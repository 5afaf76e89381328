"""Lines with their texts, many of them in one tensor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True)
class LineBatch:
    """Lines of one height, side by side in one tensor.

    Attributes:
        images: uint8 [lines, height, width], ink high, zero right of each line's own width.
        widths: int64 [lines], each line's true width in pixels.
        texts: what each line says.
        names: what to call each line in a message (a file, or a seed and a number).
        boxes: float32 [lines, longest text, 2], the columns from and to which each character's
            ink reaches, in pixels; nan behind a line's last character. None where not known.
    """

    images: Tensor
    widths: Tensor
    texts: list[str]
    names: list[str]
    boxes: Tensor | None = None

    def __len__(self) -> int:
        return len(self.texts)

    def line(self, row: int) -> NDArray[np.uint8]:
        """One line's picture, uint8 [height, its own width], ink high."""
        picture: NDArray[np.uint8] = self.images[row, :, : int(self.widths[row])].cpu().numpy()
        return picture


def collate(
    pictures: Sequence[NDArray[np.uint8]], texts: Sequence[str], names: Sequence[str]
) -> LineBatch:
    """A batch from single lines, uint8 [height, width] each, ink high, all of one height."""
    widths = torch.tensor([picture.shape[1] for picture in pictures])
    images = torch.zeros(len(pictures), pictures[0].shape[0], int(widths.max()), dtype=torch.uint8)
    for row, picture in enumerate(pictures):
        images[row, :, : picture.shape[1]] = torch.from_numpy(picture)
    return LineBatch(images, widths, list(texts), list(names))
