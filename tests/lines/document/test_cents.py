"""Cents: small, raised, underlined."""

import dataclasses

import numpy as np
import pytest

from hwr.lines.document import layout
from hwr.lines.document.cents import Cents
from hwr.lines.document.edges import edges_of
from hwr.lines.document.hands import draw_hand
from hwr.lines.document.layout import Written, set_digits
from hwr.lines.document.shapes import PATCH, TALL

CENTS = Cents(begin=2, size=0.6, rise=0.4, gap=0.2, lines=(0.1,))


@pytest.fixture
def amount(monkeypatch: pytest.MonkeyPatch) -> dict[bool, Written]:
    """8888, in blocks, with cents and without."""
    for mark in ("flourish", "separator"):
        monkeypatch.setattr(layout, mark, lambda *args, **options: 0.0)
    monkeypatch.setattr(layout, "_UNDERLINED", 0.0)
    hand = dataclasses.replace(
        draw_hand(np.random.default_rng(0)),
        pen=0.08, uneven=0, slope=0, spacing=0.3, stems=0, zero=1, joins=0, strings=0,
    )  # fmt: skip
    rows, columns = (slice((PATCH - size) // 2, (PATCH + size) // 2) for size in (TALL, 16))
    patches = np.zeros((4, PATCH, PATCH), np.uint8)
    patches[:, rows, columns] = 255
    found = {}
    for with_cents, chosen in ((False, Cents.none(4)), (True, CENTS)):
        monkeypatch.setattr(Cents, "draw", lambda *_, cents=chosen: cents)
        rng = np.random.default_rng(0)
        found[with_cents] = set_digits(patches, edges_of(patches), "8888", hand, rng)
    return found


def rows(line: Written, place: int) -> np.ndarray:
    left, right = line.boxes[place].round().astype(int)
    return np.flatnonzero((line.ink[:, left:right] > 0.5).any(1))


def test_only_the_last_two_digits_are_small(amount: dict[bool, Written]) -> None:
    for place in range(4):
        wide = [float(np.ptp(amount[cents].boxes[place])) for cents in (False, True)]
        share = wide[1] / wide[0]
        assert share == pytest.approx(1 if place < 2 else CENTS.size, abs=0.08)


def test_they_are_raised_and_underlined(amount: dict[bool, Written]) -> None:
    line = amount[True]
    base, underline = rows(line, 1)[-1], rows(line, 2)[-1]
    assert underline < base - 0.15 * line.tall
    # The line below them spans the gap between both.
    gap = round(float(line.boxes[2, 1] + line.boxes[3, 0]) / 2)
    assert line.ink[:, gap].any()
    assert not amount[False].ink[:, round(float(amount[False].boxes[2:, :].mean()))].any()


def test_the_height_told_is_theirs(amount: dict[bool, Written]) -> None:
    assert amount[True].tall == pytest.approx(CENTS.size * amount[False].tall)


def test_few_numbers_have_them_and_none_of_two_digits() -> None:
    rng = np.random.default_rng(0)
    found = [Cents.draw(5, 2.0, rng) for _ in range(2000)]
    cents = [each for each in found if each != Cents.none(5)]
    assert 0.08 < len(cents) / len(found) < 0.12
    assert {each.begin for each in cents} == {3}
    assert {len(each.lines) for each in cents} == {0, 1, 2}
    assert {Cents.draw(2, 2.0, rng) for _ in range(300)} == {Cents.none(2)}


def test_thin_pens_write_them_no_thinner_than_can_be_seen() -> None:
    rng = np.random.default_rng(0)
    sizes = {Cents.draw(5, 1.0, rng).size for _ in range(2000)}
    assert 0.8 <= min(sizes) < 1
