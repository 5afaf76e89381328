"""What a training shows while it runs."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as pl
from tqdm import tqdm

from hwr.lines.batch import Batch
from hwr.training.bar import bar
from hwr.training.pace import Pace
from hwr.training.task import ReadingTask


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
        self._bar = bar(
            total=100,
            bar_format="{desc}: {percentage:3.0f}%|{bar:20}| {elapsed}{postfix}",
            desc="training",
        )

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: Batch,
        batch_idx: int,
    ) -> None:
        self._show(trainer, pl_module)

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._show(trainer, pl_module)

    def _show(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if self._bar is None:
            return
        pace = self._pace
        left = pace.seconds * (1 / pace.progress - 1) if pace.progress else 0.0
        facts = [f"{tqdm.format_interval(max(left, 0))} left", f"step {pace.step}"]
        assert isinstance(pl_module, ReadingTask)
        what = "pictures" if pl_module.options.reads_digits else "lines"
        facts.append(f"{pace.lines / pace.run_seconds:.0f} {what}/s")
        metrics = trainer.callback_metrics
        if "loss" in metrics:
            facts.append(f"loss {metrics['loss'].item():.3f}")
        scores = pl_module.scores
        several = [f"{cer:.2%} {n[8:]}" for n, cer in scores.items() if n.startswith("val_cer_")]
        if scores:
            facts.append("validation CER " + (", ".join(several) or f"{scores['val_cer']:.2%}"))
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
