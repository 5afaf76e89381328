"""What is trained, and how a step and a validation go."""

from __future__ import annotations

from itertools import takewhile
from typing import Any, NamedTuple

import pytorch_lightning as pl
import torch
from torch import Tensor

from hwr.alphabet import END, Alphabet
from hwr.decoding.paths import greedy
from hwr.lines.batch import LineBatch
from hwr.nets.cross_entropy import ended, symbol_weights, weighted_cross_entropy
from hwr.nets.ctc import ctc_loss
from hwr.nets.network import HeadName, Network
from hwr.scoring.rates import LineScore, rates, score_line
from hwr.training.options import Options


class Loss(NamedTuple):
    """The loss of a head for a batch.

    Attributes:
        mean: a scalar, per character for CTC, per weighted symbol for seq2seq.
        weight: of how many it is the mean.
    """

    mean: Tensor
    weight: float


class ReadingTask(pl.LightningModule):
    """A network, its loss, and its validation by the same scoring as `hwr eval`.

    Attributes:
        scores: of the last validation, by name: those of the first head, and each head's own CER
            where there are several.
    """

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        self.alphabet = Alphabet(options.lines.alphabet)
        self.network = Network(
            options.network, options.image.height, self.alphabet.classes, options.heads
        )
        self.scores: dict[str, float] = {}
        self._read: dict[str, list[LineScore]] = {}
        self._losses: dict[HeadName, list[Loss]] = {}
        weights = options.training.cross_entropy
        self._class_weights = torch.tensor(
            [weights.end, *(weights.classes.get(c, 1.0) for c in self.alphabet.characters)]
        )
        self._position_weights = torch.tensor(weights.positions) if weights.positions else None

    def training_step(self, batch: LineBatch, _: int) -> Tensor:
        # What dropout drops depends on the step alone, as the lines do: so a resumed run goes on
        # as an uninterrupted one.
        torch.manual_seed(self.options.training.seed * 1_000_003 + self.global_step)
        return self.loss(self.losses(batch, *self.features(batch)))

    def validation_step(self, batch: LineBatch, _: int) -> None:
        features, columns = self.features(batch)
        for name, loss in self.losses(batch, features, columns).items():
            self._losses.setdefault(name, []).append(loss)
        for head, texts in self._texts(features, columns).items():
            self._read.setdefault(head, []).extend(
                score_line(name, text, read)
                for name, text, read in zip(batch.names, batch.texts, texts, strict=True)
            )

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
        checkpoint["scores"] = self.scores

    def features(self, batch: LineBatch) -> tuple[Tensor, Tensor]:
        """What the encoder makes of a batch: features [columns, lines, features], true columns."""
        features, columns = self.network.encoder(batch.images.float() / 255, batch.widths)
        return features, columns

    def losses(self, batch: LineBatch, features: Tensor, columns: Tensor) -> dict[HeadName, Loss]:
        """The loss of each head for a batch, from its features."""
        texts = [
            self.alphabet.encode(text, name)
            for text, name in zip(batch.texts, batch.names, strict=True)
        ]
        losses: dict[HeadName, Loss] = {}
        if self.network.ctc is not None:
            log_probs, frames = self.network.ctc(features, columns)
            characters = sum(map(len, texts))
            losses["ctc"] = Loss(ctc_loss(log_probs, frames, texts), characters)
        if self.network.seq2seq is not None:
            targets, lengths = ended(texts)
            weights = symbol_weights(
                targets, lengths, self._class_weights, self._position_weights
            ).to(features.device)
            targets = targets.to(features.device)
            log_probs = self.network.seq2seq.teach(features, columns, targets, self._sampling())
            smoothing = self.options.training.cross_entropy.smoothing
            loss = weighted_cross_entropy(log_probs, targets, weights, smoothing)
            losses["seq2seq"] = Loss(loss, float(weights.sum()))
        return losses

    def loss(self, losses: dict[HeadName, Loss]) -> Tensor:
        """The sum of the heads' losses, each with its weight."""
        weighed = [self.options.heads[head] * loss.mean for head, loss in losses.items()]
        return torch.stack(weighed).sum()

    def _sampling(self) -> float:
        """The chance of scheduled sampling at this step."""
        training = self.options.training
        rise = (
            min(self.global_step / training.sampling_rise, 1.0) if training.sampling_rise else 1.0
        )
        return training.sampling * rise

    def _texts(self, features: Tensor, columns: Tensor) -> dict[str, list[str]]:
        """What each head reads, greedily."""
        found: dict[str, list[list[int]]] = {}
        if self.network.ctc is not None:
            log_probs, frames = self.network.ctc(features, columns)
            rows = log_probs.float().cpu().numpy()
            found["ctc"] = [
                greedy(row[:count]).ids for row, count in zip(rows, frames.tolist(), strict=True)
            ]
        if self.network.seq2seq is not None:
            written = self.network.seq2seq.write(features, columns).tolist()
            found["seq2seq"] = [
                list(takewhile(lambda symbol: symbol != END, row)) for row in written
            ]
        return {head: [self.alphabet.decode(ids) for ids in lines] for head, lines in found.items()}
