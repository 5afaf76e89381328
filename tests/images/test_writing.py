"""Of a line's ink, the band with the most of it is writing, and what goes on from there."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from hwr.images.bands import fullest_band
from hwr.images.writing import _followed, writing


def rows_of(dark: NDArray[np.bool_]) -> tuple[int, int]:
    inked = np.flatnonzero(dark.any(axis=1))
    return int(inked[0]), int(inked[-1]) + 1


def test_the_band_with_the_most_ink_counts() -> None:
    rows = np.zeros(40)
    rows[2:5], rows[12:30], rows[36:40] = 9, 6, 20
    assert fullest_band(rows) == (12, 30)
    assert fullest_band(np.zeros(40)) == (0, 40)


def test_a_row_or_two_of_a_border_do_not_outweigh_a_digit() -> None:
    rows = np.zeros(40)
    rows[6:26], rows[36:39] = 3, 60
    assert fullest_band(rows) == (6, 26)


def test_single_specks_in_rows_are_no_writing() -> None:
    rows = np.zeros(62)
    rows[20:45] = 8  # of three digits, say
    rows[[2, 8, 14, 50, 56]] = 0.7
    assert fullest_band(rows) == (20, 45)


def test_a_narrow_gap_parts_nothing() -> None:
    ink = np.zeros((48, 60), np.float32)
    ink[10:12, 20:30] = ink[15:36, 22:25] = 1  # a five's roof set apart, say
    assert rows_of(writing(ink, np.zeros(ink.shape, np.bool_))) == (10, 36)


def test_strokes_are_followed_to_where_they_fade() -> None:
    ink = np.zeros((48, 60), np.float32)
    ink[10:30, 20:26] = 1
    for row in range(30, 42):  # a faint stroke down to the right, and a faint one up
        ink[row, row - 6 : row - 3] = 0.4
    ink[4:10, 22] = 0.4
    ink[12:20, 40] = 0.4  # hangs together with nothing
    ink[30:40, 2] = 0.2  # no ink
    lines = np.zeros(ink.shape, np.bool_)
    dark = writing(ink, lines)
    assert rows_of(dark) == (4, 42)
    assert np.array_equal(dark[:, :36], ink[:, :36] > 0.3)
    assert not dark[:, 40].any()
    lines[36:39] = True  # no stroke goes on through a ruled line
    assert rows_of(writing(ink, lines)) == (4, 36)


def test_blurred_strokes_are_writing_beside_the_darkest_part_of_them() -> None:
    ink = np.zeros((40, 40), np.float32)
    for row in range(6, 34):  # a slash, dark where the pen was set down, and gone in between
        ink[row, 38 - row : 41 - row] = 1.0 if row < 10 else 0.4 if row < 15 or row > 18 else 0.15
    none = np.zeros(ink.shape, np.bool_)
    assert rows_of(writing(ink, none)) == (6, 34)
    # As much of the picture as most writing takes: what is fainter beyond is paper's.
    ink[6:24, 2:6] = 1.0
    assert rows_of(writing(ink, none))[0] == 6
    assert rows_of(writing(ink, none))[1] < 34


@pytest.mark.parametrize("width", [1, 7, 8, 9, 61])
def test_what_is_followed_touches_what_is_dark(width: int) -> None:
    rng = np.random.default_rng(width)
    dark, faded = rng.random((24, width)) < 0.05, rng.random((24, width)) < 0.4
    expected = dark.copy()
    for rows in (range(1, 24), range(22, -1, -1)):
        for row in rows:
            before = expected[row - rows.step]
            near = before.copy()
            near[1:] |= before[:-1]
            near[:-1] |= before[1:]
            expected[row] |= near & faded[row]
    assert np.array_equal(_followed(dark, faded), expected)


@pytest.mark.parametrize("before", [True, False])
def test_what_a_dry_pen_leaves_beside_the_writing_is_writing(before: bool) -> None:
    ink = np.zeros((40, 160), np.float32)
    ink[8:32, 20:24] = ink[8:32, 40:44] = 1
    ink[9:31, 70:73] = ink[9:31, 90:93] = 0.3
    ink[2:38, 110] = 0.15  # no ink
    ink[14:18, 120:140] = 0.3  # no stroke up or down
    if before:
        ink = ink[:, ::-1].copy()
    none = np.zeros(ink.shape, np.bool_)
    found = writing(ink, none)
    columns = np.flatnonzero((found[:, ::-1] if before else found).any(axis=0))
    assert (columns[0], columns[-1]) == (20, 92)
    assert rows_of(found) == (8, 32)
    lines = np.zeros(ink.shape, np.bool_)
    lines[:, 60:100] = True  # as in a mirror: of ruled lines it is no writing
    assert not writing(ink, lines)[lines].any()


def test_a_pattern_beside_the_writing_is_none() -> None:
    ink = np.zeros((40, 160), np.float32)
    ink[8:32, 20:24] = ink[8:32, 40:44] = 1
    ink[::4, 60:] = 0.3
    ink[:, 60:][np.random.default_rng(0).random((40, 100)) < 0.1] = 0.35
    found = writing(ink, np.zeros(ink.shape, np.bool_))
    assert np.flatnonzero(found.any(axis=0))[-1] == 43


@pytest.mark.parametrize("reach", [(0, 60), (0, 36)])
def test_a_faint_line_from_edge_to_edge_is_not_followed(reach: tuple[int, int]) -> None:
    ink = np.zeros((60, 120), np.float32)
    for left in range(30, 100, 10):
        ink[20:36, left : left + 4] = 1
    ink[slice(*reach), 10:12] = 0.4
    ink[28, 10:12] = 0.6  # where it is darkest
    found = writing(ink, np.zeros(ink.shape, np.bool_))
    edge_to_edge = reach == (0, 60)
    assert rows_of(found) == ((20, 36) if edge_to_edge else reach)
    assert found[20:36, 10].all()
