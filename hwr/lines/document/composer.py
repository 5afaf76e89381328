"""Many numbers as documents show them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from hwr.lines.digits import Digits
from hwr.lines.document.hands import Hand, draw_hand
from hwr.lines.document.layout import Written, edges_of, set_digits
from hwr.lines.document.photo import Photo, photograph
from hwr.lines.document.shapes import write
from hwr.lines.document.skeletons import Skeletons
from hwr.lines.document.strays import without_strays


class _Number(NamedTuple):
    """A number as written, and a digit of which a piece may show beside it."""

    written: Written
    neighbour: NDArray[np.uint8]

    def copy(self) -> _Number:
        """To be kept: without the large arrays of which these are pieces."""
        return _Number(self.written._replace(ink=self.written.ink.copy()), self.neighbour.copy())


class DocumentComposer:
    """Draws pictures of numbers of one split's digits.

    Args:
        digits: of the split.
        hand: draws the hand that writes a number.
        kept: so many numbers written last are kept for their other photographs, some 20 KB each.
    """

    def __init__(
        self,
        digits: Digits,
        hand: Callable[[np.random.Generator], Hand] = draw_hand,
        kept: int = 0,
    ) -> None:
        self._hand = hand
        self._images = without_strays(digits.images, digits.labels)
        self._threes = np.flatnonzero(digits.labels == 3)
        self._skeletons = Skeletons(self._images)
        self._most_kept = kept
        # By seed and text; those written last at the end.
        self._kept: dict[tuple[int, str], _Number] = {}

    def pictures(
        self,
        texts: Sequence[str],
        digits: Sequence[NDArray[np.int64]],
        seeds: Sequence[int],
        takes: Sequence[int] | None = None,
    ) -> list[Photo]:
        """Pictures of numbers.

        Args:
            texts: what they say.
            digits: the rows of each one's digits in the split.
            seeds: each one's own; the same seed gives the same number, whatever else is drawn.
            takes: which photograph of it, from 0; the same one gives the same picture.
                Without them, the first.
        """
        takes = [0] * len(seeds) if takes is None else takes
        keys = list(zip(seeds, texts, strict=True))
        # A first photograph goes on with the generator that has drawn its number, which is so drawn
        # always.
        known = {
            row: self._kept[key]
            for row, (key, take) in enumerate(zip(keys, takes, strict=True))
            if take and key in self._kept
        }
        draws = {
            row: np.random.default_rng(seed) for row, seed in enumerate(seeds) if row not in known
        }
        if draws:
            numbers = self._write(
                [texts[row] for row in draws],
                [digits[row] for row in draws],
                list(draws.values()),
            )
            known |= zip(draws, numbers, strict=True)
        if self._most_kept:
            self._kept |= {keys[row]: known[row].copy() for row in draws}
            for key in list(self._kept)[: -self._most_kept]:
                del self._kept[key]
        return [
            photograph(*known[row], np.random.default_rng([seed, take]) if take else draws[row])
            for row, (seed, take) in enumerate(zip(seeds, takes, strict=True))
        ]

    def _write(
        self,
        texts: Sequence[str],
        digits: Sequence[NDArray[np.int64]],
        draws: Sequence[np.random.Generator],
    ) -> list[_Number]:
        """Numbers as hands write them, each by its own generator."""
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
            found.append(_Number(written, own[int(rng.integers(len(own)))]))
        return found

    def _rows(
        self, rows: NDArray[np.int64], text: str, hand: Hand, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Of the digits that a hand makes a text's digits of."""
        if hand.bowed:
            nines = np.array([character == "9" for character in text])
            rows = np.where(nines, rng.choice(self._threes, len(text)), rows)
        return rows[[text.index(character) for character in text]] if hand.alike else rows
