"""A training that is stopped goes on as if it had not been."""

import csv
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from hwr.lines.batch import LineBatch
from hwr.training.checkpoints import Kept, read_checkpoint
from hwr.training.config import parse_options
from hwr.training.options import Options
from hwr.training.run import InterruptedTrainingError, train
from hwr.training.task import ReadingTask

CONTENT = {
    "lines": {"presets": {"touching": 1}, "max_length": 2, "alphabet": "01", "validation": 20},
    "network": {
        "encoder": {
            "stem": [{"channels": 4, "pool": [4, 2]}, {"channels": 6, "pool": [4, 2]}],
            "hidden": 6,
            "dropout": 0.2,
        }
    },
    "training": {"budget": "12 steps", "batch": 4, "validate_every": 5, "learning_rate": 0.01},
}


def options() -> Options:
    return parse_options(dict(CONTENT), "test")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that nothing stopped: it validates behind steps 5, 10 and 12."""
    folder = tmp_path_factory.mktemp("whole")
    train(options(), folder)
    return folder


@pytest.fixture(autouse=True)
def _hears_ctrl_c() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.signal(signal.SIGINT, before) is signal.default_int_handler


@pytest.fixture
def ends_as_whole(whole: Path, tmp_path: Path) -> Callable[[], None]:
    """Goes on with the run in `tmp_path`, which then equals the whole one in all it came to."""

    def check() -> None:
        train(options(), tmp_path, resume=tmp_path / "last.ckpt")
        for name in ("last.ckpt", "best.ckpt"):
            expected, found = (read_checkpoint(folder / name) for folder in (whole, tmp_path))
            assert found["global_step"] == expected["global_step"]
            assert found["scores"] == expected["scores"] != {}
            for part in ("state_dict", "current_model_state"):
                for weight, value in expected[part].items():
                    assert torch.equal(found[part][weight], value), (name, weight)
        assert validations(tmp_path) == validations(whole)

    return check


def validations(folder: Path) -> list[tuple[str, ...]]:
    with (folder / "metrics.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["val_cer"]]
    return [(row["step"], row["val_cer"], row["val_loss"]) for row in rows]


def during(method: str, step: int, do: Callable[[], None], patch: pytest.MonkeyPatch) -> None:
    """Has a method of the task do something at its end, in the training step of a number."""
    real = getattr(ReadingTask, method)

    def changed(self: ReadingTask, *arguments: Any, **named: Any) -> Any:
        found = real(self, *arguments, **named)
        if self.training and self.global_step == step:
            do()
        return found

    patch.setattr(ReadingTask, method, changed)


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("at", [3, 5, 12])  # behind the last ones is a validation, or the end
def test_ctrl_c_in_the_midst_of_a_step_stops_at_its_end(
    at: int, tmp_path: Path, ends_as_whole: Callable[[], None]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        during("loss", at - 1, interrupt, patch)
        with pytest.raises(InterruptedTrainingError, match=rf"stopped at step {at}: .*--resume"):
            train(options(), tmp_path)
    assert read_checkpoint(tmp_path / "last.ckpt")["global_step"] == at
    ends_as_whole()


def test_ctrl_c_while_validating_loses_nothing(
    tmp_path: Path, ends_as_whole: Callable[[], None]
) -> None:
    """However often."""

    def validation_step(self: ReadingTask, batch: LineBatch, number: int) -> None:
        raise KeyboardInterrupt

    last = tmp_path / "last.ckpt"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ReadingTask, "validation_step", validation_step)
        for resume in (None, last):
            with pytest.raises(InterruptedTrainingError, match=r"stopped at step 5: .*--resume"):
                train(options(), tmp_path, resume=resume)
            assert read_checkpoint(last)["global_step"] == 5
    ends_as_whole()


def test_a_stop_while_the_best_is_kept_loses_nothing(
    tmp_path: Path, ends_as_whole: Callable[[], None]
) -> None:
    """Else the validation would be done, and nothing kept of it."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Kept, "_save_checkpoint", interrupted)
        with pytest.raises(InterruptedTrainingError, match="stopped at step 5"):
            train(options(), tmp_path)
    ends_as_whole()


@pytest.mark.parametrize("step", [4, 7])
def test_statistics_of_a_step_that_was_not_done_are_not_kept(
    step: int, tmp_path: Path, ends_as_whole: Callable[[], None]
) -> None:
    def twice() -> None:
        interrupt()
        interrupt()

    with pytest.MonkeyPatch.context() as patch:
        during("on_after_backward", step, twice, patch)
        with pytest.raises(InterruptedTrainingError, match=rf"stopped at step {step}: "):
            train(options(), tmp_path)
    kept = read_checkpoint(tmp_path / "last.ckpt")
    assert kept["global_step"] == step
    assert kept["scores"] == {}  # nobody has measured these weights
    ends_as_whole()


@pytest.mark.parametrize(("fails", "kept"), [(False, 8), (True, 5)])
def test_weights_that_are_changing_are_not_kept(
    fails: bool, kept: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stop waits, however urgent; an error leaves what was kept before."""
    real = torch.optim.AdamW.step
    steps = iter(range(100))

    def step(self: torch.optim.AdamW, closure: Any = None) -> Any:
        found = real(self, closure)
        if next(steps) == 7:
            if fails:
                raise MemoryError
            for _ in range(3):
                interrupt()
        return found

    monkeypatch.setattr(torch.optim.AdamW, "step", step)
    with pytest.raises(MemoryError if fails else InterruptedTrainingError):
        train(options(), tmp_path)
    assert read_checkpoint(tmp_path / "last.ckpt")["global_step"] == kept
