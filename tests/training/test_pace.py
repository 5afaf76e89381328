from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from hwr.training.data_options import DataOptions
from hwr.training.options import LinesOptions, Options, TrainingOptions
from hwr.training.pace import FINAL_RATE, Pace, make_pace, one_cycle
from hwr.training.pools import WHOLE, Part


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
        lines = LinesOptions(min_length=1, max_length=10)
        training = TrainingOptions(budget=budget, batch=50)
        return make_pace(Options(lines=lines, training=training), digits=55_000)

    assert pace("70 steps").steps == 70
    # 55,000 digits are 10,000 lines of 5.5, 200 batches of 50.
    assert pace("3 epochs").steps == 600


def test_an_epoch_takes_each_of_one_s_own_lines_once() -> None:
    def steps(**data: object) -> int:
        training = TrainingOptions(budget="2 epochs", batch=50)
        options = Options(data=DataOptions(train=("there",), **data), training=training)
        return make_pace(options, digits=55_000, real=2000).steps

    assert steps() == 80
    # Of each batch 10 are composed: 40 of 2,000 in a step.
    assert steps(composed=0.2) == 100


@pytest.mark.parametrize(("part", "lines"), [(WHOLE, 64), (Part(0, (30, 34)), 30)])
def test_lines_of_all_processes_count(part: Part, lines: int) -> None:
    pace = Pace(TrainingOptions(budget="8 steps"), 1, part)
    mine: Any = range(lines)
    trainer: Any = SimpleNamespace(global_step=1, is_last_batch=False)
    for _ in range(3):
        pace.on_train_batch_end(trainer, trainer, None, mine, 0)
    assert pace.lines == 3 * 64


def test_progress_in_steps_and_minutes() -> None:
    pace = Pace(TrainingOptions(budget="8 steps"), 1)
    pace.step = 6
    assert pace.progress == 0.75
    assert not pace.over(7)
    assert pace.over(8)

    pace = Pace(TrainingOptions(budget="2 minutes"), 1)
    pace.load_state_dict({"seconds": 90.0})
    assert pace.progress == 0.75
    assert not pace.over(10**9)
    pace.load_state_dict({"seconds": 120.0})
    assert pace.over(0)
