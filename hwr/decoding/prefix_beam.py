"""Prefix beam search: the likeliest texts of CTC, not just the text of the likeliest path."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hwr.alphabet import BLANK
from hwr.decoding.language import LanguageModel

UNLIKELY = 1e-4
"""Symbols less likely than this in a frame do not lengthen a text there."""

_HOPELESS = 1e-6
# A language model is not asked about what the picture makes so unlikely: that would take long.


def prefix_beam(
    log_probs: NDArray[np.float32], beam: int, language: LanguageModel | None = None
) -> list[list[int]]:
    """The likeliest texts of one line, best first (Hannun et al. 2014).

    Args:
        log_probs: [frames, classes].
        beam: prefixes kept at each frame, and texts given at most.
        language: has its say whenever a prefix grows; not yet of where texts end.
    """
    # Of each prefix the probability of all paths that end in a blank, and of those that don't.
    prefixes: dict[tuple[int, ...], tuple[float, float]] = {(): (1.0, 0.0)}
    for frame in np.exp(log_probs.astype(np.float64)):
        likely = [int(s) for s in np.flatnonzero(frame >= UNLIKELY) if s != BLANK]
        grown: dict[tuple[int, ...], tuple[float, float]] = {}

        def add(
            prefix: tuple[int, ...],
            blank: float,
            symbol: float,
            grown: dict[tuple[int, ...], tuple[float, float]] = grown,
        ) -> None:
            before = grown.get(prefix, (0.0, 0.0))
            grown[prefix] = (before[0] + blank, before[1] + symbol)

        # The likeliest prefix has about one; what is so far below it will not come back.
        least = _HOPELESS if language is not None else 0.0
        for prefix, (blank, symbol) in prefixes.items():
            repeated = symbol * frame[prefix[-1]] if prefix else 0.0
            add(prefix, (blank + symbol) * frame[BLANK], repeated)
            for new in likely:
                # The same symbol again is a new character only behind a blank.
                source = blank if prefix and new == prefix[-1] else blank + symbol
                if language is not None:
                    if source * frame[new] < least:
                        continue
                    source *= language.factor(prefix, new)
                add((*prefix, new), 0.0, source * frame[new])
        best = sorted(grown.items(), key=lambda item: -sum(item[1]))[:beam]
        # Kept near one, or long lines would sink below the smallest number.
        scale = sum(best[0][1]) or math.ulp(0.0)
        prefixes = {prefix: (b / scale, s / scale) for prefix, (b, s) in best}
    return [list(prefix) for prefix, parts in prefixes.items() if sum(parts) > 0]
