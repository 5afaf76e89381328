import numpy as np
import pytest
from PIL import ImageColor

from hwr.errors import ConfigError, DataError
from hwr.scoring.sheet import _GREEN, _MARGIN, _RED, sheet


def picture(width=60, height=32):
    drawn = np.zeros((height, width), dtype=np.uint8)
    drawn[4:-4, 5:-5] = np.arange(width - 10, dtype=np.uint8) * 2
    return drawn


def has(image, colour):
    """Whether some pixel is nearly of this colour: small shapes have soft edges."""
    apart = np.abs(np.asarray(image, dtype=int) - ImageColor.getrgb(colour)).max(2)
    return bool((apart < 24).any())


def test_lines_that_nobody_read_have_no_mark() -> None:
    page = sheet([(np.full((32, 60), 200, np.uint8), "123", None)])
    assert not has(page, _GREEN)


def test_right_lines_are_green_and_wrong_ones_red():
    right = sheet([(picture(), "12", "12")])
    wrong = sheet([(picture(), "12", "13")])
    assert (has(right, _GREEN), has(right, _RED)) == (True, False)
    assert (has(wrong, _GREEN), has(wrong, _RED)) == (False, True)


def test_the_truth_is_shown_only_of_wrong_lines():
    right = sheet([(picture(), "12", "12")])
    wrong = sheet([(picture(), "12", "13")])
    longer = sheet([(picture(), "12" * 20, "13")])
    assert right.width < wrong.width < longer.width


def test_pictures_are_dark_on_light():
    page = np.asarray(sheet([(picture(), "12", "12")], scale=1))
    top = left = _MARGIN + 1
    shown = page[top : top + 32, left : left + 60]
    assert np.array_equal(shown, np.repeat(255 - picture()[:, :, None], 3, axis=2))


def test_pictures_are_enlarged_and_the_text_is_not():
    small, large = (sheet([(picture(300), "1", "1")], scale=scale) for scale in (1, 3))
    assert large.width - small.width == 2 * 300
    assert large.height - small.height == 2 * 32


def test_lines_fill_rows():
    lines = [(picture(width), "1", "1") for width in (100, 60, 60, 120, 60)]
    one, two = sheet(lines[:1], columns=1), sheet(lines, columns=2)
    cell_height = one.height - 2 * _MARGIN
    assert two.height == 3 * cell_height + 4 * _MARGIN
    # A column is as wide as its widest picture in its frame.
    assert two.width == (2 * 100 + 2) + (2 * 120 + 2) + 3 * _MARGIN
    assert sheet(lines[:1], columns=4).size == one.size


@pytest.mark.parametrize("text", ["", "é漢字😀", "two\nlines", "\x00\udcff\u202e", "a" * 200, "é"])
def test_any_text_can_be_shown(text):
    sheet([(picture(), text, text), (picture(), text, "1"), (picture(), "1", text)])


def test_what_cannot_be_laid_out_is_said():
    with pytest.raises(DataError, match="at least one line"):
        sheet([])
    with pytest.raises(ConfigError, match="0 columns"):
        sheet([(picture(), "1", "1")], columns=0)
    with pytest.raises(ConfigError, match="scale 0"):
        sheet([(picture(), "1", "1")], scale=0)


def test_what_no_font_can_draw_is_replaced_on_one_line():
    shown, plain = (
        sheet([(picture(), "1", f"two{sign}lines")]) for sign in ("\n", "\N{REPLACEMENT CHARACTER}")
    )
    assert np.array_equal(np.asarray(shown), np.asarray(plain))
