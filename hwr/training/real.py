"""Lines of one's own in batches: to train on, changed each time anew, and to validate with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from hwr.lines.augment import augment
from hwr.lines.batch import LineBatch, to_batch
from hwr.lines.cache.store import LineStore
from hwr.training.lines import VALIDATION_BATCH, least_width
from hwr.training.options import Options
from hwr.training.pools import WHOLE, Lot, Part

_VALIDATION_PIXELS = VALIDATION_BATCH * 32 * 320
# In a batch: lines of text are five times as wide as numbers, and would take five times the memory.


@dataclass(frozen=True)
class RealLines:
    """Lines of one's own, made ready and found good.

    Attributes:
        train: to train on; None where all are composed.
        val: to validate with; None where composed ones are.
    """

    train: LineStore | None = None
    val: LineStore | None = None

    @property
    def longest(self) -> int:
        """Characters in the longest text to train on."""
        return max(map(len, self.train.texts), default=0) if self.train is not None else 0


class RealLots:
    """The training batches of a store: every line comes once before any comes again.

    Args:
        store: the lines.
        options: of the experiment.
        size: lines in a batch.
        device: where they are put.
        part: of every batch, that is to be made.
    """

    def __init__(
        self,
        store: LineStore,
        options: Options,
        size: int,
        device: torch.device | str = "cpu",
        part: Part = WHOLE,
    ) -> None:
        self._part = part
        self._store, self._options, self._size, self._device = store, options, size, device
        self._changes = options.data.augment if options.data.augment.changes else None

    def lots(self, pool: int) -> list[Lot]:
        """See `hwr.training.pools.LotSource`."""
        size, batches = self._size, self._options.training.pool
        draws = range(pool * batches * size, (pool + 1) * batches * size)
        rows = self._rows(draws)
        order = np.argsort(self._store.widths[rows], kind="stable").tolist()

        def lot(places: list[int]) -> Lot:
            return lambda: self._batch(
                [(draws[place], rows[place]) for place in self._part.rows(places)]
            )

        return [lot(order[start : start + size]) for start in range(0, len(order), size)]

    def draw_ahead(self, pool: int, lots: int) -> None:
        """Nothing: each line is read when its batch is."""

    def _rows(self, draws: Sequence[int]) -> list[int]:
        """The store's rows that some draws give, numbered from the start of the training."""
        count, rows = len(self._store), []
        for epoch in range(draws[0] // count, draws[-1] // count + 1):
            seed = self._options.training.seed * 1_000_003 + epoch
            shuffled = np.random.default_rng(seed).permutation(count)
            inside = range(max(draws[0], epoch * count), min(draws[-1] + 1, (epoch + 1) * count))
            rows += shuffled[inside.start - epoch * count : inside.stop - epoch * count].tolist()
        return rows

    def _batch(self, drawn: Sequence[tuple[int, int]]) -> LineBatch:
        lines = [self._line(draw, row) for draw, row in drawn]
        texts = [self._store.texts[row] for _, row in drawn]
        names = [self._store.names[row] for _, row in drawn]
        return to_batch(lines, texts, names).to(self._device)

    def _line(self, draw: int, row: int) -> NDArray[np.uint8]:
        line = self._store.line(row)
        if self._changes is None:
            return line
        random = np.random.default_rng([self._options.training.seed, draw])
        least = least_width(self._store.texts[row], self._options)
        return augment(line, self._changes, random, least)


def validation_batches(store: LineStore, device: torch.device | str = "cpu") -> Iterator[LineBatch]:
    """All lines of a store as they are, those of like width together, few of wide ones."""
    order = np.argsort(store.widths, kind="stable").tolist()
    while order:
        # The widest first: a machine short of memory shows it at once.
        widest = int(store.widths[order[-1]]) * store.height
        count = max(min(VALIDATION_BATCH, _VALIDATION_PIXELS // widest), 1)
        rows, order = order[-count:], order[:-count]
        lines = [store.line(row) for row in rows]
        texts, names = ([of[row] for row in rows] for of in (store.texts, store.names))
        yield to_batch(lines, texts, names).to(device)
