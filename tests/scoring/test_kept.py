"""What is kept by its confidence."""

from __future__ import annotations

import pytest

from hwr.scoring.kept import LEVELS, confidences
from hwr.scoring.rates import score_line


def test_surer_readings_are_kept() -> None:
    readings = [("1", "1", 0.995), ("2", "2", 0.9), ("3", "8", 0.9), ("4", "9", 0.2)]
    found = confidences([score_line(*reading[:1], *reading) for reading in readings])
    assert found is not None
    assert found.mean == pytest.approx(0.74875)
    assert [row.confidence for row in found.kept] == list(LEVELS)
    kept = {row.confidence: row for row in found.kept}
    assert (kept[0.5].lines, kept[0.5].wrong, kept[0.5].kept_share) == (3, 1, 0.75)
    # (At least, not more than.)
    assert (kept[0.9].lines, kept[0.9].wrong, kept[0.9].of) == (3, 1, 4)
    assert kept[0.9].wrong_share == pytest.approx(1 / 3)
    assert (kept[0.99].lines, kept[0.99].wrong, kept[0.99].wrong_share) == (1, 0, 0.0)
    assert found.to_dict()["by_confidence"][-1] == {"confidence": 0.99, "lines": 1, "wrong": 0}


def test_of_no_lines_kept_nothing_is_wrong_or_right() -> None:
    found = confidences([score_line("a", "1", "1", 0.5)])
    assert found is not None
    assert [row.wrong_share for row in found.kept] == [0.0] + [None] * (len(LEVELS) - 1)


def test_without_a_confidence_there_is_nothing_to_tell() -> None:
    assert confidences([]) is None
    assert confidences([score_line("a", "1", "1", 0.5), score_line("b", "1", "1")]) is None
