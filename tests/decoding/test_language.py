"""The character n-gram model."""

from __future__ import annotations

import math

import pytest

from hwr.alphabet import END
from hwr.decoding import language
from hwr.decoding.language import LanguageModel

CLASSES = 4
TEXTS = [[1, 2, 3], [1, 2], [1, 2, 3, 3], [2]]


@pytest.mark.parametrize("order", [1, 2, 3, 5])
@pytest.mark.parametrize("before", [[], [1], [1, 2], [3, 3, 3], [2, 1, 2, 3, 1]])
def test_what_follows_is_certain_to_be_something(order: int, before: list[int]) -> None:
    model = LanguageModel.of(TEXTS, order, CLASSES)
    found = [model.probability(before, symbol) for symbol in range(CLASSES)]
    assert sum(found) == pytest.approx(1)
    assert min(found) > 0


def test_witten_and_bells_estimate() -> None:
    model = LanguageModel.of(TEXTS, 2, CLASSES)
    # 14 symbols with the ends: 3 ones, 4 twos, 3 threes, 4 ends; four kinds.
    alone = (4 + 4 * 1 / 4) / (14 + 4)
    assert model.probability([3, 1], 2) == pytest.approx((3 + 1 * alone) / (3 + 1))
    # Behind a two stood two threes and two ends.
    assert model.probability([2], END) == pytest.approx((2 + 2 * alone) / (4 + 2))
    # No text begins so, and only the text's own last characters count.
    assert model.probability([1, 3, 1], 2) == model.probability([1], 2)


def test_scores_are_the_sums_of_what_each_character_adds() -> None:
    model = LanguageModel.of(TEXTS, 3, CLASSES).weighed(0.5, 0.25)
    told = [math.log(model.probability([1, 2][:at], s)) for at, s in enumerate([1, 2, END])]
    by_hand = 0.5 * sum(told)
    assert model.score([1, 2]) == pytest.approx(by_hand + 2 * 0.25)
    assert model.score([1, 2, 3]) > model.score([3, 2, 1])


def test_it_survives_the_way_through_a_file() -> None:
    model = LanguageModel.of(TEXTS, 3, CLASSES).weighed(0.3, 0.6)
    again = LanguageModel.from_text(model.to_text())
    assert again == model
    assert again.score([1, 2, 3]) == model.score([1, 2, 3])
    for broken in ("", "!", model.to_text()[:-8], "bm9uZQ=="):
        with pytest.raises((ValueError, KeyError, TypeError)):
            LanguageModel.from_text(broken)


def test_the_order_falls_until_few_enough_ngrams_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(LanguageModel.of(TEXTS, 3, CLASSES).ngrams) == 9
    for most, order in ((9, 3), (8, 2), (7, 2), (6, 1), (1, 1)):
        monkeypatch.setattr(language, "MOST", most)
        found = LanguageModel.of(iter(TEXTS), 3, CLASSES)
        assert found.order == order
        assert found == LanguageModel.of(TEXTS, order, CLASSES)


def test_what_is_kept_at_hand_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    model = LanguageModel.of(TEXTS, 3, CLASSES).weighed(0.5, 0.1)
    scores = [model.score(text) for text in TEXTS]
    monkeypatch.setattr(language, "_CACHED", 2)
    again = LanguageModel.of(TEXTS, 3, CLASSES).weighed(0.5, 0.1)
    assert [again.score(text) for text in TEXTS] == scores
    assert len(again._known) <= 2
    assert model.weighed(0, 0).score([1, 2]) == 0
    assert model.weighed(1, 0).score([1, 2]) == pytest.approx(
        2 * model.weighed(0.5, 0).score([1, 2])
    )
