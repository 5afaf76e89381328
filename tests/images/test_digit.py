"""Every picture of a single digit becomes one as MNIST has it; MNIST's own stay as they are."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from PIL import Image

from hwr.errors import PictureError
from hwr.images.digit import framed, normalise_digit
from hwr.images.grey import Grey
from hwr.lines.digits import load_digits

DIGITS = load_digits("val").images


def on_paper(ink: Grey) -> Grey:
    return (1 - ink).astype(np.float32)


def ink_of_digit(row: int) -> Grey:
    return (DIGITS[row] / 255).astype(np.float32)


def centre(pixels: Grey) -> tuple[float, float]:
    rows, columns = pixels.sum(1), pixels.sum(0)
    places = np.arange(len(rows)) + 0.5
    return float(rows @ places / rows.sum()), float(columns @ places / columns.sum())


def test_mnist_stays_as_it_is() -> None:
    as_they_are = framed(DIGITS[:500], 32)
    for digit, wanted in zip(DIGITS[:500], as_they_are, strict=True):
        stored = np.float32(1) - digit.astype(np.float32) / np.float32(255)
        assert np.array_equal(normalise_digit(stored, 32).pixels, wanted)


def test_the_frame_of_28_stands_in_the_middle_of_a_line() -> None:
    square = framed(DIGITS[:1], 32)[0]
    assert np.array_equal(square[2:30, 2:30], DIGITS[0])
    assert square.sum() == DIGITS[0].sum(dtype=np.int64)
    larger = framed(DIGITS[:1], 64)[0]
    assert larger.shape == (64, 64)
    assert larger.mean() == pytest.approx(square.mean(), rel=0.03)


@pytest.mark.parametrize("row", [0, 3, 8, 11])
@pytest.mark.parametrize("light_on_dark", [False, True])
@pytest.mark.parametrize(("times", "margin"), [(1, 0), (7, 0), (7, 3), (2, 40), (30, 200)])
def test_size_polarity_and_margin_change_little(
    row: int, light_on_dark: bool, times: int, margin: int
) -> None:
    ink = ink_of_digit(row)
    seen = ink > 0.1
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    size = cut.shape[1] * times, cut.shape[0] * times
    large = Image.fromarray(cut).resize(size, Image.Resampling.BICUBIC)
    # More room on one side than on the other.
    picture = np.pad(np.asarray(large).clip(0, 1), ((margin, 2 * margin), (3 * margin, margin)))
    made = normalise_digit(picture if light_on_dark else on_paper(picture), 32).pixels
    wanted = framed(DIGITS[row : row + 1], 32)[0]
    assert made.shape == (32, 32)
    # MNIST's digits stand on whole pixels: theirs are up to half a pixel away each way.
    assert np.corrcoef(made.ravel(), wanted.ravel())[0, 1] > 0.85


def test_centre_of_mass_in_the_middle_and_longest_side_of_20() -> None:
    picture = np.zeros((300, 400), np.float32)
    picture[40:240, 50:80] = 1  # a stroke with a foot to one side
    picture[210:240, 80:150] = 1
    made = normalise_digit(on_paper(picture), 32).pixels / 255
    # As MNIST's: half a pixel right of and below the middle, on average.
    assert centre(made) == (pytest.approx(16.5, abs=0.2), pytest.approx(16.5, abs=0.2))
    rows = np.flatnonzero((made > 0.5).any(1))
    assert 19 <= rows[-1] - rows[0] + 1 <= 21


def test_thin_strokes_stay_dark() -> None:
    picture = np.zeros((800, 800), np.float32)
    picture[100:700, 395:405] = 1
    made = normalise_digit(on_paper(picture), 32).pixels
    assert made.max() > 200


def test_columns_lead_back_to_the_picture() -> None:
    picture = np.zeros((300, 500), np.float32)
    picture[50:250, 400:420] = 1
    line = normalise_digit(on_paper(picture), 32)
    seen = np.flatnonzero((line.pixels > 127).any(0))
    assert line.picture_column(seen[0]) == pytest.approx(400, abs=10)
    assert line.picture_column(seen[-1] + 1) == pytest.approx(420, abs=10)


def test_bold_strokes_with_a_narrow_margin_are_ink() -> None:
    picture = np.zeros((100, 56), np.float32)
    picture[8:92, 8:48] = 1
    for stored in (picture, on_paper(picture)):
        assert normalise_digit(stored, 32).pixels[16, 16] == 255


@pytest.mark.parametrize("grey", [0.0, 0.4, 1.0])
def test_a_blank_picture_is_refused(grey: float) -> None:
    with pytest.raises(PictureError, match=r"x\.png: blank"):
        normalise_digit(np.full((50, 30), grey, np.float32), 32, "x.png")


def test_a_tall_picture_takes_no_more_memory_than_it_has() -> None:
    grey = np.ones((30_000, 6), np.float32)
    grey[100:-100, 1:5] = 0
    with contextlib.suppress(PictureError):  # its only stroke may be thinner than can be seen
        assert normalise_digit(grey, 32).pixels.shape == (32, 32)
    # And what is made smaller first is as it would be.
    small = np.ones((50, 40), np.float32)
    small[10:40, 18:24] = small[36:40, 10:30] = 0
    large = np.kron(small, np.ones((24, 24), np.float32))
    first, second = (normalise_digit(of, 32).pixels.astype(int) for of in (small, large))
    assert np.abs(first - second).mean() < 4


def test_a_line_is_refused() -> None:
    picture = np.zeros((40, 400), np.float32)
    picture[10:30, 20:380:8] = 1
    with pytest.raises(PictureError, match=r"x\.png: 18 times as wide as high: a line\?"):
        normalise_digit(on_paper(picture), 32, "x.png")


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(PictureError, match=r"x\.png: an array of shape"):
        normalise_digit(np.zeros((3, 3, 3), np.float32), 32, "x.png")
    with pytest.raises(PictureError, match=r"x\.png: values outside"):
        normalise_digit(np.full((3, 3), 255, np.float32), 32, "x.png")
