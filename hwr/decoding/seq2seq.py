"""Reading by the seq2seq head."""

from __future__ import annotations

import numpy as np

from hwr.decoding.decoded import Decoded
from hwr.decoding.labels import Labels, Written, write


def read_seq2seq(labels: Labels, beam: int = 1) -> list[Decoded]:
    """Reads lines; a beam of 1 is greedy."""
    written = write(labels, beam)
    best = [of_line[0] for of_line in written]
    scores = labels.score(np.arange(len(best)), [text.ids for text in best])
    return [
        Decoded(
            ids=text.ids,
            log_probability=text.log_probability,
            confidences=np.exp(of_symbols[: len(text.ids)]).tolist(),
            alternatives=_alternatives(text.ids, of_line[1:]),
            cut=text.cut,
        )
        for text, of_symbols, of_line in zip(best, scores, written, strict=True)
    ]


def _alternatives(best: list[int], texts: list[Written]) -> tuple[tuple[list[int], float], ...]:
    """The ended ones: one that was cut is the beginning of others, and may be that of the best."""
    ordered = sorted(texts, key=lambda text: -text.log_probability)
    return tuple(
        (text.ids, text.log_probability) for text in ordered if not text.cut and text.ids != best
    )
