"""Steps that several processes share."""

from collections.abc import Callable, Iterator
from itertools import islice
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from hwr.errors import ConfigError, DataError, HwrError
from hwr.lines.batch import Batch
from hwr.training.batches import BatchMaker
from hwr.training.config import parse_options
from hwr.training.helper import _Steps
from hwr.training.learner import hold
from hwr.training.options import Options
from hwr.training.parallel import Parallel
from hwr.training.pools import Part
from hwr.training.real import RealLines
from hwr.training.task import ReadingTask


def options(processes: int = 2, stride: int = 2, **training: Any) -> Options:
    content = {
        "lines": {"presets": {"touching": 1}, "max_length": 2, "alphabet": "01", "validation": 20},
        "network": {
            "encoder": {"stem": [{"channels": 4, "pool": [8, stride]}], "hidden": 6, "dropout": 0.2}
        },
        "training": {"budget": "9 steps", "batch": 4, "validate_every": 3, "processes": processes}
        | training,
    }
    return parse_options(content, "test")


@pytest.mark.parametrize("heads", [{"ctc": 1.0}, {"ctc": 1.0, "digit": 0.5}])
def test_the_parts_are_the_whole_batch(heads: dict[str, float]) -> None:
    both = parse_options(options().to_dict() | {"heads": heads}, "test")
    whole, *parts = (
        list(islice(BatchMaker(both, part=part).training(5), 12))
        for part in (Part(), Part(0, 2), Part(1, 2))
    )
    for batch, *halves in zip(whole, *parts, strict=True):
        for kind in ("lines", "digits"):
            if (lines := getattr(batch, kind)) is None:
                continue
            for number, half in enumerate(halves):
                mine = getattr(half, kind)
                assert mine.texts == lines.texts[number::2]
                wanted = lines.rows(range(number, len(lines), 2))
                for row in range(len(mine)):
                    assert (mine.line(row) == wanted.line(row)).all()


def step(parallel: Parallel, task: ReadingTask, number: int, before: Callable[[], Any]) -> None:
    trainer: Any = SimpleNamespace(global_step=number)
    parallel.on_train_batch_start(trainer, task, None, 0)  # type: ignore[arg-type]
    before()
    parallel.on_after_backward(trainer, task)


def gradients(task: ReadingTask, part: Part, number: int) -> list[torch.Tensor]:
    """Of a part of a step, computed here."""
    task.zero_grad()
    torch.manual_seed(task.seed(number, part.number))
    task.loss(next(BatchMaker(task.options, part=part).training(number)), number).backward()  # type: ignore[no-untyped-call]
    return [weight.grad.clone() for weight in task.parameters() if weight.grad is not None]


def test_parts_are_alike_where_a_batch_has_lines_of_two_kinds() -> None:
    own, composed = list(range(5)), list(range(3))
    for number in range(2):
        part = Part(number, 2)
        assert len(part.rows(own)) + len(part.rows(composed, before=5)) == 4
    dealt = [row for number in range(2) for row in Part(number, 2).rows(composed, before=5)]
    assert sorted(dealt) == composed


@pytest.mark.parametrize("freeze", [0, 5], ids=["all learns", "frozen at first"])
def test_gradients_are_the_mean_of_the_parts(freeze: int) -> None:
    task = ReadingTask(options(freeze=freeze))
    for name, buffer in task.named_buffers():  # as of a model that this one begins with
        if "running" in name:
            buffer += 0.5
    threads = torch.get_num_threads()
    with Parallel(task, RealLines(), 2) as parallel:
        for number in (3, 4, 9):
            hold(task, learns=number >= freeze)
            wanted = [
                (one + other) / 2
                for one, other in zip(
                    gradients(task, Part(0, 2), number),
                    gradients(task, Part(1, 2), number),
                    strict=True,
                )
            ]
            own = Part(0, 2)
            step(parallel, task, number, lambda own=own, at=number: gradients(task, own, at))
            found = [weight.grad for weight in task.parameters() if weight.grad is not None]
            for gradient, want in zip(found, wanted, strict=True):
                torch.testing.assert_close(gradient, want)
            with torch.no_grad():  # the other process sees it: the next gradients are of these
                for weight in task.parameters():
                    weight.add_(0.1)
    assert torch.get_num_threads() == threads


def test_the_optimizer_has_the_cores_of_those_that_wait_for_it() -> None:
    task, threads = ReadingTask(options()), torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with Parallel(task, RealLines(), 2) as parallel:
            assert torch.get_num_threads() == 1
            step(parallel, task, 3, lambda: gradients(task, Part(0, 2), 3))
            assert torch.get_num_threads() == 2
            parallel.on_train_batch_end(None, task, None, None, 0)  # type: ignore[arg-type]
            assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(threads)


def test_what_goes_wrong_there_is_told_in_one_line() -> None:
    task = ReadingTask(options(stride=32))

    def steps(parallel: Parallel) -> None:
        for number in range(40):
            step(parallel, task, number, lambda: None)

    with (
        Parallel(task, RealLines(), 2) as parallel,
        pytest.raises(DataError, match="frames") as caught,
    ):
        steps(parallel)
    assert "\n" not in str(caught.value)


def test_a_process_that_ends_ends_the_training() -> None:
    with Parallel(task := ReadingTask(options()), RealLines(), 2) as parallel:
        (helper,) = parallel._helpers
        helper._process.kill()
        helper._process.join()
        with pytest.raises(HwrError, match=r"was killed \(signal 9\): was memory short"):
            step(parallel, task, 0, lambda: None)


def test_nothing_is_said_where_the_first_process_stops_in_the_midst_of_a_step(
    capfd: pytest.CaptureFixture[str],
) -> None:
    for waits in (False, True):  # before it computes; when what it has computed is not taken
        with Parallel(ReadingTask(options()), RealLines(), 2) as parallel:
            (helper,) = parallel._helpers
            helper.start(0)
            if waits:
                assert helper._pipe.poll(60)
        assert not helper._process.is_alive()
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"batch": 5}, "multiple of processes"),
        ({"processes": 0}, "at least 1"),
    ],
)
def test_batches_that_cannot_be_shared_are_refused(content: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        options(**content)


def test_each_process_wants_lines_of_each_kind() -> None:
    content = options().to_dict() | {"alphabet": "01", "data": {"train": ["x"], "composed": 0.9}}
    with pytest.raises(ConfigError, match="1 lines of one kind, too few for 2 processes"):
        parse_options(content, "test")


def test_a_part_is_drawn_as_far_ahead_as_the_first_process_draws_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else one would draw a pool while the other waits for it, and then the other way round."""
    drawn: list[int] = []

    def counted(maker: BatchMaker, step: int) -> Iterator[Batch]:
        for number, batch in enumerate(training(maker, step), step):
            drawn.append(number)
            yield batch

    training = BatchMaker.training
    steps = _Steps(options(), RealLines(), Part(1, 2))
    expected = list(islice(BatchMaker(options(), part=Part(1, 2)).training(5), 4))
    monkeypatch.setattr(BatchMaker, "training", counted)
    for step in range(5, 8):
        assert steps.batch(step).lines.names == expected[step - 5].lines.names
        steps.draw_ahead()
        assert drawn == list(range(5, step + 3))
    # A step elsewhere begins anew.
    assert steps.batch(5).lines.names == expected[0].lines.names
    assert drawn[-1] == 5
