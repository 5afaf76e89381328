"""Many numbers as documents show them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from hwr.lines.digits import Digits
from hwr.lines.document.conditions import GOOD, Conditions
from hwr.lines.document.edges import Edges, edges_of
from hwr.lines.document.hands import Hand, draw_hand
from hwr.lines.document.layout import set_digits
from hwr.lines.document.photo import Photo, photograph
from hwr.lines.document.shapes import write
from hwr.lines.document.skeletons import Skeletons
from hwr.lines.document.strays import without_strays
from hwr.lines.plan import in_order

TOGETHER = 32
"""Numbers whose digits are written at once: of many more, the fields of their digits would not fit
into a processor's cache, and writing would take 1.4 times as long."""


class _Digits(NamedTuple):
    """A number's digits as a hand writes them: their pictures, where their ink is, and the hand."""

    patches: NDArray[np.uint8]
    edges: list[Edges]
    hand: Hand

    def copy(self) -> _Digits:
        """To be kept: without the large arrays of which these are pieces."""
        edges = [
            edge._replace(left=edge.left.copy(), right=edge.right.copy()) for edge in self.edges
        ]
        return self._replace(patches=self.patches.copy(), edges=edges)


def _taken(
    digits: _Digits,
    text: str,
    order: list[int],
    conditions: Conditions,
    rng: np.random.Generator,
) -> Photo:
    """A number of these digits, set in an order and photographed."""
    edges = [digits.edges[place] for place in order]
    patches = digits.patches[order]
    said = in_order(text, order)
    written = set_digits(patches, edges, said, digits.hand, rng, conditions.marks)
    # A piece of one of them may show beside it.
    return photograph(written, patches[int(rng.integers(len(patches)))], rng, conditions)


class DocumentComposer:
    """Draws pictures of numbers of one split's digits.

    Args:
        digits: of the split.
        hand: draws the hand that writes a number.
        kept: of so many numbers the digits written last are kept for their other takes, some 15 KB
            of each.
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
        self._kept: dict[tuple[int, str], _Digits] = {}

    def pictures(
        self,
        texts: Sequence[str],
        digits: Sequence[NDArray[np.int64]],
        seeds: Sequence[int],
        takes: Sequence[int] | None = None,
        orders: Sequence[list[int]] | None = None,
        conditions: Sequence[Conditions] | None = None,
    ) -> list[Photo]:
        """Pictures of numbers.

        Args:
            texts: what they say in their first takes.
            digits: the rows of each one's digits in the split.
            seeds: each one's own; the same seed gives the same digits, whatever else is drawn.
            takes: which take of it, from 0: its digits set side by side and photographed. The same
                take gives the same picture. Without them, the first.
            orders: in which each one's digits are set. Without them, as the texts have them.
            conditions: how bad each one's picture may be. Without them, good ones.
        """
        takes = [0] * len(seeds) if takes is None else takes
        orders = [list(range(len(text))) for text in texts] if orders is None else orders
        conditions = [GOOD] * len(seeds) if conditions is None else conditions
        keys = list(zip(seeds, texts, strict=True))
        # A first take goes on with the generator that its digits were written by, so these are
        # written for it always.
        known = {
            row: self._kept[key]
            for row, (key, take) in enumerate(zip(keys, takes, strict=True))
            if take and key in self._kept
        }
        draws = {
            row: np.random.default_rng(seed) for row, seed in enumerate(seeds) if row not in known
        }
        missing = list(draws)
        for start in range(0, len(missing), TOGETHER):
            rows = missing[start : start + TOGETHER]
            numbers = self._write(
                [texts[row] for row in rows],
                [digits[row] for row in rows],
                [draws[row] for row in rows],
            )
            known |= zip(rows, numbers, strict=True)
        if self._most_kept:
            for row in draws:
                self._kept.pop(keys[row], None)  # which would keep its old place
                self._kept[keys[row]] = known[row].copy()
            for key in list(self._kept)[: -self._most_kept]:
                del self._kept[key]
        found = []
        for row, (seed, take) in enumerate(zip(seeds, takes, strict=True)):
            rng = np.random.default_rng([seed, take]) if take else draws[row]
            found.append(_taken(known[row], texts[row], orders[row], conditions[row], rng))
        return found

    def _write(
        self,
        texts: Sequence[str],
        digits: Sequence[NDArray[np.int64]],
        draws: Sequence[np.random.Generator],
    ) -> list[_Digits]:
        """Numbers' digits as hands write them, each number's by its own generator."""
        hands = [self._hand(rng) for rng in draws]
        lengths = [len(text) for text in texts]
        rows = np.concatenate(
            [self._rows(*line) for line in zip(digits, texts, hands, draws, strict=True)]
        )
        writers = [hand for hand, length in zip(hands, lengths, strict=True) for _ in range(length)]
        patches = write(
            self._skeletons.fields(rows),
            torch.from_numpy(self._images[rows]),
            np.array([int(character) for text in texts for character in text]),
            writers,
            [rng for rng, length in zip(draws, lengths, strict=True) for _ in range(length)],
        )
        edges = edges_of(patches, [writer.slant for writer in writers])
        found, start = [], 0
        for length, hand in zip(lengths, hands, strict=True):
            of_number = slice(start, start + length)
            start = of_number.stop
            found.append(_Digits(patches[of_number], edges[of_number], hand))
        return found

    def _rows(
        self, rows: NDArray[np.int64], text: str, hand: Hand, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Of the digits that a hand makes a text's digits of."""
        if hand.bowed:
            nines = np.array([character == "9" for character in text])
            rows = np.where(nines, rng.choice(self._threes, len(text)), rows)
        return rows[[text.index(character) for character in text]] if hand.alike else rows
