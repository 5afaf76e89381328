"""What is trained, and how a step and a validation go."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor

from hwr.lines.batch import Batch
from hwr.nets.network import HeadName
from hwr.scoring.rates import LineScore, rates, score_line
from hwr.training.heads import Loss
from hwr.training.learner import Learner
from hwr.training.muon import Muon, matrices_of
from hwr.training.options import Options

BETAS = (0.9, 0.99)
"""Of AdamW."""


class ReadingTask(Learner, pl.LightningModule):
    """A learner that Lightning trains, and its validation by the same scoring as `hwr eval`.

    Attributes:
        scores: of the last validation, by name: those of the first head, and each head's own CER
            where there are several; when one goes on, none unless its weights were measured.
    """

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self.scores: dict[str, float] = {}
        self._measured = 0
        """The step behind which they were."""
        self._read: dict[HeadName, list[LineScore]] = {}
        self._losses: dict[HeadName, list[Loss]] = {}

    def training_step(self, batch: Batch, _: int) -> Tensor:
        # What dropout drops depends on the step alone, as the lines do: so a resumed run goes on
        # as an uninterrupted one.
        torch.manual_seed(self.seed(self.global_step))
        return self.loss(batch, self.global_step)

    def validation_step(self, batch: Batch, _: int) -> None:
        for name, head, part, ids, encoded in self.seen(batch):
            loss = head.loss(encoded, ids, self.global_step)
            self._losses.setdefault(name, []).append(loss)
            texts = map(self.alphabet.decode, head.read(encoded))
            self._read.setdefault(name, []).extend(map(score_line, part.names, part.texts, texts))

    def on_validation_epoch_end(self) -> None:
        found = {head: rates(scores, resamples=0) for head, scores in self._read.items()}
        # Over all lines, not a mean of the batches' means.
        losses = {
            head: sum(loss.mean.item() * loss.weight for loss in parts)
            / max(sum(loss.weight for loss in parts), 1e-9)
            for head, parts in self._losses.items()
        }
        self._read.clear()
        self._losses.clear()
        first = next(iter(found.values()))
        self._measured = self.global_step
        self.scores = {"val_cer": first.cer, "val_accuracy": first.accuracy}
        if len(found) > 1:
            self.log_dict({f"val_loss_{head}": loss for head, loss in losses.items()})
            for head, of_head in found.items():
                self.scores[f"val_cer_{head}"] = of_head.cer
                self.scores[f"val_accuracy_{head}"] = of_head.accuracy
        self.log("val_loss", sum(self.options.heads[h] * loss for h, loss in losses.items()))
        self.log_dict(self.scores)
        # Lightning writes a row under the step so named; its own count goes astray by one where a
        # run was resumed.
        self.log("step", float(self.global_step))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        training = self.options.training
        matrices = matrices_of(self.network) if training.optimizer == "muon" else []
        known = {id(weight) for weight, _ in matrices}
        rest = [p for p in self.parameters() if id(p) not in known]
        # Biases and the scales of normalisation are left alone by weight decay, as is usual.
        groups = [
            {"params": [p for p in rest if p.dim() > 1], "weight_decay": training.weight_decay},
            {"params": [p for p in rest if p.dim() <= 1], "weight_decay": 0.0},
        ]
        if not matrices:
            return torch.optim.AdamW(groups, lr=training.learning_rate, betas=BETAS, fused=True)
        half = self.network.encoder.half_precision
        return Muon(
            matrices,
            groups,
            training.learning_rate,
            training.weight_decay,
            training.momentum,
            BETAS,
            torch.bfloat16 if half else torch.float32,
        )

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """A checkpoint says what it is of, and how well it did."""
        checkpoint["options"] = self.options.to_dict()
        # Of later weights they tell nothing.
        checkpoint["scores"] = self.scores if self._measured == self.global_step else {}
        checkpoint["half_precision"] = {self.device.type: self.network.encoder.half_precision}

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """A run that goes on did as well before."""
        self.scores, self._measured = checkpoint["scores"], checkpoint["global_step"]
