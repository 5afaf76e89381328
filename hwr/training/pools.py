"""How batches are made of lines of one kind or several, as a function of the step alone: in pools,
of which lines of like width go into one batch, to save padding."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import NamedTuple, Protocol

import torch

from hwr.lines.batch import LineBatch, join_batches

POOL = 16
"""Batches made of lines drawn together."""

Lot = Callable[[], LineBatch]
"""Draws lines of one kind that go into one batch."""


class Part(NamedTuple):
    """A part of every pool, and as large a part of every batch: of the lines from `number` on,
    every `of`-th, so that parts are as wide as each other. (Where widths show only when lines are
    drawn, each part is cut into batches by itself.)"""

    number: int = 0
    of: int = 1

    def rows(self, rows: list[int], before: int = 0) -> list[int]:
        """Those of a batch that belong to the part, where so many of another kind come before."""
        return rows[(self.number - before) % self.of :: self.of]

    def lines(self, batch: LineBatch) -> LineBatch:
        """Those of a batch already made."""
        return batch if self.of == 1 else batch.rows(self.rows(list(range(len(batch)))))


WHOLE = Part()


class LotSource(Protocol):
    """Lines of one kind to train on."""

    def lots(self, pool: int) -> list[Lot]:
        """`POOL` lots, from narrow to wide; a function of the pool's number alone."""


def mixed(sources: Sequence[LotSource], seed: int, step: int) -> Iterator[LineBatch]:
    """Training batches from a step on, without end: in each, lines of all sources, those narrow
    among their own kind together."""
    for pool in count(step // POOL):
        lots = list(zip(*(source.lots(pool) for source in sources), strict=True))
        random.Random(pool_seed(seed, pool)).shuffle(lots)
        for parts in lots[max(step - pool * POOL, 0) :]:
            yield join_batches([part() for part in parts])


def pool_seed(seed: int, pool: int) -> int:
    """Pools of one run, and runs of different seeds, have seeds of their own."""
    return seed * 1_000_003 + pool


def by_width(lines: LineBatch, batches: int) -> list[LineBatch]:
    """Lines as so many batches, each of as many lines as the others or one less, from narrow to
    wide; no batch is wider than its widest line. (Lines of one width stay in their order.)"""
    order = torch.argsort(lines.widths, stable=True)
    return [_cut(lines.rows(rows.tolist())) for rows in order.tensor_split(batches)]


def _cut(lines: LineBatch) -> LineBatch:
    """Without columns that no line reaches."""
    return replace(lines, images=lines.images[:, :, : int(lines.widths.max())].contiguous())
