"""Ruled lines, borders and what stands beside a number move neither its rows nor its ink."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray

from hwr.images import askew
from hwr.images.ink import local_ink_of
from hwr.images.normalise import ImageSettings, normalise
from hwr.images.rules import ruled
from hwr.images.writing import writing

Grey = NDArray[np.float32]
SETTINGS = ImageSettings(height=40, ink="local", min_ink=0.7, cropped_ink=0.78, max_margin=0.5)
HEIGHT, WIDTH = 48, 120
ROWS = slice(16, 36)


def number() -> Grey:
    """Three zeros and a one between them, as grey ink on light paper, float32 [48, 120]."""
    grey = np.full((HEIGHT, WIDTH), 0.9, np.float32)
    for left in (30, 54, 78):
        grey[ROWS, left : left + 12] = 0.5
        grey[18:34, left + 2 : left + 10] = 0.9
    grey[ROWS, 47:49] = 0.5
    return grey


def with_border(grey: Grey, tilt: float = 0.0, ink: float = 0.1) -> Grey:
    """In a box of thick black lines at its picture's edges, perhaps askew."""
    framed = grey.copy()
    for column in range(WIDTH):
        down = round(tilt * column)
        framed[down : down + 3, column] = ink
        framed[HEIGHT - 8 + down : HEIGHT - 5 + down, column] = ink
    framed[:, 2:5] = framed[:, -4:-1] = ink
    return framed


def rows_of(dark: NDArray[np.bool_]) -> tuple[int, int]:
    inked = np.flatnonzero(dark.any(axis=1))
    return int(inked[0]), int(inked[-1]) + 1


def test_lines_and_borders_are_found_and_strokes_are_not() -> None:
    dark = with_border(number()) < 0.7
    found = ruled(dark)
    assert found[[1, HEIGHT - 6]].all()
    assert found[:, [3, WIDTH - 3]].all()
    assert not found[10 : HEIGHT - 12, 10:-10].any()
    assert not ruled(number() < 0.7).any()


def test_an_upright_stroke_alone_is_no_border() -> None:
    dark = np.zeros((40, 100), np.bool_)
    dark[:, 50:52] = True
    assert not ruled(dark).any()


@pytest.mark.parametrize("lean", [0, 2])
@pytest.mark.parametrize("boxed", [False, True])
def test_borders_far_from_the_sides_are_found(lean: int, boxed: bool) -> None:
    dark = number() < 0.7
    if boxed:
        dark[:5] = dark[-5:] = False
        dark[5:7] = dark[-7:-5] = True
    borders = (20,) if boxed else (20, WIDTH - 20)
    for border in borders:
        columns = np.rint(border + lean * np.linspace(-1, 1, HEIGHT)).astype(int)
        inside = slice(5, -5) if boxed else slice(None)
        for thick in range(3):
            dark[np.arange(HEIGHT)[inside], columns[inside] + thick] = True
    found = ruled(dark)
    for border in borders:
        upright = np.s_[10:-10, border - 4 : border + 5]
        assert found[upright][dark[upright]].mean() > 0.9
    assert not found[ROWS, 28 : WIDTH - 28].any()


@pytest.mark.parametrize("lean", [-2, 2])
@pytest.mark.parametrize("right", [False, True])
def test_a_thin_border_that_leans_at_the_edge_is_found(lean: int, right: bool) -> None:
    dark = np.zeros((34, 100), np.bool_)
    for left in (30, 52):
        dark[8:26, left : left + 3] = dark[8:11, left : left + 12] = True
    leaning = np.rint(1 + lean * np.linspace(-0.5, 0.5, 34)).astype(int)
    dark[np.arange(34), 99 - leaning if right else leaning] = True
    if right:
        dark[:, :4] = dark[:, 99:95:-1]  # as a cell has them, both sides
    else:
        dark[:, 96:] = dark[:, 3::-1]
    found = ruled(dark)
    assert found[:, [0, 1, 2, 97, 98, 99]][dark[:, [0, 1, 2, 97, 98, 99]]].all()
    assert not found[:, 28:70].any()


def test_a_one_at_the_side_that_ends_before_the_edges_is_no_border() -> None:
    dark = np.zeros((34, 120), np.bool_)
    dark[3:31, 2:5] = True
    assert not ruled(dark).any()
    # One that goes on to an edge, or to a line across, is one.
    border = dark.copy()
    border[:4, 2:5] = True
    assert ruled(border)[:, 2:5][border[:, 2:5]].all()
    border = dark.copy()
    border[29:32] = True
    assert ruled(border)[:, 2:5][border[:, 2:5]].all()


def test_lone_ones_taller_than_all_else_are_not_cut_off() -> None:
    dark = number() < 0.7
    dark[:, 20:23] = True
    found = ruled(dark)
    above = int(np.flatnonzero(dark[:, 28:].any(1))[0])
    assert found[:above, 20:23].all()
    assert not found[ROWS].any()
    picture = np.where(dark, 0.3, 0.9).astype(np.float32)
    line = normalise(picture, SETTINGS)
    assert line.picture_column(0) <= 20
    # And the line is as high as what stands beside it.
    assert (line.pixels[:, -60:] > 128).any(axis=1).mean() > 0.6


def test_strokes_as_high_as_their_picture_are_no_borders() -> None:
    tight = number()[ROWS] < 0.7
    assert tight[:, 47:49].all()
    assert not ruled(tight).any()
    # Beside a dash, or with a flag, a one is no border either.
    one = np.zeros((40, 80), np.bool_)
    one[:, 20:24] = one[20:23, 40:60] = True
    assert not ruled(one).any()
    flagged = one.copy()
    flagged[20:23, 40:60] = False
    for column in range(8):  # and a flag, or a four's arm
        flagged[8 + column : 14 + column, 19 - column] = True
    assert not ruled(flagged).any()


def cut_out(digit: int) -> NDArray[np.bool_]:
    """A four, a seven or a nine whose strokes go through all of its picture, [48, 30]."""
    dark = np.zeros((48, 30), np.bool_)
    if digit == 7:
        dark[:5] = True
        for row in range(48):
            dark[row, 25 - row // 3 : 29 - row // 3] = True
    else:
        dark[:, -5:] = dark[22:26] = dark[:26, :4] = True
        dark[:4, 4:] = digit == 9
    return dark


@pytest.mark.parametrize("digit", [4, 7, 9])
def test_strokes_through_all_of_a_narrow_picture_are_no_borders(digit: int) -> None:
    assert not ruled(cut_out(digit)).any()


@pytest.mark.parametrize("digit", [4, 7, 9])
def test_borders_of_a_narrow_cell_are_found(digit: int) -> None:
    dark = np.zeros((68, 50), np.bool_)
    dark[2:5] = dark[-5:-2] = dark[:, 2:5] = dark[:, -5:-2] = True
    borders = dark.copy()
    dark[10:58, 10:40] = cut_out(digit)
    found = ruled(dark)
    assert found[borders].all()
    assert not found[10:58, 10:40].any()


def test_a_border_that_a_digit_hangs_together_with_is_found_by_what_is_beyond_it() -> None:
    dark = np.zeros((60, 40), np.bool_)
    dark[4:48, 4:34] = cut_out(9)[:44]
    assert not ruled(dark).any()
    dark[46:53, 20:24] = True  # down to the border
    dark[52:55] = True
    found = ruled(dark)
    assert found[52:55].all()
    assert not found[:50].any()
    # Where it goes on to the picture's edge, it may be the foot of a digit cut out tightly, ...
    assert not ruled(dark[:55]).any()
    # ... unless there is another border.
    dark[0:2] = True
    assert ruled(dark[:55])[52:].all()


def test_a_border_far_from_the_side_does_not_move_the_rows() -> None:
    bordered = number()
    bordered[:, 18:21] = 0.2
    plain, with_it = normalise(number(), SETTINGS), normalise(bordered, SETTINGS)
    inked = [(line.pixels[:, -60:] > 128).any(axis=1) for line in (plain, with_it)]
    assert abs(np.argmax(inked[0]) - np.argmax(inked[1])) <= 1
    assert abs(inked[0].sum() - inked[1].sum()) <= 1


@pytest.mark.parametrize("thickness", [2, 4])
@pytest.mark.parametrize("slope", [-0.1, -0.05, 0.03, 0.08])
def test_lines_askew_are_found_whole(slope: float, thickness: int) -> None:
    columns = np.arange(WIDTH)
    starts = np.rint(24 + slope * (columns - WIDTH / 2)).astype(int)
    dark = number() < 0.7
    for thick in range(thickness):
        dark[starts + thick, columns] = True
    found = ruled(dark)
    assert all(found[starts + thick, columns].mean() > 0.97 for thick in range(thickness))
    assert found[dark].mean() < 0.8  # and the strokes of the number are not, off the line
    assert not found[:12].any()
    assert not found[-8:].any()


def test_where_no_columns_on_end_are_crossed_there_are_no_lines_askew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng, pictures = np.random.default_rng(1), []
    for picture in range(150):
        height, width = int(rng.integers(20, 60)), int(rng.integers(70, 200))
        dark = rng.random((height, width)) < 0.02
        # As long and as steep as it just has to be or may be, or less so; at any edge.
        length = round(1.2 * height) + int(rng.integers(-1, 3))
        columns = np.arange(length)
        slope = rng.choice([-1, 1]) * (0.12 - 0.03 * rng.random() * (picture % 2))
        starts = np.rint(rng.uniform(-4, height + 3) + slope * columns).astype(int)
        for thick in range(2):
            on = (starts + thick >= 0) & (starts + thick < height) & (columns < width)
            dark[(starts + thick)[on], columns[on]] = True
        pictures.append(dark)
    pictures.append(number() < 0.7)
    lengths = [round(1.2 * len(dark)) for dark in pictures]
    crossed = [askew._crossed(*both) for both in zip(pictures, lengths, strict=True)]
    assert 0.2 < np.mean(crossed) < 0.8
    assert not crossed[-1]
    found = [ruled(dark) for dark in pictures]
    assert 0.2 < np.mean([lines.any() for lines in found]) < 0.8
    monkeypatch.setattr(askew, "_crossed", lambda *_: True)
    assert all(np.array_equal(ruled(dark), by) for dark, by in zip(pictures, found, strict=True))


def test_large_pictures_take_no_more_memory_than_level_lines_need() -> None:
    dark = np.random.default_rng(0).random((1000, 2000)) < 0.3
    tracemalloc.start()
    ruled(dark)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * dark.size


@pytest.mark.parametrize("tilt", [0.0, 0.02, 0.06])
def test_a_box_changes_neither_place_nor_ink(tilt: float) -> None:
    plain, boxed = normalise(number(), SETTINGS), normalise(with_border(number(), tilt), SETTINGS)
    ink, lines = local_ink_of(with_border(number(), tilt))
    assert lines.any()
    assert np.median(ink[ROWS, 47:49]) > 0.9
    assert rows_of(writing(ink, lines)) == (ROWS.start, ROWS.stop)
    middles = []
    for line in (plain, boxed):
        inked = np.flatnonzero((line.pixels > 128)[:, line.pixels.shape[1] // 2 - 20 :].any(axis=1))
        assert len(inked) / SETTINGS.height >= 0.7
        middles.append(inked.mean())
    assert abs(middles[0] - middles[1]) <= 3


def test_what_a_gap_parts_from_the_number_does_not_count() -> None:
    grey = number()
    grey[:4, 40:46] = 0.5  # a neighbour's foot
    grey[44:46, ::6] = 0.5  # a dotted line
    ink, lines = local_ink_of(grey)
    assert rows_of(writing(ink, lines)) == (ROWS.start, ROWS.stop)


def test_no_picture_is_too_small_or_too_dark() -> None:
    rng = np.random.default_rng(0)
    for height in (1, 2, 3, 9):
        for width in (1, 2, 5, 40):
            for grey in (rng.random((height, width)), np.zeros((height, width))):
                line = normalise(grey.astype(np.float32), SETTINGS)
                assert line.pixels.shape[0] == SETTINGS.height
    black = np.zeros((30, 90), np.float32)
    black[14:16] = 0.9
    assert normalise(black, SETTINGS).pixels.any()
