"""The encoder held still while new heads find their way."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as pl

from hwr.training.learner import hold


class Freeze(pl.Callback):
    """Holds the encoder still in the first steps: its weights, and the statistics of normalisation.

    Args:
        steps: so many.
    """

    def __init__(self, steps: int) -> None:
        self._steps = steps

    def on_train_batch_start(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: Any, batch_idx: int
    ) -> None:
        # Each time: validation, and a resumed run, set modules to train as a whole.
        hold(pl_module, learns=trainer.global_step >= self._steps)
