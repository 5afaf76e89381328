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
from hwr.training.helper import Shared, help_along
from hwr.training.lines import Part
from hwr.training.options import Options
from hwr.training.real import RealLines
from hwr.training.task import ReadingTask

_MUON = 14
# Its step takes as long as the first process takes for one line in so many and one.


def parts(options: Options, processes: int) -> list[Part]:
    """Of every batch, the first process's and those of the others. The first one's is smaller where
    the others wait long while it alone changes the weights."""
    turns = 0
    # Even where it misses a turn, each process has lines of each kind.
    if options.training.optimizer == "muon" and options.fewest >= 2 * processes - 1 > 1:
        turns = processes * max(round(_MUON / processes), 2) - 1
    return [Part(number, processes, turns) for number in range(processes)]


class Parallel(pl.Callback):
    """Lets other processes compute a part of every step's gradients; the mean of all lines counts.
    They begin where it is entered (`with`), and end where it is left.

    Statistics of normalisation are those of the first process's part.

    Args:
        task: the one that is trained.
        real: lines of one's own.
        parts: of every batch, this process's and the others'; one leaves everything as it is.
    """

    def __init__(self, task: ReadingTask, real: RealLines, parts: list[Part]) -> None:
        self._task, self._real, self._others = task, real, parts[1:]
        self._cores = torch.get_num_threads()
        self._threads = max(self._cores // len(parts), 1)
        self._helpers: list[_Helper] = []
        self._lines = 0

    def __enter__(self) -> Self:
        if self._others:
            self._task.network.share_memory()
            for part in self._others:
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
        self._lines = len(batch)
        for helper in self._helpers:
            helper.start(trainer.global_step)

    def on_after_backward(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Raises HwrError, as the other process raised it."""
        if not self._helpers:
            return
        others = [helper.gradients() for helper in self._helpers]
        lines = self._lines + sum(count for count, _ in others)
        for name, weight in pl_module.named_parameters():
            if weight.grad is not None:
                weight.grad *= self._lines / lines
                for count, gradients in others:
                    weight.grad.add_(gradients[name], alpha=count / lines)

    # Validation is the first process's alone: it may have all cores.
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

    def gradients(self) -> tuple[int, dict[str, Tensor]]:
        """Of the step begun, of how many lines they are, and they themselves, when they are there;
        they stay so until the next begins."""
        try:
            answer = self._pipe.recv()
        except (EOFError, OSError) as error:
            self._process.join(timeout=5)
            raise HwrError(self._ended()) from error
        if isinstance(answer, HwrError):
            raise answer
        if isinstance(answer, str):
            raise RuntimeError(answer)
        return answer, self._shared.gradients

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
