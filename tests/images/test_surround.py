"""Bars around a picture."""

import numpy as np
import pytest

from hwr.images.grey import Grey
from hwr.images.normalise import ImageSettings, normalise
from hwr.images.surround import inside

BARS = (6, 9, 30, 4)
"""Above, below, before and behind."""


def paper() -> Grey:
    """With three strokes, and never quite even."""
    rng = np.random.default_rng(0)
    grey = rng.uniform(0.75, 0.8, (40, 120)).astype(np.float32)
    for column in (30, 60, 88):
        grey[8:32, column : column + 4] = 0.2
    return grey


def surrounded(tone: float) -> Grey:
    above, below, before, behind = BARS
    return np.pad(paper(), ((above, below), (before, behind)), constant_values=tone)


@pytest.mark.parametrize("tone", [0.0, 0.5, 1.0])
def test_even_bars_are_found_at_every_edge(tone: float) -> None:
    rows, columns = inside(surrounded(tone))
    assert (rows, columns) == (slice(6, 46), slice(30, 150))


def test_bars_as_compression_leaves_them_are_found() -> None:
    grey = surrounded(1.0)
    grey[:6] -= np.random.default_rng(1).uniform(0, 2 / 255, (6, grey.shape[1])).astype(np.float32)
    assert inside(grey)[0] == slice(6, 46)


@pytest.mark.parametrize(
    "stroke",
    [
        (slice(8, 32), slice(60, 64)),
        (slice(0, 40), slice(60, 68)),  # a one, cut out closely
        (slice(15, 20), slice(0, 120)),  # a dash
    ],
)
@pytest.mark.parametrize("ink", [0.0, 0.4])
def test_margins_of_even_paper_stay(ink: float, stroke: tuple[slice, slice]) -> None:
    grey = np.ones((40, 120), np.float32)
    grey[stroke] = ink
    assert inside(grey) == (slice(0, 40), slice(0, 120))


def test_margins_around_a_zero_stay() -> None:
    grey = np.ones((40, 60), np.float32)
    grey[2:38, 10:50] = 0
    grey[8:32, 18:42] = 1
    assert inside(grey) == (slice(0, 40), slice(0, 60))


def test_a_blank_picture_stays() -> None:
    assert inside(np.ones((5, 7), np.float32)) == (slice(0, 5), slice(0, 7))
    assert inside(np.zeros((1, 1), np.float32)) == (slice(0, 1), slice(0, 1))


@pytest.mark.parametrize("tone", [0.0, 0.5, 1.0])
def test_a_line_is_made_ready_as_without_them_and_tells_its_place(tone: float) -> None:
    settings = ImageSettings(height=40, ink="local")
    alone, line = normalise(paper(), settings), normalise(surrounded(tone), settings)
    assert np.array_equal(line.pixels, alone.pixels)
    assert line.left == alone.left + BARS[2]
    assert line.picture_width == alone.picture_width + BARS[2] + BARS[3]
