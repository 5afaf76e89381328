"""Training steps shared among processes: each makes its part of every batch and computes the
gradients of it, so that making lines and learning of them use every core.

The weights lie in memory that all of them see: only the first process changes them, while the
others wait.
"""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.multiprocessing import get_context

from hwr.errors import HwrError
from hwr.lines.batch import Batch
from hwr.training.data import Data
from hwr.training.freeze import hold
from hwr.training.lines import Part
from hwr.training.options import Options
from hwr.training.real import RealLines
from hwr.training.task import ReadingTask

_DONE = ""
# What a process answers when it has its gradients; else what went wrong.


class Parallel(pl.Callback):
    """Lets other processes compute a part of every step's gradients; the mean of all parts counts.
    To be entered (`with`) around the training: they end with it.

    Statistics of normalisation are those of the first process's part.

    Args:
        task: the one that is trained.
        real: lines of one's own.
        processes: in all, this one with them; 1 leaves everything as it is.
    """

    def __init__(self, task: ReadingTask, real: RealLines, processes: int) -> None:
        self._cores = torch.get_num_threads()
        self._threads = max(self._cores // processes, 1)
        self._helpers: list[_Helper] = []
        if processes == 1:
            return
        task.network.share_memory()
        for number in range(1, processes):
            self._helpers.append(_Helper(task, real, Part(number, processes), self._threads))

    def __enter__(self) -> Self:
        torch.set_num_threads(self._threads)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        torch.set_num_threads(self._cores)
        for helper in self._helpers:
            helper.end()

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
        parts = 1 + len(others)
        for name, weight in pl_module.named_parameters():
            if weight.grad is not None:
                for other in others:
                    weight.grad += other[name]
                weight.grad /= parts

    # Validation is the first process's alone: it may have all cores.
    def on_validation_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        torch.set_num_threads(self._cores)

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        torch.set_num_threads(self._threads)


class _Helper:
    """Another process, seen from the first."""

    def __init__(self, task: ReadingTask, real: RealLines, part: Part, threads: int) -> None:
        weights = {name: weight.detach() for name, weight in task.named_parameters()}
        self._gradients = {
            name: torch.zeros_like(weight).share_memory_()  # type: ignore[no-untyped-call]
            for name, weight in weights.items()
        }
        # Spawned, not forked: a fork would take over locks of threads that it does not take over.
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_help,
            args=(theirs, task.options, real, part, threads, weights, self._gradients,
                  task.network.encoder.half_precision),
            daemon=True,
        )  # fmt: skip
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
            raise HwrError(
                "a process that shared in the training has ended: was memory short?"
            ) from error
        if isinstance(answer, HwrError):
            raise answer
        if answer != _DONE:
            raise RuntimeError(answer)
        return self._gradients

    def end(self) -> None:
        """Stops the process."""
        self._pipe.close()
        self._process.join(timeout=5)
        if self._process.is_alive():
            self._process.terminate()


def _help(
    pipe: Connection,
    options: Options,
    real: RealLines,
    part: Part,
    threads: int,
    weights: dict[str, Tensor],
    gradients: dict[str, Tensor],
    half_precision: bool,
) -> None:
    """What another process does, until the pipe is closed."""
    # Ctrl-C goes to all processes; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    try:
        task = ReadingTask(options)
        task.network.encoder.half_precision = half_precision
        for name, weight in task.named_parameters():
            weight.data, weight.grad = weights[name], gradients[name]
        steps = _Steps(options, real, part)
        while True:
            step = pipe.recv()
            for gradient in gradients.values():
                gradient.zero_()
            hold(task, learns=step >= options.training.freeze)
            torch.manual_seed(task.seed(step) + part.number)
            task.loss(steps.batch(step), step).backward()  # type: ignore[no-untyped-call]
            pipe.send(_DONE)
            # As Lightning does in the first process, while that one still changes the weights.
            steps.prepare(step + 1)
    except EOFError:
        pass
    except HwrError as error:
        pipe.send(error)
    except Exception:
        pipe.send(f"in process {os.getpid()}: {traceback.format_exc()}")


class _Steps:
    """A part of each step's batch, asked for step after step."""

    def __init__(self, options: Options, real: RealLines, part: Part) -> None:
        self._data = Data(options, real=real, part=part)
        self._batches: Iterator[Batch] = iter(())
        self._drawn, self._step = Batch(), -1

    def prepare(self, step: int) -> None:
        """Makes the batch of a step, if it is not there."""
        if step == self._step:
            return
        if step != self._step + 1 or self._step < 0:
            self._batches = self._data.batches(step)
        self._drawn, self._step = next(self._batches), step

    def batch(self, step: int) -> Batch:
        self.prepare(step)
        return self._drawn
