"""Writing with a Label-RNN: a beam over its symbols. Knows the Label-RNN only as a function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwr.alphabet import END

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]

LENGTH_POWER = 0.6
"""How strongly a beam's scores are normalised by length, in `normalised`."""


@dataclass(frozen=True)
class Labels:
    """What a Label-RNN says of some lines.

    Attributes:
        state: one for each line, [states, lines, hidden].
        step: symbols read, int64 [rows, steps], and their state [states, rows, hidden] -> log-
            probabilities of what follows each, [rows, steps, classes], and the next state.
        begin: the symbol read first.
        most: characters it can write, at most.
    """

    state: Floats
    step: Callable[[Ids, Floats], tuple[Floats, Floats]]
    begin: int
    most: int

    def __len__(self) -> int:
        return int(self.state.shape[1])

    def score(self, rows: Ids, texts: list[list[int]]) -> list[NDArray[np.float64]]:
        """ln p of each symbol of texts, the end symbol's included.

        Args:
            rows: the line of each text.
            texts: of at most `most` symbols.
        """
        told = np.full((len(texts), max(map(len, texts), default=0) + 1), self.begin)
        for row, text in enumerate(texts):
            told[row, 1 : len(text) + 1] = text
        log_probs, _ = self.step(told, self.state[:, rows])
        return [
            log_probs[row, range(len(text) + 1), [*text, END]].astype(np.float64)
            for row, text in enumerate(texts)
        ]


def table_labels(log_probs: Floats, begin: int) -> Labels:
    """The Labels of a Label-RNN without feedback, whose symbols [lines, steps, classes] are all
    there from the start. The state is the line and how many symbols are written."""
    lines, steps, _ = log_probs.shape
    start = np.stack([np.arange(lines), np.zeros(lines)]).astype(np.float32)[:, :, None]

    def step(symbols: Ids, state: Floats) -> tuple[Floats, Floats]:
        line, written = state[:, :, 0].astype(np.int64)
        places = written[:, None] + np.arange(symbols.shape[1])
        following = state.copy()
        following[1] += symbols.shape[1]
        return log_probs[line[:, None], places], following

    return Labels(start, step, begin, steps - 1)


@dataclass(frozen=True)
class Written:
    """A text that a beam has written.

    Attributes:
        ids: its symbols, without the end.
        log_probability: ln p(text, end | picture); of a text that was cut, that it goes on.
        cut: whether it came to the most symbols without an end.
    """

    ids: list[int]
    log_probability: float
    cut: bool = False


def normalised(log_probability: float, symbols: int) -> float:
    """A score by which texts of different lengths are compared while a beam is filled: ln p over
    ((5 + n) / 6) to a power, with n symbols (Wu et al. 2016, equation 14)."""
    return log_probability / float(((5 + symbols) / 6) ** LENGTH_POWER)


def write(labels: Labels, beam: int) -> list[list[Written]]:
    """Writes every line's likeliest texts, best first by `normalised`; at least one each.

    Args:
        labels: what the Label-RNN says.
        beam: texts kept for each line at each step; 1 is greedy.
    """
    found: list[list[Written]] = [[] for _ in range(len(labels))]
    rows = np.arange(len(labels))  # the line of each text in the beam
    symbols = np.full((len(rows), 1), labels.begin)
    totals = np.zeros(len(rows))
    texts: list[list[int]] = [[] for _ in rows]
    state = labels.state
    for length in range(labels.most + 1):
        log_probs, state = labels.step(symbols, state)
        scores = totals[:, None] + log_probs[:, 0].astype(np.float64)
        last = length == labels.most
        kept: list[int] = []
        grown: list[int] = []
        for line in dict.fromkeys(rows.tolist()):
            of_line = np.flatnonzero(rows == line)
            best = np.argsort(-scores[of_line], axis=None, kind="stable")[:beam]
            places, chosen = np.unravel_index(best, scores[of_line].shape)
            going = []
            for place, symbol in zip(of_line[places].tolist(), chosen.tolist(), strict=True):
                if symbol == END:
                    found[line].append(Written(texts[place], float(scores[place, END])))
                elif not last:
                    going.append((place, symbol))
            # A wide beam holds ended texts of any length, however unlikely: they must not hide that
            # the likeliest one goes on.
            if last and (beam > 1 or not found[line]):
                goes_on = totals[of_line] + _log_complement(log_probs[of_line, 0, END])
                place = int(of_line[np.argmax(goes_on)])
                found[line].append(Written(texts[place], float(goes_on.max()), cut=True))
            if going and not _settled(found[line], scores[going[0]], labels.most + 1, beam):
                kept += [place for place, _ in going]
                grown += [symbol for _, symbol in going]
        if not kept:
            break
        totals = scores[kept, grown]
        texts = [[*texts[place], symbol] for place, symbol in zip(kept, grown, strict=True)]
        rows, state, symbols = rows[kept], state[:, kept], np.array(grown)[:, None]
    return [
        sorted(of_line, key=lambda text: -normalised(text.log_probability, len(text.ids) + 1))
        for of_line in found
    ]


def _log_complement(log_probabilities: Floats) -> NDArray[np.float64]:
    """ln(1 - p) of ln p."""
    with np.errstate(divide="ignore"):
        complement: NDArray[np.float64] = np.log(-np.expm1(log_probabilities.astype(np.float64)))
    return complement


def _settled(found: list[Written], best: float, most: int, beam: int) -> bool:
    """Whether nothing that is still being written can end up before the best text found."""
    if not found:
        return False
    if beam == 1:
        return True
    reached = max(normalised(text.log_probability, len(text.ids) + 1) for text in found)
    return len(found) >= beam and normalised(best, most) <= reached
