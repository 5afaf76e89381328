import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hwr.errors import DataError
from hwr.lines.checks.fixed import write_fixed
from hwr.lines.folders import read_folder
from hwr.lines.labelled import LabelledPicture, Region


def picture(path: Path, size: tuple[int, int] = (60, 30)) -> Path:
    path.parent.mkdir(exist_ok=True, parents=True)
    pixels = np.random.default_rng(len(str(path))).integers(0, 256, size[::-1], np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def test_a_list_of_pictures_where_they_are(tmp_path: Path) -> None:
    lines = [
        LabelledPicture(picture(tmp_path / "data" / "a.png"), " a  b"),
        LabelledPicture(picture(tmp_path / "out" / "c.png"), "c"),
    ]
    (path,) = write_fixed(tmp_path / "out" / "good.tsv", {"x": lines})
    assert path == tmp_path / "out" / "good.tsv"
    assert path.read_text() == "../data/a.png\ta b\nc.png\tc\n"
    assert [line.path.resolve() for line in read_folder(path)] == [line.path for line in lines]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["c.png", "good.tsv"]


@pytest.mark.parametrize("text", ['"A""B"', '""""', '"yes"', '""', 'say "no"'])
@pytest.mark.parametrize("page", ["", "p"])
def test_quotes_stay(tmp_path: Path, text: str, page: str) -> None:
    lines = [LabelledPicture(picture(tmp_path / f"{name}.png"), text, page) for name in "ab"]
    (path,) = write_fixed(tmp_path / "good", {"x": lines})
    assert [line.text for line in read_folder(path)] == [text, text]


def test_lines_of_pages_are_cut_out(tmp_path: Path) -> None:
    box = Region.rectangle(5, 5, 40, 20)
    pages = [picture(tmp_path / folder / "p.png") for folder in ("a", "b")]
    train = [LabelledPicture(pages[0], t, str(pages[0]), box, t) for t in ("one", "two")]
    val = [LabelledPicture(pages[1], "three", str(pages[1]), box, "l")]
    lists = write_fixed(tmp_path / "good", {"train": train, "val": val})
    assert [path.name for path in lists] == ["good-train.tsv", "good-val.tsv"]
    one, two = read_folder(lists[0])
    (three,) = read_folder(lists[1])
    assert [line.text for line in (one, two, three)] == ["one", "two", "three"]
    assert {line.path.parent for line in (one, two, three)} == {tmp_path / "good"}
    whole = np.asarray(Image.open(pages[1]))
    np.testing.assert_array_equal(np.asarray(Image.open(three.path)), whole[5:20, 5:40])


def test_lines_of_a_page_stay_of_one_page(tmp_path: Path) -> None:
    box = Region.rectangle(5, 5, 40, 20)
    lines = [
        LabelledPicture(path, "1", str(path), box, line)
        for path in (picture(tmp_path / "p_1.png"), picture(tmp_path / "p_2.png"))
        for line in ("k", "l")
    ]
    (path,) = write_fixed(tmp_path / "good", {"x": lines})
    pages = [line.page for line in read_folder(path)]
    assert pages[0] == pages[1] != pages[2] == pages[3]


@pytest.mark.parametrize("there", ["good.tsv", "good"])
def test_nothing_is_written_over(tmp_path: Path, there: str) -> None:
    (tmp_path / there).mkdir()
    line = LabelledPicture(picture(tmp_path / "p.png"), "1", "p", Region.rectangle(0, 0, 9, 9), "l")
    with pytest.raises(DataError, match=f"{there}: is there already"):
        write_fixed(tmp_path / "good", {"x": [line]})
    assert {path.name for path in tmp_path.iterdir()} == {there, "p.png"}


def test_names_stay_short_enough_for_files(tmp_path: Path) -> None:
    box = Region.rectangle(0, 0, 9, 9)
    line = LabelledPicture(picture(tmp_path / f"{240 * 'x'}.png"), "1", "p", box, "l")
    write_fixed(tmp_path / "good", {"x": [line]})
    assert [path.name for path in (tmp_path / "good").iterdir()] == [f"0000-{200 * 'x'}_000.png"]
    with pytest.raises(DataError, match="cannot be written"):
        write_fixed(tmp_path / (300 * "x"), {"x": [line]})


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    box = Region.rectangle(500, 0, 509, 9)
    line = LabelledPicture(picture(tmp_path / "p.png"), "1", "p", box, "l")
    with pytest.raises(Exception, match="the line's box"):
        write_fixed(tmp_path / "good", {"x": [line]})
    assert [path.name for path in tmp_path.iterdir()] == ["p.png"]


def test_pages_that_names_do_not_tell_stay(tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d"):
        picture(tmp_path / f"{name}.png")
    table = tmp_path / "metadata.csv"
    table.write_text("file_name,text,page\na.png,1,x\nb.png,2,x\nc.png,3,y\nd.png,4,y\n")
    (path,) = write_fixed(tmp_path / "good", {"x": read_folder(table)})
    again = read_folder(path)
    assert [line.text for line in again] == ["1", "2", "3", "4"]
    assert [line.page == again[0].page for line in again] == [True, True, False, False]


def test_splits_whose_names_look_alike_have_lists_of_their_own(tmp_path: Path) -> None:
    splits = {
        name: [LabelledPicture(picture(tmp_path / f"{number}.png"), str(number))]
        for number, name in enumerate(("a/b", "a-b", "a b"))
    }
    lists = write_fixed(tmp_path / "good", splits)
    assert [path.name for path in lists] == ["good-a-b.tsv", "good-a-b-2.tsv", "good-a-b-3.tsv"]
    assert [path.read_text() for path in lists] == ["0.png\t0\n", "1.png\t1\n", "2.png\t2\n"]


def test_a_list_in_a_folder_that_is_a_link(tmp_path: Path) -> None:
    line = LabelledPicture(picture(tmp_path / "data" / "a.png"), "1")
    (tmp_path / "real" / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real" / "deep")
    (path,) = write_fixed(tmp_path / "link" / "good", {"x": [line]})
    assert read_folder(path)[0].path.samefile(line.path)


@pytest.mark.parametrize("name", [".", ".tsv", ".."])
def test_a_list_needs_a_name(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"names no list"):
        write_fixed(Path(name), {"x": []})


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    line = LabelledPicture(picture(tmp_path / os.fsdecode(b"caf\xe9.png")), "1")
    with pytest.raises(DataError, match="a list cannot name it"):
        write_fixed(tmp_path / "good", {"x": [line]})
    assert not list(tmp_path.glob("good*"))


@pytest.mark.parametrize("name", ["line-{}.png", "000{}.png"])
def test_pages_of_their_own_stay_so_beside_others(tmp_path: Path, name: str) -> None:
    lines = []
    for place in ("a", "b"):
        for number in range(2):
            path = picture(tmp_path / place / name.format(number))
            path.with_name(f"{path.stem}.gt.txt").write_text(f"{place}{number}")
        lines += read_folder(tmp_path / place)
    assert len({line.page for line in lines}) == 4
    (path,) = write_fixed(tmp_path / "good", {"x": lines})
    assert len({line.page for line in read_folder(path)}) == 4


def test_lines_of_a_single_page_stay_together(tmp_path: Path) -> None:
    page, box = picture(tmp_path / "p.png"), Region.rectangle(5, 5, 40, 20)
    lines = [LabelledPicture(page, text, str(page), box, text) for text in ("one", "two")]
    (path,) = write_fixed(tmp_path / "good", {"x": lines})
    assert len({line.page for line in read_folder(path)}) == 1


def test_pages_of_several_lists_are_numbered_on(tmp_path: Path) -> None:
    box = Region.rectangle(5, 5, 40, 20)
    pages = {split: picture(tmp_path / split / "p.png") for split in ("one", "two")}
    splits = {
        split: [LabelledPicture(page, text, str(page), box, text) for text in ("a", "b")]
        for split, page in pages.items()
    }
    lists = write_fixed(tmp_path / "good", splits)
    found = {line.page for path in lists for line in read_folder(path)}
    assert len(found) == 2
