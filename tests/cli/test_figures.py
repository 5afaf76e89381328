"""What `hwr eval` prints, without any model."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from hwr.cli.figures import SHOWN, print_figures
from hwr.evaluate import Evaluation
from hwr.scoring.classes import MANY, classification
from hwr.scoring.rates import rates, score_line


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]):
    def of(pairs: list[tuple[str, str]]) -> str:
        scores = [score_line(f"line {row}", *pair, 0.5) for row, pair in enumerate(pairs)]
        print_figures(
            SimpleNamespace(),
            SimpleNamespace(remarks=""),
            Evaluation(scores, list(range(len(scores))), 1.0, 0, [], []),
            rates(scores),
            classification(scores),
        )
        return capsys.readouterr().out

    return of


def test_a_point_is_no_interval(printed) -> None:
    told = printed([("12", "13")])
    assert told.count("(no interval)") == 3
    assert "95 %:" not in told
    assert "no interval: too few lines for it, or too alike" in told
    assert "no line right: at most 100.00% of lines right (95 %)" in told
    told = printed([("12", "12")] * 300)
    assert "accuracy 100.00%  (no interval)" in told
    assert "no error seen: at most 1.00% of lines wrong (95 %)" in told
    told = printed([("12", "12"), ("12", "12 ")])
    assert "WER        0.00%  (no interval)" in told
    assert "accuracy  50.00%  (95 %: 0.00% to 100.00%)" in told
    assert "no line right" not in told
    assert "no interval:" not in printed([("12", "12"), ("12", "13")])


def test_a_single_error_is_not_rounded_away(printed) -> None:
    told = printed([("12", "12")] * 29_999 + [("12", "13"), ("1", "1")])
    assert "CER       <0.01%  (" in told
    assert "accuracy >99.99%  (" in told
    assert "     2  30000  <0.01%  >99.99%" in told


def test_of_very_many_classes_the_worst_are_printed(printed) -> None:
    pairs = [(chr(0x4E00 + row),) * 2 for row in range(MANY + 1)] + [("一", "丁")] * 3
    told = printed(pairs)
    assert "confusion matrix" not in told
    assert "of 101 classes, those with most errors" in told
    assert "read as: '一' as '丁' 3x" in told
    assert len(told.splitlines()) < 3 * SHOWN
    assert "confusion matrix" in printed(pairs[: MANY - 1])
