import json
import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HWR_CACHE", str(tmp_path / "cache"))


def line(folder: Path, name: str, text: str, width: int = 120) -> None:
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(list(f"{folder.name}{name}".encode()))
    pixels = np.full((40, width), 255, np.uint8)
    pixels[5:35, 5:-5] = np.where(rng.random((30, width - 10)) < 0.2, 0, 255)
    Image.fromarray(pixels).save(folder / f"{name}.png")
    (folder / f"{name}.gt.txt").write_text(text + "\n", encoding="utf-8")


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    for name in ("a", "b", "c"):
        line(tmp_path / "lines", name, "123")
    return tmp_path / "lines"


def test_good_lines(hwr: Run, lines: Path) -> None:
    done = hwr("check", lines)
    assert done.returncode == 0, done.stderr
    assert "lines: 3 lines, 3 of them good" in done.stdout
    assert "no problems found" in done.stdout


def test_every_problem_is_told_and_the_fixed_list_is_clean(
    hwr: Run, lines: Path, tmp_path: Path
) -> None:
    line(lines, "empty", "")
    line(lines, "narrow", "1234567890" * 4)
    line(lines, "spaces", " 1  2")
    (lines / "lone.gt.txt").write_text("5")
    (lines / "damaged.png").write_bytes((lines / "a.png").read_bytes()[:60])
    (lines / "damaged.gt.txt").write_text("5")
    (lines / "twice.png").write_bytes((lines / "a.png").read_bytes())
    (lines / "twice.gt.txt").write_text("123")
    done = hwr("check", lines, "--fixed", "good", "--json", "report.json", "--show", "0")
    assert done.returncode == 1, done.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["counts"] == {
        "text without a picture": 1,
        "picture that cannot be read": 1,
        "empty text": 1,
        "line too narrow for its text": 1,
        "same picture twice": 1,
        "odd spaces in a text": 1,
    }
    assert "4 good lines of" in done.stdout
    again = hwr("check", "good.tsv")
    assert again.returncode == 0, again.stdout
    assert "spaces.png\t1 2\n" in (tmp_path / "good.tsv").read_text()


def test_splits(hwr: Run, lines: Path, tmp_path: Path) -> None:
    line(tmp_path / "other", "x", "4")
    (tmp_path / "other" / "a.png").write_bytes((lines / "a.png").read_bytes())
    (tmp_path / "other" / "a.gt.txt").write_text("123")
    done = hwr("check", "--train", lines, "--val", "other", "--fixed", "good")
    assert done.returncode == 1
    assert "same picture in two splits: 1" in done.stdout
    assert "U+0034 DIGIT FOUR, 1 times in 1 line (other/x.png): never in train" in done.stdout
    assert "DIGIT FOUR  only in val" in done.stdout
    assert (tmp_path / "good-train.tsv").read_text() == "lines/b.png\t123\nlines/c.png\t123\n"
    assert (tmp_path / "good-val.tsv").read_text() == "other/a.png\t123\nother/x.png\t4\n"


def test_the_model_s_own_alphabet_and_stride(hwr: Run, lines: Path, tiny_model: Path) -> None:
    line(lines, "d", "12x")
    done = hwr("check", lines, "--model", tiny_model)
    assert done.returncode == 1, done.stderr
    assert "character that the alphabet lacks: 1" in done.stdout
    assert "'x' U+0078 LATIN SMALL LETTER X, 1 times in 1 line" in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "give at least one folder"),
        (("nowhere",), "nowhere: no such folder"),
        (("lines", "--model", "none.onnx"), "none.onnx: cannot be read"),
        (("lines", "--fixed", "lines/a.tsv"), "a.tsv: is there already"),
        (("lines", "--json", "lines/a.tsv/b"), "lines/a.tsv/b: cannot be written"),
    ],
)
def test_what_was_asked_wrongly(
    hwr: Run, lines: Path, words: tuple[str, ...], message: str
) -> None:
    (lines / "a.tsv").touch()
    done = hwr("check", *words)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_eval_reads_a_list_of_lines(hwr: Run, lines: Path, tiny_model: Path) -> None:
    (lines / "some.tsv").write_text("a.png\t123\nb.png\t123\n")
    done = hwr("eval", "--model", tiny_model, "--data", lines / "some.tsv")
    assert done.returncode == 0, done.stderr
    assert "2 lines, 6 characters" in done.stdout


def test_lines_are_looked_at_as_a_training_would(
    hwr_here: Run, lines: Path, tmp_path: Path
) -> None:
    line(tmp_path / "wide", "a", "123", width=9000)
    experiment = tmp_path / "own.yaml"
    experiment.write_text("image: {height: 56}\nalphabet: '12'\n")
    assert hwr_here("check", "wide").returncode == 0
    done = hwr_here("check", "wide", "--config", experiment)
    assert done.returncode == 1
    assert "pixels wide, more than 8192" in done.stdout
    done = hwr_here("check", "lines", "--config", experiment)
    assert "character that the alphabet lacks: 1" in done.stdout
    assert hwr_here("check", "lines", "--config", experiment, "--alphabet", "321").returncode == 0
    done = hwr_here("check", "lines", "--config", experiment, "--model", "x.onnx")
    assert "give either --model or --config" in done.stderr
    options = ("--image.max_width", "30000")
    assert hwr_here("check", *options, "--config", experiment, "wide").returncode == 1  # alphabet
    done = hwr_here("check", "wide", *options, "--alphabet", "123", "--config", experiment)
    assert (done.returncode, done.stderr) == (0, "")
    done = hwr_here("check", "wide", "--image.max_width=30000")
    assert "--image.max_width: an option of an experiment: give it by --config" in done.stderr
    assert "--trian: no such option" in hwr_here("check", "--trian", "wide").stderr


def test_a_training_that_stops_names_the_check_that_shows_why(
    hwr_here: Run, lines: Path, tmp_path: Path
) -> None:
    (tmp_path / "own.yaml").write_text("image: {height: 56}\n")
    done = hwr_here("train", "--config", "own.yaml", "--alphabet", "12 ", "--data.train", lines)
    assert done.returncode == 2
    words = done.stderr.split(" by hwr ")[1].split(" and mend them")[0]
    assert words == f"check --config own.yaml --alphabet '12 ' --train {lines}"
    assert hwr_here(*shlex.split(words)).returncode == 1
    narrow = ("--image.max_width", "70", "--training.batch", "3")
    done = hwr_here("train", "--config", "own.yaml", *narrow, "--data.train", lines)
    words = done.stderr.split(" by hwr ")[1].split(" and mend them")[0]
    assert words == f"check --config own.yaml --image.max_width 70 --train {lines}"
    assert "pixels wide, more than 70" in hwr_here(*shlex.split(words)).stdout


def test_names_that_are_no_text(hwr: Run, lines: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9")
    line(lines, "cafe", "")
    for path in lines.glob("cafe.*"):
        path.rename(path.with_name(path.name.replace("cafe", name)))
    done = hwr("check", lines, "--json", "report.json")
    assert done.returncode == 1, done.stderr
    assert "caf\\udce9.png" in done.stdout
    (problem,) = json.loads((tmp_path / "report.json").read_bytes())["problems"]
    assert problem["name"].endswith(f"{name}.png")


def test_no_home(hwr_here: Run, lines: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobodys() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("HWR_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", nobodys)
    done = hwr_here("check", lines)
    assert done.returncode == 2
    assert "HWR_CACHE" in done.stderr


def test_lines_to_validate_with_alone_hold_what_composed_lines_do(
    hwr_here: Run, tmp_path: Path
) -> None:
    line(tmp_path / "letters", "a", "ab1")
    (tmp_path / "own.yaml").write_text("training: {batch: 8}\n")
    assert hwr_here("check", "--train", "letters", "--config", "own.yaml").returncode == 0
    done = hwr_here("check", "--val", "letters", "--config", "own.yaml")
    assert "character that the alphabet lacks: 2" in done.stdout
