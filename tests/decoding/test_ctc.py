"""The prefix beam and reading with it, against all texts there are."""

import dataclasses
import itertools

import numpy as np
import pytest
import torch

from hwr.decoding.confidence import text_log_probabilities
from hwr.decoding.ctc import read_ctc
from hwr.decoding.language import LanguageModel
from hwr.decoding.paths import greedy
from hwr.decoding.prefix_beam import prefix_beam


def random(lines: int, frames: int, classes: int, seed: int = 0) -> np.ndarray:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(lines, frames, classes, generator=generator).log_softmax(2).numpy()


def all_texts(frames: int, classes: int) -> list[list[int]]:
    symbols = range(1, classes)
    return [
        list(text)
        for length in range(frames + 1)
        for text in itertools.product(symbols, repeat=length)
    ]


@pytest.mark.parametrize("seed", range(10))
def test_a_wide_beam_ranks_all_texts_by_their_probability(seed: int) -> None:
    log_probs = random(1, 4, 3, seed)
    texts = all_texts(4, 3)
    scores = text_log_probabilities(
        np.repeat(log_probs, len(texts), 0), np.full(len(texts), 4), texts
    )
    ranked = [texts[place] for place in np.argsort(-scores) if scores[place] > -np.inf]
    assert prefix_beam(log_probs[0], 1000) == ranked


def test_it_finds_the_likeliest_text_where_the_likeliest_path_is_another() -> None:
    # Blank twice is the likeliest path, but three paths spell "1" (Graves et al. 2006).
    log_probs = np.log(np.array([[[0.6, 0.4], [0.6, 0.4]]], dtype=np.float32))
    (plain,) = read_ctc(log_probs, np.array([2]))
    (wide,) = read_ctc(log_probs, np.array([2]), beam=4)
    assert (plain.ids, wide.ids) == ([], [1])
    assert np.exp(plain.log_probability) == pytest.approx(0.36)
    assert np.exp(wide.log_probability) == pytest.approx(0.64)
    assert wide.spans == [(0, 2)] or wide.spans in ([(0, 1)], [(1, 2)])
    assert wide.alternatives[0][0] == []


def test_a_beam_is_never_worse_than_the_best_path_and_its_confidences_are_exact() -> None:
    log_probs, frames = random(30, 12, 5), np.arange(30) % 9 + 4
    narrow, wide = read_ctc(log_probs, frames), read_ctc(log_probs, frames, beam=3)
    for one, other in zip(narrow, wide, strict=True):
        assert other.log_probability >= one.log_probability - 1e-9
        assert len(other.ids) == len(other.spans) == len(other.confidences)
        likelier = [log_probability for _, log_probability in other.alternatives]
        assert likelier == sorted(likelier, reverse=True)
        assert other.ids not in [ids for ids, _ in other.alternatives]
    exact = text_log_probabilities(log_probs, frames, [found.ids for found in wide])
    np.testing.assert_allclose([found.log_probability for found in wide], exact)


def test_one_is_greedy_and_padding_is_not_looked_at() -> None:
    log_probs, frames = random(6, 10, 4), np.array([10, 1, 5, 7, 10, 3])
    for beam in (1, 4):
        together = read_ctc(log_probs, frames, beam)
        for row, count, found in zip(log_probs, frames, together, strict=True):
            (alone,) = read_ctc(row[None, :count], np.array([count]), beam)
            assert alone.ids == found.ids
            assert alone.log_probability == pytest.approx(found.log_probability)
            if beam == 1:
                assert found.ids == greedy(row[:count]).ids


def test_certain_and_impossible_symbols() -> None:
    with np.errstate(divide="ignore"):
        log_probs = np.log(np.eye(3, dtype=np.float32)[[1, 0, 1, 2]])
    assert prefix_beam(log_probs, 5) == [[1, 1, 2]]


@pytest.mark.parametrize("seed", range(10))
def test_a_language_model_has_its_say_in_which_text_is_best(seed: int) -> None:
    model = LanguageModel.of([[1, 2, 3], [1, 2], [2]], 3, 4).weighed(0.7, 0.4)
    log_probs, frames = random(1, 4, 4, seed), np.array([4])
    texts = all_texts(4, 4)
    by_ctc = text_log_probabilities(
        np.repeat(log_probs, len(texts), 0), np.full(len(texts), 4), texts
    )
    best = int(np.argmax(by_ctc + [model.score(text) for text in texts]))
    (found,) = read_ctc(log_probs, frames, 1000, model)
    assert found.ids == texts[best]
    assert found.log_probability == pytest.approx(by_ctc[best])
    (alone,) = read_ctc(log_probs, frames, 1000, dataclasses.replace(model, weight=0, bonus=0))
    assert alone.ids == texts[int(by_ctc.argmax())]


@pytest.mark.parametrize("seed", range(5))
def test_a_language_model_has_its_say_while_prefixes_grow(seed: int) -> None:
    model = LanguageModel.of([[1, 2, 3], [1, 2], [2]], 3, 4).weighed(0.7, 0.4)
    log_probs = random(1, 4, 4, seed)
    texts = all_texts(4, 4)
    scores = text_log_probabilities(
        np.repeat(log_probs, len(texts), 0), np.full(len(texts), 4), texts
    )
    # Not yet of where a text ends.
    scores += [model.score(text) - np.log(model.factor(text, 0)) for text in texts]
    ranked = [texts[place] for place in np.argsort(-scores) if scores[place] > -np.inf]
    assert prefix_beam(log_probs[0], 1000, model) == ranked
    assert prefix_beam(log_probs[0], 1000) != ranked


def test_what_a_picture_rules_out_no_language_brings_back() -> None:
    model = LanguageModel.of([[1, 2]] * 50, 2, 3).weighed(3.0, 9.0)
    frames = np.array([[0.01, 0.98, 0.01], [0.5, 0.5 - 1e-9, 1e-9]])
    found = prefix_beam(np.log(frames).astype(np.float32), 10, model)
    assert [2] not in [text[1:] for text in found]


def test_nor_what_is_hopeless_all_together() -> None:
    """Each symbol alone is likely enough to be asked about; one behind the other is not."""
    # A 1 is rare where a text begins, so that the language does not help it up; a 2 behind is not.
    model = LanguageModel.of([[1, 2]] + [[2]] * 200, 2, 3).weighed(1.0, 5.0)
    frames = np.array([[0.9985, 0.001, 0.0005]] * 2)
    assert model.factor([1], 2) > 100 > 1 > model.factor([], 1)
    found = prefix_beam(np.log(frames).astype(np.float32), 4, model)
    assert [1] in found
    assert [1, 2] not in found
