"""How batches are made of lines of one kind or several, as a function of the step alone: in pools,
of which lines of like width go into one batch, to save padding, and in parts, where processes share
in a step."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import count
from typing import NamedTuple, Protocol

import torch

from hwr.lines.batch import LineBatch, join_batches

Lot = Callable[[], LineBatch]
"""Draws lines of one kind that go into one batch."""


class Part(NamedTuple):
    """A part of every pool, and as large a part of every batch. Lines are dealt in turn, so that
    parts are as wide as each other. (Where widths show only when lines are drawn, each part is cut
    into batches by itself.)

    Attributes:
        number: of the part, from 0.
        shares: how many lines of a batch each part has.
    """

    number: int = 0
    shares: tuple[int, ...] = (1,)

    @property
    def of(self) -> int:
        """How many parts there are."""
        return len(self.shares)

    @property
    def share(self) -> float:
        """Of a batch's lines, how many the part has, from 0 to 1."""
        return self.shares[self.number] / sum(self.shares)

    def rows(self, rows: list[int], before: int = 0) -> list[int]:
        """Those of a batch that belong to the part, where so many of another kind come before."""
        parts = _dealt(self.shares, before + len(rows))[before:]
        return [row for row, part in zip(rows, parts, strict=True) if part == self.number]

    def lines(self, batch: LineBatch) -> LineBatch:
        """Those of a batch already made."""
        return batch if self.of == 1 else batch.rows(self.rows(list(range(len(batch)))))


@cache
def _dealt(shares: tuple[int, ...], lines: int) -> list[int]:
    """Which part has each of so many lines: always the one that lags most behind its share."""
    credit, parts = [0] * len(shares), []
    for _ in range(lines):
        credit = [had + share for had, share in zip(credit, shares, strict=True)]
        parts.append(credit.index(max(credit)))
        credit[parts[-1]] -= sum(shares)
    return parts


WHOLE = Part()


class LotSource(Protocol):
    """Lines of one kind to train on."""

    def lots(self, pool: int) -> list[Lot]:
        """As many as a pool has batches, from narrow to wide; a function of the pool's number
        alone."""

    def draw_ahead(self, pool: int, lots: int) -> None:
        """Draws a pool that comes next, as far as so many lots, if it draws lines before they are
        asked for."""


def mixed(
    sources: Sequence[LotSource], seed: int, step: int, size: int, ahead: bool = False
) -> Iterator[LineBatch]:
    """Training batches from a step on, without end: in each, lines of all sources, those narrow
    among their own kind together.

    Args:
        sources: of lines.
        seed: of the order of batches.
        step: of the first.
        size: batches in a pool.
        ahead: with each batch, draw a share of the next pool, not all of that when it begins.
    """
    for pool in count(step // size):
        lots = list(zip(*(source.lots(pool) for source in sources), strict=True))
        random.Random(pool_seed(seed, pool)).shuffle(lots)
        first = max(step - pool * size, 0)
        for number in range(first, size):
            batch = join_batches([part() for part in lots[number]])
            if ahead:
                share = -(-size * (number + 1 - first) // (size - first))
                for source in sources:
                    source.draw_ahead(pool + 1, share)
            yield batch


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
