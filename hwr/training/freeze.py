"""The encoder held still while new heads find their way."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as pl
from torch import nn


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


def hold(task: nn.Module, learns: bool) -> None:
    """Holds the encoder of a task still, or lets it go."""
    encoder = task.get_submodule("network.encoder")
    encoder.requires_grad_(learns)
    for module in encoder.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.train(learns)
