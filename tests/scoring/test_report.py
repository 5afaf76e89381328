import re
import tempfile
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hwr.errors import DataError
from hwr.scoring.rates import score_line
from hwr.scoring.report import write_report

NASTY = "<script>alert('x')</script> & \"co\""


class Page(HTMLParser):
    """All tags with their attributes, and the text of every truth and read."""

    VOID = ("meta", "img")

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.texts, self.whole = [], [], {"truth": [], "read": []}, ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append((tag, dict(attributes).get("class")))
            if tag == "dd":
                self.texts[self.open[-1][1]].append("")

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        self.whole += data
        for tag, name in self.open:
            if tag == "dd":
                self.texts[name][-1] += data


def picture(row):
    drawn = np.zeros((8, 20 + row), dtype=np.uint8)
    drawn[2:6, 3 : 6 + row] = 255 - row
    return drawn


def write(folder, pairs, **changes):
    scores = [score_line(f"line {row}", truth, read, 0.75) for row, (truth, read) in pairs]
    arguments = {"title": "A run", "pictures": picture, "facts": {"Model": "m.hwr"}} | changes
    path = write_report(folder, scores=scores, **arguments)
    assert path == folder / "index.html"
    return Page(path.read_text(encoding="utf-8"))


def test_page_shows_rates_lines_and_facts(tmp_path):
    page = write(
        tmp_path / "new" / "report",
        enumerate([("123", "123"), ("4567", "4568"), ("89", "")]),
        facts={"Model": "digits.hwr", "Date": "2025-01-02"},
    )
    text = " ".join(page.whole.split())
    for expected in (
        "33.33 %", "3 errors in 9 characters", "1 of 3 lines", "digits.hwr", "2025-01-02",
        "7 → 8", "confidence 75.00 %", "All 2 wrong lines",
    ):  # fmt: skip
        assert expected in text, expected
    assert page.texts == {"truth": ["89", "4567"], "read": ["nothing", "4568"]}
    marks = [attributes["class"] for tag, attributes in page.tags if tag == "mark"]
    assert marks[-3:] == ["deletion", "substitution", "substitution"]


def test_pictures_are_the_worst_lines_dark_on_light(tmp_path):
    page = write(tmp_path, enumerate([("123", "123"), ("4567", "4568"), ("89", "77")]))
    images = [attributes for tag, attributes in page.tags if tag == "img"]
    assert [image["src"] for image in images] == ["worst-lines/0001.png", "worst-lines/0002.png"]
    assert "89" in images[0]["alt"]
    for image, row in zip(images, (2, 1), strict=True):
        drawn = np.asarray(Image.open(tmp_path / image["src"]))
        assert np.array_equal(drawn, 255 - picture(row))
        assert (image["width"], image["height"]) == (str(2 * drawn.shape[1]), "16")


def test_at_most_a_hundred_lines_are_shown(tmp_path):
    page = write(tmp_path, enumerate([("12", "1")] * 105))
    assert "The worst 100 of 105 wrong lines" in page.whole
    assert len(list((tmp_path / "worst-lines").iterdir())) == 100


def test_page_needs_nothing_from_elsewhere(tmp_path):
    write(tmp_path, enumerate([("11", "12")]))
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"https?:|url\(|<script|<link|@import", text)


def test_spaces_and_marks_keep_the_texts_whole(tmp_path):
    page = write(tmp_path, enumerate([(" a  b ", " a x b ")]))
    assert page.texts == {"truth": [" a  b "], "read": [" a x b "]}
    page = write(tmp_path, enumerate([("a b", "ab")]))
    assert page.texts["truth"] == ["a␣b"]  # a missed space is made visible


def test_markup_in_any_text_is_escaped(tmp_path):
    scores = [score_line(NASTY, NASTY, NASTY + "<b>", None), score_line("<", "<", "&")]
    path = write_report(tmp_path, NASTY, scores, picture, {NASTY: NASTY})
    page = Page(path.read_text(encoding="utf-8"))
    assert page.whole.count(NASTY) == 7  # title and heading, a fact twice, name, truth, read
    tags = {tag for tag, _ in page.tags}
    assert "script" not in tags
    assert ("b", {}) in page.tags  # ours, around confused characters
    assert [a["alt"] for tag, a in page.tags if tag == "img"][1].endswith(NASTY)


def test_a_perfect_result_says_so(tmp_path):
    page = write(tmp_path, enumerate([("11", "11")] * 600))
    text = " ".join(page.whole.split())
    assert "There are none: every line was read without any error." in text
    assert "up to 0.50 % of lines" in text
    assert "Commonest errors" not in text
    assert list((tmp_path / "worst-lines").iterdir()) == []


def test_long_texts_are_grouped_by_length(tmp_path):
    page = write(tmp_path, enumerate([("a" * n, "a" * n) for n in range(1, 90)]))
    assert "85 to 89" in page.whole
    assert "86 to" not in page.whole


@pytest.mark.parametrize(("wrong", "shown"), [(1, "< 0.01 %"), (0, "0.00 %")])
def test_a_small_rate_is_not_shown_as_none(tmp_path, wrong, shown):
    long = "7" * 100
    page = write(tmp_path, enumerate([(long, long[wrong:])] + [(long, long)] * 299))
    assert shown in page.whole


def test_an_older_report_is_replaced_and_other_files_stay(tmp_path):
    write(tmp_path, enumerate([("11", "12")] * 5), title="Older")
    (tmp_path / "notes.txt").write_text("mine")
    page = write(tmp_path, enumerate([("11", "12")]), title="Newer")
    assert "Newer" in page.whole
    assert "Older" not in page.whole
    assert sorted(path.name for path in tmp_path.rglob("*")) == [
        "0001.png", "index.html", "notes.txt", "worst-lines",
    ]  # fmt: skip


def test_a_crash_leaves_the_older_report_whole(tmp_path):
    write(tmp_path, enumerate([("11", "12")] * 2), title="Older")

    def fails_late(row):
        if row == 1:
            raise RuntimeError("no picture")
        return picture(row)

    with pytest.raises(RuntimeError, match="no picture"):
        write(tmp_path, enumerate([("11", "12")] * 2), title="Newer", pictures=fails_late)
    assert "Older" in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "worst-lines"]


def test_a_report_that_cannot_take_its_place_leaves_the_older_one(tmp_path, monkeypatch):
    write(tmp_path, enumerate([("11", "12")] * 2), title="Older")
    rename = Path.rename

    def taken(self, target):
        if self.name == "index.html" and ".unfinished" in self.parent.name:
            raise OSError(16, "Device or resource busy")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", taken)
    with pytest.raises(DataError, match="the report cannot be written"):
        write(tmp_path, enumerate([("11", "12")]), title="Newer")
    assert "Older" in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert len(list((tmp_path / "worst-lines").iterdir())) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "worst-lines"]


def test_what_cannot_be_put_back_is_kept(tmp_path, monkeypatch):
    write(tmp_path, enumerate([("11", "12")] * 2), title="Older")
    rename = Path.rename

    def taken(self, target):
        if target == tmp_path / "index.html":
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", taken)
    with pytest.raises(DataError, match="the report cannot be written"):
        write(tmp_path, enumerate([("1", "2")]), title="Newer")
    kept = [path for path in tmp_path.rglob("index.html") if "Older" in path.read_text("utf-8")]
    assert len(kept) == 1
    assert {path.name for path in tmp_path.iterdir() if path.name[0] != "."} == {"worst-lines"}


def test_a_file_in_the_folders_place_is_an_error(tmp_path):
    (tmp_path / "taken").write_text("mine")
    for folder in (tmp_path / "taken", tmp_path / "taken" / "below"):
        with pytest.raises(DataError, match="taken"):
            write(folder, enumerate([("11", "12")]))
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_folder_that_nobody_can_write_to_is_an_error(tmp_path, monkeypatch):
    def refused(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "mkdtemp", refused)
    for folder in (tmp_path / "closed", tmp_path / (300 * "x")):
        with pytest.raises(DataError, match="cannot be a folder for the report"):
            write(folder, enumerate([("11", "12")]))


def test_no_scores_is_an_error_and_leaves_nothing(tmp_path):
    with pytest.raises(DataError, match="no lines"):
        write(tmp_path / "report", enumerate([]))
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_no_unicode_does_not_cost_the_page(tmp_path):
    write_report(tmp_path, "A run", [score_line("\udcff.png", "11", "12")], picture, {})
    assert "?.png" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_single_characters_get_classes_a_matrix_and_a_sheet(tmp_path):
    pairs = [("1", "1")] * 8 + [("2", "2")] * 4 + [("1", "2"), ("2", "")]
    page = write(tmp_path, enumerate(pairs))
    assert "By class" in page.whole
    assert "By length" not in page.whole
    assert "2 of 14 are wrong" in page.whole
    images = {attributes["src"] for tag, attributes in page.tags if tag == "img"}
    assert images == {"confusion.png", "worst-digits.png"}
    for name in images:
        with Image.open(tmp_path / name) as drawn:
            assert min(drawn.size) > 50
    # A report of lines in its place takes these pictures away.
    write(tmp_path, enumerate([("11", "12")]))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "worst-lines"]


def test_a_picture_of_the_user_s_own_is_not_replaced(tmp_path):
    (tmp_path / "confusion.png").write_bytes(b"mine")
    with pytest.raises(DataError, match=r"confusion\.png: is there already"):
        write(tmp_path, enumerate([("1", "2")]))
    assert (tmp_path / "confusion.png").read_bytes() == b"mine"
