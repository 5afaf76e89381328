"""What stands beside a number and is no digit."""

import numpy as np
import pytest

from hwr.lines.document import flourishes
from hwr.lines.document.flourishes import a_mark, flourish
from hwr.lines.document.marks import Drawing, Ink

TALL, PEN, X, BASE = 28.0, 2.0, 20.0, 50.0
KINDS = {kind.__name__: kind for kind in (*flourishes._BEFORE, *flourishes._BEHIND)}


def drawn(seed: int, behind: bool = True) -> tuple[Ink, float]:
    ink = np.zeros((90, 160), np.float32)
    rng = np.random.default_rng(seed)
    return ink, flourish(Drawing(ink, TALL, PEN, rng), X, BASE, a_mark(rng, behind))


@pytest.fixture
def only(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only that kind is drawn."""
    monkeypatch.setattr(flourishes, "_BEHIND", [KINDS[request.param]])


@pytest.mark.parametrize("only", KINDS, indirect=True)
@pytest.mark.usefixtures("only")
def test_each_begins_where_told_is_as_wide_as_it_tells_and_clear_of_all_edges() -> None:
    inks = []
    for seed in range(20):
        ink, wide = drawn(seed)
        columns = np.flatnonzero((ink > 0.5).any(0))
        assert abs(columns[0] - X) <= PEN
        assert abs(columns[-1] + 1 - (X + wide)) <= PEN
        assert not ink[[0, -1]].any()
        inks.append(ink)
    assert not np.array_equal(inks[0], inks[1])


@pytest.mark.parametrize("only", ["_opened", "_closed"], indirect=True)
@pytest.mark.usefixtures("only")
def test_brackets_are_higher_than_digits_and_round() -> None:
    for seed in range(20):
        ink, wide = drawn(seed)
        assert np.ptp(np.flatnonzero((ink > 0.5).any(1))) > 1.1 * TALL
        assert wide > 0.15 * TALL


@pytest.mark.parametrize("only", ["_slash_and_dash", "_slash", "_slashes"], indirect=True)
@pytest.mark.usefixtures("only")
def test_slashes_reach_beyond_digits() -> None:
    for seed in range(20):
        rows = np.flatnonzero((drawn(seed)[0] > 0.5).any(1))
        assert rows[0] < BASE - 1.1 * TALL
        assert rows[-1] > BASE + 0.1 * TALL


@pytest.mark.parametrize("only", ["_slash", "_slashes"], indirect=True)
@pytest.mark.usefixtures("only")
def test_slashes_lean_as_ones_do_not() -> None:
    for seed in range(40):
        ink = drawn(seed)[0] > 0.5
        rows = np.flatnonzero(ink.any(1))
        last = [np.flatnonzero(ink[row])[-1] for row in (rows[1], rows[-2])]
        assert last[0] - last[1] > 0.25 * (rows[-1] - rows[0])


def test_before_a_number_stands_nothing_that_stands_behind_it_only() -> None:
    before = {kind.__name__ for kind in flourishes._BEFORE}
    assert before.isdisjoint({"_slash", "_slashes", "_slash_and_dash", "_struck_dash", "_closed"})
    assert not np.array_equal(drawn(1)[0], drawn(1, behind=False)[0])


def test_no_slashes_stand_where_they_might_be_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    slashes = {"_slash", "_slashes", "_slash_and_dash"}
    behind, single, none = (
        {kind.__name__ for kind in kinds}
        for kinds in (
            flourishes._BEHIND,
            flourishes._WITHOUT_SINGLE,
            flourishes._WITHOUT_SLASHES,
        )
    )
    assert behind >= slashes
    assert none == behind - slashes
    assert single == behind - {"_slash"}
    monkeypatch.setattr(flourishes, "_WITHOUT_SLASHES", [KINDS["_dash"]])
    ink = np.zeros((90, 160), np.float32)
    for seed in range(20):
        drawing = Drawing(ink, TALL, PEN, np.random.default_rng(seed))
        flourish(drawing, X, BASE, a_mark(drawing.rng, behind=True, slashes=False))
    rows = np.flatnonzero((ink > 0.5).any(1))
    assert rows[0] > BASE - 0.8 * TALL


def test_letters_stand_side_by_side_on_the_base_line() -> None:
    widths = []
    for seed in range(40):
        strokes = flourishes._letters(np.random.default_rng(seed))
        assert 0 <= min(y for points in strokes for _, y in points) < 0.25
        widths.append(max(x for points in strokes for x, _ in points))
    assert max(widths) > 3 * min(widths)
