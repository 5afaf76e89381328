"""Texts held to a pattern, against all texts there are."""

import itertools
import re
from collections.abc import Iterator
from random import Random

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
EXPRESSIONS = ("[ab]{3}", "a*b?", "(ab)+|b{4}", "[ab]+a", ".*a.{2}", "(a|bb)*", "^b.*|a$")


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


def test_what_the_picture_makes_unlikely_is_found_though_a_language_model_has_its_say() -> None:
    probabilities = np.full((1, 9, 3), 1e-8)
    probabilities[0, :, 0] = 1 - 2e-8
    probabilities[0, [2, 6]] = (1e-8, 1 - 2e-8, 1e-8)
    language = LanguageModel(2, 3, {(-1, 1): 50, (1, 1): 50, (1, 0): 20}, weight=0.1)
    log_probs, pattern = np.log(probabilities).astype(np.float32), Pattern("ab", ALPHABET)
    (found,) = read_ctc(log_probs, np.array([9]), 8, language, pattern)
    assert found.ids == [1, 2]


def test_what_decides_late_is_found_among_likelier_beginnings() -> None:
    # Of twelve characters, each is likelier to be one of nine others than the dot before the last.
    alphabet, generator = Alphabet("abcdefghi."), torch.Generator().manual_seed(7)
    logits = torch.randn(1, 24, 11, generator=generator)
    logits[:, ::2, 1:10] += 3
    logits[:, 1::2, 0] += 6
    look = Seen(logits.log_softmax(2).numpy(), np.array([24]))
    for expression in ("[a-i]+[.][a-i]", "[a-i]*[.]", ".*[.].{2}"):
        (found,) = read_ctc(*look, 1, None, Pattern(expression, alphabet))
        (wide,) = read_ctc(*look, 300, None, Pattern(expression, alphabet))
        assert re.fullmatch(expression, alphabet.decode(found.ids))
        assert found.log_probability >= wide.log_probability - 1e-6


def clear_digits(frames: int, digits: int) -> Seen:
    """A line that is sure of so many digits, and of nothing else."""
    probabilities = np.full((1, frames, 11), 1e-3)
    probabilities[0, :, 0] = 0.99
    for frame in np.linspace(1, frames - 2, digits, dtype=int):
        probabilities[0, frame] = 1e-3
        probabilities[0, frame, 1 + frame % 10] = 0.99
    return Seen(np.log(probabilities).astype(np.float32), np.array([frames]))


@pytest.mark.parametrize("beam", [1, 200, 1000])
def test_no_state_goes_without_where_there_are_too_many_prefixes(beam: int) -> None:
    pattern = Pattern("[0-9]{11}", Alphabet("0123456789"))
    (found,) = read_ctc(*clear_digits(40, 8), beam, None, pattern)
    assert len(found.ids) == 11
    assert found.log_probability > -25


def test_the_likeliest_of_many_symbols_are_those_that_a_text_goes_on_by() -> None:
    alphabet = Alphabet("abcdefghijklmnopqrst")
    probabilities = np.full((1, 5, 21), 1e-3)
    probabilities[0, [1, 3], 20] = 0.9
    probabilities[0, [0, 2, 4], 0] = 0.9
    probabilities /= probabilities.sum(axis=2, keepdims=True)
    look = Seen(np.log(probabilities).astype(np.float32), np.array([5]))
    for expression in ("[a-t]{2}", "[a-t]{3}", "[a-t]{2}a"):
        (found,) = read_ctc(*look, 1, None, Pattern(expression, alphabet))
        (wide,) = read_ctc(*look, 400, None, Pattern(expression, alphabet))
        assert found.ids.count(20) == 2
        assert found.log_probability == pytest.approx(wide.log_probability, abs=0.01)


def test_a_narrow_beam_searches_no_less_than_none() -> None:
    look, pattern = random(60, 12, 8), Pattern("[ab]{4}", ALPHABET)
    none, narrow = (read_ctc(*look, beam, None, pattern) for beam in (1, 2))
    for one, other in zip(none, narrow, strict=True):
        assert other.log_probability >= one.log_probability - 1e-9


def expressions(count: int, seed: int) -> Iterator[str]:
    """Random ones."""
    generator = Random(seed)

    def draw(depth: int) -> str:
        if depth == 0 or generator.random() < 0.25:
            return generator.choice(["a", "b", ".", "[^a]", r"\d", r"\.", "[]a-b]", r"[\w.]", "7"])
        inner = [draw(depth - 1) for _ in range(generator.randint(1, 3))]
        if generator.random() < 0.4:
            return generator.choice(["(", "(?:"]) + "|".join(inner) + ")"
        repeat = generator.choice(["*", "+", "?", "*?", "{2}", "{1,2}", "{,2}", "{2,}", "", ""])
        return "(" + "".join(inner) + ")" + repeat

    for _ in range(count):
        yield draw(3)


def test_what_fits_is_what_python_matches() -> None:
    alphabet = Alphabet("ab7.]")
    texts = ["".join(text) for n in range(5) for text in itertools.product("ab7.]", repeat=n)]
    for expression in expressions(200, 1):
        pattern = Pattern(expression, alphabet)
        matches = re.compile(expression).fullmatch
        wrong = [text for text in texts if pattern.fits(text) != bool(matches(text))]
        assert not wrong, expression


def test_so_it_is_of_flags_and_of_other_letters() -> None:
    alphabet = Alphabet("abA\u00e9\u00c9 _")
    for expression in (
        r"\w+",
        "(?i)\u00e9+",
        r"(?a)\w*",
        r"\x61|\u00e9",
        r"(?P<one>a)(b|)",
        "a{,}_?",
    ):
        pattern, matches = Pattern(expression, alphabet), re.compile(expression).fullmatch
        for n in range(4):
            for text in map("".join, itertools.product(alphabet.characters, repeat=n)):
                assert pattern.fits(text) == bool(matches(text)), (expression, text)


def test_repeats_are_told_by_the_digits_that_python_takes() -> None:
    pattern = Pattern("a{\u0663}", Alphabet("a{}\u0663"))
    assert pattern.fits("a{\u0663}")
    assert not pattern.fits("aaa")


def test_groups_within_bounds_are_read() -> None:
    pattern = Pattern("(a" * 50 + "b" + ")?" * 50, ALPHABET)
    assert pattern.fits("a" * 50 + "b")
    assert not pattern.fits("a" * 50)
    assert Pattern("(){4000000000}(a|){2000}", ALPHABET).fits("aaa")


def test_no_text_begins_with_what_none_can_go_on_from() -> None:
    pattern = Pattern("[0-9]{2}-[0-9]|a{1,2}b?", Alphabet("0ab"))
    assert not pattern.step(pattern.start, 1)  # the dash cannot be written
    states = list(itertools.accumulate((2, 2, 3, 2), pattern.step, initial=pattern.start))
    assert list(map(bool, states)) == [True, True, True, True, False]
    assert list(map(pattern.accepts, states)) == [False, True, True, True, False]


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("[ab", r"'\[ab' is no regular expression \("),
        ("(?au)a", "is no regular expression"),
        ("[[:digit:]]", "is no regular expression"),
        ("c.*", r"'c\.\*' fits no text of the model's characters 'ab'"),
        ("[ab]{3}-[ab]{2}", "fits no text"),
        ("", "fits no text"),
        ("(a{100}){100}", "'.*' is too long or too deep"),
        ("a{99999999999999999999}", "too long or too deep"),
        ("(a" * 60 + ")*" * 60, "too long or too deep"),
        ("(" * 4000 + "a" + ")" * 4000, r"'\(+\.\.\.' is too long or too deep"),
        (r"(?!b)a+", r"holds  \(\?! , which a pattern cannot"),
        (r"a+(?<=a)", r"holds  \(\?< , which"),
        (r"a\Bb+", r"holds  \\B , which"),
        (r"(a)\1", r"holds  \\1 , which"),
        ("a++", r"holds  \+\+ , which"),
        ("a$b", r"holds  \$ , which a pattern cannot: leave it out"),
        ("(?i:a)", r"holds  \(\?i , which"),
    ],
)
def test_expressions_that_cannot_be(expression: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        Pattern(expression, ALPHABET)


def test_expressions_are_composed_as_alphabets_are() -> None:
    pattern = Pattern("e\u0301+", Alphabet("\u00e9"))
    assert pattern.fits_ids([1, 1])
    assert not pattern.fits("e\u0301")
