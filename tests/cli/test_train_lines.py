"""Training on lines of one's own, and on from another model, through the command line."""

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml

from hwr.cli.overrides import parse_overrides
from hwr.model_file import open_model
from hwr.training.config import parse_options

CONFIG = """
network: {encoder: {stem: [{channels: 4, pool: [4, 2]}, {channels: 6, pool: [4, 2]}], hidden: 6}}
training: {budget: 6 steps, batch: 4, validate_every: 3}
"""


@pytest.fixture
def lines(write_lines, tmp_path: Path) -> Path:
    texts = {f"p{page}_{row}": "aé1"[: 1 + row] for page in (1, 2, 3) for row in range(3)}
    (tmp_path / "a.yaml").write_text(CONFIG)
    return write_lines(tmp_path / "lines", texts)


def test_train_measure_and_train_on(hwr_here, lines: Path, write_lines, tmp_path: Path) -> None:
    done = hwr_here("train", "--config", "a.yaml", "--data.train", "lines", "--data.val", "lines",
               "--on-bad-line", "skip")  # fmt: skip
    # All of them stand in both: validation keeps them.
    assert done.returncode == 2
    assert re.fullmatch(r"hwr: data\.train: no line is left of 9 to be used\n", done.stderr)
    done = hwr_here("train", "--config", "a.yaml", "--data.train", "lines")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^data: 6 lines of 2 pages to train on, 3 lines of 1 ", done.stdout, re.M)
    assert "alphabet: 3 characters: 1aé" in done.stdout
    assert open_model(tmp_path / "runs/a/model.onnx").card.alphabet.characters == "1aé"

    done = hwr_here("eval", "--data", "lines", "--json", "out.json")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "out.json").read_text())["unknown"] == {}

    # Another kind of lines, without an experiment file.
    write_lines(tmp_path / "more", {f"q{row}_1": "bé"[: 1 + row % 2] for row in range(4)})
    done = hwr_here("eval", "--data", "more")
    assert done.returncode == 2
    assert re.search(
        r"4 of 4 texts hold .* 'b' \(U\+0062\) 4x, as in .*--unknown count", done.stderr
    )
    done = hwr_here("eval", "--data", "more", "--unknown", "count", "--json", "out.json")
    assert done.returncode == 0, done.stderr
    assert "unknown to the model, counted as errors: 'b' (U+0062) 4x" in done.stdout
    assert json.loads((tmp_path / "out.json").read_text())["unknown"] == {"b": 4}

    words = ["train", "--from", "runs/a/model.onnx", "--data.train", "more"]
    words += ["--training.budget", "3 steps"]
    done = hwr_here(*words, "--data.alphabet", "keep", "--out", "kept")
    assert done.returncode == 2
    assert re.search(r"the alphabet lacks: b: .*--on-bad-line skip", done.stderr), done.stderr
    told = re.search(r"See all of them by hwr (check .*?) and mend", done.stderr)
    assert told is not None
    check = shlex.split(told[1])
    assert check[1:] == ["--model", "runs/a/model.onnx", "--alphabet", "1aé", "--train", "more"]
    assert hwr_here(*check).returncode == 1
    assert not (tmp_path / "kept").exists()
    done = hwr_here(*words)
    assert done.returncode == 0, done.stderr
    assert "from runs/a/model.onnx: encoder, ctc (3 of 4 characters)" in done.stdout
    assert re.search(r"^validation CER before: [\d.]+%, after: [\d.]+%$", done.stdout, re.M)
    card = open_model(tmp_path / "runs/a-tuned/model.onnx").card
    assert card.alphabet.characters == "1aéb"
    assert yaml.safe_load((tmp_path / "runs/a-tuned/config.yaml").read_text())["alphabet"] == "1aéb"

    # A run goes on without its experiment file, too.
    done = hwr_here("train", "--resume", "runs/a-tuned/last.ckpt", "--training.budget", "4 steps")
    assert done.returncode == 0, done.stderr
    assert open_model(tmp_path / "runs/a-tuned/model.onnx").card.trained["steps"] in (3, 4)


def test_bad_lines_stop_a_training_or_are_left_out(hwr_here, lines: Path, tmp_path: Path) -> None:
    (lines / "p1_0.png").write_bytes(b"")
    words = ["train", "--config", "a.yaml", "--data.train", "lines"]
    done = hwr_here(*words)
    assert done.returncode == 2
    assert re.fullmatch(
        r"hwr: data: lines that .* 1: .*p1_0\.png.*--on-bad-line skip\n", done.stderr
    )
    assert not (tmp_path / "runs").exists()
    done = hwr_here(*words, "--on-bad-line", "skip")
    assert done.returncode == 0, done.stderr
    assert "left out, as left-out.tsv tells: 1: " in done.stdout
    assert "p1_0.png" in (tmp_path / "runs/a/left-out.tsv").read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], r"give an experiment by --config FILE, or a model to train on by --from MODEL"),
        (["--config", "a.yaml", "--data.train", "none"], "none: no such folder or file"),
        (["--from", "none.onnx"], "'none.onnx' does not exist"),
        (["--from", "a.yaml"], r"say which by\s+--data\.train DIR"),
        (["--config", "a.yaml", "--data.train", ""], r"--data\.train: its value is missing"),
    ],
)
def test_errors_are_one_line(hwr_here, lines: Path, words: list[str], message: str) -> None:
    done = hwr_here("train", *words)
    assert done.returncode == 2
    assert re.fullmatch(rf"hwr: [^\n]*{message}[^\n]*\n", done.stderr), done.stderr


def test_overrides() -> None:
    assert parse_overrides(("--data.train", "a", "--data.train=b", "--alphabet", " 017[")) == [
        ("alphabet", " 017["),
        ("data.train", '["a", "b"]'),
    ]


@pytest.mark.parametrize("name", ["lines #2", "a: b", "~", "@old", "*x", "[box] lines", "2024"])
def test_a_place_may_have_any_name(name: str) -> None:
    given = parse_options({}, "x", parse_overrides(("--data.train", name)))
    assert given.data.train == (name,)


def test_places_may_be_given_as_a_list() -> None:
    given = parse_options({}, "x", parse_overrides(("--data.train", "[a, 'b #1']")))
    assert given.data.train == ("a", "b #1")
