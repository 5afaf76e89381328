"""Lines, composed and one's own, and single digits, to train on and to validate with, as Lightning
wants them.

A training batch is a function of the step alone, so a resumed run sees what an uninterrupted
one would have seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

import pytorch_lightning as pl
import torch

from hwr.lines.batch import Batch
from hwr.lines.digits import Split, load_digits
from hwr.lines.singles import Singles
from hwr.training.ahead import Ahead
from hwr.training.lines import VALIDATION_BATCH, WHOLE, Lines, LotSource, Part, mixed
from hwr.training.options import Options
from hwr.training.real import RealLines, RealLots, validation_batches


def _never(step: int) -> bool:
    """A budget without end. (Not a lambda: it goes to another process with the rest.)"""
    return False


class Data(pl.LightningDataModule):
    """Lines and single digits, as far as there are heads for them.

    Args:
        options: of the experiment.
        over: whether the budget ends before the step of a number, asked when its batch is drawn.
        real: lines of one's own.
        part: of every training batch, that is to be made.
    """

    def __init__(
        self,
        options: Options,
        over: Callable[[int], bool] = _never,
        real: RealLines | None = None,
        part: Part = WHOLE,
    ) -> None:
        super().__init__()
        self._part = part
        self._options = options
        self._over = over
        self._real = real or RealLines()
        self._validation: list[Batch] = []
        self._ahead: Ahead | None = None

    def train_dataloader(self) -> Iterable[Batch]:
        """Starts where the training stands, each time Lightning asks for an epoch's batches."""
        return _Loader(self.epoch)

    def val_dataloader(self) -> Iterable[Batch]:
        """The same each time."""
        if self._real.val is not None:  # however many there are: they stay on disk
            return _Loader(self.validation)
        if not self._validation:
            self._validation = list(self.validation())
        return _Loader(lambda: iter(self._validation))

    def transfer_batch_to_device(self, batch: Any, device: torch.device, _: int) -> Any:
        """Lines and digits are drawn where they are needed: there is nothing to move."""
        return batch

    def validation(self) -> Iterator[Batch]:
        """One's own lines where there are any, else composed ones; then all validation digits,
        undistorted."""
        if self._real.val is not None:
            batches = validation_batches(self._real.val, self._device)
            yield from (Batch(lines=lines) for lines in batches)
        elif self._options.reads_lines:
            yield from (Batch(lines=lines) for lines in self._lines.validation())
        if self._options.reads_digits:
            digits = self._singles("val")
            for start in range(0, len(digits), VALIDATION_BATCH):
                places = range(start, min(start + VALIDATION_BATCH, len(digits)))
                yield Batch(digits=digits.batch(list(places)))

    def batches(self, step: int) -> Iterator[Batch]:
        """Training batches from a step on, without end."""
        training, distortion = self._options.training, self._options.digits
        lines = None
        if self._options.reads_lines:
            lines = mixed(self._line_sources, training.seed, step)
        digits = None
        if self._options.reads_digits:
            digits = self._digits.drawn(training.batch, step, training.seed, distortion)
        while True:
            yield Batch(
                next(lines) if lines else None, self._part.lines(next(digits)) if digits else None
            )

    def epoch(self) -> Iterator[Batch]:
        """Training batches from the present step to the next validation."""
        if self.trainer is None:
            raise RuntimeError("this data is not attached to a trainer")
        every = self._options.training.validate_every
        step = self.trainer.global_step
        for batch in self._stream(step):
            yield batch
            step += 1
            # Lightning draws a batch ahead, so the number counts here, not how far it is.
            if step % every == 0 or self._over(step):
                return

    def _stream(self, step: int) -> Iterator[Batch]:
        """Training batches from a step on, by whichever process makes them."""
        if not self._options.training.ahead or self._part.of > 1:
            return self.batches(step)
        if self._ahead is None or self._ahead.step != step:
            # What has no trainer makes them on the CPU.
            self._ahead = Ahead(Data(self._options, real=self._real).batches, step)
        ahead, device = self._ahead, torch.device(self._device)
        return (batch.to(device) for batch in ahead)

    @cached_property
    def _lines(self) -> Lines:
        composed = self._options.data.composed_lines(self._options.training.batch)
        return Lines(self._options, self._device, composed, self._part)

    @cached_property
    def _line_sources(self) -> list[LotSource]:
        size = self._options.training.batch
        own = size - self._options.data.composed_lines(size)
        sources: list[LotSource] = []
        if self._real.train is not None and own:
            lots = RealLots(self._real.train, self._options, own, self._device, self._part)
            sources.append(lots)
        if own < size:
            sources.append(self._lines)
        return sources

    @cached_property
    def _digits(self) -> Singles:
        return self._singles("train")

    @property
    def _device(self) -> torch.device | str:
        return self.trainer.strategy.root_device if self.trainer else "cpu"

    def _singles(self, split: Split) -> Singles:
        height, alphabet = self._options.image.height, self._options.lines.alphabet
        return Singles(load_digits(split), split, height, alphabet, self._device)


class _Loader:
    """Lightning asks for something that can be gone through again and again; a list would be
    several loaders to it."""

    def __init__(self, start: Callable[[], Iterator[Batch]]) -> None:
        self._start = start

    def __iter__(self) -> Iterator[Batch]:
        return self._start()
