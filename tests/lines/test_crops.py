from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hwr.errors import PictureError
from hwr.lines import crops
from hwr.lines.crops import Opener, cut_out
from hwr.lines.labelled import LabelledPicture, Region

TRIANGLE = Region.polygon([(10, 10), (40, 10), (10, 40)])


@pytest.mark.parametrize("paper", [0.8, 0.1], ids=["dark on light", "light on dark"])
def test_outside_of_the_polygon_it_is_paper(paper: float) -> None:
    page = np.full((60, 60), paper, np.float32)
    page[12:14, 12:30] = 1 - paper  # ink of the line
    page[30:38, 32:38] = 1 - paper  # ink of another line, within the box
    page[0:5] = 0.5
    line = cut_out(page, TRIANGLE, "x")
    assert line.shape == (31, 31)
    np.testing.assert_array_equal(line[2:4, 2:20], page[12:14, 12:30])
    assert (line[20:28, 22:28] == np.float32(paper)).all()
    # The page itself stays as it was.
    assert page[30, 32] == np.float32(1 - paper)


def test_a_box_is_cut_as_it_is() -> None:
    page = np.random.default_rng(0).random((50, 70)).astype(np.float32)
    line = cut_out(page, Region.rectangle(5, 10, 65, 30), "x")
    np.testing.assert_array_equal(line, page[10:30, 5:65])


def test_what_hangs_over_the_edge_is_cut_off() -> None:
    page = np.zeros((50, 70), np.float32)
    assert cut_out(page, Region.rectangle(-5, -5, 20, 10), "x").shape == (10, 20)
    assert cut_out(page, Region.polygon([(60, 40), (99, 40), (60, 99)]), "x").shape == (10, 10)


def test_a_line_beside_the_page_is_refused() -> None:
    for box in ((80, 10, 90, 20), (-20, 0, -5, 20), (10, 48, 60, 60)):
        with pytest.raises(PictureError, match=r"p\.png#l: the line's box"):
            cut_out(np.zeros((50, 70), np.float32), Region.rectangle(*box), "p.png#l")


def test_a_page_is_opened_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []

    def counted(path: Path, as_kept: bool) -> object:
        opened.append(path.name)
        return open_picture(path, as_kept=as_kept)

    open_picture = crops.open_picture
    monkeypatch.setattr(crops, "open_picture", counted)
    box = Region.rectangle(0, 0, 20, 20)
    for name in ("a.png", "b.png"):
        Image.new("L", (40, 40), 255).save(tmp_path / name)
    (tmp_path / "c.png").touch()
    opener = Opener()
    for name in ("a.png", "a.png", "b.png", "b.png"):
        assert opener.open(LabelledPicture(tmp_path / name, "1", region=box)).shape == (20, 20)
    for _ in range(2):
        with pytest.raises(PictureError, match=r"c\.png: the file is empty"):
            opener.open(LabelledPicture(tmp_path / "c.png", "1", region=box))
    assert opened == ["a.png", "b.png", "c.png"]
