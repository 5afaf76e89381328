"""The language model that goes into a model file: made of the texts that were trained on, weighed
by validation lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hwr.alphabet import Alphabet
from hwr.decoding.ctc import read_ctc
from hwr.decoding.joint import BEAM
from hwr.decoding.language import LanguageModel
from hwr.lines.cache.store import LineStore
from hwr.recognizer import BATCH, Recognizer
from hwr.scoring.edits import distance
from hwr.training.bar import bar

WEIGHTS = ((0.1, 0.1), (0.2, 0.2), (0.3, 0.3), (0.3, 0.6), (0.4, 0.4), (0.5, 0.8))
"""Weights and bonuses that are tried. What is best differs little between neighbours."""

LEAST_GAIN = 0.05
"""Below that it would be luck, and it takes time."""

LINES = 200
"""Validation lines that they are tried on, at most."""


def language_of(texts: Sequence[str], alphabet: Alphabet, order: int) -> LanguageModel:
    """The language model of some texts."""
    return LanguageModel.of(map(alphabet.encode, texts), order, alphabet.classes)


def weigh(
    language: LanguageModel, recognizer: Recognizer, lines: LineStore
) -> tuple[LanguageModel | None, float]:
    """The language model with the weights by which validation lines are read best, and the CER with
    it, which is that of the lines by which they were chosen; None where none saves a share of
    `LEAST_GAIN` of the errors of greedy reading without it.

    Args:
        language: the model.
        recognizer: of the network beside which it stands.
        lines: to validate with.
    """
    rows = list(range(0, len(lines), -(-len(lines) // LINES)))
    tried: list[LanguageModel | None] = [None, *(language.weighed(*pair) for pair in WEIGHTS)]
    errors = np.zeros(len(tried), dtype=np.int64)
    decode = recognizer.card.alphabet.decode
    for start in bar(range(0, len(rows), BATCH), desc="language model", leave=False):
        some = rows[start : start + BATCH]
        outputs = recognizer.outputs([lines.line(row) for row in some])
        for place, told in enumerate(tried):
            beam = 1 if told is None else BEAM
            found = read_ctc(outputs["log_probs"], outputs["frames"], beam, told)
            errors[place] += sum(
                distance(decode(line.ids), lines.texts[row])
                for line, row in zip(found, some, strict=True)
            )
    best = int(errors.argmin())
    if errors[best] > (1 - LEAST_GAIN) * errors[0]:
        best = 0
    characters = sum(len(lines.texts[row]) for row in rows)
    return tried[best], float(errors[best] / max(characters, 1))
