from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hwr.errors import DataError, HwrError, PictureError
from hwr.lines.digits import load_digits
from hwr.lines.sources import SynthSource, open_source, refuse


def test_defaults_and_options() -> None:
    assert SynthSource.parse("synth:plain") == SynthSource("plain", 2000, 0, "test", 3, 10)
    assert SynthSource.parse(
        "synth:touching?count=5&seed=2&split=val&min=1&max=2&alphabet=01"
    ) == SynthSource("touching", 5, 2, "val", 1, 2, "01")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("synth:plain?cuont=5", "unknown option 'cuont'"),
        ("synth:plain?count=five", "count must be a whole number"),
        ("synth:plain?count=0", "count must be at least 1"),
        ("synth:plain?count=99999999", "too many at once"),
        ("synth:plain?split=dev", "no such split: 'dev'"),
        ("synth:fancy", "no such preset: 'fancy'"),
        ("synth:plain?min=9&max=3", "lengths 9 to 3"),
        ("nowhere", "nowhere: no such folder"),
    ],
)
def test_unfit_sources_are_refused(text: str, message: str) -> None:
    with pytest.raises(HwrError, match=message):
        open_source(text, 32)


def test_composed_pictures_are_what_a_png_of_them_gives(tmp_path: Path) -> None:
    source = open_source("synth:touching?count=3&split=val", 32)
    for row, grey in enumerate(source.greys(range(3))):
        pixels = np.rint(np.asarray(grey) * 255).astype(np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{row}.png")
        (tmp_path / f"{row}.gt.txt").write_text(source.texts[row])
    again = open_source(str(tmp_path), 32)
    assert again.texts == source.texts
    for one, other in zip(source.greys(range(3)), again.greys(range(3)), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_picture_that_cannot_be_opened_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("hello")
    (tmp_path / "a.gt.txt").write_text("1")
    (error,) = list(open_source(str(tmp_path), 32).greys([0]))
    assert isinstance(error, PictureError)
    assert "a.png" in str(error)


def test_composed_lines_are_of_the_split_s_own_digits() -> None:
    for split in ("val", "test"):
        digits = {image.tobytes() for image in load_digits(split).images}
        source = open_source(f"synth:plain?count=20&min=1&max=1&split={split}", 32)
        for ink in source.pictures(range(20)):
            cuts = [ink[2:30, left : left + 28] for left in range(ink.shape[1] - 27)]
            assert any(cut.tobytes() in digits for cut in cuts)


def test_refuse_tells_of_all_errors_in_one() -> None:
    refuse([], 9)
    one = DataError("a: bad")
    with pytest.raises(DataError) as caught:
        refuse([one], 9)
    assert caught.value is one
    with pytest.raises(DataError, match=r"7 of 9 lines .*: 0; 1; 2; 3; 4; and 2 more"):
        refuse([DataError(str(number)) for number in range(7)], 9)


def test_lines_of_a_page_are_lines_like_others(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (50, 90), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "p.png")
    (tmp_path / "p.xml").write_text(
        '<alto><Layout><Page><TextLine ID="k" HPOS="10" VPOS="5" WIDTH="60" HEIGHT="20">'
        '<String CONTENT="1"/></TextLine></Page></Layout></alto>'
    )
    for place in (tmp_path, tmp_path / "p.xml"):
        source = open_source(str(place), 32)
        assert (source.names, source.texts) == ([f"{tmp_path / 'p.png'}#k"], ["1"])
        (grey,) = source.greys([0])
        np.testing.assert_allclose(grey, pixels[5:25, 10:70] / 255, atol=1e-6)


def test_what_is_passed_over_is_told(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "more"):
        folder.mkdir(exist_ok=True)
        Image.new("L", (30, 20), 255).save(folder / "a.png")
        (folder / "a.gt.txt").write_text("1")
    source = open_source(str(tmp_path), 32)
    assert source.texts == ["1"]
    assert source.remarks.startswith(f"passed over: {tmp_path / 'more'}: its texts do not count")
    assert open_source(str(tmp_path / "more"), 32).remarks == ""
