"""Of high pictures no more rows are looked at than it takes to see their writing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from hwr.images.inked import inked_document
from hwr.images.normalise import ImageSettings, normalise

Grey = NDArray[np.float32]
NEEDED = 30.0
LEFT, RIGHT = 60, 235
"""Columns of the number's ink."""


def number(times: int = 1) -> Grey:
    """Two zeros and a one between them, 48 rows high, in 64 rows and 300 columns; or more."""
    y, x = np.mgrid[: 64 * times, : 300 * times] / times
    grey = np.full(x.shape, 0.85, np.float32)
    for column in (LEFT + 20.5, RIGHT - 20.5):
        from_edge = np.abs(np.hypot((x - column) / 18, (y - 32) / 22) - 1) * 20
        grey[from_edge < 2.5] = 0.2
    grey[(np.abs(x - 148) < 2.5) & (np.abs(y - 32) < 24)] = 0.2
    return grey


@pytest.mark.parametrize("times", [2, 5, 11])
def test_a_high_picture_is_seen_in_few_rows_and_as_well(times: int) -> None:
    seen = inked_document(number(times), NEEDED)
    assert len(seen.ink) == 2 * NEEDED
    assert seen.step == pytest.approx(64 * times / (2 * NEEDED), rel=0.01)
    across = np.flatnonzero(seen.written.any(axis=0))
    assert across[0] * seen.step == pytest.approx(LEFT * times, abs=2 * seen.step)
    assert (across[-1] + 1) * seen.step == pytest.approx(RIGHT * times, abs=2 * seen.step)


def test_a_low_picture_stays_as_it_is() -> None:
    grey = number()[2:-2]
    seen = inked_document(grey, NEEDED)
    assert seen.ink.shape == grey.shape
    assert seen.step == 1


@pytest.mark.parametrize("room", [0.7, 1.5, 4.0])
def test_small_writing_has_the_rows_that_it_needs(room: float) -> None:
    """Between other writing and so on there may be room of the paper's own kind."""
    grey = number(4)
    margin = round(room * len(grey))
    rng = np.random.default_rng(0)
    wide = np.pad(grey, ((margin, margin), (0, 0)), constant_values=0.85)
    wide += rng.normal(0, 0.01, wide.shape).astype(np.float32)
    seen = inked_document(wide, NEEDED)
    rows = np.flatnonzero(seen.written.any(axis=1))
    assert NEEDED - 2 <= rows[-1] + 1 - rows[0] <= 2 * NEEDED


@pytest.mark.parametrize("times", [2, 4, 9])
def test_a_line_is_the_same_of_a_higher_picture(times: int) -> None:
    settings = ImageSettings(height=40, ink="local", min_ink=0.7, cropped_ink=0.78, max_ink=0.8)
    low, high = normalise(number(), settings), normalise(number(times), settings)
    assert high.pixels.shape[1] == pytest.approx(low.pixels.shape[1], abs=2)
    alike = Image.fromarray(high.pixels).resize(low.pixels.shape[::-1])
    assert np.abs(np.asarray(alike, np.float32) - low.pixels).mean() < 6
    assert high.picture_width == 300 * times
    for column in (10, 60, 100):
        assert high.picture_column(column) / times == pytest.approx(
            low.picture_column(column), abs=2
        )


def test_all_rows_of_the_picture_are_there_if_asked_for() -> None:
    settings = ImageSettings(height=40, ink="local", min_ink=0.7, cropped_ink=0.78, max_ink=0.8)
    grey = np.pad(number(), ((30, 10), (0, 0)), constant_values=0.85)
    line = normalise(grey, settings, whole=True)
    assert line.whole is not None
    assert np.array_equal(line.pixels, normalise(grey, settings).pixels)
    rows = [np.flatnonzero(of.pixels.max(axis=1) > 128) for of in (line, line.whole)]
    assert len(rows[0]) == pytest.approx(0.78 * 40, abs=3)
    assert len(rows[1]) == pytest.approx(48 / 104 * 40, abs=2)
    assert rows[1][0] == pytest.approx((30 + 8) / 104 * 40, abs=2)
    assert normalise(grey, settings).whole is None
    assert normalise(number()[4:-4], settings, whole=True).whole is None  # it is all of it


@pytest.mark.parametrize("light", [False, True])
def test_the_line_is_there_the_other_way_round_where_its_ink_is_not_told_surely(
    light: bool,
) -> None:
    settings = ImageSettings(height=40, ink="local", min_ink=0.7, cropped_ink=0.78, max_ink=0.8)
    thick = np.full((60, 248), 0.9, np.float32)
    for left in range(8, 240, 20):
        thick[:, left : left + 10] = 0.3
    for grey, sure in ((number(), True), (thick, False)):
        picture = 1 - grey if light else grey
        line = normalise(picture, settings, turned=True)
        assert np.array_equal(line.pixels, normalise(picture, settings).pixels)
        assert normalise(picture, settings).turned is None
        assert (line.turned is None) == sure
        if line.turned is not None:
            ways = [normalise(picture, settings, dark=dark).pixels for dark in (True, False)]
            assert any(np.array_equal(line.pixels, way) for way in ways)
            assert any(np.array_equal(line.turned.pixels, way) for way in ways)
            assert not np.array_equal(line.pixels, line.turned.pixels)
        assert normalise(picture, settings, dark=not light, turned=True).turned is None
