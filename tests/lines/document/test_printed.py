"""What is printed around a number keeps off it, and so does what other cells hold."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from skimage.morphology import skeletonize

from hwr.lines.document import printed
from hwr.lines.document.conditions import GOOD, LOGBOOK
from hwr.lines.document.layout import Written
from hwr.lines.document.neighbours import draw_neighbour, draw_next_cells
from hwr.lines.document.printed import _cut_off, _ruled, draw_printed
from hwr.lines.document.shapes import PATCH

HEIGHT, BEFORE, WIDE, BEHIND = 60, 30, 90, 26
BOXED = LOGBOOK._replace(boxed=1.0, border=1.0, struck=0.0)


def written() -> Written:
    ink = np.zeros((28, WIDE), np.float32)
    return Written(ink, 2.0, 28.0, np.array([[0, 20], [30, 90]], np.float32))


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """No number goes over its box."""
    monkeypatch.setattr(printed, "_OVERRUN", 0.0)


def borders(deep: float, seed: int) -> tuple[np.ndarray, tuple[float, float]]:
    """What is printed, [HEIGHT, columns], and between which columns the number's box is."""
    ink = np.zeros((HEIGHT, BEFORE + WIDE + BEHIND), np.float32)
    rng = np.random.default_rng(seed)
    crop = (8, BEFORE, BEHIND)
    return ink, draw_printed(ink, written(), crop, BOXED._replace(deep=deep), rng)


def test_borders_far_from_the_sides_keep_off_the_digits() -> None:
    farthest = []
    for seed in range(200):
        ink, (left, _) = borders(1.0, seed)
        farthest.append(left)
        # (Not all columns: what marks a cell beside may bend, and guide lines are no borders.)
        upright = (ink > 0.3).sum(axis=0) > 0.9 * HEIGHT
        assert not upright[BEFORE : BEFORE + WIDE].any()
        _, (left, right) = borders(0.0, seed)
        assert max(left, BEFORE + WIDE + BEHIND - right) < 0.1 * HEIGHT
    assert 0.3 * HEIGHT < max(farthest) < BEFORE
    assert np.mean(np.array(farthest) > 0.2 * HEIGHT) > 0.2


@pytest.mark.parametrize(
    ("boxes", "over"),
    [([[0, 20], [62, 90]], True), ([[0, 9], [84, 90]], False), ([[9, 30], [60, 80]], False)],
    ids=["broad", "ones", "with marks"],
)
def test_only_broad_digits_go_over_their_box(
    boxes: list[list[float]], over: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printed, "_OVERRUN", 1.0)
    line = written()._replace(boxes=np.array(boxes, np.float32))
    crossed = set()
    for seed in range(80):
        ink = np.zeros((HEIGHT, BEFORE + WIDE + BEHIND), np.float32)
        rng = np.random.default_rng(seed)
        sides = draw_printed(ink, line, (8, BEFORE, BEHIND), BOXED, rng)
        upright = (ink > 0.3).sum(axis=0) > 0.9 * HEIGHT
        through = np.flatnonzero(upright[BEFORE : BEFORE + WIDE])
        crossed |= set(through.tolist())
        # No other cell's writing stands there, which nothing would part from the number.
        if (through < WIDE / 2).any():
            assert sides[0] == 0
        if (through > WIDE / 2).any():
            assert sides[1] == ink.shape[1]
    assert bool(crossed) == over
    assert all(min(column, WIDE - column) < 0.3 * line.tall for column in crossed)


@pytest.mark.parametrize("above", [0, 3, 8, 20])
def test_a_border_above_keeps_off_the_tops_of_digits(
    above: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printed, "_GUIDED", 0.0)
    conditions = BOXED._replace(deep=0.0)
    seen, through = [], []
    for seed in range(100):
        ink = np.zeros((HEIGHT, BEFORE + WIDE + BEHIND), np.float32)
        room = (above, BEFORE, BEHIND)
        _ruled(ink, written(), room, conditions, np.random.default_rng(seed))
        inked = ink[:, BEFORE : BEFORE + WIDE].any(axis=1)
        # Through the digits it goes by where it is clear what sticks out of it.
        assert not inked[above : above + 3].any()
        seen.append(inked[:above].any())
        through.append(inked[above : max(above + 10, 22)].any())
        assert not (seen[-1] and through[-1])
    assert (sum(seen) > 20) == (above > 0)
    assert 2 <= sum(through) <= 20


@pytest.mark.parametrize("tilt", [-0.05, 0.0, 0.05])
def test_borders_that_end_meet_where_they_do(tilt: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printed, "_CORNERED", 1.0)
    monkeypatch.setattr(printed, "_GUIDED", 0.0)
    monkeypatch.setattr(printed, "_CROSSED", 0.0)
    monkeypatch.setattr(printed, "_tilt", lambda rng: tilt)
    within = 0
    for seed in range(60):
        ink = np.zeros((HEIGHT, BEFORE + WIDE + BEHIND), np.float32)
        rng = np.random.default_rng(seed)
        _ruled(ink, written(), (20, BEFORE, BEHIND), BOXED._replace(deep=1.0), rng)
        lines = skeletonize(ink > 0.3).astype(np.uint8)
        beside = cv2.filter2D(lines, -1, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT)
        # Where a line ends, the picture does.
        for row, column in np.argwhere((lines > 0) & (beside == 2)):
            assert min(row, HEIGHT - 1 - row, column, ink.shape[1] - 1 - column) < 10
        # Below a corner, paper follows.
        seen = ink > 0.3
        left = seen[:, :BEFORE].sum(axis=0).argmax()
        within += bool(seen[10:50, left].all() and not seen[:, left].all())
    assert within > 10


def test_a_number_without_borders_has_all_of_its_picture() -> None:
    ink = np.zeros((HEIGHT, 200), np.float32)
    none = GOOD._replace(boxed=0.0)
    rng = np.random.default_rng(0)
    assert draw_printed(ink, written(), (8, BEFORE, 70), none, rng) == (0, 200)


@pytest.mark.parametrize("room", [(0, 0), (3, 4), (24, 0), (0, 24), (24, 24)])
def test_what_is_cut_off_at_a_side_keeps_off_the_number(room: tuple[int, int]) -> None:
    sides = []
    for seed in range(60):
        ink = np.zeros((HEIGHT, sum(room) + WIDE), np.float32)
        _cut_off(ink, 2.0, room, np.random.default_rng(seed))
        assert not ink[:, room[0] : room[0] + WIDE].any()
        # From beyond the edge and back: both of its ends are cut off.
        for edge, inner in ((ink[:, 0], ink[:, 3]), (ink[:, -1], ink[:, -4])):
            if inner.any():
                rows = np.flatnonzero(edge > 0.3)
                assert np.diff(rows).max() > 1
                sides.append(len(np.flatnonzero(inner)) < HEIGHT / 2)
    assert all(sides)
    assert bool(sides) == (max(room) > 4)


def test_what_other_cells_hold_is_beyond_the_borders() -> None:
    digit = np.zeros((PATCH, PATCH), np.uint8)
    digit[12:40, 20:32] = 255
    shown = []
    for seed in range(100):
        ink = np.zeros((HEIGHT, 160), np.float32)
        draw_next_cells(ink, digit, (30.0, 150.0), np.random.default_rng(seed))
        assert not ink[:, 29:151].any()
        shown.append([bool(ink[:, :29].any()), bool(ink[:, 151:].any())])
    assert np.sum(shown, axis=0).min() > 20
    assert np.sum(shown, axis=0).max() < 80
    # No room, no ink: nothing to show.
    for patch, sides in ((digit, (2.0, 158.0)), (np.zeros_like(digit), (30.0, 150.0))):
        ink = np.zeros((HEIGHT, 160), np.float32)
        draw_next_cells(ink, patch, sides, np.random.default_rng(0))
        assert not ink.any()


def test_pieces_of_other_writing_keep_off_the_number() -> None:
    digit = np.zeros((PATCH, PATCH), np.uint8)
    digit[12:40, 20:32] = 255
    number = np.zeros((HEIGHT, 160), np.float32)
    number[:, 60:70] = number[20:40, 70:130] = 1.0
    near = np.zeros_like(number)
    near[:, 58:72] = near[18:42, 70:132] = 1.0
    seen = []
    for seed in range(100):
        ink = number.copy()
        draw_neighbour(ink, digit, np.random.default_rng(seed))
        assert np.array_equal(ink * near, number)
        seen.append([bool(part.any()) for part in (ink[:18, 72:], ink[42:, 72:], ink[:, :58])])
    assert np.mean(seen, axis=0).min() > 0.2
