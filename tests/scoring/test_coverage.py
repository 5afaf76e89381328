"""What is accepted by its confidence, and how much of that is wrong."""

from __future__ import annotations

import pytest

from hwr.scoring.coverage import THRESHOLDS, Accepted, coverage
from hwr.scoring.rates import score_line


def test_surer_readings_are_accepted() -> None:
    readings = [("1", "1", 0.995), ("2", "2", 0.9), ("3", "8", 0.9), ("4", "9", 0.2)]
    found = coverage([score_line(*reading[:1], *reading) for reading in readings])
    assert found is not None
    assert found.mean == pytest.approx(0.74875)
    assert [row.confidence for row in found.accepted] == list(THRESHOLDS)
    kept = {row.confidence: row for row in found.accepted}
    assert (kept[0.5].lines, kept[0.5].wrong, kept[0.5].coverage) == (3, 1, 0.75)
    # (At least, not more than.)
    assert (kept[0.9].lines, kept[0.9].wrong, kept[0.9].of) == (3, 1, 4)
    assert kept[0.9].risk == pytest.approx(1 / 3)
    assert (kept[0.99].lines, kept[0.99].wrong, kept[0.99].risk) == (1, 0, 0.0)
    assert found.to_dict()["by_confidence"][-1] == {"confidence": 0.99, "lines": 1, "wrong": 0}


def test_of_no_lines_nothing_is_wrong_or_right() -> None:
    found = coverage([score_line("a", "1", "1", 0.5)])
    assert found is not None
    assert [row.risk for row in found.accepted] == [0.0] + [None] * (len(THRESHOLDS) - 1)


def test_without_a_confidence_there_is_nothing_to_tell() -> None:
    assert coverage([]) is None
    assert coverage([score_line("a", "1", "1", 0.5), score_line("b", "1", "1")]) is None


def test_no_wrong_line_is_not_taken_for_no_risk() -> None:
    assert Accepted(0.9, 12, 0, 20).most_risk == 0.25
    assert Accepted(0.9, 0, 0, 20).most_risk is None
    # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I.
    assert Accepted(0.9, 263, 81, 263).most_risk == pytest.approx(0.3662, abs=1e-4)
    assert Accepted(0.9, 148, 15, 148).most_risk == pytest.approx(0.1605, abs=1e-4)
