"""What a report's page says, and how it shows it."""

import numpy as np
import pytest

from hwr.scoring.classes import MANY
from hwr.scoring.rates import score_line
from hwr.scoring.report import write_report

NONE = "no interval: too few lines, or too alike"


def page(folder, pairs, widths=()):
    scores = [score_line(f"line {row}", *pair, 0.75) for row, pair in enumerate(pairs)]

    def picture(row):
        return np.zeros((8, widths[row] if widths else 20), dtype=np.uint8)

    path = write_report(folder, "A run", scores, picture, {})
    return " ".join(path.read_text(encoding="utf-8").split())


@pytest.mark.parametrize(
    ("pairs", "without"),
    [
        ([("12", "13")], 3),  # one line
        ([("12", "13"), ("567", "568"), ("9", "8")], 2),  # all wrong
        ([("12", "12"), ("12", "12 ")], 1),  # no word is wrong
        ([("12", "12"), ("12", "13")], 0),
    ],
)
def test_a_point_is_no_interval(tmp_path, pairs, without):
    text = page(tmp_path, pairs)
    assert text.count(NONE) == without
    assert text.count("95 % interval") == 3 - without
    assert ("Of intervals made this way" in text) == (without < 3)


def test_no_right_line_is_told_with_what_might_be_right(tmp_path):
    text = page(tmp_path, [("12", "13"), ("567", "568")] * 150)
    assert "No line was read right." in text
    assert "up to 1.00 % of lines might be right" in text
    assert "No line was read right." not in page(tmp_path, [("12", "13"), ("5", "5")])


def test_characters_stand_as_in_the_picture_whatever_their_direction(tmp_path):
    text = page(tmp_path, [("\u05d0\u05d1", "\u05d1\u05d0")])
    assert ".sign, .truth, .read { direction: ltr; unicode-bidi: isolate-override; }" in text
    for name in ('td class="sign"', 'dd class="truth"', 'dd class="read"'):
        assert name in text


def test_a_missed_mark_is_seen(tmp_path):
    text = page(tmp_path, [("x\u0303", "x")])
    assert '<mark class="deletion">\u25cc\u0303</mark>' in text


@pytest.mark.parametrize(
    ("width", "line", "picture"),
    [
        (200, "line", 'class="enlarged" src="worst-lines/0001.png" width="400"'),
        (300, "line long", 'class="enlarged" src="worst-lines/0001.png" width="600"'),
        (1500, "line long", 'src="worst-lines/0001.png" width="1500"'),
    ],
)
def test_long_lines_have_a_row_of_their_own_and_are_not_shrunk(tmp_path, width, line, picture):
    text = page(tmp_path, [("1", "23"), ("11", "11")], widths=(width, 20))
    assert f'<li class="{line}"> <div class="strip"><img {picture}' in text
    assert ".strip { overflow-x: auto; }" in text


def test_of_very_many_classes_the_worst_are_shown(tmp_path):
    pairs = [(chr(0x4E00 + row),) * 2 for row in range(MANY + 1)] + [("一", "丁")] * 3
    text = page(tmp_path, pairs)
    assert "The 100 classes with most errors, of 101." in text
    assert "<b>一</b> → <b>丁</b>" in text
    assert text.count('<td class="sign"><b>') == 100 + 1
    assert "classes with most errors" not in page(tmp_path, [("1", "1"), ("2", "1")])
