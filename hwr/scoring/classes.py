"""Single characters as a classification: precision and recall of each class, confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwr.scoring.rates import LineScore

OTHER = "other"
"""The column of what is no class: nothing read, or several characters. Where not all classes are
shown, what was read as one of the others, too."""

MANY = 100
"""Classes; of more, nobody could look through a row and a column for each."""


@dataclass(frozen=True)
class ClassRates:
    """How well one class was read.

    Attributes:
        name: its character.
        written: how many truths are of it.
        read: how many readings are.
        right: how many are both.
    """

    name: str
    written: int
    read: int
    right: int

    @property
    def precision(self) -> float | None:
        """The share of its readings that are right; None where nothing was read as it."""
        return self.right / self.read if self.read else None

    @property
    def recall(self) -> float | None:
        """The share of its truths that were read right; None where there are none."""
        return self.right / self.written if self.written else None


@dataclass(frozen=True)
class Classification:
    """What was read of single characters.

    Attributes:
        classes: every character that is written or read, sorted.
        columns: the classes, and `OTHER` where something read is none of them.
        counts: int64 [classes, columns], how often each, written, was read as each.
    """

    classes: list[str]
    columns: list[str]
    counts: NDArray[np.int64]

    @property
    def rates(self) -> list[ClassRates]:
        """One for each class."""
        written, read = self.counts.sum(axis=1), self.counts.sum(axis=0)
        return [
            ClassRates(name, int(written[i]), int(read[i]), int(self.counts[i, i]))
            for i, name in enumerate(self.classes)
        ]

    @property
    def many(self) -> bool:
        """Whether there are more than `MANY`."""
        return len(self.classes) > MANY

    @property
    def errors(self) -> NDArray[np.int64]:
        """int64 [classes], how often each was read as something else, or something else as it."""
        written, read = self.counts.sum(axis=1), self.counts.sum(axis=0)[: len(self.classes)]
        return np.asarray(written + read - 2 * self.counts.diagonal(), dtype=np.int64)

    def worst(self, count: int) -> list[ClassRates]:
        """Those with most errors, these foremost."""
        rates = self.rates
        return [rates[place] for place in self._ranked(count)]

    def part(self, count: int) -> Classification:
        """What was read of the classes with most errors, in their order here; what was read as any
        of the others is in the column `OTHER`, too."""
        kept = sorted(self._ranked(count))
        rest = np.setdiff1d(np.arange(len(self.columns)), kept)
        other = self.counts[kept][:, rest].sum(axis=1, keepdims=True)
        names = [self.classes[place] for place in kept]
        return Classification(
            names, [*names, OTHER], np.concatenate([self.counts[kept][:, kept], other], axis=1)
        )

    def _ranked(self, count: int) -> list[int]:
        return [int(place) for place in np.argsort(-self.errors, kind="stable")[:count]]

    def to_dict(self) -> dict[str, object]:
        """For JSON: each class, and the confusion matrix, `counts`. Of more than `MANY` classes it
        would be millions of zeros, so `nonzero` stands there instead: every cell that is not 0, as
        [written, read, count], row by row."""
        cells: dict[str, object] = {"counts": self.counts.tolist()}
        if self.many:
            cells = {
                "nonzero": [
                    [self.classes[row], self.columns[column], int(self.counts[row, column])]
                    for row, column in np.argwhere(self.counts).tolist()
                ]
            }
        return {
            "classes": {
                rates.name: {
                    "written": rates.written,
                    "read": rates.read,
                    "precision": rates.precision,
                    "recall": rates.recall,
                }
                for rates in self.rates
            },
            "confusion": {"columns": self.columns, **cells},
        }


def classification(scores: Sequence[LineScore]) -> Classification | None:
    """The scores as a classification, if every truth is a single character."""
    if not scores or any(score.characters != 1 for score in scores):
        return None
    reads = [score.read if len(score.read) == 1 else OTHER for score in scores]
    classes = sorted({score.truth for score in scores} | set(reads) - {OTHER})
    columns = classes + [OTHER] * (OTHER in reads)
    place = {name: index for index, name in enumerate(columns)}
    counts = np.zeros((len(classes), len(columns)), np.int64)
    for score, read in zip(scores, reads, strict=True):
        counts[place[score.truth], place[read]] += 1
    return Classification(classes, columns, counts)


def worst_classified(scores: Sequence[LineScore], count: int) -> list[int]:
    """Where the worst stand: the wrong ones, the surest first, then right ones, the least sure
    first."""

    def badness(row: int) -> tuple[bool, float, str]:
        score = scores[row]
        sure = score.confidence if score.confidence is not None else 1.0
        return score.correct, sure if score.correct else -sure, score.name

    return sorted(range(len(scores)), key=badness)[:count]
