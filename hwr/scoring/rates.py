"""Error rates over many lines: sums of errors over sums of totals, never means of means."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from hwr.errors import DataError
from hwr.scoring.edits import align, distance, words

RESAMPLES = 1000
"""Resamples of a bootstrap interval."""

_JSON_KEYS = (
    "lines", "characters", "edits", "cer", "cer_low", "cer_high",
    "words", "word_edits", "wer", "wer_low", "wer_high",
    "accuracy", "accuracy_low", "accuracy_high",
)  # fmt: skip
_SEED = 0
_CHUNK = 4_000_000  # counts drawn at once: 32 MB


@dataclass(frozen=True)
class LineScore:
    """What one line says, what was read, and how far the two are apart."""

    name: str
    truth: str
    read: str
    confidence: float | None
    characters: int
    """Characters of the truth."""
    edits: int
    words: int
    """Words of the truth."""
    word_edits: int

    @property
    def correct(self) -> bool:
        return self.read == self.truth


def score_line(name: str, truth: str, read: str, confidence: float | None = None) -> LineScore:
    """Counts the edits of one line. Spaces and case count like every other character.

    Texts are compared in Unicode's composed form (NFC): whoever knows both a character and its
    parts may write either, and nobody sees a difference.
    """
    truth, read = (unicodedata.normalize("NFC", text) for text in (truth, read))
    if read == truth:
        edits = word_edits = 0
    else:
        edits, word_edits = distance(read, truth), distance(words(read), words(truth))
    return LineScore(
        name, truth, read, confidence, len(truth), edits, len(words(truth)), word_edits
    )


@dataclass(frozen=True)
class Rates:
    """Rates over many lines, as fractions, each with its 95 % interval.

    `cer` is character edits / characters of the truth, `wer` word edits / words of the truth
    (both can exceed 1), `accuracy` the share of lines read without any error. A rate whose total
    is 0 (all truths empty) is edits / 1: 0 where nothing was read, and never infinite.
    """

    lines: int
    characters: int
    edits: int
    words: int
    word_edits: int
    correct_lines: int
    cer: float
    cer_low: float
    cer_high: float
    wer: float
    wer_low: float
    wer_high: float
    accuracy: float
    accuracy_low: float
    accuracy_high: float

    @property
    def table(self) -> list[tuple[str, float, tuple[float, float] | None]]:
        """Each rate's name, value and interval; None where all resamples are alike, as when one
        line is all there is, or all of them are right: that says nothing of other lines."""
        return [
            (name, value, (low, high) if low < high else None)
            for name, value, low, high in (
                ("CER", self.cer, self.cer_low, self.cer_high),
                ("WER", self.wer, self.wer_low, self.wer_high),
                ("accuracy", self.accuracy, self.accuracy_low, self.accuracy_high),
            )
        ]

    def to_dict(self) -> dict[str, int | float]:
        """For JSON: all but `correct_lines`, which is `lines * accuracy`."""
        counts = asdict(self)
        return {name: counts[name] for name in _JSON_KEYS}


def rates(scores: Sequence[LineScore], resamples: int = RESAMPLES) -> Rates:
    """The rates of some lines, with percentile bootstrap intervals over lines.

    The same lines, in any order, give the same intervals. Where all lines are alike, as when none
    has an error, an interval is a point and is none: see `Rates.table`, and `rule_of_three` for
    what can be said where all lines are right, or all wrong.

    Args:
        resamples: 0 for no intervals (low = high = value), which is faster.

    Raises:
        DataError: there are no lines.
    """
    if not scores:
        raise DataError("no lines to score: error rates need at least one")
    table = np.array(
        [[s.edits, s.characters, s.word_edits, s.words, s.correct, 1] for s in scores],
        dtype=np.int64,
    )
    total = table.sum(0)
    cer, wer, accuracy = (float(value) for value in _divide(total[None])[0])
    low, high = [cer, wer, accuracy], [cer, wer, accuracy]
    if resamples:
        drawn = _divide(_resample(table, resamples))
        low, high = np.quantile(drawn, [0.025, 0.975], axis=0).tolist()
    edits, characters, word_edits, words_, correct, lines = total.tolist()
    return Rates(
        lines=lines, characters=characters, edits=edits,
        words=words_, word_edits=word_edits, correct_lines=correct,
        cer=cer, cer_low=low[0], cer_high=high[0],
        wer=wer, wer_low=low[1], wer_high=high[1],
        accuracy=accuracy, accuracy_low=low[2], accuracy_high=high[2],
    )  # fmt: skip


def rule_of_three(lines: int) -> float:
    """Upper 95 % bound of the share of wrong lines where all of `lines` were right; and likewise of
    right ones where all were wrong.

    Hanley and Lippman-Hand, "If nothing goes wrong, is everything all right?", JAMA 249, 1983.
    """
    return min(1.0, 3 / lines)


def _divide(sums: NDArray[np.int64]) -> NDArray[np.float64]:
    """CER, WER and accuracy [n, 3] of sums of edits and totals [n, 6]."""
    return np.asarray(sums[:, 0::2] / np.maximum(sums[:, 1::2], 1), dtype=np.float64)


def _resample(table: NDArray[np.int64], resamples: int) -> NDArray[np.int64]:
    """Column sums [resamples, columns] of lines drawn with replacement from `table`.

    Lines with the same numbers are interchangeable, so it is enough to draw how often each kind
    of line occurs: one multinomial draw for each resample, over kinds that are far fewer.
    """
    kinds, counts = np.unique(table, axis=0, return_counts=True)
    generator = np.random.default_rng(_SEED)
    rows = max(1, _CHUNK // len(kinds))
    sums = [
        generator.multinomial(len(table), counts / len(table), min(rows, resamples - start)) @ kinds
        for start in range(0, resamples, rows)
    ]
    return np.concatenate(sums)


def by_length(
    scores: Sequence[LineScore], step: int = 1, resamples: int = RESAMPLES
) -> list[tuple[int, Rates]]:
    """Rates by the number of characters in the truth, shortest first.

    With `step` 10, lengths 0 to 9 are one group, named 0, 10 to 19 the next, and so on.
    """
    groups: defaultdict[int, list[LineScore]] = defaultdict(list)
    for score in scores:
        groups[score.characters // step * step].append(score)
    return [(length, rates(groups[length], resamples)) for length in sorted(groups)]


@dataclass(frozen=True)
class Confusions:
    """How often each error was made, commonest first."""

    substitutions: list[tuple[str, str, int]]
    """(truth, read, count)"""
    insertions: list[tuple[str, int]]
    """(read where nothing was written, count)"""
    deletions: list[tuple[str, int]]
    """(written but not read, count)"""


def confusions(scores: Sequence[LineScore]) -> Confusions:
    """Counts the errors of all lines, each line aligned once by `align`."""
    counts: Counter[tuple[str, str]] = Counter()
    for score in scores:
        if not score.correct:
            steps = align(score.read, score.truth)
            counts.update((step.truth, step.read) for step in steps if step.kind != "match")
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return Confusions(
        substitutions=[(truth, read, n) for (truth, read), n in ranked if truth and read],
        insertions=[(read, n) for (truth, read), n in ranked if not truth],
        deletions=[(truth, n) for (truth, read), n in ranked if not read],
    )


def worst_rows(scores: Sequence[LineScore], count: int) -> list[int]:
    """Where the wrong lines with most edits for each character stand; of equals those with more
    edits first."""

    def badness(row: int) -> tuple[float, int, str]:
        score = scores[row]
        return -score.edits / max(score.characters, 1), -score.edits, score.name

    wrong = [row for row, score in enumerate(scores) if not score.correct]
    return sorted(wrong, key=badness)[:count]
