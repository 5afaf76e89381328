"""What hands change in digits, as the strokes that they add."""

import dataclasses
import math
from itertools import pairwise

import numpy as np
import pytest
import torch

from hwr.lines.digits import DIGIT_SIZE
from hwr.lines.document.by_digit import changes_of
from hwr.lines.document.changes import EDGE, Changes
from hwr.lines.document.drawn import DIGIT_HEIGHT, flat_three, roofed_seven
from hwr.lines.document.habits import add_habits
from hwr.lines.document.hands import Hand, draw_hand
from hwr.lines.document.marks import Piece
from hwr.lines.document.skeletons import FINE, PITCH

# A hand without any habit.
NONE = Hand(
    **{
        name: {"width": 1.0, "pen": 0.08, "zero": 1.0}.get(name, type(it)())
        for name, it in dataclasses.asdict(draw_hand(np.random.default_rng(0))).items()
    }
)
# The middles of an upright one's stroke, of a three's, of a six's, and of a zero's.
ONE = np.array([[14, y] for y in range(4, 25)], np.float32)
THREE = np.array(
    [[14 + 5 * math.sin(math.radians(turn)), y - 5 * math.cos(math.radians(turn))]
     for y in (9, 19) for turn in range(-50, 231, 10)], np.float32,
)  # fmt: skip
SIX = np.array(
    [[18 - 0.5 * y, 4 + y] for y in range(13)]
    + [[13 + 4 * math.cos(turn), 19 + 4 * math.sin(turn)] for turn in np.arange(0, 6.3, 0.3)],
    np.float32,
)
ZERO = np.array(
    [[14 + 6 * math.cos(turn), 14 + 10 * math.sin(turn)] for turn in np.arange(0, 6.3, 0.1)],
    np.float32,
)
# Of a seven's whose roof is a quarter of its height, and of one whose roof is two thirds of it.
NARROW, WIDE = (
    np.array([[7 + x, 4] for x in range(roof)] + [[7 + roof, y] for y in range(5, 25)], np.float32)
    for roof in (5, 13)
)


def changed(
    label: int, middle: np.ndarray, seed: int, half: float = 0.8, **habits: float
) -> Changes:
    hand = dataclasses.replace(NONE, **habits)
    return changes_of(label, hand, middle, half, np.random.default_rng(seed))


def added(label: int, middle: np.ndarray, **habits: float) -> list[list[Piece]]:
    """The strokes of those of 40 digits that get any."""
    found = (changed(label, middle, seed, **habits).strokes for seed in range(40))
    return [strokes for strokes in found if strokes]


def flats(flag: float) -> list[float]:
    """Columns to a row of ones' flags, as they stand on paper."""
    found = [changed(1, ONE, seed, flag=flag).strokes for seed in range(200)]
    return [
        (strokes[0][0] - strokes[-1][2]) / (strokes[-1][3] - strokes[0][1])
        for strokes in found
        if strokes
    ]


def test_short_flags_may_be_flatter_than_long_ones() -> None:
    short, long = flats(0.2), flats(0.8)
    assert max(short) > 1.8 > 1 > max(long)
    # The shortest may be all but level, longer ones not: they would be a seven's roof.
    assert 3 < max(short) < 5.5
    assert max(flats(0.3)) < 3
    assert max(flats(0.4)) < 1.8
    assert min(short) < 0.7
    assert np.mean(np.array(short) > 1.2) > 0.4


def test_nothing_leads_to_a_flat_flag() -> None:
    for seed in range(100):
        without = changed(1, ONE, seed, flag=0.2).strokes
        if not without:
            continue
        x0, y0, x1, y1 = without[0]
        if x0 - x1 > 1.2 * (y1 - y0):
            assert changed(1, ONE, seed, flag=0.2, lead=0.3).strokes == without
    leads = [changed(1, ONE, seed, flag=0.2, lead=0.3).strokes for seed in range(100)]
    assert sum(len(strokes) > 1 for strokes in leads) > 20


def test_ones_without_a_foot_may_end_in_a_stroke_to_the_right() -> None:
    ends = added(1, ONE, exit=0.2)
    assert len(ends) > 30
    for strokes in ends:
        assert strokes[0][:2] == pytest.approx((14, 24))
        assert 16 < strokes[-1][2] < 20
        assert 19 < strokes[-1][3] < 25
    feet = [changed(1, ONE, seed, foot=0.4, exit=0.2).strokes for seed in range(40)]
    # Instead of a foot, never with it.
    assert {len(strokes) for strokes in feet} <= {0, 1, 4}
    assert sum(len(strokes) == 1 for strokes in feet) > 30
    # With a flag, none is long and level.
    both = [strokes for strokes in added(1, ONE, flag=0.3, exit=0.25) if len(strokes) == 5]
    assert len(both) > 25
    for strokes in both:
        (x0, y0, *_), (*_, x1, y1) = strokes[1], strokes[-1]
        assert x1 - x0 < 4
        assert y0 - y1 > 0.39 * (x1 - x0)


def test_flags_are_arched_or_hang() -> None:
    for seed in range(50):
        for bow, arched in ((0.3, True), (-0.2, False)):
            strokes = changed(1, ONE, seed, flag=0.4, bow=bow).strokes
            if not strokes:
                continue
            (x0, y0, *_), (*_, x1, y1) = strokes[0], strokes[-1]
            bends = [y - y0 - (x - x0) * (y1 - y0) / (x1 - x0) for *_, x, y in strokes[:-1]]
            assert all((bend < 0) == arched for bend in bends)


def test_short_flags_are_arched_farther_and_sevens_are_barred_by_whoever_draws_flags() -> None:
    hands = [draw_hand(np.random.default_rng(seed)) for seed in range(2000)]
    assert max(hand.bow for hand in hands if hand.flag > 0.45) < 0.21
    assert np.mean([hand.bow for hand in hands if hand.flag > 0.45]) < 0.03
    assert np.mean([hand.bow for hand in hands if 0 < hand.flag < 0.45]) > 0.08
    long, short, none = (
        np.mean([hand.bar > 0 for hand in hands if low <= hand.flag < high])
        for low, high in ((0.45, 9), (0.01, 0.45), (0, 0.01))
    )
    assert long > 0.8 > 0.7 > short > 0.55 > 0.4 > none > 0.2


@pytest.mark.parametrize(("label", "habit"), [(7, "roofed"), (3, "flat")])
@pytest.mark.parametrize("alike", [False, True])
def test_some_are_drawn_wholly_anew(label: int, habit: str, alike: bool) -> None:
    habits = {habit: True, "alike": alike, "gaps": 1.0, "bar": 0.5, "serif": 0.2}
    one, other = (changed(label, ONE, seed, **habits) for seed in (0, 1))
    assert one.anew
    assert not one.gaps
    assert (one.strokes == other.strokes) == alike
    assert changed(label, THREE, 0, **habits).strokes == one.strokes
    assert not changed(label, WIDE, 0).anew


def test_by_a_broad_pen_a_seven_is_drawn_anew_only_where_it_might_be_a_one() -> None:
    assert not changed(7, ONE, 0, half=1.8, roofed=True, bar=0.5).anew
    assert not changed(7, WIDE, 0, half=1.8, roofed=True).anew
    narrow = changed(7, NARROW, 0, half=1.8, serif=0.3)
    assert narrow.anew
    assert len(narrow.strokes) == 8  # a roof and a stem, no serif


def test_what_is_drawn_anew_stays_in_its_frame() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        bar, serif, half = rng.uniform(0.3, 0.6), rng.uniform(0.1, 0.3), rng.uniform(0.4, 1.7)
        for ways in (
            roofed_seven(0, 0, 0.5 / 0.7, half, rng),
            roofed_seven(0, serif, 0, half, rng),
            roofed_seven(bar, 0, 0, half, rng),
            [flat_three(rng)],
        ):
            x, y = np.array([point for way in ways for point in way]).T
            assert x.min() > EDGE
            assert x.max() < DIGIT_SIZE - EDGE
            assert 0.85 * DIGIT_HEIGHT < np.ptp(y) < 1.15 * DIGIT_HEIGHT
            assert abs(y.min() + y.max() - DIGIT_SIZE) < 0.15 * DIGIT_HEIGHT


def test_roofs_are_flatter_than_flags_and_no_bar_meets_what_hangs_from_them() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        half = rng.uniform(0.4, 1.7)
        (x0, y0), *_, (x1, y1) = roofed_seven(0, 0, 0, half, rng)[0][:5]
        assert (x1 - x0) > 6 * abs(y1 - y0)
        roof, bar = roofed_seven(0.9, 0.3, 0, half, rng)
        assert min(y for _, y in bar) - roof[0][1] > 2 * half
        # Nor does that meet the stem.
        (stem_x, stem_y), hangs = roof[6], roof[0]
        assert stem_x - hangs[0] > 2 * half or stem_y > hangs[1] + 2 * half


@pytest.mark.parametrize(
    ("flag", "width", "least"), [(0.0, 1, 0.38), (0.2, 1, 0.5), (0.2, 0.8, 0.5)]
)
def test_a_seven_without_a_bar_has_a_roof_that_is_no_flag(
    flag: float, width: float, least: float
) -> None:
    for seed in range(40):
        strokes = changed(7, NARROW, seed, flag=flag, width=width).strokes
        x, y = np.array([piece[:2] for piece in strokes] + [strokes[-1][2:]]).T
        assert (x[:5].max() - x.min()) * width > 0.99 * least * (y.max() - y[4])
        assert not changed(7, NARROW, seed, flag=flag, width=width, bar=0.5, alike=True).anew
    assert not changed(7, WIDE, 0, flag=flag, width=width).anew


def _beside(strokes: list[Piece], place: int) -> float:
    """How far the point at which a piece begins is to the left of the straight way from the first
    to the last one, above zero, or to its right; as one sees who goes it."""
    (x0, y0, *_), (*_, x1, y1) = strokes[0], strokes[-1]
    x, y, *_ = strokes[place]
    return ((x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)) / math.hypot(x1 - x0, y1 - y0)


def test_a_three_ends_in_a_stroke_up_that_closes_nothing() -> None:
    ends = added(3, THREE, upturn=0.25)
    assert len(ends) > 25
    x, y = THREE[THREE[:, 1] > 17][:, 0].min(), THREE[:, 1].max()
    for strokes in ends:
        start, top = strokes[0], strokes[-1]
        assert start[0] == pytest.approx(x)
        assert y - 6 < start[1] <= y
        assert 14 + 2 < top[3] < start[1]  # below its waist
        assert all(_beside(strokes, at) >= -1e-6 for at in range(1, len(strokes)))  # as its bow


def test_a_three_by_a_broad_pen_ends_as_it_did() -> None:
    assert not any(changed(3, THREE, seed, half=1.8, upturn=0.25).strokes for seed in range(20))


def test_a_six_is_drawn_out_at_its_top() -> None:
    crooks = added(6, SIX, crook=0.3)
    assert len(crooks) > 25
    for strokes in crooks:
        assert strokes[0][:2] == pytest.approx((18, 4))
        assert strokes[-1][2] > 20
        assert max(y for *_, y in strokes) < 8  # far above the loop
        assert all(_beside(strokes, at) >= -1e-6 for at in range(1, len(strokes)))  # arched
    assert not changed(6, SIX, 0, half=1.5, crook=0.3).strokes


def test_roofs_of_fives_bow_up_and_down() -> None:
    bows = [_beside(strokes, 2) for strokes in added(5, SIX, roof=0.4)]
    assert min(bows) < -0.3 < 0.3 < max(bows)


def test_a_nine_made_of_a_wide_three_is_closed() -> None:
    wide = THREE.copy()
    wide[:, 0] = 2.0 * (wide[:, 0] - 14) + 14
    for seed in range(40):
        strokes = changed(9, wide, seed, bowed=True).strokes
        assert len(strokes) == 4
        for (*_, x, y), (x0, y0, *_) in pairwise(strokes):
            assert (x, y) == (x0, y0)
            assert x >= EDGE


def test_zeros_are_struck_through() -> None:
    struck = added(0, ZERO, struck=True)
    assert len(struck) > 25
    for ((x0, y0, x1, y1),) in struck:
        assert x0 > 18 > 10 > x1
        assert y0 < 12 < 16 < y1
    narrow = ZERO * np.array([0.5, 1], np.float32)
    for seed in range(20):
        assert not changed(0, ZERO, seed, half=1.5, struck=True).strokes
        assert not changed(0, ZERO, seed, keeps_strokes=True, struck=True).strokes
        assert not changed(0, narrow, seed, struck=True).strokes


def test_a_struck_zero_has_no_gap() -> None:
    found = [changed(0, ZERO, seed, struck=True, gaps=1.0) for seed in range(40)]
    assert {(bool(of.strokes), bool(of.gaps)) for of in found} == {(True, False), (False, True)}


@pytest.mark.parametrize(("end", "last"), [((-5.0, 14.0), EDGE), ((35.0, 14.0), DIGIT_SIZE - EDGE)])
def test_strokes_keep_their_direction_where_they_would_leave_the_frame(
    end: tuple[float, float], last: float
) -> None:
    found = Changes()
    found.curve((14.0, 4.0), end, (end[0], 25.0))
    ((x0, y0, x1, y1),) = found.strokes
    assert (x0, y0, x1) == (14, 4, last)
    assert (y1 - y0) / (x1 - x0) == pytest.approx((end[1] - 4) / (end[0] - 14))


def test_a_stroke_that_begins_outside_is_cut_there() -> None:
    found = Changes()
    found.curve((-4.0, 10.0), (36.0, 14.0))
    ((x0, y0, x1, y1),) = found.strokes
    assert (x0, x1) == (EDGE, DIGIT_SIZE - EDGE)
    assert (y0, y1) == pytest.approx((10.55, 13.05))


def test_a_nib_writes_added_strokes_thinner_along_the_line() -> None:
    def thickness(nib: float) -> float:
        """Half the rows of a one's foot at its end, in pixels of the frame."""
        hand = dataclasses.replace(NONE, foot=0.8)
        far = torch.full((1, FINE, FINE), 9.0)
        for x, y in ONE.tolist():
            far[0, int(y / PITCH), int(x / PITCH)] = 0
        edge = far.clone()
        half, thin, least = (torch.tensor([value]) for value in (1.2, nib, 0.3))
        draws = [np.random.default_rng(0)]
        add_habits(edge, far, np.array([1]), [hand], draws, half, thin, least)
        return float(-edge[0, :, int(10 / PITCH)].min())

    assert thickness(0.7) < 0.6 * thickness(0)
    assert thickness(0.99) > 0  # as much as can be seen
