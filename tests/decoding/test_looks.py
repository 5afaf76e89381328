"""Several looks at a line, against the mean of all texts' probabilities."""

import itertools

import numpy as np
import pytest
import torch

from hwr.decoding.ctc import read_ctc, score
from hwr.decoding.language import LanguageModel
from hwr.decoding.looks import Seen, read_looks

TEXTS = [list(text) for n in range(5) for text in itertools.product((1, 2), repeat=n)]
WEIGHTS = [1.5, 1, 1]
"""Of three looks: the line as it is counts more."""


def random(lines: int, frames: int, seed: int) -> Seen:
    generator = torch.Generator().manual_seed(seed)
    log_probs = torch.randn(lines, frames, 3, generator=generator).log_softmax(2).numpy()
    return Seen(log_probs, np.full(lines, frames))


def test_one_look_reads_as_if_there_were_no_others() -> None:
    look = random(20, 6, 0)
    for beam in (1, 4):
        for one, other in zip(
            read_looks([look], beam), read_ctc(look.log_probs, look.frames, beam), strict=True
        ):
            assert one.ids == other.ids
            assert one.log_probability == pytest.approx(other.log_probability)
            assert one.confidences == pytest.approx(other.confidences)
            assert one.spans == other.spans


def test_the_text_that_is_likeliest_in_the_mean_is_read() -> None:
    looks = [random(20, 4, 1), random(20, 3, 2), random(20, 5, 3)]
    every = [np.stack(score(*look, [TEXTS] * 20)) for look in looks]
    means = np.average(np.exp(every), 0, WEIGHTS)
    for found, of_texts in zip(read_looks(looks, beam=100), means, strict=True):
        assert found.ids == TEXTS[of_texts.argmax()]
        assert np.exp(found.log_probability) == pytest.approx(of_texts.max())
        others = [log_probability for _, log_probability in found.alternatives]
        assert others == sorted(others, reverse=True)
        assert found.log_probability >= others[0]


def test_lines_are_replaced_by_shorter_and_longer_ones() -> None:
    one, longer, shorter = random(3, 5, 1), random(2, 7, 2), random(3, 2, 3)
    first, second, third = one.replaced([2, 0], longer).rows
    assert np.array_equal(first, longer.rows[1])
    assert np.array_equal(second, one.rows[1])
    assert np.array_equal(third, longer.rows[0])
    for row, other in zip(one.replaced([0, 1, 2], shorter).rows, shorter.rows, strict=True):
        assert np.array_equal(row, other)
    assert one.frames.tolist() == [5, 5, 5]


def test_a_language_model_has_its_say() -> None:
    looks = [random(20, 4, 1), random(20, 4, 2)]
    never_two = LanguageModel.of([[1], [1, 1], [1, 1, 1]], 1, 3).weighed(9.0, 0.0)
    without, with_it = read_looks(looks, 8), read_looks(looks, 8, never_two)
    assert sum(2 in found.ids for found in with_it) < 0.5 * sum(2 in f.ids for f in without)
    # The confidence is that of the pictures all the same.
    every = [np.stack(score(*look, [TEXTS] * 20)) for look in looks]
    for found, means in zip(with_it, np.average(np.exp(every), 0, WEIGHTS[:2]), strict=True):
        assert np.exp(found.log_probability) == pytest.approx(means[TEXTS.index(found.ids)])


def test_a_sure_look_outvotes_a_doubtful_one() -> None:
    def saying(symbol: int, probability: float) -> Seen:
        rest = (1 - probability) / 2
        frame = [probability if place == symbol else rest for place in range(3)]
        return Seen(np.log(np.array([[frame]], np.float32)), np.array([1]))

    (found,) = read_looks([saying(1, 0.5), saying(2, 0.9)])
    assert found.ids == [2]
    assert np.exp(found.log_probability) == pytest.approx((1.5 * 0.25 + 0.9) / 2.5)
    assert found.confidences == pytest.approx([(1.5 * 0.25 + 0.9) / 2.5])
    assert found.spans == [(0, 1)]
    assert found.alternatives[0][0] == [1]


def test_what_the_line_as_it_is_has_no_room_for_has_no_places() -> None:
    narrow = Seen(np.full((1, 1, 3), np.log(1 / 3), np.float32), np.array([1]))
    wide = np.full((1, 3, 3), -20, np.float32)
    wide[0, (0, 1, 2), (1, 0, 1)] = 0
    (found,) = read_looks([narrow, Seen(wide, np.array([3]))])
    assert found.ids == [1, 1]
    assert found.spans is None
    assert np.exp(found.log_probability) == pytest.approx(0.4, rel=1e-3)
    assert found.confidences == pytest.approx([0.4, 0.4])
