import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from hwr.errors import DataError
from hwr.images.normalise import ImageSettings, normalise
from hwr.lines.cache import file as store_file
from hwr.lines.cache.store import LineStore, open_store, store_folder
from hwr.lines.crops import Opener
from hwr.lines.labelled import LabelledPicture, Region
from hwr.lines.problems import Kind

SETTINGS = ImageSettings()


def drawn(path: Path, width: int = 90, height: int = 40) -> Path:
    picture = Image.new("L", (width, height), 255)
    ImageDraw.Draw(picture).line((8, 8, width - 9, height - 9), fill=0, width=3)
    picture.save(path)
    return path


@pytest.fixture
def pictures(tmp_path: Path) -> list[LabelledPicture]:
    """More than one thread takes at once: 40 files, and a page of 20 lines."""
    lines = [
        LabelledPicture(drawn(tmp_path / f"{row}.png", 60 + row), str(row), f"page {row}")
        for row in range(40)
    ]
    page = drawn(tmp_path / "page.png", 300, 400)
    for row in range(20):
        box = Region.rectangle(0, 20 * row, 300, 20 * row + 20)
        lines.insert(15, LabelledPicture(page, "p", "page", box, f"l{row}"))
    return lines


@pytest.fixture
def decoding(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pictures each writing of a store was given."""
    given: list[int] = []

    def counted(lines: list[LabelledPicture], settings: ImageSettings) -> Iterator[object]:
        given.append(len(lines))
        return decoded(lines, settings)

    decoded = store_file.decoded
    monkeypatch.setattr(store_file, "decoded", counted)
    return given


def test_lines_are_what_normalising_gives(pictures: list[LabelledPicture], tmp_path: Path) -> None:
    store = open_store(pictures, SETTINGS, folder=tmp_path / "cache")
    assert len(store) == 60
    assert store.names == [picture.name for picture in pictures]
    assert store.texts == [picture.text for picture in pictures]
    assert store.pages == [picture.page for picture in pictures]
    opener = Opener()
    for row, picture in enumerate(pictures):
        grey = opener.open(picture)
        expected = normalise(grey, SETTINGS).pixels
        np.testing.assert_array_equal(store.line(row), expected)
        assert store.widths[row] == expected.shape[1]
        assert tuple(store.sizes[row]) == grey.shape


def test_a_second_run_decodes_nothing(
    pictures: list[LabelledPicture], tmp_path: Path, decoding: list[int]
) -> None:
    done: list[int] = []
    first = open_store(pictures, SETTINGS, done.append, tmp_path / "cache")
    again = open_store(pictures, SETTINGS, done.append, tmp_path / "cache")
    assert decoding == [60]
    assert sum(done) == 120
    for row in range(60):
        np.testing.assert_array_equal(first.line(row), again.line(row))
    np.testing.assert_array_equal(first.digests, again.digests)


def test_a_corrected_text_decodes_nothing(
    pictures: list[LabelledPicture], tmp_path: Path, decoding: list[int]
) -> None:
    open_store(pictures, SETTINGS, folder=tmp_path / "cache")
    other = [LabelledPicture(p.path, "new", "page", p.region, p.line) for p in pictures]
    assert set(open_store(other, SETTINGS, folder=tmp_path / "cache").texts) == {"new"}
    assert decoding == [60]


def test_what_the_pixels_depend_on_makes_another_store(
    pictures: list[LabelledPicture], tmp_path: Path, decoding: list[int]
) -> None:
    def opened(lines: list[LabelledPicture], settings: ImageSettings = SETTINGS) -> LineStore:
        return open_store(lines, settings, folder=tmp_path / "cache")

    opened(pictures)
    assert opened(pictures, ImageSettings(height=48)).height == 48
    opened(pictures[1:])
    moved = Region.rectangle(0, 3, 300, 22)
    opened([*pictures[:15], LabelledPicture(pictures[15].path, "p", "page", moved, "x")])
    opened([replace(picture, turns=1) for picture in pictures])
    opened([replace(picture, as_kept=True) for picture in pictures])
    os.utime(pictures[0].path, ns=(1, 1))
    opened(pictures)
    # As copied anew from where its time is kept.
    os.utime(pictures[0].path, ns=(1, 1))
    opened(pictures)
    assert decoding == [60, 60, 59, 16, 60, 60, 60, 60]


def test_unreadable_pictures_are_told_every_time_and_read_once_mended(
    pictures: list[LabelledPicture], tmp_path: Path, decoding: list[int]
) -> None:
    bad = pictures[2].path
    status, content = bad.stat(), bad.read_bytes()
    bad.write_bytes(b"x" * len(content))
    os.utime(bad, ns=(status.st_atime_ns, status.st_mtime_ns))
    for _ in range(2):
        store = open_store(pictures, SETTINGS, folder=tmp_path / "cache")
        assert len(store) == 59
        assert store.names == [p.name for p in pictures if p.path != bad]
        (problem,) = store.problems
        assert (problem.kind, problem.name) == (Kind.UNREADABLE, str(bad))
        assert problem.reason.startswith("not a picture")
    assert decoding == [60]
    # Even where nothing tells that the file has changed.
    bad.write_bytes(content)
    os.utime(bad, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert len(open_store(pictures, SETTINGS, folder=tmp_path / "cache")) == 60


@pytest.mark.parametrize("name", [store_file.LINES, store_file.INDEX])
def test_a_store_cut_short_is_made_anew(
    pictures: list[LabelledPicture], tmp_path: Path, name: str
) -> None:
    store = open_store(pictures, SETTINGS, folder=tmp_path / "cache")
    whole, file = store.line(59), store.file.with_name(name)
    file.write_bytes(file.read_bytes()[:-100])
    if name == store_file.LINES:
        with pytest.raises(DataError, match="cut short"):
            store.line(59)
    again = open_store(pictures, SETTINGS, folder=tmp_path / "cache")
    np.testing.assert_array_equal(again.line(59), whole)


def test_an_interrupted_run_leaves_nothing(pictures: list[LabelledPicture], tmp_path: Path) -> None:
    def interrupt(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_store(pictures, SETTINGS, interrupt, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_store_that_another_process_made_meanwhile_stays(
    pictures: list[LabelledPicture], tmp_path: Path
) -> None:
    theirs: list[LineStore] = []

    def meanwhile(count: int) -> None:
        if not theirs:
            theirs.append(open_store(pictures, SETTINGS, folder=tmp_path / "cache"))

    mine = open_store(pictures, SETTINGS, meanwhile, tmp_path / "cache")
    np.testing.assert_array_equal(theirs[0].line(3), mine.line(3))
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_a_part_has_rows_of_its_own(pictures: list[LabelledPicture], tmp_path: Path) -> None:
    store = open_store(pictures, SETTINGS, folder=tmp_path / "cache")
    part = store.part([40, 2]).part([1, 0])
    assert part.texts == [pictures[2].text, pictures[40].text]
    np.testing.assert_array_equal(part.line(1), store.line(40))
    assert part.line(1).flags.writeable
    assert len(store.part([])) == 0


def test_pictures_alike_have_digests_alike(tmp_path: Path) -> None:
    files = [drawn(tmp_path / f"{name}.png", width) for name, width in (("a", 60), ("b", 60))]
    files += [drawn(tmp_path / "a.bmp", 60), drawn(tmp_path / "c.png", 61)]
    blank = tmp_path / "blank.png"
    Image.new("L", (60, 40), 255).save(blank)
    store = open_store(
        [LabelledPicture(path, "1") for path in (*files, blank)], SETTINGS, folder=tmp_path / "x"
    )
    digests = [digest.tobytes() for digest in store.digests]
    assert digests[0] == digests[1] == digests[2] != digests[3]
    assert store.blank.tolist() == [False] * 4 + [True]


def test_no_pictures_are_a_store_too(tmp_path: Path) -> None:
    assert len(open_store([], SETTINGS, folder=tmp_path / "cache")) == 0


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=r"file: lines made ready cannot be kept.*HWR_CACHE"):
        open_store(
            [LabelledPicture(drawn(tmp_path / "a.png"), "1")], SETTINGS, folder=tmp_path / "file"
        )


def test_where_stores_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HWR_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/home/somebody")
    assert store_folder() == Path("/home/somebody/.cache/hwr")
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert store_folder() == Path("/caches/hwr")
    monkeypatch.setenv("HWR_CACHE", "/own")
    assert store_folder() == Path("/own")


def test_stores_of_long_ago_are_deleted_and_nothing_else(
    pictures: list[LabelledPicture], tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    old, used, new = (
        open_store(pictures[start : start + 5], SETTINGS, folder=cache).file.parent
        for start in (0, 5, 10)
    )
    others = [cache / "lines-of-mine", cache / f"lines-{'0' * 32}", cache / "unfinished-novel"]
    for other in others:
        other.mkdir()
        (other / "mine.txt").write_text("keep")
    begun = cache / "unfinished-abc"
    (begun / old.name).mkdir(parents=True)
    (begun / old.name / "lines.bin").write_bytes(b"cut short")
    file = cache / "notes.txt"
    file.write_text("keep")
    long_ago = time.time() - 61 * 24 * 3600
    for place in (old, used, begun, file, *others):
        os.utime(place, (long_ago, long_ago))
    open_store(pictures[5:10], SETTINGS, folder=cache)  # asked for again
    assert old.exists()  # nothing was written
    another = open_store(pictures[15:20], SETTINGS, folder=cache).file.parent
    assert set(cache.iterdir()) == {used, new, another, file, *others}
    assert all((other / "mine.txt").exists() for other in others)


def test_an_index_of_which_any_bit_is_another_is_made_anew_or_read(
    pictures: list[LabelledPicture], tmp_path: Path
) -> None:
    store = open_store(pictures[:3], SETTINGS, folder=tmp_path / "cache")
    index = store.file.with_name(store_file.INDEX)
    whole = index.read_bytes()
    for place in range(0, len(whole), 5):
        for bit in (0, 6):
            changed = bytearray(whole)
            changed[place] ^= 1 << bit
            index.write_bytes(changed)
            store_file.read_index(index.parent, SETTINGS.height)  # raises nothing


def test_lines_whose_pixels_have_changed_are_told(
    pictures: list[LabelledPicture], tmp_path: Path
) -> None:
    store = open_store(pictures, SETTINGS, folder=tmp_path / "cache")
    store.file.write_bytes(bytes(store.file.stat().st_size))
    with pytest.raises(DataError, match=r"damaged, or cut short: delete the folder .*lines-"):
        store.line(3)


def test_a_store_in_use_is_not_taken_away(pictures: list[LabelledPicture], tmp_path: Path) -> None:
    first: list[LineStore] = []

    def meanwhile(count: int) -> None:
        if not first:
            first.append(open_store(pictures, SETTINGS, folder=tmp_path / "cache"))
            os.link(first[0].file, tmp_path / "same")

    second = open_store(pictures, SETTINGS, meanwhile, folder=tmp_path / "cache")
    assert second.file.samefile(tmp_path / "same")
    np.testing.assert_array_equal(first[0].line(5), second.line(5))
