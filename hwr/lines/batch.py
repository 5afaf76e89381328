"""Lines with their texts, many of them in one tensor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
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


@dataclass(frozen=True)
class Batch:
    """What one step looks at: lines, single digits (lines of one character), or both."""

    lines: LineBatch | None = None
    digits: LineBatch | None = None

    def __len__(self) -> int:
        return sum(len(part) for part in (self.lines, self.digits) if part is not None)
