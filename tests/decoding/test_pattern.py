"""Texts held to a pattern, against all texts there are."""

import itertools
import re

import numpy as np
import pytest
import torch

from hwr.alphabet import Alphabet
from hwr.decoding.ctc import read_ctc, score
from hwr.decoding.language import LanguageModel
from hwr.decoding.looks import Seen, read_looks
from hwr.decoding.pattern import Pattern
from hwr.errors import ConfigError

ALPHABET = Alphabet("ab")
TEXTS = [list(text) for n in range(6) for text in itertools.product((1, 2), repeat=n)]
EXPRESSIONS = ("[ab]{3}", "a*b?", "(ab)+|b{4}", "(?!a)..+", "b.*(?<!b)")


def random(lines: int, frames: int, seed: int) -> Seen:
    generator = torch.Generator().manual_seed(seed)
    log_probs = torch.randn(lines, frames, 3, generator=generator).log_softmax(2).numpy()
    return Seen(log_probs, np.full(lines, frames))


def fitting(expression: str) -> list[list[int]]:
    return [ids for ids in TEXTS if re.fullmatch(expression, ALPHABET.decode(ids))]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_the_likeliest_text_that_fits_is_read(expression: str) -> None:
    look, texts = random(40, 5, 1), fitting(expression)
    scores = np.stack(score(*look, [texts] * 40))
    pattern = Pattern(expression, ALPHABET)
    for found, of_texts in zip(read_ctc(*look, 40, None, pattern), scores, strict=True):
        assert found.ids == texts[of_texts.argmax()]
        assert found.log_probability == pytest.approx(of_texts.max())
        assert len(found.spans) == len(found.confidences) == len(found.ids)
        assert all(ids in texts for ids, _ in found.alternatives)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_so_it_is_of_several_looks(expression: str) -> None:
    looks, texts = [random(40, 5, 2), random(40, 4, 3)], fitting(expression)
    every = [np.stack(score(*look, [texts] * 40)) for look in looks]
    means = np.average(np.exp(every), 0, [1.5, 1])
    pattern = Pattern(expression, ALPHABET)
    for found, of_texts in zip(read_looks(looks, 40, None, pattern), means, strict=True):
        assert found.ids == texts[of_texts.argmax()]
        assert np.exp(found.log_probability) == pytest.approx(of_texts.max())


def test_without_a_beam_only_what_does_not_fit_is_read_anew() -> None:
    look, pattern = random(60, 5, 4), Pattern("[ab]{3}", ALPHABET)
    plain, held = read_ctc(*look), read_ctc(*look, 1, None, pattern)
    assert {len(found.ids) == 3 for found in plain} == {True, False}
    for one, other in zip(plain, held, strict=True):
        assert len(other.ids) == 3
        if len(one.ids) == 3:
            assert one.ids == other.ids
            assert one.spans == other.spans
            assert one.log_probability == pytest.approx(other.log_probability)


def test_a_length_is_found_where_all_likelier_texts_are_of_another() -> None:
    # Twenty frames that are almost sure of three symbols, and seven are asked for.
    probabilities = np.full((1, 20, 3), 1e-4)
    probabilities[0, :, 0] = 1 - 2e-4
    probabilities[0, [3, 9, 15]] = (1e-4, 1 - 2e-4, 1e-4)
    log_probs = np.log(probabilities).astype(np.float32)
    (found,) = read_ctc(log_probs, np.array([20]), 1, None, Pattern("[ab]{7}", ALPHABET))
    assert len(found.ids) == 7
    assert found.log_probability < np.log(1e-10)


def test_where_there_is_no_room_nothing_is_read() -> None:
    look, pattern = random(3, 4, 5), Pattern("a{5}", ALPHABET)
    for found in (*read_ctc(*look, 1, None, pattern), *read_looks([look, look], 4, None, pattern)):
        assert (found.ids, found.log_probability, found.alternatives) == ([], -np.inf, ())


def test_a_language_model_has_its_say_among_those_that_fit() -> None:
    language = LanguageModel(2, 3, {(-1, 2): 50, (2, 2): 50, (2, 0): 20}, weight=3.0)
    look, pattern = random(30, 5, 6), Pattern("[ab]{2}", ALPHABET)
    plain, told = (read_ctc(*look, 30, model, pattern) for model in (None, language))
    assert sum(found.ids == [2, 2] for found in told) > sum(found.ids == [2, 2] for found in plain)
    assert all(len(found.ids) == 2 for found in told)


def test_expressions_that_cannot_be() -> None:
    with pytest.raises(ConfigError, match=r"'\[ab' is no regular expression \("):
        Pattern("[ab", ALPHABET)
    with pytest.raises(ConfigError, match=r"'c\.\*' fits no text of the model's characters 'ab'"):
        Pattern("c.*", ALPHABET)
    assert Pattern("", ALPHABET).fits("")


def test_expressions_are_composed_as_alphabets_are() -> None:
    pattern = Pattern("e\u0301+", Alphabet("\u00e9"))
    assert pattern.fits_ids([1, 1])
    assert not pattern.fits("e\u0301")
