"""Training steps shared among processes: each makes its part of every batch and computes the
gradients of it, so that making lines and learning of them use every core.

The weights lie in memory that all of them see: only the first process changes them, while the
others draw lines or wait.
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
from hwr.training.process import SCRIPTS, left_alone
from hwr.training.real import RealLines
from hwr.training.task import ReadingTask


class Parallel(pl.Callback):
    """Lets other processes compute a part of every step's gradients; their mean counts, each by its
    share of the lines. The processes start where it is entered (`with`), and end where it is left.

    Statistics of normalisation are those of the first process's part.

    Args:
        task: the one that is trained.
        real: lines of one's own.
        shares: how many lines of a batch each process has, this one first; one of them alone leaves
            everything as it is.
    """

    def __init__(self, task: ReadingTask, real: RealLines, shares: tuple[int, ...]) -> None:
        self._task, self._real = task, real
        self._parts = [Part(number, shares) for number in range(len(shares))]
        self._cores = torch.get_num_threads()
        self._threads = max(self._cores // len(shares), 1)
        self._helpers: list[_Helper] = []
        self._begun = -1
        """The last step that the others have begun with."""

    def __enter__(self) -> Self:
        if len(self._parts) > 1:
            self._task.network.share_memory()
            for part in self._parts[1:]:
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
        self._begin(trainer.global_step)

    def on_after_backward(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Raises HwrError, as the other process raised it."""
        if not self._helpers:
            return
        try:
            others = [helper.gradients() for helper in self._helpers]
        except HwrError as error:
            # Where all are asked to end, the other may do so first.
            if trainer.received_sigterm:
                raise KeyboardInterrupt from error
            raise
        # From here to the step's end the others draw lines, which takes about a core each.
        torch.set_num_threads(max(self._cores - len(others), self._threads))
        for name, weight in pl_module.named_parameters():
            if weight.grad is None:
                # This part may have taught nothing what another has.
                if not any(bool(other[name].any()) for other in others):
                    continue
                weight.grad = torch.zeros_like(weight)
            weight.grad *= self._parts[0].share
            for part, other in zip(self._parts[1:], others, strict=True):
                weight.grad.add_(other[name], alpha=part.share)

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: object,
        batch: Batch,
        batch_idx: int,
    ) -> None:
        torch.set_num_threads(self._threads)
        # The weights are those of the next step: the others may begin, while this process draws its
        # lines. (Before a validation, which puts averages in their place, they may not.)
        if not trainer.is_last_batch:
            self._begin(trainer.global_step)

    def _begin(self, step: int) -> None:
        """Lets the others begin with their parts of a step, if they have not."""
        if step != self._begun:
            for helper in self._helpers:
                helper.start(step)
        self._begun = step

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
        with left_alone():
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
            f"a process that shares in the training has ended with status {status}, see above:"
            f" {SCRIPTS}"
        )

    def end(self) -> None:
        """Stops the process, whatever it is at."""
        self._pipe.close()
        self._process.terminate()
        self._process.join()
