"""A training on lines of one's own from beginning to end, and one that goes on from another."""

import csv
import dataclasses
from pathlib import Path
from typing import Any

import pytest
import torch

from hwr.errors import ConfigError, DataError
from hwr.model_file import open_model
from hwr.training.checkpoints import read_checkpoint
from hwr.training.config import load_options, parse_options
from hwr.training.options import Options
from hwr.training.run import train
from hwr.training.start import read_source
from hwr.training.task import ReadingTask

NETWORK = {
    "encoder": {
        "stem": [{"channels": 4, "pool": [4, 2]}, {"channels": 6, "pool": [4, 2]}],
        "hidden": 6,
        "dropout": 0.2,
    }
}


def options(lines: str, data: dict[str, Any] | None = None, **training: Any) -> Options:
    content = {
        "data": {"train": lines, "val_share": 0.3, "augment": {"shear": 10, "stretch": 0.1}}
        | (data or {}),
        "lines": {"max_length": 2, "alphabet": "01", "validation": 20},
        "network": NETWORK,
        "training": {"budget": "12 steps", "batch": 4, "validate_every": 5} | training,
    }
    return parse_options(content, "test")


@pytest.fixture
def lines(write_lines, tmp_path: Path) -> str:
    """Nine lines of three pages."""
    texts = {f"p{page}_{row}": "ab1" * row + "a" for page in (1, 2, 3) for row in range(3)}
    return str(write_lines(tmp_path / "lines", texts))


def weights(path: Path) -> dict[str, torch.Tensor]:
    content = read_checkpoint(path)
    return content["state_dict"] | {
        f"current {name}": value for name, value in content["current_model_state"].items()
    }


def rows_of(run: Path) -> list[dict[str, str]]:
    with (run / "metrics.csv").open() as file:
        return list(csv.DictReader(file))


def test_what_a_run_leaves(lines: str, tmp_path: Path) -> None:
    said: list[str] = []
    model = train(options(lines), tmp_path / "run", say=said.append)
    assert open_model(model).card.alphabet.characters == "1ab"
    assert read_checkpoint(tmp_path / "run" / "best.ckpt")["options"]["alphabet"] == "1ab"
    again = load_options(tmp_path / "run" / "config.yaml")
    assert again == dataclasses.replace(options(lines), alphabet="1ab")
    assert [line.split(":")[0] for line in said] == ["data", "alphabet"]
    assert not (tmp_path / "run" / "left-out.tsv").exists()


@pytest.mark.parametrize("composed", [0.0, 0.5], ids=["real", "mixed"])
@pytest.mark.parametrize("step", [5, 7], ids=["behind a validation", "between validations"])
def test_a_resumed_run_equals_an_uninterrupted_one(
    composed: float, step: int, lines: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = options(lines, {"composed": composed}, freeze=6)
    train(asked, tmp_path / "whole")
    real = ReadingTask.training_step

    def stop(self: ReadingTask, batch: object, number: int) -> torch.Tensor:
        if self.global_step == step:
            raise DataError("the plug is pulled")
        return real(self, batch, number)

    with monkeypatch.context() as patch:
        patch.setattr(ReadingTask, "training_step", stop)
        with pytest.raises(DataError, match="--resume"):
            train(asked, tmp_path / "parts")
    last = tmp_path / "parts" / "last.ckpt"
    assert read_checkpoint(last)["global_step"] == step
    train(asked, tmp_path / "parts", resume=last)
    whole, parts = (weights(tmp_path / run / "last.ckpt") for run in ("whole", "parts"))
    assert whole.keys() == parts.keys()
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_resuming_on_other_lines_is_refused(lines: str, tmp_path: Path) -> None:
    train(options(lines, budget="1 step"), tmp_path / "run")
    last = tmp_path / "run" / "last.ckpt"
    with pytest.raises(ConfigError, match="was trained with other data options"):
        train(options(lines, {"val_share": 0.5}), tmp_path / "run", resume=last)


def test_resuming_where_lines_have_moved_or_changed(lines: str, tmp_path: Path) -> None:
    train(options(lines, budget="1 step"), tmp_path / "run")
    last = tmp_path / "run" / "last.ckpt"
    moved = Path(lines).rename(tmp_path / "moved")
    said: list[str] = []
    asked = options(str(moved), {"on_bad_line": "skip"}, budget="2 steps")
    train(asked, tmp_path / "run", resume=last, say=said.append)
    assert not any("other lines" in line for line in said)
    first = min(moved.glob("*.png"))
    first.write_bytes(b"no picture")
    asked = options(str(moved), {"on_bad_line": "skip"}, budget="3 steps")
    train(asked, tmp_path / "run", resume=last, say=said.append)
    assert any("other lines than this training began with" in line for line in said)
    content = asked.to_dict()
    content["data"]["train"], content["lines"]["alphabet"] = [], "1"
    with pytest.raises(ConfigError, match="was trained with other data options"):
        train(parse_options(content, "test"), tmp_path / "run", resume=last)


def test_the_encoder_stands_still_while_frozen(lines: str, tmp_path: Path) -> None:
    first = train(options(lines, budget="2 steps"), tmp_path / "first")
    start = read_source(tmp_path / "first" / "best.ckpt").weights

    def moved(steps: int, freeze: int) -> set[str]:
        run = tmp_path / f"{steps}-{freeze}"
        train(options(lines, budget=f"{steps} steps", freeze=freeze), run, start=first)
        found = weights(run / "last.ckpt")
        return {
            name.partition(".")[0]
            for name, before in start.items()
            if not (torch.equal(before, found[f"network.{name}"])
                    and torch.equal(before, found[f"current network.{name}"]))
            and before.is_floating_point()
        }  # fmt: skip

    assert moved(steps=7, freeze=7) == {"ctc"}  # the validation after 5 lets nothing go
    assert moved(steps=7, freeze=6) == {"encoder", "ctc"}


def test_a_checkpoint_and_its_model_file_give_the_same_start(lines: str, tmp_path: Path) -> None:
    model = train(options(lines), tmp_path / "first")
    runs = []
    for name, source in (("a", model), ("b", tmp_path / "first" / "best.ckpt")):
        train(options(lines, budget="6 steps"), tmp_path / name, start=source)
        runs.append(weights(tmp_path / name / "last.ckpt"))
    for name, value in runs[0].items():
        if value.is_floating_point():  # counters of batches are not in the model file
            assert torch.equal(value, runs[1][name]), name


def test_it_says_what_was_gained(lines: str, tmp_path: Path) -> None:
    said: list[str] = []
    # From scratch there is nothing to compare with.
    model = train(options(lines, budget="4 steps"), tmp_path / "first", say=said.append)
    assert not any("before" in line for line in said)
    run = tmp_path / "second"
    train(options(lines, budget="4 steps"), run, start=model, say=said.append)
    before, after = (row for row in rows_of(run) if row["val_cer"])
    assert (before["step"], after["step"]) == ("0", "4")
    expected = read_checkpoint(tmp_path / "first" / "best.ckpt")["scores"]["val_cer"]
    assert float(before["val_cer"]) == pytest.approx(expected)
    assert said[-1] == (
        f"validation CER before: {float(before['val_cer']):.2%},"
        f" after: {float(after['val_cer']):.2%}"
    )


def test_it_learns_lines_of_one_s_own(write_lines, tmp_path: Path) -> None:
    texts = {f"p{page}_{row}": "abba"[: 2 + row % 3] for page in range(4) for row in range(6)}
    folder = str(write_lines(tmp_path / "easy", texts))
    content = {
        "data": {"train": folder, "val_share": 0.25},
        "network": {"encoder": {"stem": [{"channels": 8, "pool": [4, 4]}], "hidden": 24}},
        "training": {"budget": "200 steps", "batch": 12, "validate_every": 100, "average": 0.8,
                     "learning_rate": 0.02},
    }  # fmt: skip
    train(parse_options(content, "test"), tmp_path / "run")
    assert read_checkpoint(tmp_path / "run" / "last.ckpt")["scores"]["val_cer"] < 0.1
