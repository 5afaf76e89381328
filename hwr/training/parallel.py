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
from typing import NamedTuple, Self

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
_NONE = -2
# No step, and none behind which one comes.


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
        for name, weight in pl_module.named_parameters():
            if weight.grad is not None:
                for other in others:
                    weight.grad += other[name]
                weight.grad /= self._processes

    # Validation is the first process's alone: it may have all cores.
    def on_validation_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        torch.set_num_threads(self._cores)

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        torch.set_num_threads(self._threads)


class _Shared(NamedTuple):
    """What several processes see, by name.

    Attributes:
        weights: changed by the first process alone.
        statistics: of normalisation, the first process's own.
        gradients: another's, for the first one to take.
    """

    weights: dict[str, Tensor]
    statistics: dict[str, Tensor]
    gradients: dict[str, Tensor]


class _Helper:
    """Another process, seen from the first."""

    def __init__(self, task: ReadingTask, real: RealLines, part: Part, threads: int) -> None:
        weights = {name: weight.detach() for name, weight in task.named_parameters()}
        gradients = {
            name: torch.zeros_like(weight).share_memory_()  # type: ignore[no-untyped-call]
            for name, weight in weights.items()
        }
        self._shared = _Shared(weights, dict(task.named_buffers()), gradients)
        # Spawned as `hwr.training.ahead` spawns.
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        half_precision = task.network.encoder.half_precision
        self._process = context.Process(
            target=_help,
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
        if answer != _DONE:
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


def _help(
    pipe: Connection,
    options: Options,
    real: RealLines,
    part: Part,
    threads: int,
    shared: _Shared,
    half_precision: bool,
) -> None:
    """What another process does, until the pipe is closed."""
    # Ctrl-C goes to all processes; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    answer: str | HwrError = _DONE
    try:
        task = ReadingTask(options)
        task.network.encoder.half_precision = half_precision
        for name, weight in task.named_parameters():
            weight.data, weight.grad = shared.weights[name], shared.gradients[name]
        steps = _Steps(options, real, part)
        while (step := _asked(pipe)) is not None:
            _compute(task, steps.batch(step), step, part, shared)
            with suppress(OSError):  # nobody waits for it any more
                pipe.send(_DONE)
            # As Lightning does in the first process, while that one still changes the weights.
            steps.prepare(step + 1)
    except HwrError as error:
        answer = error
    except Exception:
        answer = f"in process {os.getpid()}: {traceback.format_exc()}"
    if answer != _DONE:
        with suppress(OSError):
            pipe.send(answer)


def _asked(pipe: Connection) -> int | None:
    """The step whose gradients are wanted; None where the first process has closed the pipe."""
    try:
        step: int = pipe.recv()
    except (EOFError, ConnectionError):
        return None
    return step


def _compute(task: ReadingTask, batch: Batch, step: int, part: Part, shared: _Shared) -> None:
    """A part's gradients for a step."""
    for gradient in shared.gradients.values():
        gradient.zero_()
    learns = step >= task.options.training.freeze
    hold(task, learns)
    if not learns:  # the first process's stand still too, and these are nothing but a start
        for name, statistic in task.named_buffers():
            statistic.copy_(shared.statistics[name])
    torch.manual_seed(task.seed(step, part.number))
    task.loss(batch, step).backward()  # type: ignore[no-untyped-call]


class _Steps:
    """A part of each step's batch, asked for step after step."""

    def __init__(self, options: Options, real: RealLines, part: Part) -> None:
        self._data = Data(options, real=real, part=part)
        self._batches: Iterator[Batch] = iter(())
        self._drawn, self._step = Batch(), _NONE

    def prepare(self, step: int) -> None:
        """Makes the batch of a step, if it is not there."""
        if step == self._step:
            return
        if step != self._step + 1:
            self._batches = self._data.batches(step)
        self._drawn, self._step = next(self._batches), step

    def batch(self, step: int) -> Batch:
        """That of a step."""
        self.prepare(step)
        return self._drawn
