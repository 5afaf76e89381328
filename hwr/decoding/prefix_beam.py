"""Prefix beam search: the likeliest texts of CTC, not just the text of the likeliest path."""

from __future__ import annotations

import math
from collections import Counter
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from hwr.alphabet import BLANK
from hwr.decoding.language import LanguageModel
from hwr.decoding.pattern import Pattern, State

UNLIKELY = 1e-4
"""Symbols less likely than this in a frame do not lengthen a text there."""

_HOPELESS = 1e-6
# A language model is not asked about what the picture makes so unlikely: that would take long.

_HELD, _LOST, _MOST = 1e-9, 1e-25, 800
# Where a pattern says what may be read: symbols less likely in a frame, prefixes as much less
# likely than the best of them, and more prefixes than that are not looked at.

Prefix = tuple[int, ...]
Parts = tuple[float, float]
# The probability of all its paths that end in a blank, and of those that don't.

_NONE: Parts = (0.0, 0.0)


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
            of its states, or the only ones that can come to fit would be lost among likelier ones.
        language: has its say whenever a prefix grows; not yet of where texts end.
        pattern: of the texts that may be read; it can be that none of them is found.
    """
    prefixes: dict[Prefix, Parts] = {(): (1.0, 0.0)}
    states: dict[Prefix, State] = {(): Pattern.start}  # without a pattern, all are of that
    unlikely = UNLIKELY if pattern is None else _HELD
    # The likeliest prefix has about one; what is so far below it will not come back.
    least = _HOPELESS if language is not None and pattern is None else 0.0
    for frame in np.exp(log_probs.astype(np.float64)):
        likely = [int(s) for s in np.flatnonzero(frame >= unlikely) if s != BLANK]
        if pattern is not None:
            likely.sort(key=frame.__getitem__, reverse=True)
        ways: dict[State, list[tuple[int, State]]] = {}
        grown: dict[Prefix, Parts] = {}
        for prefix, (blank, symbol) in prefixes.items():
            state, either = states.get(prefix, Pattern.start), blank + symbol
            before = grown.get(prefix, _NONE)
            repeated = symbol * frame[prefix[-1]] if prefix else 0.0
            grown[prefix] = before[0] + either * frame[BLANK], before[1] + repeated
            if state not in ways:
                ways[state] = _ways_on(state, likely, pattern, beam)
            for new, following in ways[state]:
                # The same symbol again is a new character only behind a blank.
                source = blank if prefix and new == prefix[-1] else either
                if language is not None:
                    if source * frame[new] < least:
                        continue
                    source *= language.factor(prefix, new)
                longer = (*prefix, new)
                before = grown.get(longer, _NONE)
                grown[longer] = before[0], before[1] + source * frame[new]
                if pattern is not None:
                    states[longer] = following
        best = sorted(grown.items(), key=lambda item: sum(item[1]), reverse=True)
        # Kept near one, or long lines would sink below the smallest number.
        scale = sum(best[0][1]) or math.ulp(0.0)
        best = best[:beam] if pattern is None else _of_each_state(best, states, beam)
        prefixes = {prefix: (b / scale, s / scale) for prefix, (b, s) in best}
        states = {prefix: states[prefix] for prefix in prefixes if prefix in states}
    found = [prefix for prefix, parts in prefixes.items() if sum(parts) > 0]
    if pattern is not None:
        found = [prefix for prefix in found if pattern.accepts(states[prefix])]
        found.sort(key=lambda prefix: sum(prefixes[prefix]), reverse=True)
    return list(map(list, found[:beam]))


def _ways_on(
    state: State, likely: list[int], pattern: Pattern | None, most: int
) -> list[tuple[int, State]]:
    """The symbols by which prefixes of one state may go on, and what state they then have: to each
    one, the likeliest symbols."""
    if pattern is None:
        return [(new, state) for new in likely]
    to_each = Counter[State]()
    ways = []
    for new in likely:
        following = pattern.step(state, new)
        to_each[following] += 1
        # (One more than are kept: it may be the same symbol again, which needs a blank.)
        if following and to_each[following] <= most + 1:
            ways.append((new, following))
    return ways


def _of_each_state(
    best: list[tuple[Prefix, Parts]], states: dict[Prefix, State], beam: int
) -> list[tuple[Prefix, Parts]]:
    """The likeliest prefixes of each state: of all of them the first, then the second, and so on,
    so that no state goes without where there are too many."""
    least = _LOST * sum(best[0][1])
    of_each = Counter[State]()
    ranked = []
    for prefix, parts in best:
        state = states[prefix]
        rank = of_each[state]
        of_each[state] += 1
        if rank < beam and sum(parts) >= least:
            ranked.append((rank, (prefix, parts)))
    ranked.sort(key=itemgetter(0))
    return [item for _, item in ranked[:_MOST]]
