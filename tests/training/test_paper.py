"""Training the paper's models: it learns, it repeats, it keeps what is finished, and it looks at
the test digits once."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from hwr.errors import ConfigError
from hwr.lines.digits import Digits, Split
from hwr.nets.paper import MLPOptions, RecurrentOptions
from hwr.training import paper, paper_runs
from hwr.training.paper import PaperResult, train_model
from hwr.training.paper_options import PaperModel, PaperTraining, SVCOptions, load_models

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "configs" / "paper" / "models.yaml"

ONE_EPOCH = PaperTraining(epochs=1, batch=16, learning_rate=1e-2)
TINY_MLP = PaperModel("MLP", mlp=MLPOptions(hidden=16), training=ONE_EPOCH)
TINY_LSTM = PaperModel(
    "LSTM",
    recurrent=RecurrentOptions(hidden=16),
    training=dataclasses.replace(ONE_EPOCH, epochs=2, average=0.5),
)
TINY_SVC = PaperModel("SVC", svc=SVCOptions(c=0.01))

Event = Split | float
"""A split that was read, or progress that was told."""


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """Easy digits in place of MNIST's: class i has column 2i inked. Lists what is read."""
    found: list[Event] = []
    counts: dict[Split, int] = {"train": 400, "val": 90, "test": 80}

    def load_digits(split: Split) -> Digits:
        found.append(split)
        noise = np.random.default_rng(counts[split])
        labels = noise.integers(0, 10, counts[split], dtype=np.uint8)
        images = noise.integers(0, 100, (counts[split], 28, 28), dtype=np.uint8)
        images[np.arange(counts[split]), :, 2 * labels] = 255
        return Digits(images, labels)

    monkeypatch.setattr(paper, "load_digits", load_digits)
    return found


@pytest.mark.parametrize("model", [TINY_MLP, TINY_LSTM, TINY_SVC], ids=lambda model: model.title)
def test_it_learns_and_the_same_seed_gives_the_same(model: PaperModel, events: list[Event]) -> None:
    first, again = train_model(model, seed=1), train_model(model, seed=1)
    assert first.test is not None
    assert first.test > 0.5
    assert first.validation[-1] > 0.5
    assert dataclasses.replace(first, seconds=again.seconds) == again
    if model.svc is None:
        assert train_model(model, seed=2).validation != first.validation
        assert len(first.validation) == model.training.epochs


@pytest.mark.parametrize("model", [TINY_LSTM, TINY_SVC], ids=lambda model: model.title)
def test_test_digits_are_read_once_and_last(model: PaperModel, events: list[Event]) -> None:
    train_model(model, seed=0, advance=events.append)
    assert events.count("test") == 1
    told = [event for event in events if isinstance(event, float)]
    assert sum(told) == pytest.approx(1.0)
    if model.svc is None:
        assert events[-1] == "test"
    events.clear()
    assert train_model(model, seed=0, test=False).test is None
    assert "test" not in events


def test_the_last_epochs_weights_are_tested(
    events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not those of the best epoch: here the test digits are the validation digits."""
    load = paper.load_digits
    monkeypatch.setattr(
        paper, "load_digits", lambda split: load("train" if split == "train" else "val")
    )
    training = PaperTraining(epochs=4, batch=200, learning_rate=0.3, warmup=0.0)
    result = train_model(dataclasses.replace(TINY_MLP, training=training), seed=0)
    assert result.test == result.validation[-1]


def test_every_digit_once_in_an_epoch(events: list[Event]) -> None:
    batches = paper.Batches("train", 150, seed=0)
    epochs = [[labels for _, labels in batches] for _ in range(2)]
    assert [len(labels) for labels in epochs[0]] == [150, 150, 100]
    assert len(batches) == 3
    first, second = (np.concatenate(epoch) for epoch in epochs)
    assert (first != second).any()
    assert (np.sort(first) == np.sort(second)).all()
    assert (np.sort(first) == np.sort(batches.labels)).all()


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What was really trained."""
    found = []

    def train_model(model: PaperModel, seed: int, advance: Any) -> PaperResult:
        found.append((model.title, seed))
        return PaperResult([0.25, 0.5 + seed / 100], 0.75, 10, 1.5)

    monkeypatch.setattr(paper_runs, "train_model", train_model)
    return found


def test_a_finished_training_is_not_done_again(
    tmp_path: Path, trained: list[tuple[str, int]]
) -> None:
    path = tmp_path / "runs" / "mlp-seed1.json"
    first = paper_runs.finished(path, TINY_MLP, 1)
    assert paper_runs.finished(path, TINY_MLP, 1) == first
    renamed = dataclasses.replace(TINY_MLP, title="other", paper=98.0, note="why", cost=3.0)
    assert paper_runs.finished(path, renamed, 1) == first
    assert trained == [("MLP", 1)]
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "changed",
    [
        dataclasses.replace(TINY_MLP, mlp=MLPOptions(hidden=17)),
        dataclasses.replace(TINY_MLP, training=dataclasses.replace(ONE_EPOCH, clip=2.0)),
        dataclasses.replace(TINY_MLP, mlp=None, svc=SVCOptions()),
    ],
)
def test_with_other_options_it_is(
    tmp_path: Path, trained: list[tuple[str, int]], changed: PaperModel
) -> None:
    path = tmp_path / "a.json"
    paper_runs.finished(path, TINY_MLP, 0)
    paper_runs.finished(path, changed, 0)
    paper_runs.finished(path, changed, 3)
    assert len(trained) == 3
    assert paper_runs.kept_result(path, changed, 3) is not None
    assert paper_runs.kept_result(path, TINY_MLP, 3) is None


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", json.dumps({"model": {}, "seed": 0})])
def test_a_damaged_file_is_replaced(
    tmp_path: Path, trained: list[tuple[str, int]], content: str
) -> None:
    path = tmp_path / "a.json"
    path.write_text(content)
    result = paper_runs.finished(path, TINY_MLP, 0)
    assert paper_runs.kept_result(path, TINY_MLP, 0) == result
    assert len(trained) == 1


def test_the_shipped_models() -> None:
    models = load_models(MODELS)
    figures = {name: model.paper for name, model in models.items() if model.paper is not None}
    assert figures == {"svc_ovr": 91.8, "svc": 91.8, "rnn": 97.57, "mlp": 98.17, "lstm": 98.46}
    assert models["lstm"].recurrent == RecurrentOptions("lstm", 128, layers=1)
    assert models["rnn"].recurrent == RecurrentOptions("rnn", 128, layers=4)
    for name, model in models.items():
        if model.paper is not None:
            assert model.training.epochs == 10
        json.dumps(model.trained_by())
        if model.svc is None:
            paper.make_network(model)
        else:
            assert name in ("svc", "svc_ovr")


def test_an_override_replaces_what_the_file_says() -> None:
    overrides = [("mlp.mlp.hidden", 7), ("lstm.training.learning_rate", 0.5)]
    models = load_models(MODELS, overrides)
    assert models["mlp"].mlp == MLPOptions(hidden=7)
    assert models["lstm"].training.learning_rate == 0.5


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"a": {"title": "A"}}, "a: give exactly one of"),
        ({"a": {"title": "A", "mlp": {}, "svc": {}}}, "a: give exactly one of"),
        ({"a": {"title": "A", "svc": {"c": 0}}}, r"a\.svc: c must be above zero"),
        ({"a": {"title": "A", "svc": {}, "titel": 1}}, r"a\.titel: unexpected"),
        ({"a": {"title": "A", "mlp": {}, "training": {"epoch": 1}}}, r"a\.training\.epoch: "),
        ({"a": {"title": "A", "mlp": {}, "training": {"epochs": 0}}}, "epochs must be at least 1"),
        ({"a": {"title": "A", "mlp": {}, "training": {"warmup": 1}}}, "warmup must be at least 0"),
        ({"a": {"title": "A", "recurrent": {"unit": "elman"}}}, r"a\.recurrent\.unit"),
        ({"a": {"title": "A", "encoder": "none.yaml"}}, r"none\.yaml: cannot be read"),
        ({"a": 3}, "not a set of models"),
        (None, "not a set of models"),
    ],
)
def test_errors_name_file_and_option(tmp_path: Path, content: object, message: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(ConfigError, match=message):
        load_models(path)
