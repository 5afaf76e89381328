"""Joint reading: texts that either head proposes, weighed by what both say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from hwr.decoding import ctc
from hwr.decoding.confidence import text_log_probabilities
from hwr.decoding.decoded import Decoded
from hwr.decoding.labels import Labels, write
from hwr.decoding.paths import Path, greedy

BEAM = 8
"""Texts that each head proposes, unless told otherwise."""


@dataclass(frozen=True)
class Candidates:
    """Texts proposed for one line, and what both heads say of them.

    Attributes:
        texts: ids of each.
        ctc: ln p of each by the CTC head, [texts].
        labels: by the Label-RNN, the end symbol's included, [texts]; minus infinity for texts
            longer than it can write.
        symbols: ln p of each symbol by the Label-RNN, for each text.
        path: the CTC head's best path.
    """

    texts: list[list[int]]
    ctc: NDArray[np.float64]
    labels: NDArray[np.float64]
    symbols: list[NDArray[np.float64]]
    path: Path

    def share(self, share: float, longest: int) -> float:
        """The CTC head's say: `share`, or all of it where it reads more than `longest` characters,
        the most that the Label-RNN was trained on, which has never seen such a line."""
        return share if len(self.path.ids) <= longest else 1.0

    def scores(self, share: float) -> NDArray[np.float64]:
        """share * ln p_ctc + (1 - share) * ln p_seq2seq of each text."""
        # A head with no share in it has no say: 0 times infinity would be no number.
        of_ctc = share * self.ctc if share > 0 else np.zeros_like(self.ctc)
        return of_ctc + ((1 - share) * self.labels if share < 1 else 0.0)


def propose(
    log_probs: NDArray[np.float32], frames: NDArray[np.int64], labels: Labels, beam: int = BEAM
) -> list[Candidates]:
    """Collects each line's candidates and scores them by both heads.

    Where both heads write the same text and each gives it more than half of all probability, no
    other can have a higher score, whatever the share: then it is the only candidate.

    Args:
        log_probs: of the CTC head, [lines, most frames, classes].
        frames: [lines], each line's true number of frames.
        labels: what the Label-RNN says of the same lines.
        beam: texts that each head proposes.
    """
    rows = [row[:count] for row, count in zip(log_probs, frames, strict=True)]
    paths = [greedy(row) for row in rows]
    likelihoods = text_log_probabilities(log_probs, frames, [path.ids for path in paths])
    texts: list[list[list[int]]] = []
    for line, of_line in enumerate(write(labels, beam)):
        first, path = max(of_line, key=lambda text: text.log_probability), paths[line]
        settled = min(first.log_probability, likelihoods[line]) > np.log(0.5)
        if settled and first.ids == path.ids and not first.cut:
            texts.append([path.ids])
            continue
        proposed = ctc.candidates(rows[line], path, beam)
        proposed += [text.ids for text in of_line if not text.cut and text.ids not in proposed]
        texts.append(proposed)
    of_ctc = ctc.score(log_probs, frames, texts)
    of_labels = _label_scores(labels, texts)
    return [
        Candidates(
            proposed,
            of_text,
            np.array([s.sum() if s is not None else -np.inf for s in symbols]),
            [s if s is not None else np.zeros(0) for s in symbols],
            path,
        )
        for proposed, of_text, symbols, path in zip(texts, of_ctc, of_labels, paths, strict=True)
    ]


def read_joint(
    log_probs: NDArray[np.float32],
    frames: NDArray[np.int64],
    labels: Labels,
    share: float,
    longest: int,
    beam: int = BEAM,
) -> list[Decoded]:
    """Reads lines by both heads; see `propose`.

    Args:
        share: the CTC head's say, from 0 to 1.
        longest: characters in the longest text that the Label-RNN was trained on: see
            `Candidates.share`.
    """
    return [
        _decide(row[:count], found, found.share(share, longest))
        for row, count, found in zip(
            log_probs, frames, propose(log_probs, frames, labels, beam), strict=True
        )
    ]


def _decide(row: NDArray[np.float32], found: Candidates, share: float) -> Decoded:
    scores = found.scores(share)
    order = np.argsort(-scores, kind="stable")
    best = int(order[0])
    ids = found.texts[best]
    path = ctc.path_of(row, found.path, ids)
    symbols = found.symbols[best]
    if path is None or len(symbols) == 0:
        # One head cannot write this text at all: it is as the other one says.
        of_symbols = path.confidences if path else np.exp(symbols[: len(ids)]).tolist()
    else:
        # (Of shares themselves: CTC's may be 0, and be without a say.)
        of_ctc = np.array(path.confidences) ** share
        of_symbols = (of_ctc * np.exp((1 - share) * symbols[: len(ids)])).tolist()
    return Decoded(
        ids=ids,
        log_probability=float(scores[best]),
        confidences=of_symbols,
        spans=path.spans if path else None,
        alternatives=tuple(
            (found.texts[place], float(scores[place]))
            for place in order[1:]
            if scores[place] > -np.inf  # what one head cannot write at all is no reading of both
        ),
    )


def _label_scores(
    labels: Labels, texts: Sequence[list[list[int]]]
) -> list[list[NDArray[np.float64] | None]]:
    """ln p of each symbol of each line's texts; None for texts longer than can be written."""
    lines = np.repeat(np.arange(len(texts)), [len(of_line) for of_line in texts])
    flat = list(chain(*texts))
    fit = [place for place, text in enumerate(flat) if len(text) <= labels.most]
    scores: list[NDArray[np.float64] | None] = [None] * len(flat)
    if fit:
        found = labels.score(lines[fit], [flat[place] for place in fit])
        for place, of_symbols in zip(fit, found, strict=True):
            scores[place] = of_symbols
    of_lines = iter(scores)
    return [[next(of_lines) for _ in of_line] for of_line in texts]
