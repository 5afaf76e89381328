"""Training steps shared among processes: each makes its part of every batch and computes the
gradients of it, so that making lines and learning of them use every core.

The weights lie in memory that all of them see: only the first process changes them, while the
others wait.
"""

from __future__ import annotations

from contextlib import suppress
from types import TracebackType
from typing import Self

import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.multiprocessing import get_context

from hwr.errors import HwrError
from hwr.lines.batch import Batch
from hwr.training.helper import DONE, Shared, help_along
from hwr.training.pools import Part
from hwr.training.real import RealLines
from hwr.training.task import ReadingTask


class Parallel(pl.Callback):
    """Lets other processes compute a part of every step's gradients; the mean of all parts counts.
    They begin where it is entered (`with`), and end where it is left.

    Statistics of normalisation are those of the first process's part.

    Args:
        task: the one that is trained.
        real: lines of one's own.
        processes: in all, this one with them; 1 leaves everything as it is.
    """

    def __init__(self, task: ReadingTask, real: RealLines, processes: int) -> None:
        self._task, self._real, self._processes = task, real, processes
        self._cores = torch.get_num_threads()
        self._threads = max(self._cores // processes, 1)
        self._helpers: list[_Helper] = []

    def __enter__(self) -> Self:
        if self._processes > 1:
            self._task.network.share_memory()
            for number in range(1, self._processes):
                part = Part(number, self._processes)
                self._helpers.append(_Helper(self._task, self._real, part, self._threads))
        torch.set_num_threads(self._threads)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        torch.set_num_threads(self._cores)
        while self._helpers:
            self._helpers.pop().end()

    def on_train_batch_start(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: Batch, batch_idx: int
    ) -> None:
        for helper in self._helpers:
            helper.start(trainer.global_step)

    def on_after_backward(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Raises HwrError, as the other process raised it."""
        if not self._helpers:
            return
        others = [helper.gradients() for helper in self._helpers]
        # From here to the step's end the first process works alone, while the others mostly wait:
        # it may have all cores.
        torch.set_num_threads(self._cores)
        for name, weight in pl_module.named_parameters():
            if weight.grad is not None:
                for other in others:
                    weight.grad += other[name]
                weight.grad /= self._processes

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: object,
        batch: Batch,
        batch_idx: int,
    ) -> None:
        torch.set_num_threads(self._threads)

    # Validation is the first process's alone, too: it may have all cores.
    def on_validation_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        torch.set_num_threads(self._cores)

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        torch.set_num_threads(self._threads)


class _Helper:
    """Another process, seen from the first."""

    def __init__(self, task: ReadingTask, real: RealLines, part: Part, threads: int) -> None:
        weights = {name: weight.detach() for name, weight in task.named_parameters()}
        gradients = {
            name: torch.zeros_like(weight).share_memory_()  # type: ignore[no-untyped-call]
            for name, weight in weights.items()
        }
        self._shared = Shared(weights, dict(task.named_buffers()), gradients)
        # Spawned as `hwr.training.ahead` spawns.
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        half_precision = task.network.encoder.half_precision
        self._process = context.Process(
            target=help_along,
            args=(theirs, task.options, real, part, threads, self._shared, half_precision),
            daemon=True,
        )
        self._process.start()
        theirs.close()

    def start(self, step: int) -> None:
        """Begins with its part of a step."""
        with suppress(OSError):  # it has ended: `gradients` will say so
            self._pipe.send(step)

    def gradients(self) -> dict[str, Tensor]:
        """Those of the step begun, when they are there; they stay so until the next begins."""
        try:
            answer = self._pipe.recv()
        except (EOFError, OSError) as error:
            self._process.join(timeout=5)
            raise HwrError(self._ended()) from error
        if isinstance(answer, HwrError):
            raise answer
        if answer != DONE:
            raise RuntimeError(answer)
        return self._shared.gradients

    def _ended(self) -> str:
        """Why it may have ended."""
        status = self._process.exitcode
        if status is not None and status < 0:
            return (
                f"a process that shares in the training was killed (signal {-status}): was memory"
                " short? set training.processes 1"
            )
        return (
            f"a process that shares in the training has ended with status {status}, see above: in a"
            ' script, train() must stand behind its  if __name__ == "__main__":'
        )

    def end(self) -> None:
        """Stops the process, whatever it is at."""
        self._pipe.close()
        self._process.terminate()
        self._process.join()
