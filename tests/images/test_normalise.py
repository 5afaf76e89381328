"""Every picture of a line becomes the same kind of line; a normal one stays as it is."""

from __future__ import annotations

import dataclasses
import json
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from hwr.errors import PictureError
from hwr.images.clean import CleanOptions
from hwr.images.normalise import ImageSettings, normalise
from hwr.lines.batch import LineBatch
from hwr.lines.compose import Composer
from hwr.lines.digits import load_digits
from hwr.lines.presets import LineSpec

Grey = NDArray[np.float32]
SETTINGS = ImageSettings()


def composed(preset: str, count: int) -> LineBatch:
    composer = Composer(load_digits("val"), "val")
    return composer.render(composer.plan(LineSpec(preset=preset, split="val"), count, seed=3))


@pytest.fixture(scope="module")
def ink() -> Grey:
    """One composed line, float32 [32, width], ink 1 on 0."""
    return np.asarray(composed("touching", 1).line(0) / 255, np.float32)


def enlarged(ink: Grey, times: float) -> Grey:
    size = round(ink.shape[1] * times), round(ink.shape[0] * times)
    resized = Image.fromarray(ink).resize(size, Image.Resampling.BICUBIC)
    return np.asarray(resized, np.float32).clip(0, 1).astype(np.float32)


def cut_to_ink(ink: NDArray[np.generic]) -> tuple[slice, slice]:
    dark = ink > 0.5 * ink.max()
    rows, columns = np.flatnonzero(dark.any(1)), np.flatnonzero(dark.any(0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.abs(one.astype(float) - other).mean())


@pytest.mark.parametrize("preset", ["plain", "touching"])
@pytest.mark.parametrize("dark_on_light", [True, False])
def test_composed_lines_stay_as_they_are(preset: str, dark_on_light: bool) -> None:
    lines = composed(preset, 60)
    for row in range(len(lines)):
        pixels = lines.line(row)
        stored = 255 - pixels if dark_on_light else pixels
        made = normalise(np.asarray(stored / 255, np.float32), SETTINGS)
        assert made.pixels.dtype == np.uint8
        assert made.pixels.shape == pixels.shape
        assert np.abs(made.pixels.astype(int) - pixels).max() <= 2
        assert (made.left, made.step) == (0, 1)


def test_faint_ink_is_kept(ink: Grey) -> None:
    ink = ink.copy()
    ink[15, :3] = 0.02
    assert (normalise(1 - ink, SETTINGS).pixels[15, :3] == 5).all()


@pytest.mark.parametrize("kind", ["global", "local"])
def test_whether_ink_is_dark_may_be_known(ink: Grey, kind: Literal["global", "local"]) -> None:
    settings = dataclasses.replace(SETTINGS, ink=kind)
    for page, dark in ((1 - ink, True), (ink, False)):
        told = normalise(page, settings).pixels
        np.testing.assert_array_equal(normalise(page, settings, dark=dark).pixels, told)
        # It is believed, whatever the picture looks like.
        believed = normalise(page, settings, dark=not dark).pixels
        np.testing.assert_array_equal(believed, normalise(1 - page, settings, dark=dark).pixels)
        assert not np.array_equal(believed, told)


def test_a_cleaned_picture_is_no_longer_light_on_dark(ink: Grey) -> None:
    settings = dataclasses.replace(SETTINGS, clean=CleanOptions(binarize="otsu"))
    told = normalise(ink, settings).pixels
    np.testing.assert_array_equal(normalise(ink, settings, dark=False).pixels, told)


@pytest.mark.parametrize("times", [1.5, 3.0, 5.25])
@pytest.mark.parametrize("dark_on_light", [True, False])
def test_size_and_polarity_change_little(ink: Grey, times: float, dark_on_light: bool) -> None:
    large = enlarged(ink, times)
    made = normalise(1 - large if dark_on_light else large, SETTINGS).pixels
    assert made.shape == pytest.approx(ink.shape, abs=1)
    width = min(made.shape[1], ink.shape[1])
    assert difference(made[:, :width], np.rint(ink[:, :width] * 255).astype(np.uint8)) < 6


def test_white_margins_change_little(ink: Grey) -> None:
    """Whole lines in different white surroundings, enlarged and inverted, come out alike."""
    small = normalise(1 - np.pad(enlarged(ink, 3), ((60, 90), (150, 190))), SETTINGS).pixels
    large = normalise(np.pad(enlarged(ink, 9), ((700, 300), (500, 600))), SETTINGS).pixels
    # A pixel more or less of ink in the smaller one makes the line a little wider.
    assert large.shape == pytest.approx(small.shape, abs=2)
    alike = Image.fromarray(large).resize((small.shape[1], small.shape[0]))
    assert difference(small, np.asarray(alike)) < 8


@pytest.mark.parametrize(("paper", "black"), [(0.7, 0.45), (1.0, 0.3), (0.3, 0.9), (0.05, 0.2)])
@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_contrast_changes_little(ink: Grey, paper: float, black: float, noise: float) -> None:
    large = enlarged(ink, 4)
    shot = paper + (black - paper) * large
    spread = noise * abs(black - paper)
    shot += np.random.default_rng(0).normal(0, spread, shot.shape).astype(np.float32)
    made = normalise(shot.clip(0, 1), SETTINGS).pixels
    clean = normalise(1 - large, SETTINGS).pixels
    assert made.shape == pytest.approx(clean.shape, abs=2)
    columns = slice(0, min(made.shape[1], clean.shape[1]))
    assert difference(made[:, columns], clean[:, columns]) < 10
    paper_of_made = made[:, columns][clean[:, columns] == 0]
    assert paper_of_made.mean() < 3, "noise of the paper looks like ink"


def test_little_noisy_ink_on_a_large_page_is_found(ink: Grey) -> None:
    page = np.pad(enlarged(ink, 2), ((500, 600), (300, 400)))
    shot = 0.7 - 0.25 * page
    shot += np.random.default_rng(0).normal(0, 0.03, page.shape).astype(np.float32)
    made, clean = normalise(shot.clip(0, 1), SETTINGS), normalise(1 - page, SETTINGS)
    assert made.pixels.shape == pytest.approx(clean.pixels.shape, abs=6)
    assert made.left == pytest.approx(clean.left, abs=6)


def test_margins_are_cropped_and_padded(ink: Grey) -> None:
    tight = ink[:, cut_to_ink(ink)[1]]
    for margin, expected in [(0, 2), (1, 2), (2, 2), (13, 13), (24, 24), (25, 24), (400, 24)]:
        made = normalise(1 - np.pad(tight, ((0, 0), (margin, margin))), SETTINGS)
        assert made.pixels.shape[1] == tight.shape[1] + 2 * expected
        assert (made.pixels[:, expected] > 127).any()
        assert (made.pixels[:, -expected - 1] > 127).any()
        assert made.left == margin - expected


def test_the_share_of_ink_is_kept_within_its_bounds() -> None:
    def share(above: int, ink: int, below: int) -> float:
        line = np.zeros((above + ink + below, 200), np.float32)
        line[above : above + ink, 80:90] = 1
        rows, _ = cut_to_ink(normalise(1 - line, SETTINGS).pixels)
        return float((rows.stop - rows.start) / SETTINGS.height)

    assert share(0, 100, 0) == pytest.approx(0.95, abs=0.04)
    assert share(10, 80, 10) == pytest.approx(0.8, abs=0.02)
    assert share(500, 100, 300) == pytest.approx(0.65, abs=0.04)
    assert share(0, 20, 300) == pytest.approx(0.65, abs=0.04)
    # Just under the least share: the crop is as high as the picture, and must not grow it.
    assert share(30, 46, 30) == pytest.approx(0.65, abs=0.04)


def test_cropped_ink_stands_in_the_middle_even_at_the_edge_of_the_picture() -> None:
    line = np.zeros((300, 200), np.float32)
    line[:20, 80:90] = 1
    rows, _ = cut_to_ink(normalise(1 - line, SETTINGS).pixels)
    assert (rows.start + rows.stop) / 2 == pytest.approx(16, abs=1)


def test_a_speck_above_the_line_moves_no_row(ink: Grey) -> None:
    page = 1 - np.pad(enlarged(ink, 4), 150)
    clean = normalise(page, SETTINGS).pixels
    page[3:5, 200:202] = 0
    assert np.array_equal(normalise(page, SETTINGS).pixels, clean)


def test_columns_are_found_again_in_the_picture(ink: Grey) -> None:
    page = np.pad(enlarged(ink, 3), ((200, 200), (310, 250)))
    made = normalise(1 - page, SETTINGS)
    _, columns = cut_to_ink(made.pixels)
    _, expected = cut_to_ink(page)
    assert made.picture_column(columns.start) == pytest.approx(expected.start, abs=made.step)
    assert made.picture_column(columns.stop) == pytest.approx(expected.stop, abs=made.step)
    padded = normalise(1 - ink[:, cut_to_ink(ink)[1]], SETTINGS)
    assert padded.picture_column(0) == 0
    assert padded.picture_column(padded.pixels.shape[1]) == padded.picture_width


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_blank_pictures_give_a_blank_square(level: float) -> None:
    blank = np.full((50, 300), level, np.float32)
    assert not normalise(blank, SETTINGS).pixels.any()
    blank[20:30, 100:120] = abs(level - 0.02)
    assert normalise(blank, SETTINGS).pixels.shape == (32, 32)
    assert not normalise(blank, SETTINGS).pixels.any()


def test_values_that_differ_by_next_to_nothing_are_blank() -> None:
    blank = np.full((40, 200), 0.9, np.float32)
    blank[5, 5] = np.nextafter(np.float32(0.9), np.float32(1))
    assert not normalise(blank, SETTINGS).pixels.any()


def test_noisy_paper_without_ink_is_blank() -> None:
    noise = np.random.default_rng(0).normal(0.8, 0.02, (100, 400)).astype(np.float32)
    assert not normalise(noise, SETTINGS).pixels.any()


def test_another_height(ink: Grey) -> None:
    made = normalise(1 - ink, ImageSettings(height=48)).pixels
    assert made.shape == (48, round(ink.shape[1] * 1.5))


def test_tiny_and_odd_shapes_give_a_line() -> None:
    for shape in [(3, 3), (3, 400), (2000, 3), (33, 33)]:
        picture = np.ones(shape, np.float32)
        picture[shape[0] // 2, shape[1] // 2] = 0
        made = normalise(picture, SETTINGS).pixels
        assert made.shape[0] == 32
        assert made.shape[1] >= 4
        assert made.any()


def test_without_margins_a_stroke_is_still_four_pixels_wide() -> None:
    stroke = np.ones((400, 5), np.float32)
    stroke[:, 2] = 0
    made = normalise(stroke, ImageSettings(min_margin=0, max_margin=0, max_ink=1)).pixels
    assert made.shape == (32, 4)


def test_thin_strokes_survive_shrinking() -> None:
    page = np.ones((320, 1000), np.float32)
    page[50:270, 103::73] = 0
    made = normalise(page, SETTINGS).pixels.astype(float)
    strokes = len(range(103, 1000, 73))
    assert made[16].sum() == pytest.approx(strokes * 255 / 10, rel=0.2)


def test_too_wide_is_refused_by_name() -> None:
    picture = np.ones((10, 4000), np.float32)
    picture[2:8, ::7] = 0
    with pytest.raises(PictureError, match=r"^wide\.png: 4000 x 10 pixels .* 8192: cut it"):
        normalise(picture, SETTINGS, "wide.png")


@pytest.mark.parametrize(
    "array",
    [np.zeros((5, 5, 3)), np.zeros((0, 5)), np.full((5, 5), 255), np.full((5, 5), np.nan)],
    ids=["colour", "empty", "bytes", "nan"],
)
def test_arrays_that_are_no_grey_picture_are_refused(array: NDArray[np.generic]) -> None:
    with pytest.raises(PictureError, match=r"^mine: "):
        normalise(array.astype(np.float32), SETTINGS, "mine")


def test_settings_survive_json() -> None:
    settings = ImageSettings(height=48, max_margin=1.5)
    assert ImageSettings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings
    assert ImageSettings.from_dict({}) == ImageSettings()
    with pytest.raises(ValueError, match="unknown image setting: 'hight'"):
        ImageSettings.from_dict({"hight": 32})
    with pytest.raises(ValueError, match="height"):
        ImageSettings.from_dict({"height": 0})
    with pytest.raises(ValueError, match="image settings"):
        ImageSettings.from_dict({"height": "32"})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    "change",
    [
        {"height": 7},
        {"min_ink": 0.0},
        {"min_ink": 0.96},
        {"max_ink": 1.1},
        {"min_margin": -0.1},
        {"max_margin": 0.01},
        {"max_margin": float("nan")},
        {"max_width": 31},
    ],
)
def test_settings_check_themselves(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        dataclasses.replace(SETTINGS, **change)  # type: ignore[arg-type]
