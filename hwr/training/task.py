"""What is trained, and how a step and a validation go."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor

from hwr.alphabet import END, Alphabet
from hwr.decoding.paths import greedy
from hwr.lines.batch import LineBatch
from hwr.nets.cross_entropy import ended, weighted_cross_entropy
from hwr.nets.ctc import ctc_loss
from hwr.nets.network import HeadName, Network
from hwr.scoring.rates import LineScore, rates, score_line
from hwr.training.options import Options


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
        losses = self.losses(batch, features, columns)
        # Weighted by characters, as the losses are per character.
        characters = sum(map(len, batch.texts))
        self.log("val_loss", self.loss(losses), batch_size=characters)
        if len(losses) > 1:
            named = {f"val_loss_{head}": loss for head, loss in losses.items()}
            self.log_dict(named, batch_size=characters)
        for head, texts in self._texts(features, columns).items():
            self._read.setdefault(head, []).extend(
                score_line(name, text, read)
                for name, text, read in zip(batch.names, batch.texts, texts, strict=True)
            )

    def on_validation_epoch_end(self) -> None:
        found = {head: rates(scores, resamples=0) for head, scores in self._read.items()}
        self._read.clear()
        first = next(iter(found.values()))
        self.scores = {"val_cer": first.cer, "val_accuracy": first.accuracy}
        if len(found) > 1:
            self.scores |= {f"val_cer_{head}": of_head.cer for head, of_head in found.items()}
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

    def losses(self, batch: LineBatch, features: Tensor, columns: Tensor) -> dict[HeadName, Tensor]:
        """The loss of each head for a batch, from its features: scalars, per character."""
        texts = [
            self.alphabet.encode(text, name)
            for text, name in zip(batch.texts, batch.names, strict=True)
        ]
        losses: dict[HeadName, Tensor] = {}
        if self.network.ctc is not None:
            log_probs, frames = self.network.ctc(features, columns)
            losses["ctc"] = ctc_loss(log_probs, frames, texts)
        if self.network.seq2seq is not None:
            targets, lengths = (part.to(features.device) for part in ended(texts))
            log_probs = self.network.seq2seq.teach(
                features, columns, targets, self.options.training.sampling
            )
            positions, device = self._position_weights, features.device
            losses["seq2seq"] = weighted_cross_entropy(
                log_probs,
                targets,
                lengths,
                self._class_weights.to(device),
                None if positions is None else positions.to(device),
                self.options.training.cross_entropy.smoothing,
            )
        return losses

    def loss(self, losses: dict[HeadName, Tensor]) -> Tensor:
        """The sum of the heads' losses, each with its weight."""
        weighed = [self.options.heads[head] * loss for head, loss in losses.items()]
        return torch.stack(weighed).sum()

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
