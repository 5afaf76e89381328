from itertools import pairwise

import pytest

from hwr.training.options import TrainingOptions
from hwr.training.pace import FINAL_RATE, Pace, one_cycle


def test_one_cycle_rises_and_falls() -> None:
    rates = [one_cycle(step / 100, warmup=0.1) for step in range(101)]
    assert rates[5] == pytest.approx(0.5)
    assert max(rates) == rates[10] == 1
    assert rates[55] == pytest.approx(0.5, abs=1e-3)
    assert rates[100] == pytest.approx(FINAL_RATE)
    assert all(a > b for a, b in pairwise(rates[10:]))
    assert one_cycle(0, warmup=0) == 1
    assert one_cycle(1.2, warmup=0.1) == pytest.approx(FINAL_RATE)


def test_steps_of_budgets() -> None:
    def pace(budget: str) -> Pace:
        options = TrainingOptions(budget=budget, batch=50)
        return Pace(options, digits_per_epoch=55_000, characters_per_line=5.5)

    assert pace("70 steps").steps == 70
    # 55,000 digits are 10,000 lines of 5.5, 200 batches of 50.
    assert pace("3 epochs").steps == 600


def test_progress_in_steps_and_minutes() -> None:
    pace = Pace(TrainingOptions(budget="8 steps"), 1, 1)
    pace.step = 6
    assert pace.progress == 0.75
    assert not pace.over(7)
    assert pace.over(8)

    pace = Pace(TrainingOptions(budget="2 minutes"), 1, 1)
    pace.load_state_dict({"seconds": 90.0})
    assert pace.progress == 0.75
    assert not pace.over(10**9)
    pace.load_state_dict({"seconds": 120.0})
    assert pace.over(0)
