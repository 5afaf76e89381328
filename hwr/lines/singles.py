"""Single digits as lines of one character, many at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from hwr.images.digit import framed
from hwr.lines.batch import LineBatch
from hwr.lines.digits import Digits, Split
from hwr.lines.distort import DistortOptions, distort
from hwr.lines.presets import DIGITS

_SALT = 0x5EED_D161
# Or the numbers drawn here would be those that dropout draws in the same step.


class Singles:
    """The single digits of one split.

    Args:
        digits: the digits of `split`.
        split: what to call them.
        height: of the pictures, which are as wide as high.
        alphabet: the digits that may occur; the others are left out.
        device: where batches are made.
    """

    def __init__(
        self,
        digits: Digits,
        split: Split,
        height: int,
        alphabet: str = DIGITS,
        device: torch.device | str = "cpu",
    ) -> None:
        self.split = split
        known = np.isin(digits.labels, [int(character) for character in alphabet])
        self._rows = np.flatnonzero(known)
        self._labels = digits.labels[self._rows].tolist()
        self._images = torch.from_numpy(framed(digits.images[self._rows], height)).to(device)

    def __len__(self) -> int:
        return len(self._labels)

    def batch(
        self,
        places: list[int],
        distortion: DistortOptions | None = None,
        generator: torch.Generator | None = None,
    ) -> LineBatch:
        """The digits at some places, from 0 to `len(self)`, distorted if wanted."""
        images = self._images[torch.tensor(places, device=self._images.device)]
        if distortion is not None and generator is not None:
            images = distort(images, distortion, generator)
        return LineBatch(
            images=images,
            widths=torch.full((len(places),), images.shape[2], device=images.device),
            texts=[str(self._labels[place]) for place in places],
            names=[f"mnist/{self.split} digit {self._rows[place]}" for place in places],
        )

    def drawn(
        self, size: int, step: int, seed: int, distortion: DistortOptions
    ) -> Iterator[LineBatch]:
        """Batches from a step on, without end: a function of the step alone. Every digit comes
        once before any comes again, but for those that no whole batch was left for."""
        size = min(size, len(self))
        each = len(self) // size
        order: list[int] = []
        shuffled = None
        while True:
            epoch, place = divmod(step, each)
            if epoch != shuffled:
                order = _shuffled(len(self), seed * 1_000_003 + epoch)
                shuffled = epoch
            generator = torch.Generator().manual_seed((seed * 1_000_003 + step) ^ _SALT)
            yield self.batch(order[place * size : (place + 1) * size], distortion, generator)
            step += 1


def _shuffled(count: int, seed: int) -> list[int]:
    order: list[int] = torch.randperm(count, generator=torch.Generator().manual_seed(seed)).tolist()
    return order
