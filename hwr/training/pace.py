"""How far a training is: its budget and its learning rate."""

from __future__ import annotations

import math
import time
from typing import Any

import pytorch_lightning as pl

from hwr.errors import HwrError
from hwr.lines.batch import Batch
from hwr.training.learner import is_finite
from hwr.training.options import Budget, Options, TrainingOptions
from hwr.training.pools import WHOLE, Part

LOG_EVERY = 10
"""Steps from one row of the metrics to the next: writing each would take time."""

FINAL_RATE = 1e-3
"""Where the learning rate ends, as a share of the highest."""


def one_cycle(progress: float, warmup: float) -> float:
    """The learning rate as a share of the highest, at a progress from 0 to 1: a straight line up,
    then half a cosine down (Smith and Topin 2018, in its common form)."""
    if progress < warmup:
        return max(progress / warmup, FINAL_RATE)
    falling = min((progress - warmup) / (1 - warmup), 1.0)
    return FINAL_RATE + (1 - FINAL_RATE) * (1 + math.cos(math.pi * falling)) / 2


class Pace(pl.Callback):
    """Keeps the budget: sets the learning rate by it and ends the training with it.

    Args:
        training: its options.
        lines_per_epoch: lines, or single digits, drawn in one epoch.
        part: of every step's lines, that this process has.
    """

    def __init__(
        self, training: TrainingOptions, lines_per_epoch: float, part: Part = WHOLE
    ) -> None:
        self._share = part.share
        self.budget = Budget.parse(training.budget)
        self._training = training
        self._lines_per_epoch = lines_per_epoch
        self._before = 0.0  # seconds trained in earlier runs, if this one was resumed
        self._start: float | None = None
        self.step = 0
        self.lines = 0

    @property
    def seconds(self) -> float:
        """Trained so far, resumed runs added up."""
        return self._before + (0.0 if self._start is None else time.monotonic() - self._start)

    @property
    def progress(self) -> float:
        """The share of the budget used."""
        if self.budget.unit == "minutes":
            return self.seconds / (60 * self.budget.amount)
        return self.step / self.steps

    @property
    def steps(self) -> int:
        """How many steps a budget of steps or epochs is."""
        steps = self.budget.amount
        if self.budget.unit == "epochs":
            steps *= self._lines_per_epoch / self._training.batch
        return max(round(steps), 1)

    def over(self, step: int) -> bool:
        """Whether the budget ends before the step of this number."""
        if self.budget.unit == "minutes":
            return self.progress >= 1
        return step >= self.steps

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._start = time.monotonic()
        self.step = trainer.global_step

    def on_train_batch_start(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: Batch, batch_idx: int
    ) -> None:
        rate = self._training.learning_rate * one_cycle(self.progress, self._training.warmup)
        for optimizer in trainer.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: Batch,
        batch_idx: int,
    ) -> None:
        self.step = trainer.global_step
        self.lines += round(len(batch) / self._share)
        told = self.step % LOG_EVERY == 0
        last = trainer.is_last_batch
        # Before a validation too, at whose beginning weights are kept: those that this step has
        # made of its gradients, of which the loss does not tell.
        if (told or last) and not outputs["loss"].isfinite():
            raise self._lost("the loss is no number")
        if last and not is_finite(pl_module):
            raise self._lost("the weights are no numbers")
        if told:
            values = {
                "step": float(self.step),
                "loss": outputs["loss"],
                "learning_rate": trainer.optimizers[0].param_groups[0]["lr"],
                "lines_per_second": self.lines / self.run_seconds,
                "seconds": self.seconds,
            }
            pl_module.log_dict(values, batch_size=len(batch))

    def _lost(self, what: str) -> HwrError:
        return HwrError(
            f"step {self.step}: {what} any more: train with a lower  training.learning_rate, anew"
            " or from what was before"
        )

    @property
    def run_seconds(self) -> float:
        """Since this run began, without what went before a resumption."""
        return max(self.seconds - self._before, 1e-9)

    def on_validation_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        pl_module.log("val_seconds", self.seconds)

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if self.over(trainer.global_step):
            trainer.should_stop = True

    def state_dict(self) -> dict[str, Any]:
        return {"seconds": self.seconds}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self._before = state_dict["seconds"]


def make_pace(options: Options, digits: int, real: int | None = None, part: Part = WHOLE) -> Pace:
    """The pace of an experiment.

    Args:
        options: of the experiment.
        digits: of the training split.
        real: lines of one's own to train on; None where there are none.
        part: of every step's lines, that this process has.
    """
    lines, batch = options.lines, options.training.batch
    own = batch - options.data.composed_lines(batch)
    if real is not None and own:
        # In an epoch each of them comes once, and beside them what is composed.
        return Pace(options.training, real * batch / own, part)
    characters = (lines.min_length + lines.max_length) / 2 if options.reads_lines else 1.0
    return Pace(options.training, digits / characters, part)
