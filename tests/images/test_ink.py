"""What is ink and what is paper, by the paper around it."""

from __future__ import annotations

import numpy as np
import pytest

from hwr.images.grey import picture_of
from hwr.images.ink import local_ink_of
from hwr.images.tone import _skewness


@pytest.mark.parametrize("dark", [True, None])
@pytest.mark.parametrize("edge", [40, 97, 150])
def test_the_edge_of_a_shadow_is_no_ink(edge: int, dark: bool | None) -> None:
    grey = np.full((60, 200), 0.9, np.float32)
    strokes = np.zeros(grey.shape, np.bool_)
    for column in range(15, 190, 24):
        strokes[12:48, column : column + 4] = True
    grey[strokes] = 0.2
    grey[:, edge:] *= 0.5
    ink, _ = local_ink_of(grey, dark)
    assert ink[strokes].min() > 0.7
    # But for where paper is told from shadow by a coarse picture.
    assert (ink[~strokes] > 0.5).mean() < 0.02
    assert (ink[~strokes] > 0.2).mean() < 0.06


def test_a_hairline_on_paper_with_light_specks_is_dark() -> None:
    grey = np.full((60, 200), 0.8, np.float32)
    rng = np.random.default_rng(0)
    for top, left in rng.integers(0, (54, 194), (24, 2)).tolist():
        grey[top : top + 6, left : left + 6] = 0.95
    grey[30, 20:90] = 0.25
    # In the coarse picture by which others are told the specks count for more.
    assert _skewness(picture_of(grey).reduce(3)) > 0
    ink, _ = local_ink_of(grey)
    assert ink[30, 20:90].min() == 1


@pytest.mark.parametrize(("width", "pen"), [(14, 3), (20, 4), (26, 2)])
def test_a_digit_cut_out_tightly_is_dark(width: int, pen: int) -> None:
    grey = np.full((48, width), 0.9, np.float32)
    for top, bottom in ((0, 24), (24 - pen, 48)):  # an eight
        grey[top:bottom] = 0.3
        grey[top + pen : bottom - pen, pen:-pen] = 0.9
    ink, _ = local_ink_of(grey)
    assert ink[grey < 0.5].mean() > 0.8
    assert ink[grey > 0.5].mean() < 0.2


def test_thick_strokes_with_as_little_paper_between_them_are_dark() -> None:
    rng = np.random.default_rng(0)
    grey = np.full((60, 240), 0.9, np.float32)
    for left in range(0, 240, 20):
        grey[:, left : left + int(rng.integers(10, 12))] = 0.3
    assert (grey < 0.5).mean() > 0.5
    ink, _ = local_ink_of(grey)
    assert ink[grey < 0.5].mean() > 0.8
    assert ink[grey > 0.5].mean() < 0.2


def test_a_light_digit_in_a_narrow_picture_is_told() -> None:
    grey = np.full((48, 30), 0.2, np.float32)
    grey[8:40, 13:17] = 0.9
    ink, _ = local_ink_of(grey)
    assert ink[8:40, 14:16].mean() > 0.9


@pytest.mark.parametrize(("across", "width"), [(True, 240), (True, 130), (False, 240)])
@pytest.mark.parametrize("rising", [True, False])
def test_where_light_falls_towards_an_edge_there_is_no_ink(
    across: bool, width: int, rising: bool
) -> None:
    strokes = np.zeros((90, width), np.bool_)
    for column in range(width // 3, width * 2 // 3, 12):
        strokes[36:54, column : column + 3] = True
    light = np.linspace(0.9, 0.45 if across else 0.75, width if across else 90, dtype=np.float32)
    light = light[::-1] if rising else light
    grey = np.broadcast_to(light if across else light[:, None], strokes.shape).copy()
    grey[strokes] *= 0.7
    ink, _ = local_ink_of(grey, True)
    assert ink[strokes].min() > 0.8
    assert ink[~strokes].max() < 0.25


@pytest.mark.parametrize("wide", [16, 20])
@pytest.mark.parametrize("side", [1, -1])
def test_a_thick_stroke_at_the_edge_of_a_tight_crop_is_ink(wide: int, side: int) -> None:
    grey = np.full((48, 160), 0.85, np.float32)
    grey[:, :wide] = 0.25  # more than a third of the height
    for column in (50, 90, 130):
        grey[6:42, column : column + 12] = 0.25
    ink, _ = local_ink_of(grey[:, ::side], dark=True)
    ink = ink[:, ::side]
    assert ink[:, 2 : wide - 2].min() > 0.9
    assert ink[:, wide + 4 : 48].max() < 0.1


def test_a_dark_strip_beside_faint_writing_is_no_ink() -> None:
    grey = np.full((48, 160), 0.85, np.float32)
    grey[:, :20] = 0.25
    for column in (50, 90, 130):
        grey[6:42, column : column + 5] = 0.7
    ink, _ = local_ink_of(grey, dark=True)
    assert ink[:, :10].max() < 0.1


def test_waves_are_no_ink_beside_few_strokes() -> None:
    rows, columns = np.indices((62, 248))
    grey = 0.9 - 0.07 * (1 + np.sin(columns / 4 + rows / 3)).astype(np.float32)
    strokes = np.zeros(grey.shape, np.bool_)
    strokes[22:39, [100, 101, 120, 121]] = True  # 0.4 of a hundred pixels
    grey[strokes] = 0.35
    ink, _ = local_ink_of(grey, dark=True)
    assert ink[strokes].min() > 0.9
    assert (ink[~strokes] > 0.5).mean() < 0.01


def test_levels_are_of_all_columns() -> None:
    grey = np.full((60, 280), 0.9, np.float32)  # of which every fourth pixel would do
    grey[10:50, 41:44] = grey[10:50, 101:104] = 0.2
    ink, _ = local_ink_of(grey, dark=True)
    assert ink[10:50, 41:44].min() > 0.9
