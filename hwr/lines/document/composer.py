"""Many numbers as documents show them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from hwr.lines.digits import Digits
from hwr.lines.document.hands import Hand, draw_hand
from hwr.lines.document.layout import edges_of, set_digits
from hwr.lines.document.photo import photograph
from hwr.lines.document.shapes import write
from hwr.lines.document.skeletons import Skeletons
from hwr.lines.document.strays import without_strays


class DocumentComposer:
    """Draws pictures of numbers of one split's digits.

    Args:
        digits: of the split.
        hand: draws the hand that writes a number.
    """

    def __init__(
        self, digits: Digits, hand: Callable[[np.random.Generator], Hand] = draw_hand
    ) -> None:
        self._hand = hand
        self._images = without_strays(digits.images, digits.labels)
        self._threes = np.flatnonzero(digits.labels == 3)
        self._skeletons = Skeletons(self._images)

    def pictures(
        self, texts: Sequence[str], digits: Sequence[NDArray[np.int64]], seeds: Sequence[int]
    ) -> list[NDArray[np.uint8]]:
        """Pictures of numbers, uint8 [height, width] each, 0 black to 255 white.

        Args:
            texts: what they say.
            digits: the rows of each one's digits in the split.
            seeds: each one's own; the same seed gives the same picture, whatever else is drawn.
        """
        draws = [np.random.default_rng(seed) for seed in seeds]
        hands = [self._hand(rng) for rng in draws]
        lengths = [len(text) for text in texts]
        rows = np.concatenate(
            [self._rows(*line) for line in zip(digits, texts, hands, draws, strict=True)]
        )
        patches = write(
            self._skeletons.fields(rows),
            torch.from_numpy(self._images[rows]),
            np.array([int(character) for text in texts for character in text]),
            [hand for hand, length in zip(hands, lengths, strict=True) for _ in range(length)],
            [rng for rng, length in zip(draws, lengths, strict=True) for _ in range(length)],
        )
        edges = edges_of(patches)
        found, start = [], 0
        for text, hand, rng in zip(texts, hands, draws, strict=True):
            rows_of = slice(start, start + len(text))
            own, start = patches[rows_of], rows_of.stop
            written = set_digits(own, edges[rows_of], text, hand, rng)
            found.append(photograph(written, own[int(rng.integers(len(own)))], rng))
        return found

    def _rows(
        self, rows: NDArray[np.int64], text: str, hand: Hand, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Of the digits that a hand makes a text's digits of."""
        if hand.bowed:
            nines = np.array([character == "9" for character in text])
            rows = np.where(nines, rng.choice(self._threes, len(text)), rows)
        return rows[[text.index(character) for character in text]] if hand.alike else rows
