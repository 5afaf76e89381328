"""Reading by the CTC head: the best path, or the likeliest text of a prefix beam."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from hwr.decoding.confidence import text_log_probabilities
from hwr.decoding.decoded import NOTHING, Decoded
from hwr.decoding.language import LanguageModel
from hwr.decoding.paths import Path, align, greedy
from hwr.decoding.pattern import Pattern
from hwr.decoding.prefix_beam import prefix_beam

_SCORED = 64
# Texts scored at once: those of many long lines together would take hundreds of megabytes.

_HELD = 8
# Prefixes of each of a pattern's states that are kept at least to find a text that fits.


def read_ctc(
    log_probs: NDArray[np.float32],
    frames: NDArray[np.int64],
    beam: int = 1,
    language: LanguageModel | None = None,
    pattern: Pattern | None = None,
) -> list[Decoded]:
    """Reads lines.

    Args:
        log_probs: [lines, most frames, classes].
        frames: [lines], each line's true number of frames.
        beam: prefixes kept; 1 reads the likeliest path, where it may be read.
        language: has its say in which text of a beam is read; confidences stay those of CTC.
        pattern: of the texts that may be read. Confidences are not changed by it: of a text that
            it takes in place of a likelier one, they are low. Where none is found, nothing is read.
    """
    rows = [row[:count] for row, count in zip(log_probs, frames, strict=True)]
    paths = [greedy(row) for row in rows]
    texts = [
        candidates(row, path, beam, language, pattern)
        for row, path in zip(rows, paths, strict=True)
    ]
    scores = score(log_probs, frames, texts)
    return [
        _best(row, path, of_line, scored, language)
        for row, path, of_line, scored in zip(rows, paths, texts, scores, strict=True)
    ]


def candidates(
    log_probs: NDArray[np.float32],
    path: Path,
    beam: int,
    language: LanguageModel | None = None,
    pattern: Pattern | None = None,
) -> list[list[int]]:
    """The texts among which one is chosen for a line [frames, classes], of those that may be read:
    those of a prefix beam and that of its best path, by a beam of 1 that alone, if it may be."""
    fits = pattern is None or pattern.fits_ids(path.ids)
    if fits and beam == 1:
        return [path.ids]
    found = prefix_beam(log_probs, max(beam, _HELD) if pattern else beam, language, pattern)
    return found if path.ids in found or not fits else [*found, path.ids]


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
    if not texts:
        return NOTHING
    told = scores if language is None else scores + [language.score(ids) for ids in texts]
    order = np.argsort(-told, kind="stable")
    best = path_of(row, path, texts[order[0]]) or path
    others = tuple((texts[place], float(scores[place])) for place in order[1:])
    return Decoded(best.ids, float(scores[order[0]]), best.confidences, best.spans, others)
