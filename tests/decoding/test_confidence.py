"""A line's confidence against the sum over all paths, one by one."""

import itertools

import numpy as np
import pytest
import torch

from hwr.decoding.confidence import text_log_probabilities

TEXTS = [[], [1], [1, 1], [1, 2], [2, 1, 1], [1, 2, 1, 2]]


def collapse(path: tuple[int, ...]) -> list[int]:
    return [symbol for symbol, _ in itertools.groupby(path) if symbol != 0]


def by_enumeration(log_probs: np.ndarray, text: list[int]) -> float:
    total = 0.0
    for path in itertools.product(range(log_probs.shape[1]), repeat=len(log_probs)):
        if collapse(path) == text:
            total += np.exp(sum(log_probs[frame, symbol] for frame, symbol in enumerate(path)))
    return float(np.log(total)) if total else -np.inf


@pytest.fixture
def log_probs() -> np.ndarray:
    scores = torch.randn(len(TEXTS), 5, 3, generator=torch.Generator().manual_seed(1))
    return scores.log_softmax(2).numpy()


def test_equals_the_sum_over_all_paths(log_probs: np.ndarray) -> None:
    frames = np.array([5, 1, 5, 4, 3, 4])
    found = text_log_probabilities(log_probs, frames, TEXTS)
    expected = [
        by_enumeration(row[:count], text)
        for row, count, text in zip(log_probs, frames, TEXTS, strict=True)
    ]
    assert expected[4] == -np.inf  # "211" needs four frames and has three
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_frames_behind_the_line_change_nothing(log_probs: np.ndarray) -> None:
    frames = np.array([3] * len(TEXTS))
    short = text_log_probabilities(log_probs[:, :3], frames, TEXTS)
    np.testing.assert_array_equal(text_log_probabilities(log_probs, frames, TEXTS), short)


def test_long_lines_do_not_underflow() -> None:
    scores = torch.randn(1, 3000, 11, generator=torch.Generator().manual_seed(2)).log_softmax(2)
    text = torch.randint(1, 11, (200,), generator=torch.Generator().manual_seed(3))
    loss = torch.nn.functional.ctc_loss(
        scores.transpose(0, 1).double(), text[None], (3000,), (200,), reduction="sum"
    )
    found = text_log_probabilities(scores.numpy(), np.array([3000]), [text.tolist()])
    assert found[0] == pytest.approx(-loss.item(), rel=1e-9)


def test_another_line_s_longer_text_changes_nothing() -> None:
    log_probs = np.full((2, 1400, 3), -30, np.float32)
    log_probs[0, :, 0] = -1e-4  # nothing but blanks
    log_probs[1] = np.log(1 / 3)
    frames = np.full(2, 1400)
    (alone,) = text_log_probabilities(log_probs[:1], frames[:1], [[]])
    together = text_log_probabilities(log_probs, frames, [[], [1, 2] * 125])
    assert alone == pytest.approx(-0.14, rel=1e-3)
    assert together[0] == pytest.approx(alone)
