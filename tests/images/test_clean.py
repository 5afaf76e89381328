"""Each step of cleaning does what its name says, to pictures of which that is known."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from hwr.errors import MissingExtraError
from hwr.images.clean import CleanOptions, clean
from hwr.images.clean.binary import otsu, sauvola
from hwr.images.clean.light import dark_on_light, flatten
from hwr.images.clean.noise import median, noise_level, non_local_means, without_specks
from hwr.images.clean.options import STEPS, parse_steps
from hwr.images.clean.skew import rotated, skew_by_hough, skew_by_profile
from hwr.images.clean.slant import CLEAR, sheared, slant
from hwr.images.clean.stroke import redrawn
from hwr.images.normalise import ImageSettings, normalise
from hwr.lines.sources import open_source

Grey = NDArray[np.float32]


@pytest.fixture(scope="module")
def lines() -> list[Grey]:
    """Long lines of whole digits, level and dark on light, with room above and below."""
    source = open_source("synth:plain?split=val&count=8&min=20&max=22", 64)
    return [
        np.pad(grey, ((60, 60), (10, 10)), constant_values=1) for grey in source.greys(range(8))
    ]


@pytest.fixture(scope="module")
def line(lines: list[Grey]) -> Grey:
    return lines[0][60:-60, :300]


def bars(lean: float = 0.0, width: int = 6) -> Grey:
    """Six strokes on white, 64 x 400 pixels, leaning by degrees."""
    rows, columns = np.mgrid[:64, :400]
    across = (columns - (31.5 - rows) * np.tan(np.radians(lean)) - 50) % 60
    ink = (across < width) & (rows >= 8) & (rows < 56) & (columns > 40) & (columns < 360)
    return np.where(ink, 0, 1).astype(np.float32)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("light_on_dark", [False, True])
def test_every_step_gives_a_grey_picture_with_dark_ink(
    line: Grey, step: str, light_on_dark: bool
) -> None:
    options = CleanOptions(**STEPS[step])
    made = clean(1 - line if light_on_dark else line, options)
    assert made.dtype == np.float32
    assert made.shape[0] == line.shape[0]
    assert made.shape[1] == line.shape[1] or step == "deslant"
    assert 0 <= made.min() < 0.5 < np.median(made) <= made.max() <= 1
    assert np.abs(made - clean(line, options)).max() < 0.01


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("level", [0.0, 0.4, 1.0])
def test_every_step_takes_blank_and_tiny_pictures(step: str, level: float) -> None:
    for shape in [(40, 200), (3, 3), (3, 300), (200, 3)]:
        blank = np.full(shape, level, np.float32)
        settings = ImageSettings(clean=CleanOptions(**STEPS[step]))
        assert not normalise(blank, settings).pixels.any()
        blank[1, 1] = 1 - level
        assert clean(blank, settings.clean).shape[0] == shape[0]


def test_nothing_is_done_unless_asked_for(line: Grey) -> None:
    assert not CleanOptions().any
    assert not CleanOptions(window=0.3).any
    assert clean(line, CleanOptions()) is line


def test_several_steps_are_done_in_their_order(line: Grey) -> None:
    options = CleanOptions(median=0.05, binarize="otsu", stroke=0.1)
    assert np.array_equal(clean(line, options), redrawn(otsu(median(line, 0.05)), 0.1))


def test_light_on_dark_is_inverted(line: Grey) -> None:
    assert dark_on_light(line) is line
    assert np.array_equal(dark_on_light(1 - line), 1 - (1 - line))


def test_uneven_light_is_divided_out(line: Grey) -> None:
    light = np.linspace(0.35, 1, line.shape[1], dtype=np.float32)
    flat = flatten(line * light, 0.5)
    paper, ink = line > 0.95, line < 0.3
    assert (line * light)[paper].std() > 0.1
    assert flat[paper].std() < 0.02
    assert flat[paper].mean() == pytest.approx(1, abs=0.02)
    assert np.abs(flat - line)[ink].mean() < 0.05


def test_median_takes_off_single_pixels(line: Grey) -> None:
    grey = line.copy()
    grey[5::9, 5::9] = 1 - grey[5::9, 5::9]
    assert np.abs(median(grey, 0.05) - line).mean() < 0.5 * np.abs(grey - line).mean()
    assert np.array_equal(median(bars(), 0.05)[20], bars()[20])


@pytest.mark.parametrize("noise", [0.02, 0.08])
def test_non_local_means_take_off_noise_and_leave_strokes(line: Grey, noise: float) -> None:
    shot = 0.2 + 0.6 * line
    grey = shot + np.random.default_rng(0).normal(0, noise, line.shape).astype(np.float32)
    assert noise_level(grey) == pytest.approx(noise, rel=0.25)
    made = non_local_means(grey, 2.0)
    paper, ink = line > 0.99, line < 0.1
    assert made[paper].std() < 0.5 * grey[paper].std()
    assert made[ink].mean() == pytest.approx(shot[ink].mean(), abs=0.05)
    assert non_local_means(shot, 2.0) is shot


def test_specks_are_taken_off_and_digits_are_not(lines: list[Grey]) -> None:
    grey = lines[0]
    dirty = grey.copy()
    dirty[3:6, 20:200:30] = 0.1
    made = without_specks(dirty, 0.001)
    assert np.array_equal(made, grey)
    assert without_specks(grey, 0.001) is grey
    # Larger than asked for: left alone.
    assert without_specks(dirty, 0.00005) is dirty


def test_otsu_parts_two_levels_and_sauvola_follows_the_light(line: Grey) -> None:
    truth = line > 0.5
    assert ((otsu(0.3 + 0.4 * line) > 0.5) != truth).mean() < 0.02
    uneven = line * np.linspace(0.25, 1, line.shape[1], dtype=np.float32)
    ink = ~truth

    def shared(made: Grey) -> float:
        found = made < 0.5
        return float((found & ink).sum() / (found | ink).sum())

    for made in (otsu(uneven), sauvola(uneven, 0.5)):
        assert set(np.unique(made)) == {0, 1}
    assert shared(otsu(uneven)) < 0.6
    assert shared(sauvola(uneven, 0.5)) > 0.75


def test_little_ink_on_wide_paper_stays() -> None:
    paper = 0.9 + 0.02 * np.random.default_rng(0).standard_normal((60, 300)).clip(-3, 3)
    truth = np.zeros(paper.shape, bool)
    truth[15:45, 100:102] = True
    for grey in (np.where(truth, 0, paper), np.where(truth, 0, 0.9)):
        for made in (otsu(grey.astype(np.float32)), sauvola(grey.astype(np.float32), 0.5)):
            assert np.array_equal(made < 0.5, truth)


def test_paper_without_ink_is_white() -> None:
    for tone in (0, 0.4, 1):
        empty = np.full((20, 50), tone, np.float32)
        assert otsu(empty).min() == sauvola(empty, 0.5).min() == 1


def test_sauvola_sees_faint_ink(line: Grey) -> None:
    faint = sauvola(0.75 + 0.1 * line, 0.5)
    assert np.abs(faint - sauvola(line, 0.5)).mean() < 0.02


@pytest.mark.parametrize("thickness", [3, 6, 12])
def test_all_strokes_get_one_width(thickness: int) -> None:
    made = redrawn(bars(width=thickness), 0.1)
    # In the middle of the strokes' length; at their ends the skeleton is shorter.
    of_row = (1 - made[32]).sum() / 6
    assert of_row == pytest.approx(0.1 * 64, abs=0.7)


@pytest.mark.parametrize("estimate", [skew_by_profile, skew_by_hough])
@pytest.mark.parametrize("angle", [-6.0, -2.3, 0.0, 0.8, 4.0])
def test_skew_is_found(lines: list[Grey], estimate: object, angle: float) -> None:
    assert callable(estimate)
    found = np.array([estimate(rotated(grey, angle)) for grey in lines])
    assert np.abs(found - angle).max() < 0.5


@pytest.mark.parametrize("estimate", [skew_by_profile, skew_by_hough])
def test_what_is_not_long_has_no_skew(lines: list[Grey], estimate: object) -> None:
    assert callable(estimate)
    assert estimate(rotated(lines[0][:, 60:200], 5)) == 0
    assert estimate(np.ones((50, 400), np.float32)) == 0


@pytest.mark.parametrize("way", ["profile", "hough"])
def test_deskewing_levels_a_line_in_its_place(lines: list[Grey], way: str) -> None:
    skewed = rotated(lines[1], 3.0)
    level = clean(skewed, CleanOptions.from_dict({"deskew": way}))
    assert level.shape == lines[1].shape
    assert np.abs(level - lines[1]).mean() < 0.35 * np.abs(skewed - lines[1]).mean()


@pytest.mark.parametrize("lean", [-25.0, -8.0, 0.0, 12.0, 40.0])
def test_slant_of_strokes_is_found(lean: float) -> None:
    assert slant(bars(lean)) == pytest.approx(lean, abs=1.5)


def test_only_a_clear_slant_is_taken_out() -> None:
    assert slant(bars(3), CLEAR) == 0
    assert slant(bars(25), CLEAR) == pytest.approx(25, abs=1.5)
    options = CleanOptions(deslant=True)
    assert np.array_equal(clean(bars(3), options), bars(3))
    assert abs(slant(clean(bars(25), options))) <= 2


def test_a_shear_of_digits_is_found(lines: list[Grey]) -> None:
    for angle in (-20.0, 15.0):
        errors = [slant(sheared(grey, angle)) - slant(grey) - angle for grey in lines]
        assert np.median(np.abs(errors)) <= 2


def test_shearing_widens_both_sides_alike_and_keeps_the_middle() -> None:
    made = sheared(bars()[:-1], 30)
    more = (made.shape[1] - 400) // 2
    assert made.shape == (63, 400 + 2 * more)
    assert more == pytest.approx(31 * np.tan(np.radians(30)), abs=1)
    assert np.allclose(made[31, more:-more], bars()[31], atol=1e-3)
    back = sheared(made, -30)
    extra = (back.shape[1] - 400) // 2
    assert np.abs(back[:, extra:-extra] - bars()[:-1]).mean() < 0.02


@pytest.mark.parametrize(
    ("options", "tolerance"),
    [(CleanOptions(deslant=True), 4), (CleanOptions(deskew="profile"), 5), (CleanOptions(), 3)],
)
def test_columns_are_found_again_after_cleaning(options: CleanOptions, tolerance: float) -> None:
    page = np.pad(rotated(bars(20), 2), ((10, 10), (150, 90)), constant_values=1)
    made = normalise(page, ImageSettings(clean=options))
    assert made.picture_width == page.shape[1]
    middle = made.pixels[made.pixels.shape[0] // 2].astype(float)
    truth = page[len(page) // 2]
    found = np.flatnonzero(middle > 127)
    expected = np.flatnonzero(truth < 0.5)
    assert made.picture_column(found[0]) == pytest.approx(expected[0], abs=tolerance)
    assert made.picture_column(found[-1] + 1) == pytest.approx(expected[-1] + 1, abs=tolerance)


@pytest.mark.parametrize(
    "change",
    [
        {"flatten": -0.1},
        {"median": 0.6},
        {"nlm": float("nan")},
        {"deskew": "both"},
        {"deslant": 1},
        {"binarize": "yes"},
        {"window": 0.0},
        {"specks": 2.0},
        {"stroke": float("inf")},
    ],
)
def test_options_check_themselves(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        dataclasses.replace(CleanOptions(), **change)  # type: ignore[arg-type]


def test_options_survive_json_within_the_image_settings() -> None:
    settings = ImageSettings(clean=CleanOptions(flatten=0.5, deskew="hough", deslant=True))
    assert ImageSettings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings
    old = {key: value for key, value in settings.to_dict().items() if key != "clean"}
    assert ImageSettings.from_dict(old).clean == CleanOptions()
    with pytest.raises(ValueError, match="unknown cleaning step: 'blur'"):
        ImageSettings.from_dict({"clean": {"blur": 1}})
    with pytest.raises(ValueError, match="image settings: stroke"):
        ImageSettings.from_dict({"clean": {"stroke": 9}})


def test_steps_are_parsed_into_their_order() -> None:
    steps = parse_steps(["stroke=0.1", " otsu", "flatten"])
    assert list(steps.items()) == [
        ("flatten", {"flatten": 0.5}),
        ("otsu", {"binarize": "otsu"}),
        ("stroke=0.1", {"stroke": 0.1}),
    ]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["blur"], "no such step: 'blur'"),
        ([""], "no such step: ''"),
        (["stroke=thin"], "takes a number"),
        (["stroke=7"], "stroke 7.0: must be"),
        (["otsu=1"], "takes no amount"),
        (["otsu", "sauvola"], "give one of them"),
        (["stroke", "stroke=0.1"], "give one of them"),
    ],
)
def test_steps_that_cannot_be_done_are_refused(texts: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_steps(texts)


@pytest.mark.parametrize(
    ("step", "package", "blocked"),
    [
        ("flatten", "opencv-python-headless", "cv2"),
        ("sauvola", "scikit-image", "skimage.filters"),
    ],
)
def test_a_missing_package_is_named_with_the_way_out(
    line: Grey, monkeypatch: pytest.MonkeyPatch, step: str, package: str, blocked: str
) -> None:
    monkeypatch.setitem(sys.modules, blocked, None)
    with pytest.raises(MissingExtraError, match=rf"'{package}'.*pip install 'hwr\[clean\]'"):
        clean(line, CleanOptions(**STEPS[step]))


def test_without_cleaning_its_packages_are_not_imported() -> None:
    code = (
        "import sys, numpy as np; from hwr.images.normalise import *;"
        "normalise(np.eye(30, dtype=np.float32), ImageSettings());"
        "print({'cv2', 'skimage', 'scipy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_the_median_s_window_has_a_limit() -> None:
    grey = np.random.default_rng(0).random((3000, 20), np.float32)
    assert median(grey, 0.5).shape == grey.shape
