"""Bars around a picture."""

import cv2
import numpy as np
import pytest

from hwr.images.grey import Grey
from hwr.images.normalise import ImageSettings, normalise
from hwr.images.surround import inside, nearby

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


@pytest.mark.parametrize("tone", [0.0, 0.5, 0.775, 1.0])
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


@pytest.mark.parametrize("height", [9, 40, 200])
def test_margins_of_clean_paper_stay(height: int) -> None:
    grey = np.full((height, 3 * height), 0.8, np.float32)
    grey += np.random.default_rng(2).uniform(-1 / 255, 1 / 255, grey.shape).astype(np.float32)
    for column in range(height // 2, 3 * height - height // 2, height // 2):
        grey[height // 5 : -height // 5, column : column + max(height // 10, 1)] = 0.2
    assert inside(grey) == (slice(0, height), slice(0, 3 * height))


@pytest.mark.parametrize("quality", [None, 75])
@pytest.mark.parametrize("scale", [0.5, 0.7, 1.0])
@pytest.mark.parametrize("text", ["0", "88", "864", "2024"])
def test_margins_of_small_bold_type_stay(text: str, scale: float, quality: int | None) -> None:
    grey = np.full((60, 140), 230, np.uint8)
    cv2.putText(grey, text, (20, 40), cv2.FONT_HERSHEY_SIMPLEX, scale, 40, 3, cv2.LINE_AA)
    if quality is not None:
        _, packed = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])
        grey = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    whole = (slice(0, 60), slice(0, 140))
    assert inside(grey.astype(np.float32) / 255) == whole


def test_margins_around_a_zero_stay() -> None:
    grey = np.ones((40, 60), np.float32)
    grey[2:38, 10:50] = 0
    grey[8:32, 18:42] = 1
    assert inside(grey) == (slice(0, 40), slice(0, 60))


def test_a_blank_picture_stays() -> None:
    assert inside(np.ones((5, 7), np.float32)) == (slice(0, 5), slice(0, 7))
    assert inside(np.zeros((1, 1), np.float32)) == (slice(0, 1), slice(0, 1))


@pytest.mark.parametrize("tone", [0.0, 0.5, 0.775, 1.0])
def test_a_line_is_made_ready_as_without_them_and_tells_its_place(tone: float) -> None:
    settings = ImageSettings(height=40, ink="local")
    alone, line = normalise(paper(), settings), normalise(surrounded(tone), settings)
    assert np.array_equal(line.pixels, alone.pixels)
    assert line.left == alone.left + BARS[2]
    assert line.picture_width == alone.picture_width + BARS[2] + BARS[3]


@pytest.mark.parametrize("tone", [0.0, 0.5, 0.775, 1.0])
def test_paper_small_in_a_wide_surround_is_found(tone: float) -> None:
    grey = np.pad(paper(), ((160, 120), (400, 500)), constant_values=tone)
    assert inside(grey) == (slice(160, 200), slice(400, 520))


def test_a_dash_small_in_a_wide_margin_is_no_paper() -> None:
    grey = np.ones((200, 600), np.float32)
    grey[90:105, 250:350] = np.random.default_rng(0).uniform(0.2, 0.3, (15, 100))
    assert inside(grey) == (slice(0, 200), slice(0, 600))


def on_a_page(above: int, beside: int, grain: float = 0.01) -> Grey:
    """Three strokes 24 rows high on a page of 30 rows and 80 columns, with that much more on every
    side."""
    rng = np.random.default_rng(2)
    grey = np.full((30 + 2 * above, 80 + 2 * beside), 0.8, np.float32)
    for column in (10, 40, 68):
        grey[above + 3 : above + 27, beside + column : beside + column + 3] = 0.3
    return (grey + rng.normal(0, grain, grey.shape)).clip(0, 1).astype(np.float32)


@pytest.mark.parametrize(("above", "beside"), [(0, 600), (90, 90), (300, 300), (300, 20)])
def test_what_stands_out_of_a_wide_page_is_found_with_room_around_it(
    above: int, beside: int
) -> None:
    grey = on_a_page(above, beside)
    rows, columns = nearby(grey)
    assert grey[rows, columns].size < grey.size
    assert rows.start <= above + 3 <= above + 27 <= rows.stop
    assert columns.start <= beside + 10 <= beside + 71 <= columns.stop
    assert rows.stop - rows.start < 80
    assert columns.stop - columns.start < 160


def test_without_wide_margins_all_is_near() -> None:
    for grey in (on_a_page(0, 0), on_a_page(8, 8), np.ones((3, 500), np.float32), paper()):
        assert nearby(grey) == (slice(0, grey.shape[0]), slice(0, grey.shape[1]))
    assert nearby(np.full((200, 300), 0.7, np.float32)) == (slice(0, 200), slice(0, 300))


def test_a_speck_does_not_widen_what_is_near() -> None:
    grey = on_a_page(300, 300)
    grey[20:22, 20:22] = 0.0
    rows, columns = nearby(grey)
    assert rows.start > 200
    assert columns.start > 200


@pytest.mark.parametrize("margin", [30, 100, 400])
@pytest.mark.parametrize("tone", [1.0, 0.8])
def test_a_number_in_a_wide_margin_is_framed_as_without_it(margin: int, tone: float) -> None:
    settings = ImageSettings(height=40, ink="local", min_ink=0.7, cropped_ink=0.78)
    grey = on_a_page(0, 0) if tone == 0.8 else on_a_page(0, 0, grain=0) / np.float32(0.8)
    alone = normalise(grey, settings)
    line = normalise(np.pad(grey, margin, constant_values=tone), settings)
    assert line.step == pytest.approx(alone.step, rel=0.1)
    assert margin + 10 - 40 < line.left < margin + 10
    alike = [np.flatnonzero((of.pixels > 128).any(axis=1)) for of in (alone, line)]
    assert len(alike[0]) == pytest.approx(len(alike[1]), abs=3)


def test_faint_writing_beside_a_blot_is_near() -> None:
    grey = np.full((64, 600), 0.88, np.float32)
    for column in range(60, 300, 30):
        grey[20:44, column : column + 2] = 0.6
    alone = nearby(grey)
    grey[30:36, 560:566] = 0.0
    _, columns = nearby(grey)
    assert columns.start <= alone[1].start
    assert columns.stop >= 300
