"""A training from beginning to end: what it leaves, how it goes on, how it stops."""

import csv
import dataclasses
import errno
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from PIL import Image
from pytorch_lightning.callbacks import ModelCheckpoint

from hwr.errors import ConfigError, DataError, HwrError
from hwr.lines.batch import LineBatch
from hwr.model_file import open_model
from hwr.training.batches import BatchMaker
from hwr.training.checkpoints import Kept, WholeCheckpoints, read_checkpoint, resumable
from hwr.training.config import load_options, parse_options
from hwr.training.finish import finish
from hwr.training.metrics import metrics_logger, rows_of
from hwr.training.options import Options
from hwr.training.process import alone_in
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


# All that depends on the step: lines that grow, dropout, symbols of its own.
TWO_HEADS = CONTENT | {
    "heads": {"ctc": 1.0, "seq2seq": 0.5},
    "lines": CONTENT["lines"] | {"grow": 10},
    "network": CONTENT["network"]
    | {"seq2seq": {"image_hidden": 5, "hidden": 5, "dropout": 0.2, "max_length": 3}},
    "training": CONTENT["training"] | {"sampling": 0.5, "sampling_rise": 8},
}

# Lines and single digits, these distorted, each step with both.
MIXED = CONTENT | {
    "heads": {"ctc": 1.0, "digit": 0.3},
    "digits": {"rotation": 15, "elastic": 0.02, "thickness": 0.5, "erase": 0.3},
}
DIGIT = MIXED | {"heads": {"digit": 1.0}}

MUON = TWO_HEADS | {"training": TWO_HEADS["training"] | {"optimizer": "muon"}}

UPRIGHT = CONTENT | {
    "lines": CONTENT["lines"] | {"presets": {"document": 1}},
    "network": {"encoder": CONTENT["network"]["encoder"] | {"upright": True}},
}

# Two processes at each step.
SHARED = TWO_HEADS | {"training": TWO_HEADS["training"] | {"processes": 2, "freeze": 3}}


def options(content: dict = CONTENT, **training: object) -> Options:
    return parse_options(content | {"training": content["training"] | training}, "test")


def test_what_a_run_leaves(tmp_path: Path) -> None:
    model = train(options(), tmp_path / "run")
    names = {path.name.split(".")[0] for path in (tmp_path / "run").iterdir()}
    assert names >= {"config", "metrics", "best", "last", "curve", "model", "events"}
    assert load_options(tmp_path / "run" / "config.yaml") == options()
    with (tmp_path / "run" / "metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    # Validated every five steps, and at the end, which comes in the midst of five.
    assert [row["step"] for row in rows if row["val_cer"]] == ["5", "10", "12"]
    assert Image.open(tmp_path / "run" / "curve.png").size[0] > 500
    card = open_model(model).card
    assert card.alphabet.characters == "01"
    assert set(card.scores) == {"val_cer", "val_accuracy"}
    assert card.trained["steps"] in (5, 10, 12)


def weights(path: Path) -> dict[str, torch.Tensor]:
    content = read_checkpoint(path)
    return content["state_dict"] | {
        f"current {name}": value for name, value in content["current_model_state"].items()
    }


class StopError(Exception):
    """The plug is pulled."""


@pytest.fixture
def stop_at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the training step of a number raise an error."""

    def arrange(step: int, error: BaseException) -> None:
        real = ReadingTask.training_step

        def training_step(self: ReadingTask, batch: LineBatch, number: int) -> torch.Tensor:
            if self.global_step == step:
                raise error
            return real(self, batch, number)

        monkeypatch.setattr(ReadingTask, "training_step", training_step)

    return arrange


CASES = {
    "one head": CONTENT, "two heads": TWO_HEADS, "lines and digits": MIXED, "digits": DIGIT,
    "by Muon": MUON, "upright": UPRIGHT,
}  # fmt: skip


@pytest.mark.parametrize(
    ("content", "step"),
    [
        *(pytest.param(CASES[name], 5, id=f"{name}, behind a validation") for name in CASES),
        *(pytest.param(CASES[name], 7, id=f"{name}, between validations") for name in CASES),
        pytest.param(SHARED, 7, id="two processes"),
        pytest.param(UPRIGHT | {"training": SHARED["training"]}, 7, id="two processes, upright"),
    ],
)
def test_a_resumed_run_equals_an_uninterrupted_one(
    content: dict, step: int, tmp_path: Path, stop_at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(options(content), tmp_path / "whole")
    with monkeypatch.context():
        stop_at(step, StopError())
        with pytest.raises(StopError) as stopped:
            train(options(content), tmp_path / "parts")
    monkeypatch.undo()
    last = tmp_path / "parts" / "last.ckpt"
    assert f"--resume {last}" in stopped.value.__notes__[0]
    assert read_checkpoint(last)["global_step"] == step

    train(options(content), tmp_path / "parts", resume=last)
    whole, parts = (weights(tmp_path / name / "last.ckpt") for name in ("whole", "parts"))
    assert whole.keys() == parts.keys()
    for name, value in whole.items():
        assert torch.equal(value, parts[name]), name
    metrics = [
        [
            (row["step"], row["val_cer"], row["val_loss"])
            for row in csv.DictReader((tmp_path / name / "metrics.csv").open())
            if row["val_cer"]
        ]
        for name in ("whole", "parts")
    ]
    assert metrics[0] == metrics[1]


@pytest.mark.parametrize("content", [TWO_HEADS, SHARED], ids=["alone", "two processes"])
def test_validating_changes_nothing_that_is_learnt(content: dict, tmp_path: Path) -> None:
    """Another process must not compute its gradients while averages are in the weights' place."""
    for every in (2, 12):
        train(options(content, validate_every=every), tmp_path / str(every))
    often, seldom = (weights(tmp_path / name / "last.ckpt") for name in ("2", "12"))
    for name, value in often.items():
        assert torch.equal(value, seldom[name]), name


@pytest.mark.parametrize("preset", ["touching", "document"])
def test_where_nothing_teaches_how_lines_lean_that_is_told(tmp_path: Path, preset: str) -> None:
    said: list[str] = []
    lines = {"lines": CONTENT["lines"] | {"presets": {preset: 1}}}
    train(options(UPRIGHT | lines, budget="2 steps"), tmp_path / "run", say=said.append)
    assert any("composed documents alone teach it" in line for line in said) == (
        preset != "document"
    )


def test_ctrl_c_leaves_a_checkpoint_and_says_so(tmp_path: Path, stop_at: Any) -> None:
    stop_at(3, KeyboardInterrupt())
    with pytest.raises(
        InterruptedTrainingError, match=r"stopped at step 3: .*--resume .*last\.ckpt"
    ):
        train(options(), tmp_path / "run")
    assert read_checkpoint(tmp_path / "run" / "last.ckpt")["global_step"] == 3


def test_a_run_goes_on_in_its_own_folder(tmp_path: Path) -> None:
    train(options(budget="1 step"), tmp_path / "run")
    with pytest.raises(ConfigError, match="leave out --out"):
        train(options(), tmp_path / "other", tmp_path / "run" / "last.ckpt")


def test_a_network_or_device_that_cannot_be_is_refused_before_anything_is_written(
    tmp_path: Path,
) -> None:
    content = yaml.safe_load(yaml.safe_dump(CONTENT))
    content["network"]["encoder"]["stem"][0]["pool"] = [64, 1]
    with pytest.raises(ConfigError, match="network: the stem leaves nothing"):
        train(parse_options(content, "x"), tmp_path / "run")
    if not torch.cuda.is_available():
        with pytest.raises(ConfigError, match="no such GPU"):
            train(options(device="cuda"), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_ctrl_c_before_the_first_step_says_so(tmp_path: Path, stop_at: Any) -> None:
    stop_at(0, KeyboardInterrupt())
    with pytest.raises(InterruptedTrainingError, match="nothing was trained yet"):
        train(options(), tmp_path / "run")


def test_an_older_training_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "last.ckpt").write_text("precious")
    with pytest.raises(ConfigError, match=r"holds a training already: .*--resume"):
        train(options(), tmp_path)
    assert (tmp_path / "last.ckpt").read_text() == "precious"


def test_resuming_another_network_is_refused(tmp_path: Path) -> None:
    train(options(budget="1 step"), tmp_path / "run")
    content = yaml.safe_load(yaml.safe_dump(CONTENT))
    content["network"]["encoder"]["hidden"] = 7
    with pytest.raises(ConfigError, match=r"last\.ckpt: was trained with other network options"):
        train(parse_options(content, "x"), tmp_path / "run", tmp_path / "run" / "last.ckpt")


def test_a_resumed_run_keeps_its_seed(tmp_path: Path) -> None:
    train(options(budget="1 step"), tmp_path / "run")
    last = tmp_path / "run" / "last.ckpt"
    assert resumable(last, options(seed=7)).training.seed == options().training.seed


def test_a_resumed_run_tells_what_is_asked_otherwise(tmp_path: Path) -> None:
    train(options(budget="1 step"), tmp_path / "run")
    last, said = tmp_path / "run" / "last.ckpt", list[str]()
    train(options(budget="1 step"), tmp_path / "run", resume=last, say=said.append)
    assert not any("other options" in line for line in said)
    # (The seed stays as it was, so there is nothing to tell of it.)
    train(options(budget="2 steps", seed=7), tmp_path / "run", resume=last, say=said.append)
    told = "goes on by other options: training.budget 2 steps (1 step before)"
    assert [line for line in said if "other options" in line] == [told]


def test_metrics_cut_short_cost_nothing(tmp_path: Path) -> None:
    metrics = tmp_path / "run" / "metrics.csv"
    train(options(budget="5 steps"), tmp_path / "run")
    before = metrics.read_text()
    metrics.write_text(f"{before}12,0.")
    assert [row["step"] for row in rows_of(metrics)] == ["5"]
    metrics.write_text(before + before.splitlines()[-1].rpartition(",")[0] + ",1e-")
    assert [row["step"] for row in rows_of(metrics)] == ["5"]
    logger = metrics_logger(tmp_path / "run", tmp_path / "run" / "last.ckpt")
    assert [row["step"] for row in rows_of(metrics)] == ["5"]  # at once
    assert logger.experiment.metrics == []
    logger.experiment.log_metrics({"val_cer": 0.5, "new": 1.0}, 7)
    logger.save()
    assert [(row["step"], row["new"]) for row in rows_of(metrics)] == [("5", ""), ("7", "1.0")]
    assert rows_of(tmp_path / "none.csv") == []


def test_a_checkpoint_is_not_replaced_by_its_model_file(tmp_path: Path) -> None:
    train(options(budget="1 step"), tmp_path / "run")
    last = tmp_path / "run" / "last.ckpt"
    with pytest.raises(ConfigError, match="is what the model file is to be made of"):
        finish(last, tmp_path / "run" / ".." / "run" / "last.ckpt")
    assert read_checkpoint(last)["global_step"] == 1


def test_two_trainings_in_one_folder_are_refused(tmp_path: Path) -> None:
    with alone_in(tmp_path / "run"), pytest.raises(ConfigError, match="another training goes on"):
        train(options(), tmp_path / "run")
    assert not list((tmp_path / "run").iterdir())


def test_what_was_best_stays_so_where_a_folder_was_moved(tmp_path: Path) -> None:
    before, after = (Kept(tmp_path / name, "best", monitor="val_loss") for name in ("a", "b"))
    path = str(tmp_path / "a" / "best.ckpt")
    state = before.state_dict() | {
        "best_model_score": torch.tensor(0.5), "best_model_path": path,
        "kth_best_model_path": path, "best_k_models": {path: torch.tensor(0.5)},
    }  # fmt: skip
    # As older checkpoints have it.
    assert after.state_key == ModelCheckpoint(tmp_path, "best", monitor="val_loss").state_key
    after.load_state_dict(state)
    assert not after.best_k_models  # it was left behind
    before.load_state_dict(state)
    assert before.best_model_score is None  # or is gone, where the folder is the same
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "best.ckpt").touch()
    after.load_state_dict(state)
    moved = str(tmp_path / "b" / "best.ckpt")
    assert after.best_model_score == 0.5
    assert (after.best_model_path, after.kth_best_model_path) == (moved, moved)
    assert list(after.best_k_models) == [moved]


def test_a_run_without_its_best_checkpoint_says_so_or_makes_another(tmp_path: Path) -> None:
    last, best = tmp_path / "run" / "last.ckpt", tmp_path / "run" / "best.ckpt"
    train(options(budget="1 step"), tmp_path / "run")
    best.unlink()
    with pytest.raises(ConfigError, match=r"best\.ckpt: is not there, .*hwr export .*last\.ckpt$"):
        train(options(budget="1 step"), tmp_path / "run", resume=last)
    # None reads better than one that reads all of them.
    content = torch.load(last, weights_only=True)
    (kept,) = [s for s in content["callbacks"].values() if s.get("monitor") == "val_loss"]
    kept["best_k_models"] = {str(best): torch.tensor(-1.0)}
    torch.save(content, last)
    train(options(budget="2 steps"), tmp_path / "run", resume=last)
    assert read_checkpoint(best)["global_step"] == 2


def test_weights_that_come_to_nothing_in_the_step_before_a_validation_are_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(self: ReadingTask, optimizer: torch.optim.Optimizer) -> None:
        if self.global_step == 9:
            for weight in self.parameters():
                if weight.grad is not None:
                    weight.grad.fill_(float("nan"))

    monkeypatch.setattr(ReadingTask, "on_before_optimizer_step", lost)
    with pytest.raises(HwrError, match=r"step 10: the weights are no numbers .*learning_rate"):
        train(options(), tmp_path / "run")
    kept = read_checkpoint(tmp_path / "run" / "last.ckpt")
    assert kept["global_step"] == 5
    assert all(value.isfinite().all() for value in kept["state_dict"].values())


def test_a_training_that_comes_to_nothing_says_so_and_keeps_what_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loss = ReadingTask.loss

    def lost(self: ReadingTask, batch: LineBatch, step: int = 0) -> torch.Tensor:
        return loss(self, batch, step) * (float("nan") if step > 6 and self.training else 1)

    monkeypatch.setattr(ReadingTask, "loss", lost)
    with pytest.raises(HwrError, match=r"step 10: the loss is no number .*training.learning_rate"):
        train(options(), tmp_path / "run")
    kept = read_checkpoint(tmp_path / "run" / "last.ckpt")
    assert kept["global_step"] == 5
    assert all(value.isfinite().all() for value in kept["state_dict"].values())


def test_a_full_disk_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    told = r"run: cannot be written .*No space left"
    with monkeypatch.context() as context:
        context.setattr(WholeCheckpoints, "save_checkpoint", full)
        with pytest.raises(HwrError, match=told):
            train(options(), tmp_path / "run")
    with monkeypatch.context() as context:
        context.setattr("hwr.training.run.draw_curve", full)
        with pytest.raises(HwrError, match=told):
            train(options(budget="1 step"), tmp_path / "run")
    metrics = tmp_path / "run" / "metrics.csv"
    before = metrics.read_text()
    monkeypatch.setattr("hwr.training.metrics._write", full)
    with pytest.raises(HwrError, match=told):
        train(options(budget="2 steps"), tmp_path / "run", resume=tmp_path / "run" / "last.ckpt")
    assert metrics.read_text() == before


def test_a_resumed_run_keeps_its_pools(tmp_path: Path) -> None:
    """By others it would see lines again."""
    train(options(budget="2 steps", pool=5), tmp_path / "run")
    last = tmp_path / "run" / "last.ckpt"
    train(options(budget="4 steps"), tmp_path / "run", resume=last)
    assert load_options(tmp_path / "run" / "config.yaml") == options(budget="4 steps", pool=5)


def test_resuming_by_another_optimizer_is_refused(tmp_path: Path) -> None:
    train(options(budget="2 steps"), tmp_path / "run")
    last = tmp_path / "run" / "last.ckpt"
    with pytest.raises(ConfigError, match=r"last\.ckpt: .* by adamw, .*--training.optimizer adamw"):
        train(options(budget="4 steps", optimizer="muon"), tmp_path / "run", resume=last)


def test_resuming_from_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.ckpt: cannot be read"):
        train(options(), tmp_path, tmp_path / "none.ckpt")
    (tmp_path / "text.ckpt").write_text("hello")
    with pytest.raises(ConfigError, match=r"text\.ckpt: not a checkpoint"):
        train(options(), tmp_path, tmp_path / "text.ckpt")
    torch.save({"other": 1}, tmp_path / "other.ckpt")
    with pytest.raises(ConfigError, match=r"other\.ckpt: not a checkpoint of"):
        train(options(), tmp_path, tmp_path / "other.ckpt")
    assert not (tmp_path / "config.yaml").exists()


def test_resuming_a_finished_run_only_writes_the_model_again(tmp_path: Path) -> None:
    model = train(options(), tmp_path / "run")
    last = tmp_path / "run" / "last.ckpt"
    before = weights(last)
    model.unlink()
    train(dataclasses.replace(options(), looks=2), tmp_path / "run", resume=last)
    assert open_model(model).card.looks == 2
    assert all(torch.equal(value, before[name]) for name, value in weights(last).items())
    train(options(budget="14 steps"), tmp_path / "run", resume=last)
    assert read_checkpoint(last)["global_step"] == 14


def test_a_bad_line_is_named_and_what_was_trained_is_kept(tmp_path: Path, stop_at: Any) -> None:
    stop_at(4, DataError("line 7: too narrow"))
    with pytest.raises(DataError, match=r"line 7: too narrow \(go on with  --resume .*last\.ckpt"):
        train(options(), tmp_path / "run")
    assert read_checkpoint(tmp_path / "run" / "last.ckpt")["global_step"] == 4


def test_a_budget_in_minutes_ends_by_the_clock(tmp_path: Path) -> None:
    train(options(budget="0.02 minutes", validate_every=10_000), tmp_path / "run")
    checkpoint = read_checkpoint(tmp_path / "run" / "last.ckpt")
    assert checkpoint["global_step"] > 3
    assert 1.2 <= checkpoint["callbacks"]["Pace"]["seconds"] < 20


def test_it_overfits_a_handful_of_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = next(BatchMaker(options()).training(0))
    monkeypatch.setattr(BatchMaker, "training", lambda self, step: iter(lambda: few, None))
    monkeypatch.setattr(BatchMaker, "validation", lambda self: iter([few]))
    train(options(budget="150 steps", validate_every=75, learning_rate=0.03), tmp_path / "run")
    assert read_checkpoint(tmp_path / "run" / "last.ckpt")["scores"]["val_cer"] == 0
