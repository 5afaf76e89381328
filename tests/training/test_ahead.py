"""Batches that another process makes."""

import multiprocessing
import re
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from hwr.errors import ConfigError, DataError, HwrError
from hwr.training.ahead import Ahead, ended
from hwr.training.batches import BatchMaker
from hwr.training.checkpoints import read_checkpoint
from hwr.training.config import parse_options
from hwr.training.data import Data
from hwr.training.machine import ahead_processes
from hwr.training.options import Options, TrainingOptions
from hwr.training.pools import WHOLE
from hwr.training.real import RealLines
from hwr.training.run import train

POOL = TrainingOptions().pool


def options(ahead: int, stride: int = 2) -> Options:
    content = {
        "lines": {"presets": {"touching": 1}, "max_length": 2, "alphabet": "01", "validation": 20},
        "network": {
            "encoder": {"stem": [{"channels": 4, "pool": [8, stride]}], "hidden": 6, "dropout": 0.2}
        },
        "training": {
            "budget": f"{POOL + 4} steps",
            "batch": 4,
            "validate_every": 5,
            "ahead": ahead,
        },
    }
    return parse_options(content, "test")


@pytest.mark.parametrize("processes", [1, 2])
def test_they_are_the_batches_that_this_process_would_make(processes: int) -> None:
    """In pools, the first of which is begun."""
    maker, start, steps = BatchMaker(options(1)), POOL - 3, POOL + 6
    ahead = Ahead(maker.training, start, POOL, processes)
    for there, here in zip(islice(ahead, steps), maker.training(start), strict=False):
        assert there.lines is not None
        assert here.lines is not None
        assert there.lines.texts == here.lines.texts
        assert torch.equal(there.lines.images, here.lines.images)
    with pytest.raises(RuntimeError) as caught:
        go_on_without_one(ahead)
    told = ended(caught.value)
    assert told is not None
    assert re.search(r"has ended: .*training\.ahead lower; in a script, .*__main__", told)


def go_on_without_one(ahead: Ahead) -> None:
    """As where the system's memory is short, and it ends one of the processes."""
    multiprocessing.active_children()[-1].kill()
    list(islice(ahead, 10 * POOL))


@pytest.mark.parametrize(
    ("asked", "sharing", "on_cpu", "on_gpu"),
    [("auto", 1, 0, 7), ("auto", 2, 0, 7), (3, 1, 3, 3), (3, 2, 0, 3), (0, 1, 0, 0)],
)
def test_how_many_processes_are_ahead(
    asked: str | int, sharing: int, on_cpu: int, on_gpu: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = {"training": {"ahead": asked, "batch": 4, "processes": sharing}}
    monkeypatch.setattr("hwr.training.machine.cores", lambda: 8)
    for device, expected in (("cpu", on_cpu), ("cuda", on_gpu)):
        monkeypatch.setattr("hwr.training.machine.device_of", lambda _, device=device: device)
        assert ahead_processes(parse_options(content, "test")) == expected


@pytest.mark.parametrize(
    ("said", "meant"),
    [("auto", "auto"), (3, 3), ("3", 3), (True, 1), (False, 0), ("true", 1), ("false", 0)],
)
def test_how_that_may_be_said(said: str | int, meant: str | int) -> None:
    """By yes and no in files of before, and all as text on the command line."""
    assert parse_options({"training": {"ahead": said}}, "test").training.ahead == meant
    by_hand = parse_options({}, "test", [("training.ahead", str(said).lower())])
    assert by_hand.training.ahead == meant


@pytest.mark.parametrize("said", [-1, "many", 1.5])
def test_anything_else_is_refused(said: object) -> None:
    with pytest.raises(ConfigError, match=r"training\.ahead: must be auto, or a number"):
        parse_options({"training": {"ahead": said}}, "test")


def test_what_goes_wrong_there_is_told_in_one_line() -> None:
    maker = BatchMaker(options(1, stride=32))
    with pytest.raises(DataError, match="frames") as caught:
        list(islice(Ahead(maker.training, 0, POOL), 40))
    assert "\n" not in str(caught.value)


def test_other_errors_are_told_as_they_are() -> None:
    assert ended(RuntimeError("Caught RuntimeError in DataLoader worker process 0.")) is None
    assert ended(ValueError("DataLoader worker (pid 3)")) is None


def test_one_that_ends_is_told_in_one_line_whatever_a_training_is_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise RuntimeError("DataLoader worker (pid 3) is killed by signal: Killed. ")

    monkeypatch.setattr("hwr.training.task.ReadingTask.training_step", killed)
    with pytest.raises(HwrError, match=r"training\.ahead lower.*\(nothing was trained yet\)"):
        train(options(0), tmp_path / "run")


def test_a_training_by_them_gives_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it by the same processes, which end with it."""
    started = []

    class Counted(Ahead):
        def __init__(self, *arguments: Any) -> None:
            started.append(arguments[1:])
            super().__init__(*arguments)

    monkeypatch.setattr("hwr.training.data.Ahead", Counted)
    for name, ahead in (("here", 0), ("ahead", 2)):
        train(options(ahead), tmp_path / name)
    assert started == [(0, POOL, 2)]
    assert not multiprocessing.active_children()
    here, there = (
        read_checkpoint(tmp_path / name / "last.ckpt")["state_dict"] for name in ("here", "ahead")
    )
    for name, weight in here.items():
        assert torch.equal(weight, there[name]), name


def test_they_end_where_a_training_fails(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="frames") as caught:
        train(options(1, stride=32), tmp_path / "run")
    assert caught.tb is not None
    assert not multiprocessing.active_children()


@pytest.mark.parametrize(("ahead", "times"), [(0, 2), (1, 2), (3, 1)])
def test_what_several_processes_make_ahead_is_shown_in_one_take(
    ahead: int, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its second take would be made by another process, which had to write its digits again."""
    content = {
        "lines": {"presets": {"document": 1}, "max_length": 2},
        "training": {"batch": 2, "photographs": 2},
    }
    monkeypatch.setattr("hwr.training.data.Ahead", lambda make, step, pool, processes: make(step))
    monkeypatch.setattr("hwr.training.lines.twin_pools", lambda size: 1)
    data = Data(parse_options(content, "test"), lambda step: False, RealLines(), WHOLE, ahead)
    data.trainer = SimpleNamespace(
        global_step=0, strategy=SimpleNamespace(root_device=torch.device("cpu"))
    )
    names = [name for batch in islice(data.epoch(), 2 * POOL) for name in batch.lines.names]
    assert len(set(names)) == len(names) // times
