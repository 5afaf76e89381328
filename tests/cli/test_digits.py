"""Single digits through the command line, by a model that reads lines too."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hwr.lines.digits import load_digits
from hwr.model_file import open_model

Run = Callable[..., "subprocess.CompletedProcess[str]"]

MNIST = "mnist?count=400&alphabet=017"


@pytest.fixture
def model(trained_mixed: Path) -> Path:
    return trained_mixed / "model.onnx"


@pytest.fixture
def seven() -> Image.Image:
    """A test digit, dark on light."""
    digits = load_digits("test")
    row = int(np.flatnonzero(digits.labels == 7)[0])
    return Image.fromarray(255 - digits.images[row])


def test_one_model_file_reads_digits_and_lines(hwr_here: Run, model: Path, tmp_path: Path) -> None:
    card = open_model(model).card
    assert card.heads == ("ctc", "digit")
    assert card.share is None
    assert card.scores["val_accuracy_digit"] > 0.9
    done = hwr_here("eval", "--model", model, "--data", MNIST, "--json", "digits.json")
    assert done.returncode == 0, done.stderr
    digits = json.loads((tmp_path / "digits.json").read_text())
    assert digits["head"] == "digit"
    assert digits["accuracy"] > 0.9
    lines = "synth:plain?count=200&min=1&max=3&alphabet=017"
    assert hwr_here("eval", "--model", model, "--data", lines, "--json", "out.json").returncode == 0
    found = json.loads((tmp_path / "out.json").read_text())
    assert found["head"] == "ctc"
    assert found["cer"] < 0.15
    assert "classes" not in found


def test_eval_of_single_digits(hwr_here: Run, model: Path, tmp_path: Path) -> None:
    words = ["--json", "out.json", "--report", "page"]
    done = hwr_here("eval", "--model", model, "--data", MNIST, *words)
    found = json.loads((tmp_path / "out.json").read_text())
    counts = np.array(found["confusion"]["counts"])
    assert counts.sum() == found["lines"] == 400
    assert np.trace(counts) / 400 == found["accuracy"]
    assert found["accuracy_low"] <= found["accuracy"] <= found["accuracy_high"]
    assert found["classes"]["7"]["recall"] == counts[2, 2] / counts[2].sum()
    assert found["classes"]["7"]["precision"] == counts[2, 2] / counts[:, 2].sum()
    assert f"accuracy {found['accuracy']:7.2%}" in done.stdout
    assert "confusion matrix" in done.stdout
    assert "by length" not in done.stdout
    assert {path.name for path in (tmp_path / "page").iterdir()} == {
        "index.html", "confusion.png", "worst-digits.png",
    }  # fmt: skip


def test_the_ctc_head_reads_single_digits_too(hwr_here: Run, model: Path, tmp_path: Path) -> None:
    words = ["--head", "ctc", "--json", "out.json"]
    assert hwr_here("eval", "--model", model, "--data", MNIST, *words).returncode == 0
    found = json.loads((tmp_path / "out.json").read_text())
    assert found["head"] == "ctc"
    assert found["accuracy"] > 0.8


def test_read_gives_one_class_and_the_others(
    hwr_here: Run, model: Path, seven: Image.Image, tmp_path: Path
) -> None:
    seven.save(tmp_path / "seven.png")
    words = ["read", "--model", model, "--head", "digit", "--format", "json", "seven.png"]
    (reading,) = json.loads(hwr_here(*words).stdout)
    assert reading["text"] == "7"
    assert [other["text"] for other in reading["alternatives"]] in (["0", "1"], ["1", "0"])
    confidences = [other["confidence"] for other in reading["alternatives"]]
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) + reading["confidence"] == pytest.approx(1, abs=1e-5)
    (character,) = reading["characters"]
    inked = np.flatnonzero((np.asarray(seven) < 250).any(0))
    assert character["x0"] == pytest.approx(inked[0], abs=1)
    assert character["x1"] == pytest.approx(inked[-1] + 1, abs=1)


def test_any_size_polarity_and_margin_reads_the_same(
    hwr_here: Run, model: Path, seven: Image.Image, tmp_path: Path
) -> None:
    large = seven.resize((280, 280), Image.Resampling.BICUBIC)
    room = Image.new("L", (900, 600), 255)
    room.paste(large, (600, 20))
    tight = large.crop(Image.fromarray(255 - np.asarray(large)).point(lambda v: v > 60).getbbox())
    forms = {
        "as-it-is.png": seven,
        "inverted.png": Image.fromarray(255 - np.asarray(seven)),
        "large.jpg": large,
        "off-the-middle.png": room,
        "tight.png": tight,
        "tight-inverted.png": Image.fromarray(255 - np.asarray(tight)),
        "small.png": seven.resize((14, 14), Image.Resampling.BOX),
        "faint.png": seven.point(lambda value: 150 + value // 4),
    }
    (tmp_path / "forms").mkdir()
    for name, form in forms.items():
        form.save(tmp_path / "forms" / name)
    done = hwr_here("read", "--model", model, "--head", "digit", "--format", "tsv", "forms")
    read = {row.split("\t")[0]: row.split("\t")[1] for row in done.stdout.splitlines()}
    assert read == {f"forms/{name}": "7" for name in forms}


def test_refusals(hwr_here: Run, model: Path) -> None:
    for words, message in (
        (["--data", "mnist?split=all"], "no such split: 'all'"),
        (["--data", "mnist?count=0"], "count must be from 1 to 10000, not 0"),
        (["--data", "mnist?alphabet=12x"], "MNIST has no picture of 'x': only of 0123456789"),
        (["--data", "mnist?alphabet="], "alphabet '': give each digit once, at least one"),
        (["--data", "mnist?cuont=3"], "unknown option 'cuont'"),
        (["--data", "mnist"], "the model's alphabet '017' lacks: '2' (U+0032) 1032x"),
        (["--data", MNIST, "--head", "seq2seq"], "cannot read by 'seq2seq': it has ctc, digit"),
        (
            ["--data", "synth:plain?count=1&min=2&alphabet=017", "--head", "digit"],
            "characters, the digit head reads a single digit: take a model with a head",
        ),
    ):
        done = hwr_here("eval", "--model", model, *words)
        assert (done.returncode, done.stdout) == (2, ""), done
        assert re.fullmatch(r"hwr: [^\n]+\n", done.stderr)
        assert message in done.stderr


def test_no_digit_and_a_line_are_refused(hwr_here: Run, model: Path, tmp_path: Path) -> None:
    Image.new("L", (40, 40), 255).save(tmp_path / "blank.png")
    line = np.full((30, 300), 255, np.uint8)
    line[10:20, 20:280:10] = 0
    Image.fromarray(line).save(tmp_path / "line.png")
    for name, message in (("blank.png", "no digit to read"), ("line.png", "a line?")):
        done = hwr_here("read", "--model", model, "--head", "digit", name)
        assert (done.returncode, done.stdout) == (2, "")
        assert message in done.stderr
        assert name in done.stderr


def test_a_head_can_be_dropped(hwr_here: Run, trained_mixed: Path, tmp_path: Path) -> None:
    done = hwr_here("export", trained_mixed / "best.ckpt", "--heads", "digit", "--out", "d.onnx")
    assert done.returncode == 0, done.stderr
    card = open_model(tmp_path / "d.onnx").card
    assert card.heads == ("digit",)
    assert set(card.scores) == {"val_cer", "val_accuracy"}
    assert hwr_here("eval", "--model", "d.onnx", "--data", MNIST).returncode == 0
