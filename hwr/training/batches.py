"""Batches of lines, composed and one's own, and of single digits, to train on and to validate with.

A training batch is a function of the step alone, so a resumed run sees what an uninterrupted
one would have seen, and any process can make it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import torch

from hwr.lines.batch import Batch
from hwr.lines.digits import Split, load_digits
from hwr.lines.singles import Singles
from hwr.training.lines import VALIDATION_BATCH, Lines
from hwr.training.options import Options
from hwr.training.pools import WHOLE, LotSource, Part, mixed
from hwr.training.real import RealLines, RealLots, validation_batches


class BatchMaker:
    """Makes lines and single digits, as far as there are heads for them.

    Args:
        options: of the experiment.
        real: lines of one's own.
        part: of every training batch, that is to be made.
        device: where they are made.
    """

    def __init__(
        self,
        options: Options,
        real: RealLines | None = None,
        part: Part = WHOLE,
        device: torch.device | str = "cpu",
    ) -> None:
        self._options = options
        self._real = real or RealLines()
        self._part = part
        self._device = device

    def validation(self) -> Iterator[Batch]:
        """One's own lines where there are any, else composed ones; then all validation digits,
        undistorted."""
        if self._real.val is not None:
            batches = validation_batches(self._real.val, self._device)
            yield from (Batch(lines=lines) for lines in batches)
        elif self._options.reads_lines:
            yield from (Batch(lines=lines) for lines in self._lines.validation())
        if self._options.reads_digits:
            digits = self._singles("val")
            for start in range(0, len(digits), VALIDATION_BATCH):
                places = range(start, min(start + VALIDATION_BATCH, len(digits)))
                yield Batch(digits=digits.batch(list(places)))

    def training(self, step: int) -> Iterator[Batch]:
        """Training batches from a step on, without end."""
        training, distortion = self._options.training, self._options.digits
        lines = None
        if self._options.reads_lines:
            # Where processes share in steps, the others draw lines while the first makes the
            # optimizer's step.
            ahead = self._part.of > 1
            lines = mixed(self._line_sources, training.seed, step, training.pool, ahead)
        digits = None
        if self._options.reads_digits:
            digits = self._digits.drawn(training.batch, step, training.seed, distortion)
        while True:
            yield Batch(
                next(lines) if lines else None, self._part.lines(next(digits)) if digits else None
            )

    @cached_property
    def _lines(self) -> Lines:
        composed = self._options.data.composed_lines(self._options.training.batch)
        return Lines(self._options, self._device, composed, self._part)

    @cached_property
    def _line_sources(self) -> list[LotSource]:
        size = self._options.training.batch
        own = size - self._options.data.composed_lines(size)
        sources: list[LotSource] = []
        if self._real.train is not None and own:
            lots = RealLots(self._real.train, self._options, own, self._device, self._part)
            sources.append(lots)
        if own < size:
            sources.append(self._lines)
        return sources

    @cached_property
    def _digits(self) -> Singles:
        return self._singles("train")

    def _singles(self, split: Split) -> Singles:
        height, alphabet = self._options.image.height, self._options.lines.alphabet
        return Singles(load_digits(split), split, height, alphabet, self._device)
