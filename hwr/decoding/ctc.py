"""Reading by the CTC head: the best path, or the likeliest text of a prefix beam."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from hwr.decoding.confidence import text_log_probabilities
from hwr.decoding.decoded import Decoded
from hwr.decoding.language import LanguageModel
from hwr.decoding.paths import Path, align, greedy
from hwr.decoding.prefix_beam import prefix_beam

_SCORED = 64
# Texts scored at once: those of many long lines together would take hundreds of megabytes.


def read_ctc(
    log_probs: NDArray[np.float32],
    frames: NDArray[np.int64],
    beam: int = 1,
    language: LanguageModel | None = None,
) -> list[Decoded]:
    """Reads lines.

    Args:
        log_probs: [lines, most frames, classes].
        frames: [lines], each line's true number of frames.
        beam: prefixes kept; 1 reads the likeliest path.
        language: has its say in which text of a beam is read; confidences stay those of CTC.
    """
    rows = [row[:count] for row, count in zip(log_probs, frames, strict=True)]
    paths = [greedy(row) for row in rows]
    likelihoods = text_log_probabilities(log_probs, frames, [path.ids for path in paths])
    if beam == 1:
        return [
            Decoded(path.ids, float(likelihood), path.confidences, path.spans)
            for path, likelihood in zip(paths, likelihoods, strict=True)
        ]
    texts = [candidates(row, path, beam, language) for row, path in zip(rows, paths, strict=True)]
    scores = score(log_probs, frames, texts)
    return [
        _best(row, path, of_line, scored, language)
        for row, path, of_line, scored in zip(rows, paths, texts, scores, strict=True)
    ]


def candidates(
    log_probs: NDArray[np.float32], path: Path, beam: int, language: LanguageModel | None = None
) -> list[list[int]]:
    """The texts of a prefix beam over one line [frames, classes], and that of its best path."""
    found = prefix_beam(log_probs, beam, language)
    return found if path.ids in found else [*found, path.ids]


def score(
    log_probs: NDArray[np.float32], frames: NDArray[np.int64], texts: Sequence[Sequence[list[int]]]
) -> list[NDArray[np.float64]]:
    """log p(text | picture) of several texts of each line: an array for each line."""
    counts = [len(of_line) for of_line in texts]
    rows = np.repeat(np.arange(len(texts)), counts)
    flat = list(chain(*texts))
    scores = np.empty(len(flat))
    for start in range(0, len(flat), _SCORED):
        some = slice(start, start + _SCORED)
        scores[some] = text_log_probabilities(log_probs[rows[some]], frames[rows[some]], flat[some])
    return np.split(scores, np.cumsum(counts)[:-1])


def path_of(log_probs: NDArray[np.float32], path: Path, ids: list[int]) -> Path | None:
    """The best path that spells `ids`, where `path` is the best of all."""
    return path if path.ids == ids else align(log_probs, ids)


def _best(
    row: NDArray[np.float32],
    path: Path,
    texts: list[list[int]],
    scores: NDArray[np.float64],
    language: LanguageModel | None,
) -> Decoded:
    told = scores if language is None else scores + [language.score(ids) for ids in texts]
    order = np.argsort(-told, kind="stable")
    best = path_of(row, path, texts[order[0]]) or path
    others = tuple((texts[place], float(scores[place])) for place in order[1:])
    return Decoded(best.ids, float(scores[order[0]]), best.confidences, best.spans, others)
