"""How likely a text is before any picture is seen: a character n-gram model of texts."""

from __future__ import annotations

import base64
import json
import math
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hwr.alphabet import END

MOST = 200_000
"""N-grams of a model, at most: those of about two megabytes of text, five characters at a time."""

_CACHED = 200_000
# Probabilities kept at hand: some 40 MB.

_BEGIN = -1
# Stands before a text's first character, as often as there is context.

Ngram = tuple[int, ...]


@dataclass(frozen=True)
class LanguageModel:
    """Each character by the ones before it, with Witten and Bell's smoothing (1991): an order's
    estimate is mixed with that of the next lower one, which weighs as many as there are different
    characters that followed.

    Attributes:
        order: characters that are looked at together.
        classes: symbols, the end of a text (`hwr.alphabet.END`) included.
        ngrams: how often each n-gram of that order stood in the texts; its last symbol may be the
            end, its first ones the beginning.
        weight: of the logarithm of a text's probability, beside that of the picture's.
        bonus: for each character: an n-gram model takes longer texts for less likely.
    """

    order: int
    classes: int
    ngrams: Mapping[Ngram, int]
    weight: float = 0.0
    bonus: float = 0.0

    @classmethod
    def of(cls, texts: Iterable[Sequence[int]], order: int, classes: int) -> LanguageModel:
        """The model of some texts, given as their ids, with no weight yet: of that order, or of the
        highest one below that has no more than `MOST` n-grams."""
        texts = list(texts)
        counts = _ngrams(texts, order)
        while len(counts) > MOST and order > 1:
            order -= 1
            counts = _ngrams(texts, order)
        return cls(order, classes, dict(counts))

    def weighed(self, weight: float, bonus: float) -> LanguageModel:
        """The same with other weights."""
        found = replace(self, weight=weight, bonus=bonus)
        # Probabilities do not depend on them.
        found.__dict__.update(_known=self._known, _followers=self._followers)
        return found

    def probability(self, before: Sequence[int], symbol: int) -> float:
        """Of a symbol behind others: the beginning of a text, or as much as is known of it."""
        known = self.order - 1
        context = ((_BEGIN,) * known + tuple(before[-known:] if known else ()))[-known or 1 :]
        return self._probability(context if known else (), symbol)

    def factor(self, before: Sequence[int], symbol: int) -> float:
        """By how much a character that is added to a text changes the text's score; more than
        zero. Likewise the end."""
        bonus = self.bonus if symbol != END else 0.0
        return math.exp(bonus + self.weight * math.log(self.probability(before, symbol)))

    def score(self, ids: Sequence[int]) -> float:
        """The logarithm of all factors of a whole text, its end included."""
        told = [*ids, END]
        return sum(math.log(self.factor(told[:at], symbol)) for at, symbol in enumerate(told))

    def _probability(self, context: Ngram, symbol: int) -> float:
        found = self._known.get((context, symbol))
        if found is None:
            found = 1 / self.classes
            for length in range(len(context) + 1):
                followers = self._followers.get(context[len(context) - length :])
                if followers is None:
                    break
                kinds, total = len(followers), sum(followers.values())
                found = (followers.get(symbol, 0) + kinds * found) / (total + kinds)
            if len(self._known) >= _CACHED:
                self._known.clear()
            self._known[context, symbol] = found
        return found

    @cached_property
    def _known(self) -> dict[tuple[Ngram, int], float]:
        return {}

    @cached_property
    def _followers(self) -> dict[Ngram, dict[int, int]]:
        """Behind each context of any length, how often each symbol stood."""
        found: dict[Ngram, dict[int, int]] = {}
        for ngram, count in self.ngrams.items():
            for start in range(self.order):
                followers = found.setdefault(ngram[start:-1], {})
                followers[ngram[-1]] = followers.get(ngram[-1], 0) + count
        return found

    def to_text(self) -> str:
        """As a model file keeps it."""
        content = {
            "order": self.order,
            "classes": self.classes,
            "weight": self.weight,
            "bonus": self.bonus,
            "symbols": [symbol for ngram in self.ngrams for symbol in ngram],
            "counts": list(self.ngrams.values()),
        }
        return base64.b64encode(zlib.compress(json.dumps(content).encode(), 9)).decode()

    @classmethod
    def from_text(cls, text: str) -> LanguageModel:
        """What `to_text` wrote. Raises ValueError, KeyError or TypeError where it is anything
        else."""
        try:
            content = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
        except zlib.error as error:
            raise ValueError(f"its language model is damaged: {error}") from error
        order, counts = int(content["order"]), content["counts"]
        ngrams = np.array(content["symbols"], dtype=np.int64).reshape(len(counts), order)
        told = zip(map(tuple, ngrams.tolist()), counts, strict=True)
        return cls(order, int(content["classes"]), dict(told), content["weight"], content["bonus"])


def _ngrams(texts: Iterable[Sequence[int]], order: int) -> Counter[Ngram]:
    """How often each stands in the texts, their beginnings and ends included."""
    counts: Counter[Ngram] = Counter()
    for ids in texts:
        told = (*(_BEGIN,) * (order - 1), *ids, END)
        counts.update(told[at : at + order] for at in range(len(told) - order + 1))
    return counts
