"""What a training leaves where it stops: a checkpoint from which it goes on as if it had not."""

from __future__ import annotations

from contextlib import suppress
from enum import Enum, auto
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.trainer.states import TrainerFn
from torch import Tensor

from hwr.files import is_there
from hwr.training.learner import is_finite


class _At(Enum):
    """Where a training stands."""

    KEPT = auto()
    """The last checkpoint holds all there is: before the first step, and from a validation's start
    to the next step. (Meanwhile average and present weights change places.)"""
    COMPUTING = auto()
    """In a step that has changed nothing yet but the statistics of normalisation."""
    CHANGING = auto()
    """From the optimizer's step to the step's end, or to the validation that follows: some weights
    and averages are those of the next step already, or the validation would be left out."""
    BETWEEN = auto()
    """Behind a step."""


class Rescue(pl.Callback):
    """Leaves a checkpoint when a training stops by Ctrl-C or an error, and says where it is.

    Where Ctrl-C calls its `stop`, in the midst of a step that stops at the step's end. A second one
    stops at once, unless the weights are changing. An error that comes while they do leaves the
    checkpoint of before.

    Args:
        path: of the checkpoint.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at, self._asked, self._validating = _At.KEPT, False, False
        self._statistics: list[Tensor] = []
        """As they were before the step."""

    def stop(self, number: int, frame: object) -> None:
        """Of a signal. Raises KeyboardInterrupt unless that waits for a step's end."""
        waits = self._at is _At.CHANGING or (self._at is _At.COMPUTING and not self._asked)
        if not waits:
            raise KeyboardInterrupt
        self._asked = True

    def on_train_batch_start(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: Any, batch_idx: int
    ) -> None:
        """Raises KeyboardInterrupt where that was asked for."""
        if self._asked:
            raise KeyboardInterrupt
        self._statistics = [statistic.clone() for statistic in pl_module.buffers()]
        self._at = _At.COMPUTING

    def on_before_optimizer_step(self, *_: object) -> None:
        self._at = _At.CHANGING

    def on_train_batch_end(self, trainer: pl.Trainer, *_: object) -> None:
        if not trainer.is_last_batch:
            self._at = _At.BETWEEN

    def on_validation_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Raises KeyboardInterrupt where that was asked for."""
        if trainer.state.fn != TrainerFn.FITTING:  # nothing is trained yet
            return
        self._keep_begun(trainer)
        self._at = _At.KEPT
        if self._asked:
            raise KeyboardInterrupt

    def _keep_begun(self, trainer: pl.Trainer) -> None:
        """Saves a checkpoint that goes on with the validation."""
        # Lightning makes one anew whose first batch was begun; of one without any it takes it that
        # there is nothing left to do. (What a run has counted that was stopped here before, goes.)
        progress = trainer.fit_loop.epoch_loop.val_loop.batch_progress
        progress.reset()
        progress.increment_ready()
        progress.increment_started()
        self._validating = True
        try:
            trainer.save_checkpoint(self._path)
        finally:
            self._validating = False
            progress.reset()

    def state_dict(self) -> dict[str, Any]:
        """Whether a validation is left to be done, though the budget may be used up."""
        return {"validating": self._validating}

    @property
    def advice(self) -> str:
        """What the user can do now."""
        if not is_there(self._path):
            return "nothing was trained yet"
        return f"go on with  --resume {self._path}"

    def on_exception(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException
    ) -> None:
        if self._at is _At.COMPUTING:  # that step will be computed again
            for statistic, before in zip(pl_module.buffers(), self._statistics, strict=True):
                statistic.copy_(before)
        whole = self._at in (_At.COMPUTING, _At.BETWEEN)
        if whole and trainer.global_step and is_finite(pl_module):
            # What went wrong first is to be told, though there may be no room for this.
            with suppress(OSError):
                trainer.save_checkpoint(self._path)
