import numpy as np
import pytest

from hwr.decoding.digit import read_digits


def test_the_likeliest_class_with_all_others_as_alternatives() -> None:
    probabilities = np.array([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]])
    one, other = read_digits(np.log(probabilities).astype(np.float32))
    assert one.ids == [2]
    assert np.exp(one.log_probability) == pytest.approx(0.7)
    assert one.confidences == [pytest.approx(0.7)]
    assert one.spans is None
    assert [ids for ids, _ in one.alternatives] == [[3], [1]]
    assert [np.exp(p) for _, p in one.alternatives] == [pytest.approx(0.2), pytest.approx(0.1)]
    assert other.ids == [1]
