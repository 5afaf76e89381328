"""Best paths: of all, and of a given text."""

import itertools

import numpy as np
import pytest
import torch

from hwr.decoding.paths import align, greedy


def frames(*probabilities: list[float]) -> np.ndarray:
    return np.log(np.array(probabilities, dtype=np.float32))


def test_runs_are_merged_blanks_dropped_and_repeats_kept() -> None:
    found = greedy(
        frames(
            [0.1, 0.8, 0.1],
            [0.2, 0.7, 0.1],
            [0.9, 0.05, 0.05],
            [0.1, 0.6, 0.3],
            [0.1, 0.1, 0.8],
            [0.8, 0.1, 0.1],
        )
    )
    assert found.ids == [1, 1, 2]
    assert found.spans == [(0, 2), (3, 4), (4, 5)]
    assert found.confidences == pytest.approx([0.8, 0.6, 0.8])


def test_only_blanks_is_nothing() -> None:
    assert greedy(frames([0.9, 0.1], [0.8, 0.2])).ids == []


def random(frames: int, classes: int, seed: int) -> np.ndarray:
    scores = torch.randn(frames, classes, generator=torch.Generator().manual_seed(seed))
    return (2 * scores).log_softmax(1).numpy()


@pytest.mark.parametrize("text", [[], [1], [1, 1], [1, 2], [2, 1, 1], [1, 2, 1, 2]])
@pytest.mark.parametrize("seed", range(5))
def test_aligning_finds_the_best_of_all_paths_that_spell_the_text(
    text: list[int], seed: int
) -> None:
    log_probs = random(6, 3, seed)
    spelling = [
        path
        for path in itertools.product(range(3), repeat=6)
        if [symbol for symbol, _ in itertools.groupby(path) if symbol] == text
    ]
    best = max(spelling, key=lambda path: sum(log_probs[range(6), list(path)]))
    found = align(log_probs, text)
    runs = []
    for symbol, group in itertools.groupby(enumerate(best), key=lambda item: item[1]):
        frames = [frame for frame, _ in group]
        if symbol:
            runs.append((frames[0], frames[-1] + 1))
    assert found.ids == text
    assert found.spans == runs


@pytest.mark.parametrize("seed", range(20))
def test_aligning_the_greedy_text_gives_the_greedy_path(seed: int) -> None:
    log_probs = random(30, 4, seed)
    assert align(log_probs, greedy(log_probs).ids) == greedy(log_probs)


def test_a_text_that_needs_more_frames_has_no_path() -> None:
    assert align(random(3, 3, 0), [2, 1, 1]) is None
