"""What a process does that shares in another's training.

(Without Lightning: it would import it longer than all the rest.)
"""

from __future__ import annotations

import os
import signal
import traceback
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import NamedTuple

import torch
from torch import Tensor

from hwr.errors import HwrError
from hwr.lines.batch import Batch
from hwr.training.batches import BatchMaker
from hwr.training.learner import Learner, hold
from hwr.training.options import Options
from hwr.training.pools import Part
from hwr.training.process import prepare_process
from hwr.training.real import RealLines

DONE = ""
"""What a process answers when it has its gradients; else what went wrong."""
_NONE = -1
# No step.
_AHEAD = 2
# Batches drawn behind a step.


class Shared(NamedTuple):
    """What several processes see, by name.

    Attributes:
        weights: changed by the first process alone.
        statistics: of normalisation, the first process's own.
        gradients: another's, for the first one to take.
    """

    weights: dict[str, Tensor]
    statistics: dict[str, Tensor]
    gradients: dict[str, Tensor]


def help_along(
    pipe: Connection,
    options: Options,
    real: RealLines,
    part: Part,
    threads: int,
    shared: Shared,
    half_precision: bool,
) -> None:
    """What another process does, until the pipe is closed.

    Args:
        pipe: brings the number of each step, and takes what became of it: see `DONE`.
        options: of the experiment.
        real: lines of one's own.
        part: of every batch, that is this process's.
        threads: that it computes with.
        shared: where the weights are and the gradients go.
        half_precision: of the encoder.
    """
    # (From where `left_alone` can do nothing.)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(threads)
    prepare_process()
    answer: str | HwrError = DONE
    try:
        learner = Learner(options)
        learner.network.encoder.half_precision = half_precision
        for name, weight in learner.named_parameters():
            weight.data, weight.grad = shared.weights[name], shared.gradients[name]
        steps = _Steps(options, real, part)
        while (step := _asked(pipe)) is not None:
            _compute(learner, steps.batch(step), step, part, shared)
            with suppress(OSError):  # nobody waits for it any more
                pipe.send(DONE)
            steps.draw_ahead()
    except HwrError as error:
        answer = error
    except Exception:
        answer = f"in process {os.getpid()}: {traceback.format_exc()}"
    if answer != DONE:
        with suppress(OSError):
            pipe.send(answer)


def _asked(pipe: Connection) -> int | None:
    """The step whose gradients are wanted; None where the first process has closed the pipe."""
    try:
        step: int = pipe.recv()
    except (EOFError, ConnectionError):
        return None
    return step


def _compute(learner: Learner, batch: Batch, step: int, part: Part, shared: Shared) -> None:
    """A part's gradients for a step."""
    for gradient in shared.gradients.values():
        gradient.zero_()
    learns = step >= learner.options.training.freeze
    hold(learner, learns)
    # Where they stand still, the first process's do too, and these are nothing but a start; those
    # of what tells how far lines lean do so with every batch that teaches it nothing.
    for name, statistic in learner.named_buffers():
        if not learns or ".lean." in name:
            statistic.copy_(shared.statistics[name])
    torch.manual_seed(learner.seed(step, part.number))
    learner.loss(batch, step).backward()  # type: ignore[no-untyped-call]


class _Steps:
    """A part of each step's batch, asked for step after step."""

    def __init__(self, options: Options, real: RealLines, part: Part) -> None:
        self._maker = BatchMaker(options, real, part)
        self._batches: Iterator[Batch] = iter(())
        self._drawn: deque[Batch] = deque()
        self._next = _NONE
        """The step of the batch that is given next."""

    def batch(self, step: int) -> Batch:
        """That of a step."""
        if step != self._next:
            self._batches, self._next = self._maker.training(step), step
            self._drawn.clear()
        if not self._drawn:
            self._drawn.append(next(self._batches))
        self._next += 1
        return self._drawn.popleft()

    def draw_ahead(self) -> None:
        """Draws batches as far ahead as Lightning does in the first process, which has the next one
        when a step begins, and draws the one behind it before the next begins; here, while that
        process makes the optimizer's step."""
        while len(self._drawn) < _AHEAD:
            self._drawn.append(next(self._batches))
