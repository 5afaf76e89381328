"""Best-path decoding of CTC: the likeliest symbol of every frame, runs merged, blanks dropped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwr.alphabet import BLANK


@dataclass(frozen=True)
class Decoded:
    """The symbols read from one line.

    Attributes:
        ids: the symbols, blanks left out.
        spans: for each symbol, its first frame and the frame behind its last one.
        confidences: for each symbol, its highest probability in any frame of its span.
    """

    ids: list[int]
    spans: list[tuple[int, int]]
    confidences: list[float]


def greedy(log_probs: NDArray[np.float32]) -> Decoded:
    """Decodes one line from log-probabilities [frames, classes] (Graves et al. 2006, section 3.2).

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
    return Decoded(
        ids=[symbol for symbol, _ in runs],
        spans=[span for _, span in runs],
        confidences=[
            float(np.exp(log_probs[first:behind, symbol].max())) for symbol, (first, behind) in runs
        ],
    )
