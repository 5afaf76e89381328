"""Words printed beside a number, and rings around it."""

import dataclasses

import cv2
import numpy as np
import pytest

from hwr.lines.document import cells, layout, lettering
from hwr.lines.document.cents import Cents
from hwr.lines.document.edges import edges_of
from hwr.lines.document.flourishes import ring_around
from hwr.lines.document.hands import Hand, draw_hand
from hwr.lines.document.layout import Written, set_digits
from hwr.lines.document.lettering import a_word, letter, word_width
from hwr.lines.document.marks import Drawing, Ink
from hwr.lines.document.shapes import PATCH, TALL

X, BASE = 20.0, 60.0
HAND = dataclasses.replace(
    draw_hand(np.random.default_rng(0)),
    pen=0.08, uneven=0, slope=0, slant=0, spacing=0.3, stems=0, zero=1, joins=0, strings=0,
)  # fmt: skip


def number(seed: int, marks: float = 1.0, hand: Hand = HAND) -> Written:
    """Two digits, each a block."""
    rows, columns = (slice((PATCH - size) // 2, (PATCH + size) // 2) for size in (TALL, 16))
    patches = np.zeros((2, PATCH, PATCH), np.uint8)
    patches[:, rows, columns] = 255
    return set_digits(patches, edges_of(patches), "88", hand, np.random.default_rng(seed), marks)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No marks and no cells but for those that a test asks for."""
    monkeypatch.setattr(cells, "_CHANCE", 0.0)
    monkeypatch.setattr(Cents, "draw", lambda count, pen, rng: Cents.none(count))
    for share in ("_BEFORE", "_BEHIND", "_SEPARATED", "_UNDERLINED", "_RINGED"):
        monkeypatch.setattr(layout, share, 0.0)


def printed(word: str, seed: int) -> tuple[Ink, float]:
    ink = np.zeros((100, 320), np.float32)
    return ink, letter(Drawing(ink, TALL, 2.0, np.random.default_rng(seed)), X, BASE, word)


def test_most_letters_of_words_are_none_that_might_be_digits() -> None:
    rng = np.random.default_rng(0)
    words = {a_word(rng) for _ in range(2000)}
    assert len(words) > 500
    usual = set(lettering._USUAL)
    assert usual < words
    for word in words:
        assert set(word) <= set(lettering._LETTERS)
        assert sum(letter in "BIOSZbilosz" for letter in word) <= len(word) / 2 or word in usual
        assert len(word) > 1


@pytest.mark.parametrize("word", ["US$", "Pesos", "kg", "MGQBO"])
def test_words_are_as_wide_as_told_and_clear_of_all_edges(word: str) -> None:
    for seed in range(30):
        ink, wide = printed(word, seed)
        columns = np.flatnonzero((ink > 0.2).any(0))
        assert X - 1 <= columns[0] < X + 0.2 * TALL
        assert X + wide - 0.2 * TALL < columns[-1] <= X + wide + 1
        assert wide < TALL * word_width(word)
        assert not ink[[0, -1]].any()


def test_print_is_of_many_kinds() -> None:
    inks = [printed("Pesos", seed)[0] for seed in range(20)]
    assert len({ink.tobytes() for ink in inks}) == 20
    strengths = [ink.max() for ink in inks]
    assert 0.35 < min(strengths) < 0.6 < 0.9 < max(strengths)


@pytest.mark.usefixtures("bare")
def test_words_stand_beside_the_digits_and_touch_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(40):
        monkeypatch.setattr(layout, "_LETTERED", (0.0, 0.0))
        narrow = number(seed).ink.shape[1]
        monkeypatch.setattr(layout, "_LETTERED", (1.0, 1.0))
        ink, boxes = (line := number(seed)).ink, line.boxes
        first, last = round(float(boxes[0, 0])), round(float(boxes[-1, 1]))
        assert ink.shape[1] > narrow + 0.5 * TALL
        assert (ink[:, :first] > 0.2).any()
        assert (ink[:, last:] > 0.2).any()
        # Blank paper parts them from the number.
        assert not (ink[:, first - 2] > 0.2).any()
        assert not (ink[:, last + 1] > 0.2).any()


@pytest.mark.usefixtures("bare")
def test_no_words_stand_beside_cells_or_where_there_are_no_marks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(layout, "_LETTERED", (1.0, 1.0))
    printed = []
    monkeypatch.setattr(layout, "letter", lambda *args: float(bool(printed.append(args))))
    for seed in range(10):
        number(seed, marks=0.0)
    monkeypatch.setattr(cells, "_CHANCE", 1.0)
    for seed in range(10):
        number(seed)
    assert not printed
    monkeypatch.setattr(cells, "_CHANCE", 0.0)
    number(0)
    assert len(printed) == 2


@pytest.mark.usefixtures("bare")
def test_all_that_may_stand_beside_a_number_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """The longest words before and behind it and a mark far off at both ends."""
    ends = []

    def noted(drawing: Drawing, x: float, base: float, word: str) -> float:
        wide = letter(drawing, x, base, word)
        ends.append(drawing.ink.shape[1] - (x + wide))
        return wide

    for share in ("_BEFORE", "_BEHIND", "_FAR", "_SIGNED"):
        monkeypatch.setattr(layout, share, 1.0)
    monkeypatch.setattr(layout, "_LETTERED", (1.0, 1.0))
    monkeypatch.setattr(layout, "a_word", lambda rng: "WWWWW")
    monkeypatch.setattr(layout, "letter", noted)
    for seed in range(100):
        number(seed, hand=dataclasses.replace(HAND, spacing=0.8))
    assert min(ends) > 0


def test_rings_go_around_and_touch_no_digit() -> None:
    for seed in range(30):
        ink = np.zeros((120, 400), np.float32)
        drawing = Drawing(ink, TALL, 2.0, np.random.default_rng(seed))
        ring_around(drawing, (150.0, 250.0), 60.0, 0.0)
        # (The corners of the box in which the number is may be upon it.)
        assert not (ink[60 - TALL // 5 : 60 + TALL // 5, 150:250] > 0.2).any()
        assert not (ink[60 - TALL // 2 : 60 + TALL // 2, 170:230] > 0.2).any()
        columns = np.flatnonzero((ink > 0.3).any(0))
        assert columns[0] < 150
        assert columns[-1] > 250
        # In one go.
        assert cv2.connectedComponents((ink > 0.3).astype(np.uint8))[0] == 2


@pytest.mark.usefixtures("bare")
def test_rings_are_drawn_around_numbers_with_nothing_beside_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(layout, "_RINGED", 1.0)
    for lettered, ringed in ((0.0, True), (1.0, False)):
        monkeypatch.setattr(layout, "_LETTERED", (0.0, lettered))
        for seed in range(10):
            line = number(seed)
            before = line.ink[:, : max(round(float(line.boxes[0, 0])) - 1, 0)]
            assert (before > 0.3).any() == ringed
