"""How far a training is: its budget, its learning rate, its progress bar."""

from __future__ import annotations

import math
import sys
import time
from typing import Any

import pytorch_lightning as pl
from tqdm import tqdm

from hwr.lines.batch import LineBatch
from hwr.training.options import Budget, Options, TrainingOptions
from hwr.training.task import ReadingTask

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
        digits_per_epoch: characters drawn in one epoch.
        characters_per_line: on average.
    """

    def __init__(
        self, training: TrainingOptions, digits_per_epoch: int, characters_per_line: float
    ) -> None:
        self.budget = Budget.parse(training.budget)
        self._training = training
        self._lines_per_epoch = digits_per_epoch / characters_per_line
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
        """How many steps the budget is; for minutes, by the pace so far."""
        if self.budget.unit == "minutes":
            return round(self.step / self.progress) if self.step else 0
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
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: LineBatch, batch_idx: int
    ) -> None:
        rate = self._training.learning_rate * one_cycle(self.progress, self._training.warmup)
        for optimizer in trainer.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
        pl_module.log("learning_rate", rate, batch_size=len(batch))

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: LineBatch,
        batch_idx: int,
    ) -> None:
        self.step = trainer.global_step
        self.lines += len(batch)
        pl_module.log("lines_per_second", self.lines / self.run_seconds, batch_size=len(batch))

    @property
    def run_seconds(self) -> float:
        """Since this run began, without what went before a resumption."""
        return max(self.seconds - self._before, 1e-9)

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if self.over(trainer.global_step):
            trainer.should_stop = True

    def state_dict(self) -> dict[str, Any]:
        return {"seconds": self.seconds}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self._before = state_dict["seconds"]


class ProgressBar(pl.callbacks.ProgressBar):
    """One bar over the whole training, with loss, validation CER, lines a second and time left."""

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self._pace = pace
        self._bar: tqdm[Any] | None = None

    def disable(self) -> None:
        """Lightning asks for this; a training without its bar would be silent for minutes."""

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        # No unit of tqdm's fits steps, epochs and minutes alike: the bar counts per cent.
        self._bar = tqdm(
            total=100,
            bar_format="{desc}: {percentage:3.0f}%|{bar:20}| {elapsed}{postfix}",
            desc="training",
            file=sys.stderr,
            # A log file gets a line now and then, not hundreds.
            mininterval=0.5 if sys.stderr.isatty() else 15,
        )

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: LineBatch,
        batch_idx: int,
    ) -> None:
        if self._bar is None:
            return
        pace = self._pace
        left = pace.seconds * (1 / pace.progress - 1) if pace.progress else 0.0
        facts = [f"{tqdm.format_interval(max(left, 0))} left", f"step {pace.step}"]
        facts.append(f"{pace.lines / pace.run_seconds:.0f} lines/s")
        metrics = trainer.callback_metrics
        if "loss" in metrics:
            facts.append(f"loss {metrics['loss'].item():.3f}")
        assert isinstance(pl_module, ReadingTask)
        if pl_module.rates is not None:
            facts.append(f"validation CER {pl_module.rates.cer:.2%}")
        self._bar.set_postfix_str(", ".join(facts), refresh=False)
        self._bar.update(min(100 * pace.progress, 100) - self._bar.n)

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._close()

    def on_exception(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException
    ) -> None:
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.refresh()
            self._bar.close()


def make_pace(options: Options, digits: int) -> Pace:
    """The pace of an experiment on a training split of so many digits."""
    lines = options.lines
    return Pace(options.training, digits, (lines.min_length + lines.max_length) / 2)
