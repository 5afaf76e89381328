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

SHARES = (2, 2)


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
        for part in (Part(), Part(0, SHARES), Part(1, SHARES))
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
    trainer: Any = SimpleNamespace(global_step=number, received_sigterm=False)
    parallel.on_train_batch_start(trainer, task, None, 0)  # type: ignore[arg-type]
    before()
    parallel.on_after_backward(trainer, task)


def gradients(task: ReadingTask, part: Part, number: int) -> list[torch.Tensor]:
    """Of a part of a step, computed here."""
    task.zero_grad()
    torch.manual_seed(task.seed(number, part.number))
    task.loss(next(BatchMaker(task.options, part=part).training(number)), number).backward()  # type: ignore[no-untyped-call]
    return [weight.grad.clone() for weight in task.parameters() if weight.grad is not None]


def test_a_part_may_have_fewer_lines_and_all_are_as_wide_as_each_other() -> None:
    rows, shares = list(range(64)), (30, 34)
    one, other = (Part(number, shares).rows(rows) for number in range(2))
    assert (len(one), len(other)) == shares
    assert sorted(one + other) == rows
    # In any stretch of the lines, which are in order of their width, parts have their shares.
    for end in range(1, 65):
        assert abs(len([row for row in one if row < end]) - end * 30 / 64) < 1
    assert Part(0, shares).share == 30 / 64


def test_the_first_process_may_be_spared_lines() -> None:
    spared = options(batch=10, spared=0.2)
    assert spared.training.shares == (4, 6)
    parts = [BatchMaker(spared, part=Part(number, (4, 6))) for number in range(2)]
    whole = next(BatchMaker(options(batch=10)).training(3)).lines
    dealt = [next(part.training(3)).lines for part in parts]
    assert [len(lines) for lines in dealt] == [4, 6]
    assert sorted(name for lines in dealt for name in lines.names) == sorted(whole.names)


@pytest.mark.parametrize(
    ("batch", "processes", "spared", "shares"),
    [
        (64, 1, 0.06, (64,)),
        (64, 2, 0, (32, 32)),
        (64, 2, 0.06, (30, 34)),
        (5, 2, 0, (2, 3)),
        (64, 8, 0.5, (4, 9, 9, 9, 9, 8, 8, 8)),
        (2, 2, 0.9, (1, 1)),
    ],
)
def test_how_many_lines_each_process_has(
    batch: int, processes: int, spared: float, shares: tuple[int, ...]
) -> None:
    training = options(processes, batch=batch, spared=spared).training
    assert sum(training.shares) == batch
    assert training.shares == shares


def test_parts_are_alike_where_a_batch_has_lines_of_two_kinds() -> None:
    own, composed = list(range(5)), list(range(3))
    for number in range(2):
        part = Part(number, SHARES)
        assert len(part.rows(own)) + len(part.rows(composed, before=5)) == 4
    dealt = [row for number in range(2) for row in Part(number, SHARES).rows(composed, before=5)]
    assert sorted(dealt) == composed


@pytest.mark.parametrize(
    ("freeze", "shares"),
    [(0, SHARES), (5, SHARES), (0, (1, 3))],
    ids=["all learns", "frozen at first", "unlike parts"],
)
def test_gradients_are_the_mean_of_the_parts(freeze: int, shares: tuple[int, int]) -> None:
    task = ReadingTask(options(freeze=freeze, spared=1 - shares[0] / 2))
    own, others = (Part(number, shares) for number in range(2))
    for name, buffer in task.named_buffers():  # as of a model that this one begins with
        if "running" in name:
            buffer += 0.5
    threads = torch.get_num_threads()
    with Parallel(task, RealLines(), shares) as parallel:
        for number in (3, 4, 9):
            hold(task, learns=number >= freeze)
            wanted = [
                own.share * one + others.share * other
                for one, other in zip(
                    gradients(task, own, number), gradients(task, others, number), strict=True
                )
            ]
            step(parallel, task, number, lambda own=own, at=number: gradients(task, own, at))
            found = [weight.grad for weight in task.parameters() if weight.grad is not None]
            for gradient, want in zip(found, wanted, strict=True):
                torch.testing.assert_close(gradient, want)
            with torch.no_grad():  # the other process sees it: the next gradients are of these
                for weight in task.parameters():
                    weight.add_(0.1)
    assert torch.get_num_threads() == threads


def test_what_one_part_teaches_alone_counts() -> None:
    """As how far lines lean, where none of this process's own is known to."""
    task = ReadingTask(options())
    parallel = Parallel(task, RealLines(), (1, 3))
    first, second, third, *_ = (name for name, _ in task.named_parameters())
    others = {name: torch.zeros_like(weight) for name, weight in task.named_parameters()}
    others[first] += 2
    others[second] += 2
    parallel._helpers.append(SimpleNamespace(gradients=lambda: others))  # type: ignore[arg-type]
    weights = dict(task.named_parameters())
    weights[second].grad = torch.full_like(weights[second], 6)
    trainer: Any = SimpleNamespace(received_sigterm=False)
    threads = torch.get_num_threads()
    parallel.on_after_backward(trainer, task)
    torch.set_num_threads(threads)
    torch.testing.assert_close(weights[first].grad, torch.full_like(weights[first], 0.75 * 2))
    mean = torch.full_like(weights[second], 0.25 * 6 + 0.75 * 2)
    torch.testing.assert_close(weights[second].grad, mean)
    assert weights[third].grad is None  # which stand still by weight decay, too


def test_others_begin_when_the_weights_are_there_but_not_before_a_validation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Which puts averages in the weights' place."""
    monkeypatch.setattr(torch, "set_num_threads", lambda threads: None)
    task = ReadingTask(options())
    parallel, begun = Parallel(task, RealLines(), SHARES), []
    parallel._helpers.append(SimpleNamespace(start=begun.append))  # type: ignore[arg-type]
    for number, is_last, expected in ((4, True, []), (5, False, [5])):
        trainer: Any = SimpleNamespace(global_step=number, is_last_batch=is_last)
        parallel.on_train_batch_end(trainer, task, None, None, 0)  # type: ignore[arg-type]
        assert begun == expected
    # Begun, they do not begin again.
    parallel.on_train_batch_start(trainer, task, None, 0)  # type: ignore[arg-type]
    assert begun == [5]


def test_the_first_process_has_the_cores_that_the_others_leave() -> None:
    task, threads = ReadingTask(options()), torch.get_num_threads()
    trainer: Any = SimpleNamespace(global_step=4, is_last_batch=True)
    torch.set_num_threads(4)
    try:
        with Parallel(task, RealLines(), SHARES) as parallel:
            assert torch.get_num_threads() == 2
            step(parallel, task, 3, lambda: gradients(task, Part(0, SHARES), 3))
            assert torch.get_num_threads() == 3
            parallel.on_train_batch_end(trainer, task, None, None, 0)  # type: ignore[arg-type]
            assert torch.get_num_threads() == 2
            parallel.on_validation_start(trainer, task)
            assert torch.get_num_threads() == 4
            parallel.on_validation_end(trainer, task)
            assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)


def test_what_goes_wrong_there_is_told_in_one_line() -> None:
    task = ReadingTask(options(stride=32))

    def steps(parallel: Parallel) -> None:
        for number in range(40):
            step(parallel, task, number, lambda: None)

    with (
        Parallel(task, RealLines(), SHARES) as parallel,
        pytest.raises(DataError, match="frames") as caught,
    ):
        steps(parallel)
    assert "\n" not in str(caught.value)


def test_a_process_that_ends_ends_the_training() -> None:
    with Parallel(task := ReadingTask(options()), RealLines(), SHARES) as parallel:
        (helper,) = parallel._helpers
        helper._process.kill()
        helper._process.join()
        with pytest.raises(HwrError, match=r"was killed \(signal 9\): was memory short"):
            step(parallel, task, 0, lambda: None)


def test_nothing_is_said_where_the_first_process_stops_in_the_midst_of_a_step(
    capfd: pytest.CaptureFixture[str],
) -> None:
    for waits in (False, True):  # before it computes; when what it has computed is not taken
        with Parallel(ReadingTask(options()), RealLines(), SHARES) as parallel:
            (helper,) = parallel._helpers
            helper.start(0)
            if waits:
                assert helper._pipe.poll(60)
        assert not helper._process.is_alive()
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"batch": 1}, r"batch \(1\) is too small for 2 processes"),
        ({"processes": 0}, "at least 1"),
        ({"spared": -0.1}, "spared must be at least 0 and below 1"),
        ({"spared": 1.0}, "spared must be at least 0 and below 1"),
    ],
)
def test_batches_that_cannot_be_shared_are_refused(content: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        options(**content)


@pytest.mark.parametrize(("spared", "composed", "few"), [(0, 0.9, 1), (0.5, 0.5, 2)])
def test_each_process_wants_lines_of_each_kind(spared: float, composed: float, few: int) -> None:
    data = {"train": ["x"], "composed": composed}
    content = options(spared=spared).to_dict() | {"alphabet": "01", "data": data}
    with pytest.raises(ConfigError, match=f"{few} lines of one kind, too few for 2 processes"):
        parse_options(content, "test")


def test_a_part_is_drawn_as_far_ahead_as_the_first_process_draws_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else one would draw while the other waits for it, and then the other way round."""
    drawn: list[int] = []

    def counted(maker: BatchMaker, step: int) -> Iterator[Batch]:
        for number, batch in enumerate(training(maker, step), step):
            drawn.append(number)
            yield batch

    training = BatchMaker.training
    steps = _Steps(options(), RealLines(), Part(1, SHARES))
    expected = list(islice(BatchMaker(options(), part=Part(1, SHARES)).training(5), 4))
    monkeypatch.setattr(BatchMaker, "training", counted)
    for step in range(5, 8):
        assert steps.batch(step).lines.names == expected[step - 5].lines.names
        steps.draw_ahead()
        assert drawn == list(range(5, step + 3))
    # A step elsewhere begins anew.
    assert steps.batch(5).lines.names == expected[0].lines.names
    assert drawn[-1] == 5
