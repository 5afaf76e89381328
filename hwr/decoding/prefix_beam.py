"""Prefix beam search: the likeliest texts of CTC, not just the text of the likeliest path."""

from __future__ import annotations

import math
from collections import Counter
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from hwr.alphabet import BLANK
from hwr.decoding.language import LanguageModel
from hwr.decoding.pattern import Pattern

UNLIKELY = 1e-4
"""Symbols less likely than this in a frame do not lengthen a text there."""

_HOPELESS = 1e-6
# A language model is not asked about what the picture makes so unlikely: that would take long.

_HELD, _LOST = 1e-9, 1e-25
# Where a pattern says what may be read: symbols less likely in a frame, and prefixes as much less
# likely than the best of them, are not looked at.

Prefix = tuple[int, ...]
Parts = tuple[float, float]
# The probability of all its paths that end in a blank, and of those that don't.


def prefix_beam(
    log_probs: NDArray[np.float32],
    beam: int,
    language: LanguageModel | None = None,
    pattern: Pattern | None = None,
) -> list[list[int]]:
    """The likeliest texts of one line, best first (Hannun et al. 2014).

    Args:
        log_probs: [frames, classes].
        beam: prefixes kept at each frame, and texts given at most; with a pattern, prefixes of each
            length, or those of the only length that fits would be lost among likelier ones.
        language: has its say whenever a prefix grows; not yet of where texts end.
        pattern: of the texts that may be read; it can be that none of them is found.
    """
    prefixes: dict[Prefix, Parts] = {(): (1.0, 0.0)}
    unlikely = UNLIKELY if pattern is None else _HELD
    for frame in np.exp(log_probs.astype(np.float64)):
        likely = [int(s) for s in np.flatnonzero(frame >= unlikely) if s != BLANK]
        if pattern is not None:
            likely.sort(key=frame.__getitem__, reverse=True)
        grown: dict[Prefix, Parts] = {}

        def add(
            prefix: Prefix, blank: float, symbol: float, grown: dict[Prefix, Parts] = grown
        ) -> None:
            before = grown.get(prefix, (0.0, 0.0))
            grown[prefix] = (before[0] + blank, before[1] + symbol)

        # The likeliest prefix has about one; what is so far below it will not come back.
        least = _HOPELESS if language is not None else 0.0
        for prefix, (blank, symbol) in prefixes.items():
            repeated = symbol * frame[prefix[-1]] if prefix else 0.0
            add(prefix, (blank + symbol) * frame[BLANK], repeated)
            ways = likely if pattern is None else _ways_on(prefix, likely, pattern, beam)
            for new in ways:
                # The same symbol again is a new character only behind a blank.
                source = blank if prefix and new == prefix[-1] else blank + symbol
                if language is not None:
                    if source * frame[new] < least:
                        continue
                    source *= language.factor(prefix, new)
                add((*prefix, new), 0.0, source * frame[new])
        best = sorted(grown.items(), key=lambda item: -sum(item[1]))
        best = best[:beam] if pattern is None else _of_each_length(best, beam)
        # Kept near one, or long lines would sink below the smallest number.
        scale = sum(best[0][1]) or math.ulp(0.0)
        prefixes = {prefix: (b / scale, s / scale) for prefix, (b, s) in best}
    found = [list(prefix) for prefix, parts in prefixes.items() if sum(parts) > 0]
    return found if pattern is None else list(filter(pattern.fits_ids, found))[:beam]


def _ways_on(prefix: Prefix, likely: list[int], pattern: Pattern, most: int) -> list[int]:
    """The likeliest symbols by which a prefix may go on."""
    return list(islice((new for new in likely if pattern.begins((*prefix, new))), most))


def _of_each_length(best: list[tuple[Prefix, Parts]], beam: int) -> list[tuple[Prefix, Parts]]:
    """The likeliest prefixes of each length, of all of them, the likeliest first."""
    least = _LOST * sum(best[0][1])
    lengths = Counter[int]()
    kept = []
    for prefix, parts in best:
        lengths[len(prefix)] += 1
        if lengths[len(prefix)] <= beam and sum(parts) >= least:
            kept.append((prefix, parts))
    return kept
