"""Best paths through CTC's frames: the likeliest of all, and the likeliest of a given text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hwr.alphabet import BLANK


@dataclass(frozen=True)
class Path:
    """Symbols with their frames.

    Attributes:
        ids: the symbols, blanks left out.
        spans: for each symbol, its first frame and the frame behind its last one.
        confidences: for each symbol, its highest probability in any frame of its span.
    """

    ids: list[int]
    spans: list[tuple[int, int]]
    confidences: list[float]


def frames_needed(text: Sequence[int] | str) -> int:
    """The fewest frames in which CTC can write a text, or its ids: one each, and a blank between
    repeats."""
    return len(text) + sum(a == b for a, b in pairwise(text))


def greedy(log_probs: NDArray[np.float32]) -> Path:
    """Decodes one line from log-probabilities [frames, classes] (Graves et al. 2006, section 3.2):
    the likeliest symbol of every frame, runs merged, blanks dropped.

    Greedy decoding reads the likeliest path, which is not always that of the likeliest text.
    """
    path = log_probs.argmax(axis=1)
    starts = np.flatnonzero(np.diff(path, prepend=-1))
    ends = np.append(starts[1:], len(path))
    runs = [
        (int(path[start]), (int(start), int(end)))
        for start, end in zip(starts, ends, strict=True)
        if path[start] != BLANK
    ]
    return _path(log_probs, [symbol for symbol, _ in runs], [span for _, span in runs])


def align(log_probs: NDArray[np.float32], ids: Sequence[int]) -> Path | None:
    """The likeliest path [frames, classes] that spells `ids` (Viterbi); None if there is none."""
    symbols = np.full(2 * len(ids) + 1, BLANK)
    symbols[1::2] = ids
    emitted = log_probs[:, symbols].astype(np.float64)
    frames, states = emitted.shape
    # From a symbol straight to the next one, unless they are the same: then a blank must part them.
    skip = np.full(states, -np.inf)
    skip[2:][(symbols[2:] != BLANK) & (symbols[2:] != symbols[:-2])] = 0
    best = np.full(states, -np.inf)
    best[:2] = emitted[0, :2]
    came = np.zeros((frames, states), dtype=np.int64)  # how many states back the best one stood
    for frame in range(1, frames):
        ways = np.full((3, states), -np.inf)
        ways[0], ways[1, 1:], ways[2, 2:] = best, best[:-1], best[:-2] + skip[2:]
        came[frame] = ways.argmax(axis=0)
        best = ways.max(axis=0) + emitted[frame]
    state = states - 1
    if states > 1 and best[-2] > best[-1]:
        state -= 1
    if best[state] == -np.inf:
        return None
    path = np.empty(frames, dtype=np.int64)
    for frame in range(frames - 1, -1, -1):
        path[frame] = state
        state -= came[frame, state]
    spans = []
    for place in range(len(ids)):
        at = np.flatnonzero(path == 2 * place + 1)
        spans.append((int(at[0]), int(at[-1]) + 1))
    return _path(log_probs, list(ids), spans)


def _path(log_probs: NDArray[np.float32], ids: list[int], spans: list[tuple[int, int]]) -> Path:
    confidences = [
        float(np.exp(log_probs[first:behind, symbol].max()))
        for symbol, (first, behind) in zip(ids, spans, strict=True)
    ]
    return Path(ids, spans, confidences)
