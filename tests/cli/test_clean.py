"""`hwr clean` through its real entry point."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Nine pictures of a slanted stroke, where commands run."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(9):
        grey = np.full((40, 100), 230, np.uint8)
        for row in range(5, 35):
            grey[row, 60 - row : 64 - row] = 30
        Image.fromarray(grey).save(folder / f"{number}.png")
    return folder


def test_sheets_show_each_step(hwr: Run, folder: Path, tmp_path: Path) -> None:
    done = hwr("clean", "in", "--out", "out/sheets")
    assert done.returncode == 0, done.stderr
    assert "9, in out/sheets" in done.stdout
    found = sorted(path.name for path in (tmp_path / "out/sheets").iterdir())
    assert found == ["sheet-001.png", "sheet-002.png"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["sheets"]


def test_steps_are_done_one_after_another(hwr: Run, folder: Path, tmp_path: Path) -> None:
    assert hwr("clean", "in/0.png", "--steps", "stroke=0.2", "--out", "one").returncode == 0
    words = ["clean", "in/0.png", "--steps", "stroke=0.2, deslant,flatten", "--out", "three"]
    assert hwr(*words).returncode == 0
    one, three = (np.asarray(Image.open(tmp_path / name / "sheet-001.png").convert("L"))
                  for name in ("one", "three"))  # fmt: skip
    assert three.shape[0] > one.shape[0]
    # As it is, and under it the stroke, four times as wide: 8 of 40 pixels.
    assert (one[len(one) // 2 :] < 60).sum() > 1.5 * (one[: len(one) // 2] < 60).sum()


def test_a_bad_picture_is_told_of_and_the_others_are_shown(
    hwr: Run, folder: Path, tmp_path: Path
) -> None:
    (folder / "3.png").write_bytes(b"no picture")
    done = hwr("clean", "in", "--out", "sheets")
    assert done.returncode == 2
    assert re.fullmatch(r"hwr: in/3\.png: [^\n]+\n", done.stderr), done.stderr
    assert "8, in sheets" in done.stdout
    assert [path.name for path in (tmp_path / "sheets").iterdir()] == ["sheet-001.png"]


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["in", "--out", "in"], ["in: is there already"]),
        (["in", "--out", "new", "--steps", "blur"], ["--steps: no such step: 'blur'", "flatten"]),
        (["in", "--out", "new", "--steps", "otsu,sauvola"], ["give one of them"]),
        (["in"], ["--out"]),
        (["none.png", "--out", "new"], ["none.png: there is no such file"]),
        (["empty", "--out", "new"], ["empty: holds no pictures"]),
    ],
)
def test_bad_use_is_refused(
    hwr: Run, folder: Path, tmp_path: Path, words: list[str], parts: list[str]
) -> None:
    (tmp_path / "empty").mkdir()
    done = hwr("clean", *words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(r"hwr: [^\n]+\n", done.stderr), done.stderr
    assert all(part in done.stderr for part in parts)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "in"]
