"""Every command through its real entry point, good use and bad."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hwr.cli.main import main
from hwr.cli.read import expand
from hwr.cli.tell import say
from hwr.errors import MissingExtraError
from hwr.model_file import SHIPPED

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def model(trained: Path) -> Path:
    return trained / "model.onnx"


SYNTH = ["--preset", "plain", "--count", 12, "--min", 1, "--max", 3, "--alphabet", "017"]


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve lines that the trained model can read, as `hwr synth` writes them."""
    folder = tmp_path_factory.mktemp("synth")
    script = Path(sys.executable).with_name("hwr")
    words = [script, "synth", *map(str, SYNTH), "--out", folder / "lines"]
    subprocess.run(words, check=True, capture_output=True)
    return folder / "lines"


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """A copy of them, to do with as one likes, as `lines` in the folder where commands run."""
    return Path(shutil.copytree(written, tmp_path / "lines"))


def refused(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    """One line on standard error, which holds these parts; nothing on standard output; status 2."""
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert re.fullmatch(r"hwr: [^\n]+\n", done.stderr), done.stderr
    for part in parts:
        assert part in done.stderr


def test_version_and_help(hwr: Run) -> None:
    assert hwr("--version").stdout == "hwr, version 0.1.0\n"
    for words in (["--help"], ["train", "--help"], ["read", "-h"], ["eval", "-h"], ["synth", "-h"]):
        done = hwr(*words)
        assert done.returncode == 0
        assert done.stdout.startswith("Usage: hwr")
    assert "--SECTION.OPTION" in hwr("train", "--help").stdout


def test_synth_writes_pictures_with_their_texts(folder: Path) -> None:
    names = sorted(path.name for path in folder.iterdir())
    assert names[:3] == ["00.gt.txt", "00.png", "01.gt.txt"]
    assert len(names) == 24
    for path in folder.glob("*.png"):
        pixels = np.asarray(Image.open(path))
        assert pixels.shape[0] == 32
        assert np.median(pixels) == 255
        assert re.fullmatch("[017]{1,3}\n", path.with_suffix(".gt.txt").read_text())


def test_synth_is_reproducible_and_seeded(hwr_here: Run, folder: Path, tmp_path: Path) -> None:
    def write(out: str, seed: int) -> list[bytes]:
        assert hwr_here("synth", *SYNTH, "--seed", seed, "--out", out).returncode == 0
        return [path.read_bytes() for path in sorted((tmp_path / out).iterdir())]

    assert write("again", 0) == [path.read_bytes() for path in sorted(folder.iterdir())]
    assert write("other", 1) != write("third", 0)


def test_synth_refuses(hwr_here: Run, folder: Path) -> None:
    refused(
        hwr_here("synth", "--preset", "plain", "--count", 1, "--out", "lines"), "lines", "already"
    )
    refused(hwr_here("synth", "--preset", "fancy", "--count", 1), "no such preset: 'fancy'")
    refused(hwr_here("synth", "--preset", "plain", "--count", 0), "--count")
    refused(hwr_here("synth", "--preset", "plain"), "--count")
    refused(hwr_here("synth", "--preset", "plain", "--count", 1, "--alphabet", "1x"), "'x'")
    refused(hwr_here("synth", "--preset", "plain", "--count", 10**11), "too many")
    refused(hwr_here("synth", "--preset", "plain", "--count", 1, "--height", 0), "--height")
    assert len(list(folder.iterdir())) == 24


def test_read_text_tsv_and_json(hwr: Run, model: Path, folder: Path) -> None:
    words = ["read", "--model", model, folder]
    texts = hwr(*words).stdout.splitlines()
    truths = [path.read_text().strip() for path in sorted(folder.glob("*.gt.txt"))]
    assert sum(a == b for a, b in zip(texts, truths, strict=True)) >= 9

    rows = [row.split("\t") for row in hwr(*words, "--format", "tsv").stdout.splitlines()]
    assert [row[0] for row in rows] == [str(path) for path in sorted(folder.glob("*.png"))]
    assert [row[1] for row in rows] == texts
    assert all(0 <= float(row[2]) <= 1 for row in rows)

    content = json.loads(hwr(*words, "--format", "json").stdout)
    assert [line["path"] for line in content] == [row[0] for row in rows]
    assert [line["text"] for line in content] == texts
    first = content[0]["characters"][0]
    assert set(first) == {"text", "confidence", "x0", "x1"}


def test_read_takes_files_folders_patterns_and_standard_input(
    hwr: Run, model: Path, folder: Path
) -> None:
    whole = hwr("read", "--model", model, "lines").stdout.splitlines()
    by_pattern = hwr("read", "--model", model, "lines/0*.png").stdout.splitlines()
    assert by_pattern == whole[:10]
    for pattern in ("line*", "**"):  # a folder fits, or it and what it holds
        assert hwr("read", "--model", model, pattern).stdout.splitlines() == whole
    by_name = hwr("read", "--model", model, "lines/11.png", "lines/00.png").stdout.splitlines()
    assert by_name == [whole[11], whole[0]]
    piped = hwr(
        "read", "--model", model, "-", "--format", "tsv", stdin=(folder / "03.png").read_bytes()
    )
    assert piped.stdout.split("\t")[:2] == ["-", whole[3]]


def test_read_draws_a_sheet(hwr: Run, model: Path, folder: Path, tmp_path: Path) -> None:
    words = ("read", "--model", model, "--threads", 1)
    plain = hwr("read", "--model", model, "lines")
    assert hwr(*words, "lines", "--sheet", "sheet.png").stdout == plain.stdout
    whole = Image.open(tmp_path / "sheet.png")
    done = hwr(*words, "-", "--sheet", "one.png", stdin=(folder / "03.png").read_bytes())
    assert done.stdout == plain.stdout.splitlines(keepends=True)[3]
    one = Image.open(tmp_path / "one.png")
    assert (one.format, whole.height > 2 * one.height) == ("PNG", True)
    # One takes another's place, and that of nothing else: a shell may have made a list of pictures
    # of a pattern.
    assert hwr(*words, "lines", "--sheet", "one.png").returncode == 0
    assert Image.open(tmp_path / "one.png").size == whole.size
    for _ in range(2):  # a sheet in the folder is not read the next time
        assert hwr(*words, "lines", "--sheet", "lines/sheet.png").stdout == plain.stdout
    (folder / "sheet.png").unlink()
    content = (folder / "00.png").read_bytes()
    refused(hwr(*words, "--sheet", "lines/00.png", "lines"), "lines/00.png: is there already")
    assert (folder / "00.png").read_bytes() == content
    refused(hwr(*words, "lines", "--sheet", "lines"), "'lines' is a directory")
    (folder / "bad.png").write_text("hello")
    done = hwr(*words, "lines/bad.png", "--sheet", "none.png")
    assert (done.returncode, (tmp_path / "none.png").exists()) == (2, False)
    assert "none.png: not written: no picture was read" in done.stderr
    assert hwr(*words, "lines/bad.png", "--sheet", "lines/00.png/x.png").returncode == 2


def test_read_and_eval_by_a_pattern(
    hwr_here: Run, model: Path, folder: Path, tmp_path: Path
) -> None:
    words = ("--model", model, "--pattern")
    texts = hwr_here("read", *words, "[0-9]{2}", "lines").stdout.splitlines()
    assert [len(text) for text in texts] == [2] * 12
    done = hwr_here("read", *words, "[0-9]{99}", "--format", "tsv", "lines/00.png")
    assert done.stdout.split("\t")[1:] == ["", "0.0000\n"]
    assert (done.returncode, "lines/00.png: no text was found" in done.stderr) == (0, True)
    refused(hwr_here("read", *words, "[0-9", "lines"), "'[0-9' is no regular expression")
    for empty in ("[a-z]+", "", "[0-9]{3}-[0-9]{2}"):
        refused(hwr_here("read", *words, empty, "lines"), "fits no text of the model's characters")
    refused(hwr_here("read", *words, "(?!0)[0-9]+", "lines"), "which a pattern cannot")
    done = hwr_here(
        "eval", *words, "[0-9]{2}", "--data", "lines", "--json", "out.json", "--report", "page"
    )
    assert "(ctc, beam 1, pattern [0-9]{2})" in done.stdout
    longer = sum(len(path.read_text().strip()) != 2 for path in folder.glob("*.gt.txt"))
    assert f"texts that do not fit the pattern, counted as errors: {longer}" in done.stdout
    table = json.loads((tmp_path / "out.json").read_text())
    assert (table["pattern"], table["misfits"]) == ("[0-9]{2}", longer)
    page = (tmp_path / "page" / "index.html").read_text()
    assert f"{longer} texts do not fit the pattern" in page


def test_standard_input_is_read_once(hwr: Run, model: Path, folder: Path) -> None:
    done = hwr("read", "--model", model, "-", "-", stdin=(folder / "03.png").read_bytes())
    first, second = done.stdout.splitlines()
    assert first == second


@pytest.mark.parametrize("threads", [0, -1, 10**12, "many"])
def test_threads_out_of_range(hwr_here: Run, threads: object) -> None:
    refused(hwr_here("read", "--threads", threads, "x.png"), "--threads")


def test_read_tells_which_run_reads_where_none_is_named(
    hwr_here: Run, model: Path, folder: Path, tmp_path: Path
) -> None:
    # Where there is no run, it is the one that comes along, and nothing to tell.
    assert hwr_here("read", "lines/00.png").stderr == ""
    (tmp_path / "runs" / "mine").mkdir(parents=True)
    shutil.copy(model, tmp_path / "runs" / "mine" / "model.onnx")
    done = hwr_here("read", "lines/00.png")
    assert "runs/mine/model.onnx" in done.stderr
    assert len(done.stdout.splitlines()) == 1
    assert hwr_here("read", "--model", model, "lines/00.png").stderr == ""


def test_read_takes_every_kind_of_picture(
    hwr: Run, model: Path, folder: Path, tmp_path: Path
) -> None:
    """The same line in many forms reads the same."""
    grey = Image.open(folder / "02.png")
    large = grey.resize((grey.width * 5, grey.height * 5), Image.Resampling.BICUBIC)
    inverted = Image.fromarray(255 - np.asarray(grey))
    clear = Image.new("RGBA", grey.size, (0, 0, 0, 0))
    clear.putalpha(inverted)
    margins = Image.new("L", (grey.width * 3, grey.height * 4), 255)
    margins.paste(grey, (grey.width, grey.height))
    forms = {
        "a-grey.png": grey,
        "b-rgb.jpg": grey.convert("RGB"),
        "c-rgba.png": clear,
        "d-one-bit.png": large.convert("1", dither=Image.Dither.NONE),
        "e-16-bit.png": Image.fromarray(np.asarray(grey).astype(np.uint16) * 257),
        "f-palette.png": grey.convert("P"),
        "g-light-on-dark.png": inverted,
        "h-large.tif": large,
        "i-margins.bmp": margins,
        "j-faint.png": Image.fromarray((150 + np.asarray(grey) * 0.25).astype(np.uint8)),
    }
    (tmp_path / "forms").mkdir()
    for name, form in forms.items():
        form.save(tmp_path / "forms" / name)
    done = hwr("read", "--model", model, "forms", "--format", "tsv")
    assert done.returncode == 0, done.stderr
    read = {row.split("\t")[0]: row.split("\t")[1] for row in done.stdout.splitlines()}
    truth = (folder / "02.gt.txt").read_text().strip()
    assert read == {f"forms/{name}": truth for name in forms}


def test_read_finds_the_newest_run(hwr: Run, model: Path, folder: Path, tmp_path: Path) -> None:
    # Without any run, the model that comes with hwr.
    assert hwr("read", "lines").stdout == hwr("read", "--model", SHIPPED, "lines").stdout
    (tmp_path / "runs" / "one").mkdir(parents=True)
    shutil.copy(model, tmp_path / "runs" / "one" / "model.onnx")
    assert hwr("read", "lines").stdout == hwr("read", "--model", model, "lines").stdout
    # A link that leads nowhere is none.
    (tmp_path / "runs" / "two").mkdir()
    (tmp_path / "runs" / "two" / "model.onnx").symlink_to(tmp_path / "gone.onnx")
    assert hwr("read", "lines").stdout == hwr("read", "--model", model, "lines").stdout


def test_reading_needs_no_standard_error(hwr: Run, model: Path, folder: Path) -> None:
    script = Path(sys.executable).with_name("hwr")
    words = f"'{script}' read --model '{model}' '{folder}' --format tsv"
    closed = subprocess.run(f"{words} 2>&-", shell=True, capture_output=True, check=False)
    opened = subprocess.run(words, shell=True, capture_output=True, check=True)
    assert closed.returncode == 0
    assert closed.stdout == opened.stdout


def test_a_package_that_no_picture_does_without_is_told_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def missing(*_: object, **__: object) -> None:
        raise MissingExtraError("cleaning pictures", "opencv", "clean")

    monkeypatch.setattr("hwr.recognizer.Recognizer.prepared", missing)
    monkeypatch.chdir(folder)  # where no run is, of which something would be told
    for command in (["read", str(folder)], ["eval", "--data", str(folder)]):
        monkeypatch.setattr(sys, "argv", ["hwr", *command])
        with pytest.raises(SystemExit, match="2"):
            main()
        told = capsys.readouterr().err.splitlines()
        assert len(told) == 1
        assert "pip install 'hwr[clean]'" in told[0]


def bad_pictures(folder: Path) -> dict[str, bytes]:
    """Every kind of file that cannot be read as a line."""
    good = (folder / "00.png").read_bytes()
    pixel = io.BytesIO()
    Image.new("L", (1, 1), 255).save(pixel, "PNG")
    # Width 0 in the header chunk, which begins 16 bytes into a PNG.
    return {
        "truncated.png": good[: len(good) // 2],
        "empty.png": b"",
        "text.png": b"not a picture at all, but a text\n",
        "zero-width.png": good[:16] + bytes(4) + good[20:],
        "one-pixel.png": pixel.getvalue(),
    }


@pytest.mark.parametrize(
    "name", ["truncated.png", "empty.png", "text.png", "zero-width.png", "one-pixel.png"]
)
def test_bad_pictures(hwr: Run, model: Path, folder: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(bad_pictures(folder)[name])
    refused(hwr("read", "--model", model, name), name)
    # Beside a good one, the good one is read all the same.
    done = hwr("read", "--model", model, "--format", "tsv", "lines/00.png", name, "lines/01.png")
    assert done.returncode == 2
    assert [row.split("\t")[0] for row in done.stdout.splitlines()] == [
        "lines/00.png",
        "lines/01.png",
    ]
    assert name in done.stderr
    # In a folder to measure on, it is no line less: it is refused.
    shutil.move(tmp_path / name, folder / "00.png")
    refused(hwr("eval", "--model", model, "--data", "lines"), "00.png")


def test_bad_paths(hwr: Run, model: Path, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    refused(hwr("read", "--model", model, "none.png"), "none.png")
    refused(hwr("read", "--model", model, "bare"), "bare", "no pictures")
    refused(hwr("read", "--model", model, "bare/*.png"), "fits no file")
    refused(hwr("read", "--model", model), "PATH")
    refused(hwr("read", "--model", model, "-", stdin=b""), "standard input")
    refused(hwr("eval", "--model", model, "--data", "bare"), "bare", "no texts")
    refused(hwr("eval", "--model", model, "--data", "none"), "none", "no such folder")
    refused(hwr("eval", "--model", model, "--data", "synth:fancy"), "fancy")


@pytest.mark.parametrize(
    "command",
    [
        ["read", ""],
        ["read", "--model", "", "lines"],
        ["eval", "--data", ""],
        ["check", ""],
        ["check", "--train", "lines", "--json", ""],
        ["clean", "lines", "--out", ""],
        ["export", "--out", "", "lines/00.png"],
        ["synth", "--preset", "plain", "--count", "1", "--sheet", ""],
        ["train", "--from", ""],
    ],
)
def test_an_empty_name_is_not_the_current_folder(
    hwr_here: Run, folder: Path, command: list[str]
) -> None:
    refused(hwr_here(*command), "an empty name")


@pytest.mark.parametrize("command", ["eval", "check"])
def test_a_folder_is_no_table(hwr_here: Run, folder: Path, command: str) -> None:
    data = ["--data", "lines"] if command == "eval" else ["lines"]
    refused(hwr_here(command, *data, "--json", "lines"), "'lines' is a directory")


@pytest.mark.parametrize("command", [["read", "lines"], ["eval", "--data", "lines"]])
def test_bad_models(
    hwr: Run, model: Path, folder: Path, tmp_path: Path, command: list[str]
) -> None:
    refused(hwr(*command, "--model", "none.onnx"), "none.onnx", "hwr train")
    content = model.read_bytes()
    (tmp_path / "short.onnx").write_bytes(content[: len(content) * 2 // 3])
    refused(hwr(*command, "--model", "short.onnx"), "short.onnx", "cut short")
    (tmp_path / "text.onnx").write_text("hello")
    refused(hwr(*command, "--model", "text.onnx"), "text.onnx")


def test_unknown_characters(hwr: Run, model: Path, folder: Path) -> None:
    (folder / "04.gt.txt").write_text("1€")
    words = ("eval", "--model", model, "--data", "lines")
    refused(hwr(*words), "04.png", "'€' (U+20AC)")
    assert hwr(*words, "--unknown", "count", "--report", "page").returncode == 0
    page = (folder.parent / "page" / "index.html").read_text()
    assert "(U+20AC) 1x, as in lines/04.png: counted as errors" in page


def test_eval_prints_and_writes_the_same_figures(
    hwr: Run, model: Path, folder: Path, tmp_path: Path
) -> None:
    done = hwr(
        "eval", "--model", model, "--data", "lines", "--json", "out.json", "--report", "page"
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "out.json").read_text())
    assert figures.keys() >= {
        "lines", "characters", "edits", "cer", "cer_low", "cer_high", "wer", "wer_low", "wer_high",
        "accuracy",
    }  # fmt: skip
    truths = [path.read_text().strip() for path in sorted(folder.glob("*.gt.txt"))]
    assert figures["lines"] == 12
    assert figures["characters"] == sum(map(len, truths))
    assert figures["cer"] == figures["edits"] / figures["characters"]
    # Of digit strings, each a single word, this is the share of wrong ones.
    assert figures["wer"] == pytest.approx(1 - figures["accuracy"])
    assert f"CER      {figures['cer']:7.2%}" in done.stdout
    page = (tmp_path / "page" / "index.html").read_text()
    assert f"{100 * figures['cer']:.2f} %" in page
    first, *_, last = (row["lines"] for row in figures["by_confidence"])
    assert 12 >= first >= last
    assert f"  0.50 {first:6} {first / 12:8.2%}" in done.stdout
    assert f"a confidence of {100 * figures['mean_confidence']:.2f} %" in page


def test_eval_leaves_bad_lines_out_on_demand(
    hwr: Run, model: Path, folder: Path, tmp_path: Path
) -> None:
    (folder / "02.png").write_text("hello")
    (folder / "05.gt.txt").unlink()
    words = ("eval", "--model", model, "--data", "lines")
    refused(hwr(*words), "no text for 05.png")
    done = hwr(*words, "--on-bad-line", "skip", "--json", "out.json", "--report", "page")
    assert done.returncode == 0, done.stderr
    assert "left out, and in no figure: 2: lines/05.png: " in done.stdout
    assert "; lines/02.png: " in done.stdout
    figures = json.loads((tmp_path / "out.json").read_text())
    assert (figures["lines"], figures["left_out"]) == (10, 2)
    assert "2 that cannot be read" in (tmp_path / "page" / "index.html").read_text()
    # What is left out anyway stops nothing, whatever its text.
    (folder / "02.gt.txt").write_text("1x")
    assert hwr(*words, "--on-bad-line", "skip").returncode == 0
    (folder / "03.gt.txt").write_text("1x")
    refused(hwr(*words, "--on-bad-line", "skip"), "'x' (U+0078) 1x, as in lines/03.png")


def test_eval_of_composed_lines_is_eval_of_their_pictures(
    hwr_here: Run, model: Path, folder: Path, tmp_path: Path
) -> None:
    source = "synth:plain?count=12&min=1&max=3&alphabet=017"
    for data, out in ((source, "synth.json"), ("lines", "folder.json")):
        assert hwr_here("eval", "--model", model, "--data", data, "--json", out).returncode == 0
    one, other = (json.loads((tmp_path / f"{n}.json").read_text()) for n in ("synth", "folder"))
    del one["data"], other["data"]
    assert one == other


def test_a_report_never_replaces_what_is_not_one(
    hwr: Run, model: Path, folder: Path, tmp_path: Path
) -> None:
    words = ["eval", "--model", model, "--data", "lines", "--report", "."]
    assert hwr(*words).returncode == 0
    assert hwr(*words).returncode == 0
    assert len(list(folder.iterdir())) == 24
    (tmp_path / "index.html").write_text("my own page")
    refused(hwr(*words), "index.html")
    assert (tmp_path / "index.html").read_text() == "my own page"


def test_train_refuses(hwr_here: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("training: {budget: 1 step}\n")
    refused(hwr_here("train"), "--config")
    refused(hwr_here("train", "--config", "none.yaml"), "none.yaml")
    refused(hwr_here("train", "--config", "a.yaml", "--training.btach", 3), "training.btach")
    refused(hwr_here("train", "--config", "a.yaml", "--training.batch"), "value is missing")
    refused(hwr_here("train", "--config", "a.yaml", "--batch", 3), "--batch", "section")
    refused(hwr_here("train", "--config", "a.yaml", "word"), "word")
    refused(hwr_here("train", "--config", "a.yaml", "--resume", "none.ckpt"), "none.ckpt")
    refused(hwr_here("train", "--config", "a.yaml", "--training.seed", "-1"), "seed")
    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]


def test_train_options_and_resumption(hwr: Run, hwr_here: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "lines: {max_length: 2, validation: 10}\n"
        "network: {encoder: {stem: [{channels: 4, pool: [4, 4]}], hidden: 4}, ctc: {split: 2}}\n"
        "training: {budget: 2 steps, batch: 4}\n"
    )
    done = hwr("train", "--config", "a.yaml", "--training.batch=3", "--training.seed", "5")
    assert done.returncode == 0, done.stderr
    assert "trained: runs/a/model.onnx" in done.stdout
    assert "validation CER" in done.stderr
    assert "lines/s" in done.stderr
    assert "left" in done.stderr
    config = (tmp_path / "runs" / "a" / "config.yaml").read_text()
    assert "batch: 3" in config
    assert "seed: 5" in config
    refused(hwr_here("train", "--config", "a.yaml"), "runs/a", "--resume runs/a/last.ckpt")
    more = ["--resume", "runs/a/last.ckpt", "--training.budget", "4 steps"]
    done = hwr_here("train", "--config", "a.yaml", *more)
    assert done.returncode == 0, done.stderr
    with (tmp_path / "runs/a/metrics.csv").open() as file:
        assert [row["step"] for row in csv.DictReader(file) if row["val_cer"]] == ["2", "4"]


def test_debug_shows_the_traceback(hwr: Run) -> None:
    done = hwr("read", "--debug", "none.png", "--model", "none.onnx")
    assert done.returncode == 2
    assert "Traceback" in done.stderr


def test_synth_shows_what_augmentation_makes_of_lines(
    hwr_here: Run, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "own.yaml").write_text("data: {augment: {shear: 20, erase: 2}}\n")
    words = ["synth", "--data", "lines", "--config", "own.yaml", "--count", 3]
    done = hwr_here(*words, "--sheet", "sheets/one.png")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "12 pictures in sheets/one.png\n"
    assert hwr_here(*words, "--sheet", "same.png").returncode == 0
    assert hwr_here(*words, "--seed", 1, "--sheet", "other.png").returncode == 0
    names = ("sheets/one.png", "same.png", "other.png")
    one, same, other = ((tmp_path / name).read_bytes() for name in names)
    assert one == same != other
    refused(hwr_here(*words), "--sheet FILE")
    refused(hwr_here("synth", "--data", "lines", "--count", 3), "--config FILE")
    refused(hwr_here("synth", "--count", 3), "--preset", "--data")
    refused(
        hwr_here("synth", "--preset", "plain", *words[1:], "--sheet", "x.png"), "either --preset"
    )
    refused(hwr_here(*words, "--sheet", "x.png", "--out", "y"), "no --out")
    assert not (tmp_path / "x.png").exists()
    assert not (tmp_path / "y").exists()
    # Composed lines likewise.
    refused(
        hwr_here("synth", "--preset", "plain", *words[3:], "--sheet", "no.png"),
        "own.yaml: changes no such lines: it gives no lines.augment",
    )
    (tmp_path / "composed.yaml").write_text("lines: {augment: {elastic: 0.03, noise: 0.1}}\n")
    done = hwr_here(
        "synth", "--data", "lines", "--config", "composed.yaml", *words[5:], "--sheet", "no.png"
    )
    refused(done, "it gives no data.augment")
    composed = ["synth", "--preset", "touching", "--config", "composed.yaml", "--count", 2]
    assert hwr_here(*composed, "--sheet", "four.png").stdout == "8 pictures in four.png\n"


def test_read_goes_on_behind_places_without_pictures(
    hwr: Run, model: Path, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "bare").mkdir()
    (tmp_path / "phone").mkdir()
    for name in ("a.heic", "b.HEIC"):
        (tmp_path / "phone" / name).touch()
    (tmp_path / "phone" / "c.png").write_bytes((folder / "00.png").read_bytes())
    whole = hwr("read", "--model", model, "lines/00.png").stdout
    done = hwr("read", "--model", model, "bare", "x*.png", "phone", "lines/00.png")
    assert done.returncode == 2
    assert done.stdout == 2 * whole
    told = done.stderr.splitlines()
    assert told[0] == "hwr: bare: holds no pictures"
    assert told[1] == "hwr: x*.png: fits no file"
    assert told[2].startswith("hwr: phone: holds 2 of kinds that hwr cannot open (a.heic")


def test_folders_that_a_pattern_fits_are_looked_into(tmp_path: Path) -> None:
    for name, file in (("da", "x.heic"), ("db", "y.txt"), ("dc", "z.png")):
        (tmp_path / name).mkdir()
        (tmp_path / name / file).touch()
    names, errors = expand((f"{tmp_path}/d*", f"{tmp_path}/db*"))
    assert names == [f"{tmp_path}/dc/z.png"]
    assert [str(error).split(": ")[1][:20] for error in errors] == [
        "holds 1 of kinds tha", "fits no picture, and",
    ]  # fmt: skip


def test_json_has_its_own_escapes_where_an_encoding_lacks_a_character(
    hwr: Run, model: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    (folder / "00.png").rename(folder / "\u2019.png")
    done = hwr("read", "--model", model, "--format", "json", "lines/\u2019.png")
    assert json.loads(done.stdout)[0]["path"] == "lines/\u2019.png"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are none here")
def test_pipes_that_a_pattern_fits_are_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "a.png").touch()
    assert expand((f"{tmp_path}/*.png",)) == ([f"{tmp_path}/a.png"], [])


def test_read_tells_of_further_pictures_of_a_file(
    hwr: Run, model: Path, folder: Path, tmp_path: Path
) -> None:
    first, second = (Image.open(folder / f"0{row}.png") for row in (0, 1))
    first.save(tmp_path / "two.tif", save_all=True, append_images=[second])
    done = hwr("read", "--model", model, "two.tif")
    assert done.returncode == 0
    assert done.stdout == hwr("read", "--model", model, "lines/00.png").stdout
    assert done.stderr.startswith("hwr: two.tif: holds several pictures, of which the first is")
    # As of what can be read only once.
    script = Path(sys.executable).with_name("hwr")
    with (tmp_path / "two.tif").open("rb") as content:
        words = [script, "read", "--model", model, "-"]
        done = subprocess.run(words, stdin=content, stderr=subprocess.PIPE, check=True)
    assert done.stderr.startswith(b"hwr: standard input: holds several pictures")


def test_a_link_round_and_round_costs_no_other_picture(
    hwr: Run, model: Path, folder: Path, tmp_path: Path
) -> None:
    (folder / "loop.png").symlink_to("loop.png")
    done = hwr("read", "--model", model, "lines", "--sheet", "sheet.png")
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 12
    assert done.stderr.startswith("hwr: lines/loop.png: cannot be read")
    assert (tmp_path / "sheet.png").exists()


def test_a_name_keeps_to_its_row(hwr: Run, model: Path, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a\tb\nc.png").write_bytes((folder / "00.png").read_bytes())
    done = hwr("read", "--model", model, "--format", "tsv", "a\tb\nc.png")
    (row,) = done.stdout.splitlines()
    assert row.split("\t")[0] == "a\\tb\\nc.png"


def test_what_an_encoding_lacks_is_written_as_an_escape(
    hwr: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    (folder / "00.gt.txt").write_text("\u201912 ", encoding="utf-8")
    done = hwr("check", "lines")
    assert done.returncode == 1
    assert "\\u2019" in done.stdout


def test_what_cannot_be_written_is_told_before_anything_is_read(
    hwr: Run, model: Path, folder: Path, tmp_path: Path
) -> None:
    for words in (("eval", "--data", "lines", "--json"), ("read", "lines", "--sheet")):
        done = hwr(*words, "lines/00.png/out", "--model", model)
        told = "hwr: lines/00.png/out: cannot be written (Not a directory)\n"
        assert (done.returncode, done.stdout, done.stderr) == (2, "", told)


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="there is none here")
def test_a_full_disk_behind_standard_output_is_told(model: Path, folder: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [Path(sys.executable).with_name("hwr"), "read", "--model", model, folder],
            stdout=full, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == b"hwr: standard output: cannot be written (No space left on device)\n"


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="there is none here")
def test_what_can_be_read_is_read_though_nothing_can_be_told(model: Path, folder: Path) -> None:
    words = [Path(sys.executable).with_name("hwr"), "read", "--model", model, folder / "00.png"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*words, "missing.png"], stdout=subprocess.PIPE, stderr=full, check=False
        )
    assert done.returncode == 2
    assert done.stdout == subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="there is none here")
def test_check_writes_its_files_though_nobody_reads_what_it_prints(
    folder: Path, tmp_path: Path
) -> None:
    words = [Path(sys.executable).with_name("hwr"), "check", folder, "--json", "r.json"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*words, "--fixed", "good"], stdout=full, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert (tmp_path / "r.json").exists()
    assert (tmp_path / "good.tsv").exists()


def test_what_is_said_of_long_work_may_be_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    say("trained")


def test_eval_writes_its_files_though_nobody_reads_what_it_prints(
    model: Path, folder: Path, tmp_path: Path
) -> None:
    out, into = os.pipe()
    os.close(out)
    script = Path(sys.executable).with_name("hwr")
    table = tmp_path / "new" / "out.json"
    words = [script, "eval", "--model", model, "--data", folder, "--json", table]
    with os.fdopen(into, "w") as nowhere:
        subprocess.run(words, stdout=nowhere, stderr=subprocess.DEVNULL, check=False)
    assert json.loads(table.read_text())["lines"] == 12


def test_eval_tells_what_is_passed_over_and_what_it_measured(
    hwr: Run, model: Path, folder: Path, tmp_path: Path
) -> None:
    (folder / "more").mkdir()
    for name in ("00.png", "00.gt.txt"):
        (folder / "more" / name).write_bytes((folder / name).read_bytes())
    name = 300 * "x"  # which only whoever writes it finds too long
    done = hwr("eval", "--model", model, "--data", "lines", "--json", name)
    assert done.returncode == 2
    assert done.stderr.startswith(f"hwr: {name}: cannot be written")
    assert "passed over: lines/more: its texts do not count beside those of lines" in done.stdout
    assert "CER" in done.stdout
