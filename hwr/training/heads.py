"""What training needs of each kind of head: its loss, and what it reads."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from hwr.alphabet import END, Alphabet
from hwr.decoding.paths import greedy
from hwr.nets.cross_entropy import (
    CrossEntropyOptions,
    ended,
    symbol_weights,
    weighted_cross_entropy,
)
from hwr.nets.ctc import CTCHead, ctc_loss
from hwr.nets.digit import DigitHead
from hwr.nets.network import HeadName, Network
from hwr.nets.seq2seq import Seq2seqHead
from hwr.nets.shortcut import Shortcut
from hwr.training.options import TrainingOptions


class Loss(NamedTuple):
    """The loss of a head for a batch.

    Attributes:
        mean: a scalar, per character for CTC, per weighted symbol for the others.
        weight: of how many it is the mean.
    """

    mean: Tensor
    weight: float


class Encoded(NamedTuple):
    """What the encoder makes of lines.

    Attributes:
        stem: what its convolutions give to its LSTMs, [columns, lines, features].
        features: what it puts out, [columns, lines, features].
        columns: true ones of each line, int64 [lines].
        boxes: those from and to which each character reaches, [lines, longest text, 2], nan where
            not known; None where none is.
        slants: by which the lines were found to lean, [lines], where the encoder shears them and
            may learn it of them; None elsewhere.
    """

    stem: Tensor
    features: Tensor
    columns: Tensor
    boxes: Tensor | None = None
    slants: Tensor | None = None


class HeadTask(Protocol):
    """One head in training. `texts` are the lines' ids."""

    def loss(self, encoded: Encoded, texts: list[list[int]], step: int) -> Loss:
        """Its loss at a step of the training."""

    def read(self, encoded: Encoded) -> list[list[int]]:
        """The ids that it reads of each line, greedily."""


@dataclass(frozen=True)
class CTCTask:
    """The CTC head in training, and the shortcut beside it, where there is one."""

    head: CTCHead
    shortcut: Shortcut | None = None

    def loss(self, encoded: Encoded, texts: list[list[int]], step: int) -> Loss:
        """See HeadTask. The shortcut counts while training only: nothing is read by it."""
        log_probs, frames = self.head(encoded.features, encoded.columns)
        loss = ctc_loss(log_probs, frames, texts)
        if self.shortcut is not None and self.shortcut.training:
            log_probs, frames = self.shortcut(encoded.stem, encoded.columns)
            loss = loss + self.shortcut.loss(log_probs, frames, texts, encoded.boxes)
        return Loss(loss, sum(map(len, texts)))

    def read(self, encoded: Encoded) -> list[list[int]]:
        """See HeadTask."""
        log_probs, frames = self.head(encoded.features, encoded.columns)
        rows = log_probs.float().cpu().numpy()
        return [greedy(row[:count]).ids for row, count in zip(rows, frames.tolist(), strict=True)]


@dataclass(frozen=True)
class Seq2seqTask:
    """The seq2seq head in training."""

    head: Seq2seqHead
    options: TrainingOptions
    alphabet: Alphabet

    def loss(self, encoded: Encoded, texts: list[list[int]], step: int) -> Loss:
        """See HeadTask."""
        targets, lengths = ended(texts)
        options = self.options.cross_entropy
        of_class = torch.tensor([options.end, *options.of(self.alphabet.characters)])
        of_place = torch.tensor(options.positions) if options.positions else None
        weights = symbol_weights(targets, lengths, of_class, of_place)
        device = encoded.features.device
        targets, weights = targets.to(device), weights.to(device)
        log_probs = self.head.teach(
            encoded.features, encoded.columns, targets, self._sampling(step)
        )
        loss = weighted_cross_entropy(log_probs, targets, weights, options.smoothing)
        return Loss(loss, float(weights.sum()))

    def read(self, encoded: Encoded) -> list[list[int]]:
        """See HeadTask."""
        written = self.head.write(encoded.features, encoded.columns).tolist()
        return [list(takewhile(lambda symbol: symbol != END, row)) for row in written]

    def _sampling(self, step: int) -> float:
        """The chance of scheduled sampling at a step."""
        rise = self.options.sampling_rise
        return self.options.sampling * (min(step / rise, 1.0) if rise else 1.0)


@dataclass(frozen=True)
class DigitTask:
    """The digit head in training."""

    head: DigitHead
    options: CrossEntropyOptions
    alphabet: Alphabet

    def loss(self, encoded: Encoded, texts: list[list[int]], step: int) -> Loss:
        """See HeadTask."""
        log_probs = self.head(encoded.features, encoded.columns)
        # Its classes are the characters alone: there is no blank to be class 0.
        targets = torch.tensor([text[0] - 1 for text in texts])[:, None]
        weights = torch.tensor(self.options.of(self.alphabet.characters))[targets]
        targets, weights = targets.to(log_probs.device), weights.to(log_probs.device)
        loss = weighted_cross_entropy(log_probs[:, None], targets, weights, self.options.smoothing)
        return Loss(loss, float(weights.sum()))

    def read(self, encoded: Encoded) -> list[list[int]]:
        """See HeadTask."""
        best = self.head(encoded.features, encoded.columns).argmax(dim=1).tolist()
        return [[place + 1] for place in best]


def head_tasks(
    network: Network, options: TrainingOptions, alphabet: Alphabet
) -> dict[HeadName, HeadTask]:
    """The heads of a network, in the order of `hwr.nets.network.HEADS`."""
    found: dict[HeadName, HeadTask] = {}
    if network.ctc is not None:
        found["ctc"] = CTCTask(network.ctc, network.shortcut)
    if network.seq2seq is not None:
        found["seq2seq"] = Seq2seqTask(network.seq2seq, options, alphabet)
    if network.digit is not None:
        found["digit"] = DigitTask(network.digit, options.cross_entropy, alphabet)
    return found
