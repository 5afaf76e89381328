import json
import math
import random

import jiwer
import numpy as np
import pytest

from hwr.errors import DataError
from hwr.scoring import rates as module
from hwr.scoring.rates import (
    by_length,
    confusions,
    rates,
    rule_of_three,
    score_line,
    worst_rows,
)


def scored(*pairs):
    """Scores of (truth, read) pairs, named by their place."""
    return [score_line(f"line {row}", truth, read) for row, (truth, read) in enumerate(pairs)]


def noisy(lines, share_wrong, seed=0, length=5):
    draw = random.Random(seed)
    truths = ["".join(draw.choices("0123456789", k=length)) for _ in range(lines)]
    return scored(*((t, "x" + t[1:] if draw.random() < share_wrong else t) for t in truths))


def test_a_line_by_hand():
    score = score_line("a.png", "the cat sat", "the bat", 0.5)
    assert (score.characters, score.edits, score.words, score.word_edits) == (11, 5, 3, 2)
    assert not score.correct
    assert score.confidence == 0.5


def test_a_space_is_a_character():
    score = score_line("a", "1 2", "12")
    assert (score.edits, score.word_edits, score.correct) == (1, 2, False)
    spaced = score_line("a", "12", "12 ")
    assert (spaced.edits, spaced.word_edits, spaced.correct) == (1, 0, False)


def test_what_looks_the_same_is_the_same():
    parts, whole = "a\u0303b", "\u00e3b"
    for pair in ((whole, parts), (parts, whole)):
        score = score_line("a", *pair)
        assert score.correct
        assert (score.characters, score.edits, score.word_edits) == (2, 0, 0)
    assert score_line("a", whole, "ab").edits == 1


def test_rates_by_hand():
    found = rates(scored(("1234", "1234"), ("5678", "5698"), ("90", "9")))
    assert (found.lines, found.characters, found.edits) == (3, 10, 2)
    assert (found.words, found.word_edits, found.correct_lines) == (3, 2, 1)
    assert found.cer == pytest.approx(0.2)
    assert found.wer == pytest.approx(2 / 3)
    assert found.accuracy == pytest.approx(1 / 3)


def test_sums_not_means_of_means():
    scores = scored(("1", "2"), ("123456789", "123456789"))
    assert rates(scores).cer == pytest.approx(0.1)  # the mean of the lines' rates is 0.5
    text = scored(("no", "on"), ("one two three four five six seven eight nine",) * 2)
    assert rates(text).wer == pytest.approx(0.1)


def test_rates_as_jiwer_gives_them():
    draw = random.Random(0)
    vocabulary = ["12", "naïve", "漢字", "😀", "a", "b", "ab"]
    for _ in range(50):
        truths, reads = (
            [" ".join(draw.choices(vocabulary, k=draw.randint(1, 6))) for _ in range(8)]
            for _ in range(2)
        )
        reads[0] = truths[0]
        found = rates(scored(*zip(truths, reads, strict=True)), resamples=0)
        characters = jiwer.process_characters(truths, reads)
        words = jiwer.process_words(truths, reads)
        assert found.cer == pytest.approx(jiwer.cer(truths, reads), abs=1e-12)
        assert found.wer == pytest.approx(jiwer.wer(truths, reads), abs=1e-12)
        assert found.edits == (
            characters.substitutions + characters.insertions + characters.deletions
        )
        assert found.characters == (
            characters.substitutions + characters.deletions + characters.hits
        )
        assert found.word_edits == words.substitutions + words.insertions + words.deletions
        assert found.words == words.substitutions + words.deletions + words.hits


def test_empty_truths_give_finite_rates():
    silent = rates(scored(("", ""), ("", "")))
    assert (silent.cer, silent.wer, silent.accuracy) == (0, 0, 1)
    loud = rates(scored(("", "12 3")))
    assert (loud.cer, loud.wer, loud.accuracy) == (4, 2, 0)
    json.dumps(loud.to_dict(), allow_nan=False)


def test_no_lines_is_an_error():
    with pytest.raises(DataError, match="no lines"):
        rates([])


def test_json_keys():
    found = rates(noisy(50, 0.2))
    numbers = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert list(numbers) == [
        "lines", "characters", "edits", "cer", "cer_low", "cer_high",
        "words", "word_edits", "wer", "wer_low", "wer_high",
        "accuracy", "accuracy_low", "accuracy_high",
    ]  # fmt: skip
    assert numbers["cer_high"] == found.cer_high


def test_without_resamples_the_interval_is_the_value():
    found = rates(noisy(50, 0.2), resamples=0)
    assert found.cer_low == found.cer == found.cer_high > 0
    assert found.wer_low == found.wer == found.wer_high > 0
    assert found.accuracy_low == found.accuracy == found.accuracy_high < 1


@pytest.mark.parametrize(
    ("pairs", "with_interval"),
    [
        ([("12", "13")], []),
        ([("12", "12")] * 9, []),
        ([("12", "34"), ("5", "6"), ("78", "9")], []),
        ([("12", "13"), ("567", "568"), ("9", "8")], ["CER"]),
        ([("12", "12"), ("12", "12 ")], ["CER", "accuracy"]),
        ([("12", "12"), ("12", "13")], ["CER", "WER", "accuracy"]),
    ],
)
def test_a_point_is_no_interval(pairs, with_interval):
    found = rates(scored(*pairs))
    assert [name for name, _, interval in found.table if interval] == with_interval
    assert [value for _, value, _ in found.table] == [found.cer, found.wer, found.accuracy]


@pytest.mark.parametrize("seed", range(5))
def test_interval_holds_the_value(seed):
    found = rates(noisy(80, 0.3, seed))
    assert found.cer_low < found.cer < found.cer_high
    assert found.wer_low < found.wer < found.wer_high
    assert found.accuracy_low < found.accuracy < found.accuracy_high


def test_interval_is_the_same_again_in_any_order():
    scores = noisy(100, 0.3)
    assert rates(scores) == rates(scores) == rates(scores[::-1])


def test_interval_is_the_same_in_chunks(monkeypatch):
    scores = noisy(100, 0.3)
    whole = rates(scores)
    monkeypatch.setattr(module, "_CHUNK", 7)
    assert rates(scores) == whole


def test_interval_shrinks_as_the_root_of_lines():
    few, many = rates(noisy(200, 0.2)), rates(noisy(3200, 0.2))
    shrunk = (few.cer_high - few.cer_low) / (many.cer_high - many.cer_low)
    assert shrunk == pytest.approx(4, rel=0.25)


def test_accuracy_interval_is_nearly_binomial():
    found = rates(noisy(2000, 0.1))
    sigma = math.sqrt(found.accuracy * (1 - found.accuracy) / found.lines)
    assert found.accuracy_low == pytest.approx(found.accuracy - 1.96 * sigma, abs=0.25 * sigma)
    assert found.accuracy_high == pytest.approx(found.accuracy + 1.96 * sigma, abs=0.25 * sigma)


def test_cer_interval_is_nearly_that_of_a_ratio():
    """Lines of unlike length: the interval by linearization (Cochran, chapter 6)."""
    scores = noisy(700, 0.1, length=2) + noisy(700, 0.5, length=9)
    found = rates(scores)
    residuals = np.array([score.edits - found.cer * score.characters for score in scores])
    sigma = math.sqrt((residuals**2).sum()) / found.characters
    assert found.cer_low == pytest.approx(found.cer - 1.96 * sigma, abs=0.25 * sigma)
    assert found.cer_high == pytest.approx(found.cer + 1.96 * sigma, abs=0.25 * sigma)


def test_rule_of_three():
    assert rule_of_three(1000) == pytest.approx(0.003)
    assert rule_of_three(2) == 1
    # Its origin: 300 right lines out of 300 have a chance of 5 % if this share is wrong.
    assert (1 - rule_of_three(300)) ** 300 == pytest.approx(0.05, abs=0.001)


def test_by_length():
    scores = scored(("123", "123"), ("12", "1"), ("456", "4"), ("1" * 10, "1" * 10))
    groups = by_length(scores)
    assert [(length, group.lines, group.edits) for length, group in groups] == [
        (2, 1, 1),
        (3, 2, 2),
        (10, 1, 0),
    ]
    assert [(length, group.lines) for length, group in by_length(scores, 5)] == [(0, 3), (10, 1)]


def test_confusions_are_ranked_and_counted():
    found = confusions(
        scored(("47", "97"), ("4", "9"), ("17", "77"), ("07", "7"), ("3", "33"), ("5", "5"))
    )
    assert found.substitutions == [("4", "9", 2), ("1", "7", 1)]
    assert found.deletions == [("0", 1)]
    assert found.insertions == [("3", 1)]


def test_confusions_add_up_to_the_edits():
    draw = random.Random(0)
    texts = ["".join(draw.choices("0123", k=draw.randint(0, 6))) for _ in range(200)]
    scores = scored(*zip(texts[:100], texts[100:], strict=True))
    found = confusions(scores)
    counts = [*found.substitutions, *found.insertions, *found.deletions]
    assert sum(row[-1] for row in counts) == rates(scores, 0).edits


def test_equally_common_confusions_are_in_the_order_of_their_text():
    found = confusions(scored(("b", "c"), ("a", "z"), ("a", "d")))
    assert found.substitutions == [("a", "d", 1), ("a", "z", 1), ("b", "c", 1)]


def test_worst_lines_come_first_and_right_ones_never():
    scores = [
        score_line("right", "12", "12"),
        score_line("b", "1234", "1239"),
        score_line("a", "1234", "1294"),
        score_line("all of two", "12", "34"),
        score_line("all of one", "1", "2"),
        score_line("empty truth", "", "999"),
    ]
    names = ["empty truth", "all of two", "all of one", "a", "b"]
    assert [scores[row].name for row in worst_rows(scores, 10)] == names
    assert worst_rows(scores, 2) == [5, 3]
