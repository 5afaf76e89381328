from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hwr.alphabet import Alphabet
from hwr.images.normalise import ImageSettings
from hwr.lines.cache.store import LineStore, open_store
from hwr.lines.checks.check import Report, check
from hwr.lines.checks.rules import mended
from hwr.lines.labelled import LabelledPicture
from hwr.lines.problems import Kind, Problem

Line = tuple[str, str]
"""Name and text."""


class Bench:
    """Splits of lines, each a picture of its own unless drawn alike."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.drawn = 0

    def picture(
        self, name: str, width: int = 200, height: int = 40, seed: int | None = None
    ) -> None:
        self.drawn += 1
        rng = np.random.default_rng(self.drawn if seed is None else seed)
        pixels = np.full((height, width), 255, np.uint8)
        inside = pixels[height // 8 : -(height // 8) or None, 8:-8]
        inside[:] = np.where(rng.random(inside.shape) < 0.2, 0, 255)
        Image.fromarray(pixels).save(self.folder / name)

    def store(self, *lines: Line) -> LineStore:
        for name, _ in lines:
            if not (self.folder / name).exists():
                self.picture(name)
        pictures = [LabelledPicture(self.folder / name, text) for name, text in lines]
        return open_store(pictures, ImageSettings(), folder=self.folder / "cache")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def told(report: Report) -> list[tuple[Kind, str]]:
    return [(problem.kind, Path(problem.name).name) for problem in report.problems]


def test_good_lines(bench: Bench) -> None:
    report = check(
        {"train": bench.store(("a.png", "12"), ("b.png", "21")), "val": bench.store(("c.png", "1"))}
    )
    assert not report.problems
    assert not report.bad
    assert report.lines == {"train": 2, "val": 1}
    assert report.good == {"train": [0, 1], "val": [0]}
    assert report.characters == {"1": (2, 1), "2": (2, 0)}
    assert "no problems found" in report.summary()
    assert "DIGIT TWO  only in train" in report.summary()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", Kind.EMPTY),
        (" \u00a0\u200b", Kind.EMPTY),
        ("a\tb", Kind.CONTROL),
        ("a\nb", Kind.CONTROL),
        ("caf\ufffd", Kind.CONTROL),
        (" a", Kind.SPACES),
        ("a ", Kind.SPACES),
        ("a  b", Kind.SPACES),
        ("a\u00a0b", Kind.SPACES),
        ("a\u00adb", Kind.SPACES),
        ("a\u200cb", None),
        ("1 \u05d0", Kind.LEFTWARD),
        ("\u0645", Kind.LEFTWARD),
        ("\u0661", None),  # Arabic digits run from left to right
        ("a b", None),
    ],
)
def test_odd_texts(bench: Bench, text: str, kind: Kind | None) -> None:
    report = check({"x": bench.store(("a.png", text))})
    assert told(report) == ([(kind, "a.png")] if kind else [])
    assert report.good == {"x": [0] if kind in (None, Kind.SPACES, Kind.LEFTWARD) else []}
    assert report.bad == frozenset(
        {str(bench.folder / "a.png")} if kind in (Kind.EMPTY, Kind.CONTROL) else ()
    )


def test_mended_texts() -> None:
    assert mended(" a  \u00a0b\u00ad\u200bc ") == "a bc"
    assert mended("Hand\u00ad ") == mended("Hand\u00ad\u200b") == "Hand-"
    assert mended("\u00ad") == mended(" \u00ad ") == ""
    assert mended("\u0645\u06cc\u200c\u062e\u0648") == "\u0645\u06cc\u200c\u062e\u0648"


def test_characters_that_the_alphabet_lacks(bench: Bench) -> None:
    store = bench.store(("a.png", "1xx"), ("b.png", "1"), ("c.png", "x"))
    report = check({"x": store}, Alphabet("123"))
    (problem,) = report.problems
    assert (problem.kind, problem.name) == (Kind.UNKNOWN, "x")
    assert "3 times in 2 lines" in problem.reason
    assert problem.lines == (store.names[0], store.names[2])
    assert report.good == {"x": [1]}
    assert report.bad == set(problem.lines)


def test_lines_too_narrow_for_their_text(bench: Bench) -> None:
    store = bench.store(("a.png", "1" * 20), ("b.png", "12" * 10))
    needed = {20 + 19: [0, 1], 38: [1], 20: [1], 19: []}
    for frames, good in needed.items():
        report = check({"x": store}, frames=lambda width, frames=frames: frames)
        assert report.good == {"x": good}
        assert {problem.kind for problem in report.problems} <= {Kind.NARROW}
    report = check({"x": store}, frames=lambda width: 0 if width == store.widths[0] else 99)
    assert "needs 39 frames" in report.problems[0].reason
    assert f"{store.widths[0]} pixels give 0" in report.problems[0].reason


def test_the_same_picture_in_two_splits_stays_in_the_last(bench: Bench) -> None:
    for name in ("a.png", "b.png", "c.png", "d.png"):
        bench.picture(name, seed=1)
    splits = {
        "train": bench.store(("a.png", "1"), ("x.png", "1")),
        "val": bench.store(("b.png", "1")),
        "test": bench.store(("c.png", "1"), ("d.png", "1")),
    }
    report = check(splits)
    assert told(report) == [(Kind.ACROSS, "a.png"), (Kind.ACROSS, "b.png"), (Kind.TWICE, "d.png")]
    assert report.good == {"train": [1], "val": [], "test": [0]}


def test_the_same_picture_with_other_texts_is_good_for_nothing(bench: Bench) -> None:
    for name in ("a.png", "b.png"):
        bench.picture(name, seed=1)
    report = check({"x": bench.store(("a.png", "1"), ("b.png", "2"), ("c.png", "1"))})
    assert told(report) == [(Kind.CONTRADICTION, "a.png"), (Kind.CONTRADICTION, "b.png")]
    assert "b.png is the same picture with '2'" in report.problems[0].reason
    assert report.good == {"x": [2]}


def test_other_spaces_are_no_other_text(bench: Bench) -> None:
    for name in ("a.png", "b.png"):
        bench.picture(name, seed=1)
    report = check({"x": bench.store(("a.png", "1 2"), ("b.png", "1\u00a0 2 "))})
    assert told(report) == [(Kind.TWICE, "b.png"), (Kind.SPACES, "b.png")]
    assert report.good == {"x": [0]}


def test_of_same_pictures_each_is_told_with_one_of_another_text(bench: Bench) -> None:
    for name in ("a.png", "b.png", "c.png"):
        bench.picture(name, seed=1)
    report = check({"x": bench.store(("a.png", "1"), ("b.png", "1"), ("c.png", "2"))})
    assert [problem.reason.split(" is the")[0].split("/")[-1] for problem in report.problems] == [
        "c.png", "c.png", "a.png",
    ]  # fmt: skip


def test_a_line_listed_twice_is_good_once(bench: Bench) -> None:
    report = check({"x": bench.store(("a.png", "1"), ("a.png", "1"))})
    assert told(report) == [(Kind.TWICE, "a.png")]
    assert report.good == {"x": [0]}


def test_odd_sizes(bench: Bench) -> None:
    bench.picture("low.png", height=7)
    bench.picture("turned.png", width=40, height=60)
    bench.picture("single.png", width=40, height=60)
    Image.new("L", (90, 40), 255).save(bench.folder / "blank.png")
    Image.new("L", (90, 40), 250).save(bench.folder / "empty.png")
    report = check(
        {
            "x": bench.store(
                ("low.png", "1"),
                ("turned.png", "1234"),
                ("single.png", "123"),
                ("blank.png", "1"),
                ("empty.png", ""),
            )
        }
    )
    assert told(report) == [
        (Kind.BLANK, "blank.png"),
        (Kind.EMPTY, "empty.png"),
        (Kind.LOW, "low.png"),
        (Kind.TURNED, "turned.png"),
    ]
    assert report.good == {"x": [2]}


def test_widths_unlike_those_of_the_others(bench: Bench) -> None:
    for number in range(20):
        bench.picture(f"{number}.png", width=200)
    bench.picture("wide.png", width=1000)
    lines = [(f"{number}.png", "12345") for number in range(20)]
    odd = [("wide.png", "12345"), ("narrow.png", "12345" * 5), ("short.png", "123")]
    report = check({"x": bench.store(*lines, *odd)})
    assert told(report) == [(Kind.ASPECT, "wide.png"), (Kind.ASPECT, "narrow.png")]
    assert not report.bad
    # Nothing is usual among so few.
    assert not check({"x": bench.store(*lines[:10], *odd)}).problems


def test_characters_that_no_training_line_shows(bench: Bench) -> None:
    splits = {
        "train": bench.store(("a.png", "12")),
        "val": bench.store(("b.png", "13"), ("c.png", "33")),
    }
    report = check(splits)
    (problem,) = report.problems
    assert (problem.kind, problem.name) == (Kind.UNSEEN, "3")
    assert "3 times in 2 lines" in problem.reason
    assert not report.errors
    # Of splits that are called otherwise, none is there to learn from.
    assert not check({"one": splits["train"], "other": splits["val"]}).problems


def test_what_was_found_before_comes_in_its_place(bench: Bench) -> None:
    (bench.folder / "bad.png").write_text("no picture")
    before = [Problem(Kind.NO_TEXT, "lone.png", "put it there"), Problem(Kind.TABLE, "l", "bad")]
    report = check({"x": bench.store(("bad.png", "1"), ("a.png", ""))}, problems=before)
    assert told(report) == [
        (Kind.TABLE, "l"),
        (Kind.NO_TEXT, "lone.png"),
        (Kind.UNREADABLE, "bad.png"),
        (Kind.EMPTY, "a.png"),
    ]
    assert {"l", "lone.png"} < report.bad


def test_a_summary_tells_some_of_each_kind(bench: Bench) -> None:
    report = check({"x": bench.store(*((f"{number}.png", "") for number in range(12)))})
    summary = report.summary(shown=5, characters=False)
    assert "empty text: 12" in summary
    assert "and 7 more" in summary
    assert len(summary.splitlines()) == 1 + 1 + 5 + 1
