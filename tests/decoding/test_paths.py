import numpy as np
import pytest

from hwr.decoding.greedy import greedy


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
