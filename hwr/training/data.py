"""The batches as Lightning wants them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

import pytorch_lightning as pl
import torch

from hwr.lines.batch import Batch
from hwr.training.ahead import Ahead
from hwr.training.batches import BatchMaker
from hwr.training.echo import echoed
from hwr.training.options import Options
from hwr.training.pools import Part
from hwr.training.real import RealLines


class Data(pl.LightningDataModule):
    """Batches for a training.

    Args:
        options: of the experiment.
        over: whether the budget ends before the step of a number, asked when its batch is drawn.
        real: lines of one's own.
        part: of every training batch, that is to be made.
        ahead: so many processes make them ahead of the steps; 0 for none.
        echoes: whether lines are seen once more, where the options say how.
    """

    def __init__(
        self,
        options: Options,
        over: Callable[[int], bool],
        real: RealLines,
        part: Part,
        ahead: int = 0,
        echoes: bool = False,
    ) -> None:
        super().__init__()
        self._processes, self._echoes = ahead, echoes
        self._ahead: Ahead | None = None
        self._batches: Iterator[Batch] | None = None
        self._next = 0
        """The step of the batch that comes next from them."""
        self._options, self._over, self._real, self._part = options, over, real, part
        self._validation: list[Batch] = []

    def train_dataloader(self) -> Iterable[Batch]:
        """Starts where the training stands, each time Lightning asks for an epoch's batches."""
        return _Loader(self.epoch)

    def val_dataloader(self) -> Iterable[Batch]:
        """The same each time."""
        if self._real.val is not None:  # however many there are: they stay on disk
            return _Loader(self._maker.validation)
        if not self._validation:
            self._validation = list(self._maker.validation())
        return _Loader(lambda: iter(self._validation))

    def transfer_batch_to_device(self, batch: Any, device: torch.device, _: int) -> Any:
        """Lines and digits are drawn where they are needed: there is nothing to move."""
        return batch

    def epoch(self) -> Iterator[Batch]:
        """Training batches from the present step to the next validation."""
        if self.trainer is None:
            raise RuntimeError("this data is not attached to a trainer")
        every = self._options.training.validate_every
        step = self.trainer.global_step
        if self._batches is None or self._next != step:
            self.close()
            self._batches, self._next = self._stream(step), step
        for batch in self._batches:
            self._next += 1
            yield batch
            step += 1
            # Lightning draws a batch ahead, so the number counts here, not how far it is.
            if step % every == 0 or self._over(step):
                return

    def _stream(self, step: int) -> Iterator[Batch]:
        """Training batches from a step on, without end."""
        if self._options.training.echo.behind and self._echoes:
            return echoed(self._made, step, self._options)
        return self._made(step)

    def _made(self, step: int) -> Iterator[Batch]:
        """The same without echoes, by whichever processes make them."""
        if not self._processes:
            return self._maker.training(step)
        options = self._options
        if self._processes > 1:  # each makes a pool now and then, seldom of what it has written
            training = dataclasses.replace(options.training, photographs=1)
            options = dataclasses.replace(options, training=training)
        maker = BatchMaker(options, self._real)
        self._ahead = ahead = Ahead(maker.training, step, options.training.pool, self._processes)
        # They are made on the CPU.
        device = self._device
        return (batch.to(device) for batch in ahead)

    def close(self) -> None:
        """Ends the processes that are ahead; they would else live as long as a traceback that
        knows of them."""
        if self._ahead is not None:
            self._ahead.close()
        self._ahead = self._batches = None

    @cached_property
    def _maker(self) -> BatchMaker:
        return BatchMaker(self._options, self._real, self._part, self._device)

    @property
    def _device(self) -> torch.device:
        return self.trainer.strategy.root_device if self.trainer else torch.device("cpu")


class _Loader:
    """Lightning asks for something that can be gone through again and again; a list would be
    several loaders to it."""

    def __init__(self, start: Callable[[], Iterator[Batch]]) -> None:
        self._start = start

    def __iter__(self) -> Iterator[Batch]:
        return self._start()
