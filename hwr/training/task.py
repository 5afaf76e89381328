"""What is trained, and how a step and a validation go."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor

from hwr.alphabet import Alphabet
from hwr.decoding.greedy import greedy
from hwr.lines.batch import LineBatch
from hwr.nets.ctc import ctc_loss
from hwr.nets.network import Network
from hwr.scoring.rates import LineScore, Rates, rates, score_line
from hwr.training.options import Options


class ReadingTask(pl.LightningModule):
    """A network, its loss, and its validation by the same scoring as `hwr eval`.

    Attributes:
        rates: of the last validation.
    """

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        self.alphabet = Alphabet(options.lines.alphabet)
        self.network = Network(options.network, options.image.height, self.alphabet.classes)
        self.rates: Rates | None = None
        self._scores: list[LineScore] = []

    def forward(self, batch: LineBatch) -> tuple[Tensor, Tensor]:
        """Log-probabilities [lines, frames, classes], and true frames [lines]."""
        log_probs, frames = self.network(batch.images.float() / 255, batch.widths)
        return log_probs, frames

    def training_step(self, batch: LineBatch, _: int) -> Tensor:
        # What dropout drops depends on the step alone, as the lines do: so a resumed run goes on
        # as an uninterrupted one.
        torch.manual_seed(self.options.training.seed * 1_000_003 + self.global_step)
        return self.loss(batch, *self(batch))

    def validation_step(self, batch: LineBatch, _: int) -> None:
        log_probs, frames = self(batch)
        # Weighted by characters, as the loss is per character.
        characters = sum(map(len, batch.texts))
        self.log("val_loss", self.loss(batch, log_probs, frames), batch_size=characters)
        rows = log_probs.float().cpu().numpy()
        for row, count, name, text in zip(
            rows, frames.tolist(), batch.names, batch.texts, strict=True
        ):
            read = self.alphabet.decode(greedy(row[:count]).ids)
            self._scores.append(score_line(name, text, read))

    def on_validation_epoch_end(self) -> None:
        self.rates = rates(self._scores, resamples=0)
        self._scores.clear()
        self.log_dict({"val_cer": self.rates.cer, "val_accuracy": self.rates.accuracy})
        # Lightning writes a row under the step so named; its own count goes astray by one where a
        # run was resumed.
        self.log("step", float(self.global_step))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        training = self.options.training
        # Biases and the scales of normalisation are left alone by weight decay, as is usual.
        decayed = [p for p in self.parameters() if p.dim() > 1]
        others = [p for p in self.parameters() if p.dim() <= 1]
        return torch.optim.AdamW(
            [
                {"params": decayed, "weight_decay": training.weight_decay},
                {"params": others, "weight_decay": 0.0},
            ],
            lr=training.learning_rate,
            betas=(0.9, 0.99),
            fused=True,
        )

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """A checkpoint says what it is of, and how well it did."""
        checkpoint["options"] = self.options.to_dict()
        checkpoint["scores"] = (
            {}
            if self.rates is None
            else {"val_cer": self.rates.cer, "val_accuracy": self.rates.accuracy}
        )

    def loss(self, batch: LineBatch, log_probs: Tensor, frames: Tensor) -> Tensor:
        """The loss of a batch, from what `forward` gave for it: a scalar, per character."""
        texts = [
            self.alphabet.encode(text, name)
            for text, name in zip(batch.texts, batch.names, strict=True)
        ]
        return ctc_loss(log_probs, frames, texts)
