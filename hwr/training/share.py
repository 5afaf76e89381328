"""How much say each head has in joint reading, chosen on validation lines."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from hwr.decoding.joint import propose
from hwr.lines.batch import LineBatch
from hwr.recognizer import Recognizer
from hwr.scoring.edits import distance

SHARES = tuple(step / 20 for step in range(21))


def choose_share(recognizer: Recognizer, batches: Iterable[LineBatch]) -> tuple[float, float]:
    """The share of the CTC head with which lines are read best, and the CER with it, which is that
    of the lines by which it was chosen.

    Args:
        recognizer: of a model with both heads.
        batches: validation lines.

    Returns:
        A share of `SHARES`; where several read equally well, the middle one of the longest row.
    """
    errors, characters = np.zeros(len(SHARES), dtype=np.int64), 0
    decode, longest = recognizer.card.alphabet.decode, recognizer.card.longest or 0
    for batch in batches:
        outputs = recognizer.outputs([batch.line(row) for row in range(len(batch))])
        proposed = propose(outputs["log_probs"], outputs["frames"], recognizer.labels(outputs))
        for found, text in zip(proposed, batch.texts, strict=True):
            distances = [distance(decode(ids), text) for ids in found.texts]
            for place, share in enumerate(SHARES):
                scores = found.scores(found.share(share, longest))
                errors[place] += distances[int(np.argmax(scores))]
            characters += len(text)
    best = _middle_of_the_longest_row(errors == errors.min())
    return SHARES[best], float(errors[best] / max(characters, 1))


def _middle_of_the_longest_row(marks: np.ndarray) -> int:
    bounds = np.flatnonzero(np.diff(np.concatenate([[0], marks.astype(int), [0]])))
    starts, ends = bounds[::2], bounds[1::2]
    longest = int(np.argmax(ends - starts))
    return int((starts[longest] + ends[longest] - 1) // 2)
