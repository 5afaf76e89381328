"""What composed lines say and where their digits go; no picture drawn yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from hwr.errors import DataError


def order_of(text: str, seed: int, take: int) -> list[int]:
    """In which order the digits of a document's text stand in a take of it: in the first as the
    text has them, in others by lot, but for its first digit and zeros at its end: numbers that
    begin and end as amounts do stay so."""
    moved = len(text.rstrip("0"))
    if not take or moved < 3:
        return list(range(len(text)))
    # A generator of its own, beside the one that draws the rest of the take.
    order = np.random.default_rng([seed, take, moved]).permutation(np.arange(1, moved))
    return [0, *map(int, order), *range(moved, len(text))]


def in_order(text: str, order: Sequence[int]) -> str:
    """A text's characters in an order of `order_of`."""
    return "".join(text[place] for place in order)


@dataclass(frozen=True)
class Plan:
    """What lines say and where their digits go; nothing drawn yet.

    Attributes:
        names: what to call each line in a message.
        lengths: int64 [lines], characters in each line.
        labels, digits: int64 [lines, longest], each character's class, and its row in the split; of
            a document in the order of its first take.
        scale, left, top: float32 [lines, longest], a digit's size, the column at which its ink (or
            frame) begins, and the row at which its 28-pixel frame begins.
        first_column, columns: the part of the digit that shows, in columns of its own frame.
        widths: int64 [lines], in pixels; of documents about so many.
        seeds: int64 [lines], from which the picture of a document is drawn; -1 for other lines.
        takes: int64 [lines], which take of a document it is, from 0; 0 for other lines.
        conditions: int64 [lines], of a document, which of `CONDITIONS` its picture has; 0 for other
            lines.
        height: of all lines, in pixels.
    """

    names: list[str]
    lengths: Tensor
    labels: Tensor
    digits: Tensor
    scale: Tensor
    left: Tensor
    top: Tensor
    first_column: Tensor
    columns: Tensor
    widths: Tensor
    seeds: Tensor
    takes: Tensor
    conditions: Tensor
    height: int

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def orders(self) -> list[list[int]]:
        """In which order each line shows the characters of its first take."""
        rows = zip(self.first_texts, self.seeds.tolist(), self.takes.tolist(), strict=True)
        return [order_of(*row) for row in rows]

    @cached_property
    def texts(self) -> list[str]:
        """What each line says."""
        return list(map(in_order, self.first_texts, self.orders))

    @cached_property
    def first_texts(self) -> list[str]:
        """What each line says in its first take."""
        return [
            "".join(map(str, row[:length]))
            for row, length in zip(self.labels.tolist(), self.lengths.tolist(), strict=True)
        ]

    def rows(self, rows: Sequence[int]) -> Plan:
        """The plan of some of the lines, in the order given."""
        index = torch.as_tensor(rows, dtype=torch.int64)
        taken = {
            field.name: getattr(self, field.name)[index]
            for field in fields(self)
            if field.name not in ("names", "height")
        }
        return Plan(names=[self.names[row] for row in rows], height=self.height, **taken)


def join_plans(plans: Sequence[Plan]) -> Plan:
    """One plan of all the lines. Raises DataError where heights differ."""
    heights = {plan.height for plan in plans}
    if len(heights) != 1:
        raise DataError(f"lines of several heights cannot be joined: {sorted(heights)}")
    longest = max(plan.labels.shape[1] for plan in plans)

    def joined(name: str) -> Tensor:
        parts = [getattr(plan, name) for plan in plans]
        if parts[0].dim() == 1:
            return torch.cat(parts)
        return torch.cat(
            [torch.nn.functional.pad(part, (0, longest - part.shape[1])) for part in parts]
        )

    tensors = {f.name: joined(f.name) for f in fields(Plan) if f.name not in ("names", "height")}
    return Plan(
        names=[name for plan in plans for name in plan.names], height=heights.pop(), **tensors
    )
