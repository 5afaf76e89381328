"""Cells of forms."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest

from hwr.lines.document import cells, layout
from hwr.lines.document.cells import draw_cells, draw_pitch
from hwr.lines.document.edges import edges_of
from hwr.lines.document.hands import draw_hand
from hwr.lines.document.layout import set_digits
from hwr.lines.document.marks import Ink
from hwr.lines.document.photo import photograph
from hwr.lines.document.shapes import PATCH, TALL

COLUMNS, ROWS, ROOM = [10.0, 60.0, 110.0, 160.0], (20, 50), 20.0


def drawn(seed: int, tilt: float = 0.0) -> Ink:
    ink = np.zeros((70, 180), np.float32)
    draw_cells(ink, COLUMNS, ROWS, ROOM, 2.0, tilt, np.random.default_rng(seed))
    return ink


def test_a_line_runs_below_all_cells_and_something_parts_them() -> None:
    for seed in range(60):
        ink = drawn(seed)
        below = ink[ROWS[1] :] > 0.4
        lines = below[:, 12:158].mean(1)
        assert lines.max() == 1
        above = ink[: ROWS[1] + int(lines.argmax()) - 3]
        for column in COLUMNS:
            assert (above[:, int(column) - 9 : int(column) + 9] > 0.4).any()


def test_nothing_stands_where_digits_do_and_nothing_above_the_line_that_ends_it() -> None:
    kinds = set()
    for seed in range(60):
        ink = drawn(seed)
        for left, right in pairwise(COLUMNS):
            middle = ink[ROWS[0] : ROWS[1], int(left) + 10 : int(right) - 10]
            assert not middle.any()
        lowest = np.flatnonzero((ink[:, 12:158] > 0.4).mean(1) == 1)[0]
        comb = lowest > ROWS[0]
        kinds.add(bool(comb))
        if not comb:
            assert not ink[: lowest - 3].any()
    assert kinds == {False, True}


@pytest.mark.parametrize("tilt", [-0.15, -0.03, 0.03, 0.15])
def test_cells_that_lie_askew_keep_off_their_digits_and_in_the_picture(tilt: float) -> None:
    for seed in range(60):
        ink = drawn(seed, tilt)
        for left, right in pairwise(COLUMNS):
            middle = ink[ROWS[0] + 1 : ROWS[1] - 1, int(left) + 14 : int(right) - 14]
            assert not (middle > 0.5).any()
        # The lower line is there along all of them.
        assert (ink[ROWS[1] - 1 :, 12:158] > 0.4).any(axis=0).all()


def test_few_numbers_have_them() -> None:
    rng = np.random.default_rng(0)
    pitches = [draw_pitch(20.0, 28.0, rng) for _ in range(3000)]
    assert 0.04 < np.mean([pitch > 0 for pitch in pitches]) < 0.1
    assert min(pitch for pitch in pitches if pitch) > 20 + 0.15 * 28


def test_each_digit_stands_in_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "_CHANCE", 1.0)
    monkeypatch.setattr(layout, "flourish", lambda *args, **options: 0.0)
    rows, columns = (slice((PATCH - size) // 2, (PATCH + size) // 2) for size in (TALL, 16))
    patches = np.zeros((5, PATCH, PATCH), np.uint8)
    patches[:, rows, columns] = 255
    found = 0
    for seed in range(40):
        hand = dataclasses.replace(draw_hand(np.random.default_rng(seed)), joins=1.0, spacing=-0.1)
        rng = np.random.default_rng(seed)
        line = set_digits(patches, edges_of(patches), "70000", hand, rng)
        if not line.cells:
            continue
        found += 1
        assert np.allclose(np.diff(line.cells), np.diff(line.cells)[0])
        ends = zip(line.cells, line.cells[1:], line.boxes, strict=False)
        assert all(left < box[0] < box[1] < right for left, right, box in ends)
        # Its neighbours' cells are free of it, and of strokes that would join them.
        for inner in line.cells[1:-1]:
            assert not line.ink[:, round(inner)].any()
        photo = photograph(line, patches[0], rng)
        assert photo.boxes.shape == (5, 2)
    assert found > 10
