"""Reading by the CTC head of several looks at each line: the text that is likeliest in the mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hwr.decoding import ctc
from hwr.decoding.decoded import NOTHING, Decoded
from hwr.decoding.language import LanguageModel
from hwr.decoding.paths import Path, greedy
from hwr.decoding.pattern import Pattern

DOUBT = 0.7
"""Confidence from which a line needs no other look: of surer ones, other looks turn as many right
ones wrong as wrong ones right."""

_AS_IT_IS = 1.5
# How much more the line as it is counts than any other look: it is what networks learnt from.


class Seen(NamedTuple):
    """What the CTC head says of one look at each line.

    Attributes:
        log_probs: [lines, most frames, classes].
        frames: [lines], each line's true number of frames.
    """

    log_probs: NDArray[np.float32]
    frames: NDArray[np.int64]

    @property
    def rows(self) -> list[NDArray[np.float32]]:
        """Each line's own frames."""
        return [row[:count] for row, count in zip(self.log_probs, self.frames, strict=True)]

    def replaced(self, places: Sequence[int], others: Seen) -> Seen:
        """The same of all lines but some, of which `others` tells."""
        frames = self.frames.copy()
        frames[places] = others.frames
        log_probs = np.zeros((len(frames), frames.max(), self.log_probs.shape[2]), np.float32)
        own = self.log_probs[:, : log_probs.shape[1]]
        log_probs[:, : own.shape[1]] = own
        log_probs[places, : others.log_probs.shape[1]] = others.log_probs
        return Seen(log_probs, frames)


def read_looks(
    looks: Sequence[Seen],
    beam: int = 1,
    language: LanguageModel | None = None,
    pattern: Pattern | None = None,
) -> list[Decoded]:
    """Reads lines, each of which was looked at several times.

    Every look proposes texts; a text's probability is the mean of those that all looks give it, in
    which the first counts more.

    Args:
        looks: the first one is that at the lines as they are, in which places are found.
        beam: prefixes kept; 1 proposes what the likeliest path spells.
        language: has its say in which text is read, as in `hwr.decoding.ctc`.
        pattern: of the texts that may be read, as there.
    """
    rows = [look.rows for look in looks]
    paths = [[greedy(row) for row in of_look] for of_look in rows]
    lines = range(len(rows[0]))
    weights = np.array([_AS_IT_IS] + [1.0] * (len(looks) - 1))
    weights /= weights.sum()
    texts = [
        _proposed(
            ctc.candidates(of_look[line], path[line], beam, language, pattern)
            for of_look, path in zip(rows, paths, strict=True)
        )
        for line in lines
    ]
    scores = [ctc.score(look.log_probs, look.frames, texts) for look in looks]
    return [
        _best(
            [of_look[line] for of_look in rows],
            [of_look[line] for of_look in paths],
            texts[line],
            np.stack([of_look[line] for of_look in scores]),
            weights,
            language,
        )
        for line in lines
    ]


def _proposed(texts: Iterable[list[list[int]]]) -> list[list[int]]:
    """The texts that any look at one line proposes, each once."""
    found: list[list[int]] = []
    for of_look in texts:
        found += [ids for ids in of_look if ids not in found]
    return found


def _best(
    rows: Sequence[NDArray[np.float32]],
    paths: Sequence[Path],
    texts: list[list[int]],
    scores: NDArray[np.float64],
    weights: NDArray[np.float64],
    language: LanguageModel | None,
) -> Decoded:
    if not texts:
        return NOTHING
    mean = np.logaddexp.reduce(scores + np.log(weights)[:, None], axis=0)
    told = mean if language is None else mean + [language.score(ids) for ids in texts]
    order = np.argsort(-told, kind="stable")
    ids = texts[order[0]]
    spelt = [ctc.path_of(row, path, ids) for row, path in zip(rows, paths, strict=True)]
    # A look in which there is no room for a text gives it nothing.
    of_looks = [path.confidences if path else [0.0] * len(ids) for path in spelt]
    confidences = np.average(of_looks, 0, weights)
    return Decoded(
        ids,
        float(mean[order[0]]),
        confidences.tolist(),
        spelt[0].spans if spelt[0] else None,
        tuple((texts[place], float(mean[place])) for place in order[1:]),
    )
