"""The median of few values."""

import numpy as np
import pytest

from hwr.lines.document.median import median


@pytest.mark.parametrize("count", [1, 2, 3, 10, 257])
def test_it_is_numpy_s(count: int) -> None:
    values = np.random.default_rng(count).random(count, np.float32)
    assert median(values) == np.median(values)
