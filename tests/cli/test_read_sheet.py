"""The sheet of what was read least surely."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hwr.cli.least_sure import LeastSure
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

    def there(name: str) -> Grey:
        return np.ones((8, 10), dtype=np.float32)

    kept.draw(tmp_path / "gone.png", gone)
    kept.draw(tmp_path / "there.png", there)
    without, whole = (Image.open(tmp_path / f"{name}.png") for name in ("gone", "there"))
    assert without.height < whole.height
    # The ink, which fills all of what was read, is dark.
    assert np.asarray(without.convert("L")).min() == 0


def test_nothing_read_is_nothing_to_draw() -> None:
    assert not LeastSure(3).any
