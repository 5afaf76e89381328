"""The sheet of what was read least surely."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hwr.cli.least_sure import LeastSure
from hwr.cli.pictures import Pictures
from hwr.errors import PictureError
from hwr.images.grey import Grey
from hwr.images.normalise import Line
from hwr.reading import Reading

CONFIDENCES = [0.9, 0.2, 0.99, 0.4, 0.2]


@pytest.fixture
def kept() -> LeastSure:
    found = LeastSure(3)
    for row, confidence in enumerate(CONFIDENCES):
        line = Line(np.full((8, 10 + row), 255, dtype=np.uint8), 0.0, 1.0, 10 + row)
        found.add(f"{row}.png", line, Reading("12", confidence))
    return found


def test_the_least_sure_are_drawn_first_of_all(kept: LeastSure, tmp_path: Path) -> None:
    asked: list[str] = []

    def opened(name: str) -> Grey:
        asked.append(name)
        return np.ones((8, 10), dtype=np.float32)

    kept.draw(tmp_path / "new" / "sheet.png", opened)
    assert asked == ["1.png", "4.png", "3.png"]
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["sheet.png"]


def test_a_picture_that_has_gone_is_shown_as_it_was_read(kept: LeastSure, tmp_path: Path) -> None:
    def gone(name: str) -> Grey:
        raise PictureError(f"{name}: no such file")

    kept.draw(tmp_path / "gone.png", gone)
    # The ink, which fills all of what was read, is dark.
    assert np.asarray(Image.open(tmp_path / "gone.png").convert("L")).min() == 0


def test_nothing_read_is_nothing_to_draw(tmp_path: Path) -> None:
    assert not LeastSure(3).draw(tmp_path / "sheet.png", Pictures().open)
    assert not list(tmp_path.iterdir())


def test_what_was_read_the_other_way_round_is_shown_so(tmp_path: Path) -> None:
    light, dark = (np.full((8, 10), tone, dtype=np.uint8) for tone in (255, 0))
    line = Line(light, 0.0, 1.0, 10, turned=Line(dark, 0.0, 1.0, 10))
    ink = []
    for turned in (False, True):
        found = LeastSure(3)
        found.add("a.png", line, Reading("12", 0.5, turned=turned))
        found.draw(tmp_path / f"{turned}.png", lambda name: np.ones((8, 10), dtype=np.float32))
        ink.append(int((np.asarray(Image.open(tmp_path / f"{turned}.png").convert("L")) < 9).sum()))
    assert ink[0] > ink[1] + 64


def test_names_that_are_no_text_and_long_ones_are_drawn(tmp_path: Path) -> None:
    found = LeastSure(3)
    line = Line(np.full((8, 10), 255, dtype=np.uint8), 0.0, 1.0, 10)
    for name in ("\udcff\n.png", "a/" * 500, "-"):
        found.add(name, line, Reading("12\u0627", 0.5))
    found.draw(tmp_path / "sheet.png", lambda name: np.ones((8, 10), dtype=np.float32))
    assert Image.open(tmp_path / "sheet.png").width < 2800


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    content = io.BytesIO()
    Image.new("L", (30, 20), 200).save(content, "PNG")
    pipe, pictures = tmp_path / "pipe.tif", Pictures()
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(content.getvalue()))
    writer.start()
    assert pictures.open(str(pipe)).shape == (20, 30)
    writer.join()
    assert pictures.open(str(pipe)).shape == (20, 30)
    assert not pictures.holds_several(str(pipe))
