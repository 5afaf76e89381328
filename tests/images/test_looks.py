"""Other looks at a line: what moves, and by how much."""

import numpy as np
import pytest

from hwr.images.looks import LOOKS, Look, seen
from hwr.images.normalise import Line


def line_of(pixels: np.ndarray, whole: np.ndarray | None = None) -> Line:
    around = None if whole is None else line_of(whole)
    return Line(pixels, 0, 1, pixels.shape[1], around)


def slanted(height: int, width: int, lean: float) -> Line:
    """A stroke 4 pixels wide through the middle, its upper end to the right."""
    rows, columns = np.mgrid[:height, :width]
    middle = (width - 1) / 2 + lean * ((height - 1) / 2 - rows)
    return line_of(np.where(np.abs(columns - middle) < 2, 255, 0).astype(np.uint8))


def test_the_first_look_changes_nothing() -> None:
    line = slanted(40, 60, 0.3)
    assert seen(line, LOOKS[0]) is line.pixels
    assert len(set(LOOKS)) == len(LOOKS)


def test_all_rows_are_seen_by_the_look_that_asks_for_them() -> None:
    (whole,) = (look for look in LOOKS if look.whole)
    line = line_of(np.zeros((40, 60), np.uint8), np.ones((40, 30), np.uint8))
    assert line.whole is not None
    assert seen(line, whole) is line.whole.pixels
    assert all(seen(line, look).max() == 0 for look in LOOKS if not look.whole)
    uncropped = slanted(40, 60, 0.3)
    assert seen(uncropped, whole) is uncropped.pixels


@pytest.mark.parametrize("lean", [0.2, 0.5, -0.3])
def test_leaning_writing_is_sheared_upright(lean: float) -> None:
    upright = seen(slanted(40, 60, lean), Look(1.0, lean)).astype(float)
    assert upright.shape[0] == 40
    columns = np.arange(upright.shape[1])
    middles = (upright * columns).sum(1) / upright.sum(1)
    assert np.ptp(middles) < 1
    assert middles.mean() == pytest.approx((upright.shape[1] - 1) / 2, abs=0.6)


@pytest.mark.parametrize("look", [*LOOKS, Look(1.0, 0.5), Look(1.0, -0.5)])
def test_no_ink_is_cut_off(look: Look) -> None:
    line = line_of(np.full((40, 6), 255, np.uint8))
    rows = seen(line, look).sum(1, dtype=float) / 255
    assert rows == pytest.approx(6 * look.width, rel=0.25)


def test_other_looks_find_leaning_writing_more_upright() -> None:
    leaning = slanted(40, 60, 0.4)

    def spread(pixels: np.ndarray) -> int:
        return int(np.ptp(np.flatnonzero(pixels.max(0) > 100)))

    for look in LOOKS[1:]:
        upright = spread(seen(leaning, look)) / look.width
        as_it_is = spread(leaning.pixels)
        assert upright < 0.7 * as_it_is if look.lean else upright > 0.9 * as_it_is
    assert any(look.lean for look in LOOKS)


@pytest.mark.parametrize("tall", [0.8, 1.25])
def test_taller_around_the_middle_row(tall: float) -> None:
    line = np.zeros((40, 60), np.uint8)
    line[12:28] = 255
    inked = np.flatnonzero(seen(line_of(line), Look(1.0, 0.0, tall))[:, 30] > 127)
    assert (inked[0] + inked[-1]) / 2 == pytest.approx(19.5, abs=0.5)
    assert len(inked) == pytest.approx(16 * tall, abs=1)


def test_width() -> None:
    line = slanted(40, 100, 0.0)
    assert seen(line, Look(0.85, 0.0)).shape == (40, 85)
    assert seen(line, Look(1.2, 0.0)).shape == (40, 120)
    assert seen(line_of(np.zeros((40, 4), np.uint8)), Look(0.5, 0.0)).shape == (40, 4)
