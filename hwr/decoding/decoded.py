"""What decoding one line gives, by whichever head."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Decoded:
    """The symbols read from one line.

    Attributes:
        ids: the symbols.
        log_probability: the logarithm of the line's confidence (`hwr.decoding.confidence`).
        confidences: of each symbol.
        spans: for each symbol, its first frame of the CTC head and the frame behind its last one;
            None where no such head has read, or the line as it is has no room for the text, which
            another look at it proposed.
        alternatives: other readings with the logarithms of their confidences, the likelier first;
            where a language model has its say, those that it finds better.
        cut: whether the Label-RNN was stopped at the most symbols it can write, before it ended
            the text.
    """

    ids: list[int]
    log_probability: float
    confidences: list[float]
    spans: list[tuple[int, int]] | None = None
    alternatives: tuple[tuple[list[int], float], ...] = ()
    cut: bool = False

    @property
    def of_each(self) -> float:
        """The mean logarithm of a symbol's share of the confidence. (Of texts of different lengths,
        the shorter has the higher confidence though each symbol is as sure.)"""
        return self.log_probability / max(len(self.ids), 1)


NOTHING = Decoded([], -math.inf, [], [])
"""Of a line in which no text was found that may be read."""
