"""Numbers as documents show them."""

import dataclasses
import math
from collections import Counter
from itertools import pairwise

import cv2
import numpy as np
import pytest
import torch

from hwr.images.clean.slant import slant as slant_of
from hwr.lines.digits import DIGIT_SIZE, load_digits
from hwr.lines.document import cells, layout, photo
from hwr.lines.document import composer as composer_module
from hwr.lines.document.by_digit import changes_of
from hwr.lines.document.cents import Cents
from hwr.lines.document.changes import Changes
from hwr.lines.document.composer import DocumentComposer
from hwr.lines.document.conditions import DEGRADED, GOOD, LOGBOOK, Conditions
from hwr.lines.document.crop import crop
from hwr.lines.document.drawn import DIGIT_HEIGHT, angle_four
from hwr.lines.document.edges import edges_of
from hwr.lines.document.flourishes import UNPAIRED, Kind, a_mark
from hwr.lines.document.hands import Hand, draw_hand
from hwr.lines.document.joins import Placed, join
from hwr.lines.document.layout import Written, set_digits
from hwr.lines.document.marks import Drawing, dots, ring, stroke, stroke_together
from hwr.lines.document.paper import draw_noise, draw_paper, draw_pattern
from hwr.lines.document.photo import HEIGHTS, photograph
from hwr.lines.document.shapes import _RHO_SLANT, OWN_SLANT, PATCH, TALL, write
from hwr.lines.document.skeletons import FINE, Skeletons
from hwr.lines.document.strays import without_strays
from hwr.lines.plan import in_order, order_of

PLAIN = Hand(
    slant=0, width=1, pen=0.08, nib=0, keeps_strokes=False, unsteady=0, uneven=0, careless=0,
    plain=False, flag=0, foot=0, lead=0, bow=0, bar=0, serif=0, loop=0, curl=0, upturn=0,
    flat=False, waist=0, hook=0, rho=False, bowed=False, tail=0, rise=0, short=0, closed=False,
    arm=0, exit=0, cross=0, roof=0, crook=0, roofed=False, open=0, struck=False, zero=1,
    ones=0, sevens=0, sinks=0, strings=0, hang=0, old_style=False, stems=0, joins=0, gaps=0,
    slope=0, spacing=0.2, alike=False,
)  # fmt: skip
DIGITS = load_digits("val")


def rows_of(label: int, count: int) -> np.ndarray:
    return np.flatnonzero(DIGITS.labels == label)[:count]


def draws(*seeds: int) -> list[np.random.Generator]:
    return [np.random.default_rng(seed) for seed in seeds]


def written(hand: Hand, label: int, count: int = 8, of: int | None = None) -> np.ndarray:
    """Digits, made of themselves or of others."""
    rows = rows_of(label if of is None else of, count)
    fields = Skeletons(DIGITS.images).fields(rows)
    images = torch.from_numpy(DIGITS.images[rows])
    return write(fields, images, np.full(count, label), [hand] * count, draws(*range(count)))


def test_fields_are_least_on_strokes() -> None:
    fields = Skeletons(DIGITS.images).fields(np.arange(50))
    assert fields.shape == (50, FINE, FINE)
    assert (fields.amin((1, 2)) == 0).all()
    for field, image in zip(fields, DIGITS.images, strict=False):
        at = torch.nonzero(field == 0)
        inked = image[(at[:, 0] * DIGIT_SIZE // FINE), (at[:, 1] * DIGIT_SIZE // FINE)]
        assert (inked > 60).mean() > 0.9


def test_fields_made_one_by_one_are_those_made_together() -> None:
    together = Skeletons(DIGITS.images).fields(np.arange(6))
    one_by_one = Skeletons(DIGITS.images)
    for row in (3, 0, 5, 1, 2, 4):
        assert torch.equal(one_by_one.fields(np.array([row]))[0], together[row])


def test_broad_strokes_drawn_anew_are_as_long_as_they_were() -> None:
    images = np.zeros((2, DIGIT_SIZE, DIGIT_SIZE), np.uint8)
    images[0, 4:24, 13:15] = images[1, 4:24, 10:17] = 255
    on = (Skeletons(images).fields(np.arange(2)) == 0).any(2).sum(1)
    assert on[1] > 0.85 * on[0]


def test_a_loop_filled_with_ink_stays_filled() -> None:
    six = np.zeros((DIGIT_SIZE, DIGIT_SIZE), np.uint8)
    cv2.line(six, (16, 4), (11, 18), 255, 2)
    cv2.circle(six, (12, 19), 4, 255, -1)
    on = (Skeletons(six[None]).fields(np.array([0]))[0] == 0).numpy().astype(np.uint8)
    broad = cv2.erode(on, np.ones((3, 3), np.uint8)) > 0
    assert broad[FINE // 2 :].any()
    assert not broad[: FINE // 2].any()


def test_a_broader_pen_gives_more_ink() -> None:
    thin, broad = (written(dataclasses.replace(PLAIN, pen=pen), 3) for pen in (0.05, 0.15))
    assert (broad.sum((1, 2), dtype=int) > 1.5 * thin.sum((1, 2), dtype=int)).all()


def test_a_nib_writes_thinner_along_the_line() -> None:
    round_pen, nib = written(PLAIN, 7), written(dataclasses.replace(PLAIN, nib=0.7), 7)
    assert (nib.sum((1, 2), dtype=int) < round_pen.sum((1, 2), dtype=int)).all()


@pytest.mark.parametrize(
    ("label", "habit"),
    [(1, {"flag": 0.4}), (1, {"foot": 0.5}), (7, {"bar": 0.5}), (7, {"serif": 0.25}),
     (2, {"loop": 0.12}), (2, {"rise": 0.4}), (3, {"curl": 0.1}), (3, {"waist": 0.1}),
     (0, {"tail": 0.3}), (2, {"tail": 0.3}), (4, {"cross": 0.3}), (5, {"roof": 0.4})],
)  # fmt: skip
def test_habits_add_strokes(label: int, habit: dict[str, float]) -> None:
    without, with_habit = written(PLAIN, label), written(dataclasses.replace(PLAIN, **habit), label)
    more = with_habit.astype(int) - without
    assert (more.min((1, 2)) >= -1).all()
    assert ((more > 100).sum((1, 2)) > 3).mean() >= 0.5


@pytest.mark.parametrize("slant", [0.0, 0.6])
def test_flags_go_down_to_the_left(slant: float) -> None:
    hand = dataclasses.replace(PLAIN, slant=slant)
    more = written(dataclasses.replace(hand, flag=0.5), 1, 24).astype(int) - written(hand, 1, 24)
    flat = []
    for picture in more:
        places = np.argwhere(picture > 100).astype(float)
        if len(places) > 20:
            down, across = np.linalg.svd(places - places.mean(0), full_matrices=False)[2][0]
            flat.append(across / down)
    assert len(flat) >= 15
    # Columns to a row: a seven's roof goes three or more to the left for one down.
    assert max(flat) < 0
    assert min(flat) > -2


def test_thin_pens_leave_of_every_stroke_what_can_be_seen() -> None:
    thin = dataclasses.replace(PLAIN, pen=0.05)
    kept = dataclasses.replace(thin, keeps_strokes=True)
    for label in range(10):
        drawn = written(thin, label) > 200
        lost = drawn & (written(kept, label) < 100)
        assert lost.sum() < 0.1 * drawn.sum()


@pytest.mark.parametrize("slant", [-0.5, 0.4, 0.8])
def test_plain_ones_of_leaning_hands_lean_with_them(slant: float) -> None:
    leans = []
    for picture in written(dataclasses.replace(PLAIN, plain=True, slant=slant, flag=0.5), 1, 24):
        rows, columns = np.nonzero(picture > 100)
        lean, first = np.polyfit(rows, columns, 1)
        assert np.abs(first + lean * rows - columns).max() < 5
        leans.append(-lean)
    assert np.mean(leans) == pytest.approx(slant + 0.08, abs=0.06)


@pytest.mark.usefixtures("no_marks")
def test_leaning_digits_stand_as_close_as_upright_ones() -> None:
    widths = []
    for slant in (0.0, 0.8):
        hand = dataclasses.replace(PLAIN, plain=True, slant=slant, spacing=0.1)
        patches = np.concatenate([written(hand, 0, 1), written(hand, 1, 1), written(hand, 0, 1)])
        line = set_digits(
            patches, edges_of(patches, [slant] * 3), "010", hand, np.random.default_rng(0)
        )
        middles = line.boxes.mean(axis=1)
        widths.append(np.diff(middles))
        alone = edges_of(patches[1:2], [slant])[0]
        stroke_wide = (alone.right - alone.left)[20:32]
        assert stroke_wide.max() < 8  # though the stroke itself takes 20 columns
    assert np.abs(widths[0] - widths[1]).max() < 3.5
    assert np.ptp([w.sum() for w in widths]) < 5


@pytest.mark.parametrize("slant", [0.0, 0.8])
def test_separators_stand_beside_the_foot_of_what_leans(
    slant: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = []

    def noted(drawing: Drawing, x: float, base: float, lean: float, kind: float) -> float:
        foot = drawing.ink[round(base) - TALL // 2 : round(base)]
        places.append([x - np.flatnonzero(part.any(axis=0))[-1] for part in (drawing.ink, foot)])
        return 0.0

    for share in ("_BEFORE", "_BEHIND"):
        monkeypatch.setattr(layout, share, 0.0)
    monkeypatch.setattr(layout, "separator", noted)
    monkeypatch.setattr(Cents, "draw", lambda count, pen, rng: Cents.none(count))
    hand = dataclasses.replace(PLAIN, slant=slant, spacing=0.4)
    patches = written(hand, 0, 3)
    for seed in range(40):
        edges = edges_of(patches, [slant] * 3)
        set_digits(patches, edges, "000", hand, np.random.default_rng(seed))
    assert len(places) > 5
    beside = np.array(places) / TALL
    assert (np.abs(beside[:, 1]) < 0.2).all()
    assert (beside[:, 0] < -0.05).all() == (slant > 0)


@pytest.mark.parametrize("slant", [0.0, 0.8])
def test_what_joins_digits_leads_from_one_to_the_next_and_is_no_one(slant: float) -> None:
    patches = written(dataclasses.replace(PLAIN, slant=slant), 0, 2)
    one, other = edges_of(patches, [slant] * 2)
    step, touched = int((one.right - other.left).max()) + 5, []
    for seed in range(60):
        canvas = np.zeros((PATCH, 3 * PATCH), np.float32)
        rng = np.random.default_rng(seed)
        drawing = Drawing(canvas, TALL, 2.0, rng)
        join(drawing, Placed(9, 0, one), Placed(9 + step, 0, other), 40.0)
        rows, columns = np.nonzero(canvas > 0.5)
        assert np.ptp(rows) < 0.8 * TALL
        assert np.ptp(columns) < step + TALL / 4
        joined = np.zeros_like(canvas)
        for left, patch in ((9, patches[0]), (9 + step, patches[1])):
            joined[:, left : left + PATCH] += patch > 100
        touched.append(joined[canvas > 0.5].any())
    assert np.mean(touched) > 0.8


@pytest.mark.parametrize(
    ("plain", "flag", "slant", "slashes", "single"),
    [
        (True, 0.5, 0.6, False, False),
        (False, 0, 0.6, False, False),
        (True, 0, 0.1, True, True),
        (False, 0.5, 0.6, True, False),
    ],
)
def test_behind_ones_that_look_like_slashes_stand_none(
    plain: bool,
    flag: float,
    slant: float,
    slashes: bool,
    single: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = []

    def noted(
        rng: np.random.Generator, behind: bool, slashes: bool = True, single: bool = True
    ) -> Kind:
        told.extend([(slashes, single)] if behind else [])
        return a_mark(rng, behind, slashes, single)

    monkeypatch.setattr(layout, "a_mark", noted)
    patches = written(PLAIN, 1, 2)
    hand = dataclasses.replace(PLAIN, plain=plain, flag=flag, slant=slant)
    for seed in range(30):
        set_digits(patches, edges_of(patches), "11", hand, np.random.default_rng(seed))
    assert set(told) == {(slashes, single)}


@pytest.mark.parametrize("keeps_strokes", [False, True])
def test_no_stroke_is_thinner_than_can_be_seen(keeps_strokes: bool) -> None:
    """Not even of a small zero by a fine nib whose digits are small beside its long stems."""
    hand = dataclasses.replace(
        PLAIN, pen=0.04, nib=0.75, zero=0.5, stems=0.75, keeps_strokes=keeps_strokes
    )
    for picture in written(hand, 0, 40):
        # In every row and column: between two pixels, both are inked by half of its 0.8 pixels.
        for most in (picture.max(0) / 255, picture.max(1) / 255):
            assert most[np.flatnonzero(most > 0.05)[1:-1]].min() >= 0.4


def test_nines_like_a_rho_are_mirrored_and_lean_to_the_right() -> None:
    rho = dataclasses.replace(PLAIN, rho=True)
    assert (written(rho, 7) == written(PLAIN, 7)).all()
    upright = written(dataclasses.replace(rho, slant=-_RHO_SLANT), 9).astype(int)
    assert np.abs(upright - written(PLAIN, 9)[:, :, ::-1]).max() <= 1


def test_a_three_whose_upper_bow_is_closed_is_a_nine() -> None:
    bowed = dataclasses.replace(PLAIN, bowed=True)
    threes, nines = (written(bowed, label, 60, of=3) for label in (3, 9))
    assert np.mean([loops(picture) > 0 for picture in threes]) < 0.1
    assert np.mean([loops(picture) > 0 for picture in nines]) > 0.9


def test_so_it_is_where_its_middle_has_no_ink() -> None:
    bowed = dataclasses.replace(PLAIN, bowed=True)
    ends = np.array([[10, 5], [14, 4], [17, 7], [17, 20], [14, 24], [10, 23]], np.float32)
    found = changes_of(9, bowed, ends, 1.0, np.random.default_rng(0))
    (x0, y0, *_), *_, (*_, x1, y1) = found.strokes
    assert [x0, y0] == ends[0].tolist()
    assert [x1, y1] == [17, 20]


@pytest.mark.parametrize("pen", [0.06, 0.18])
def test_a_four_that_is_an_angle_with_a_stem_is_drawn_wholly_anew(pen: float) -> None:
    angle = dataclasses.replace(PLAIN, arm=0.7, pen=pen)
    fours = written(angle, 4, 60)
    assert (fours == written(angle, 4, 60, of=8)).all()
    assert (fours != written(PLAIN, 4, 60)).any((1, 2)).all()
    pieces = [cv2.connectedComponents((four > 60).astype(np.uint8))[0] - 1 for four in fours]
    assert np.mean(np.array(pieces) == 1) > 0.9
    closed = np.mean([loops(four) > 0 for four in fours])
    # A broad pen would fill what is closed.
    assert 0.05 < closed < 0.5 if pen < 0.1 else closed < 0.1


@pytest.mark.parametrize("alike", [False, True])
def test_whoever_writes_alike_draws_such_fours_alike(alike: bool) -> None:
    hand = dataclasses.replace(PLAIN, arm=0.7, alike=alike)
    middle = np.array([[10, 5], [14, 4], [17, 7], [17, 20]], np.float32)
    one, two = (changes_of(4, hand, middle, 1.0, np.random.default_rng(n)) for n in (0, 1))
    assert (one.strokes == two.strokes) == alike


def test_strokes_that_would_leave_the_frame_are_shorter_and_go_on_as_they_would() -> None:
    found = Changes()
    found.curve((20.0, 10.0), (33.0, 3.5))
    ((x0, y0, x1, y1),) = found.strokes
    assert (x0, y0, x1) == (20.0, 10.0, 26.5)
    assert y1 == pytest.approx(10 - 6.5 / 2)


def test_what_hands_draw_anew_stays_in_its_frame() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        ways = angle_four(rng.uniform(0.5, 0.97), rng.uniform(0.4, 1.8), rng)
        x, y = np.array([point for way in ways for point in way]).T
        assert x.min() > 0
        assert x.max() < DIGIT_SIZE
        assert y.min() > 0
        assert y.max() < DIGIT_SIZE
        assert 0.8 * DIGIT_HEIGHT < np.ptp(y) < 1.35 * DIGIT_HEIGHT


def test_of_a_short_stem_something_is_seen_above_the_bar() -> None:
    whole, cut = (written(dataclasses.replace(PLAIN, short=of), 4, 60) for of in (0, 1.0))
    left = []
    for before, after in zip(whole > 128, cut > 128, strict=True):
        removed = (before & ~after).any(axis=1)
        if removed.any():
            low = int(np.flatnonzero(removed)[-1])
            # Rows of it to the middle of the bar, the row with the most ink.
            left.append(int(before[low + 1 : low + 14].sum(axis=1).argmax()))
    assert len(left) > 30
    assert min(left) >= 3


def test_fours_with_a_low_arm_have_a_stem_that_is_seen_and_stay_open() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        angle, (begin, crossing, _) = angle_four(rng.uniform(0.86, 0.97), 0.5, rng)
        assert crossing[1] - begin[1] > 0.25 * DIGIT_HEIGHT
        assert begin[0] - angle[0][0] > 1 or begin[1] - angle[0][1] > 1


def test_fours_of_one_stroke_have_a_stem_that_goes_down_from_their_arm() -> None:
    rng = np.random.default_rng(0)
    drawn = [angle_four(rng.uniform(0.5, 0.7), rng.uniform(0.4, 1.3), rng) for _ in range(200)]
    ways = [found[0] for found in drawn if len(found) == 1]
    assert 40 < len(ways) < 80
    for way in ways:
        x, y = np.array(way).T
        assert y[-1] - y[-2] > 0.15 * DIGIT_HEIGHT  # below where the arm turns down
        assert x[-2] - x[0] > 2.5  # the left stroke is far from the stem
        assert x[-1] > x[1] + 2
    assert all(len(angle_four(0.8, 0.5, rng)) == 2 for _ in range(50))
    assert all(len(angle_four(0.6, 1.4, rng)) == 2 for _ in range(50))


def test_bowed_nines_are_made_of_no_nine() -> None:
    def pictures(bowed: bool) -> list[np.ndarray]:
        """The same number of one two and of two unlike nines."""
        hand = dataclasses.replace(PLAIN, bowed=bowed)
        lines = [np.array([rows_of(2, 1)[0], nine]) for nine in rows_of(9, 2)]
        composer = DocumentComposer(DIGITS, lambda rng: hand)
        return [photo.pixels for photo in composer.pictures(["29"] * 2, lines, [0, 0])]

    one, other = pictures(bowed=True)
    assert (one == other).all()
    one, other = pictures(bowed=False)
    assert one.shape != other.shape or (one != other).any()


def test_what_leads_to_a_flag_comes_from_the_left() -> None:
    flag = dataclasses.replace(PLAIN, flag=0.4)
    more = written(dataclasses.replace(flag, lead=0.4), 1).astype(int) - written(flag, 1)
    for picture, whole in zip(more, written(flag, 1), strict=True):
        columns = np.flatnonzero((picture > 100).any(0))
        if len(columns):
            assert columns.mean() < np.flatnonzero((whole > 100).any(0)).mean()
    assert ((more > 100).sum((1, 2)) > 3).mean() >= 0.5


@pytest.mark.parametrize("label", [0, 8])
def test_open_loops_lose_ink_at_their_tops(label: int) -> None:
    opened = written(dataclasses.replace(PLAIN, open=1.0), label).astype(int)
    for less, whole in zip(opened - written(PLAIN, label), written(PLAIN, label), strict=True):
        lost, rows = np.nonzero(less < -100)[0], np.flatnonzero((whole > 100).any(1))
        assert len(lost) > 2
        assert lost.mean() < rows.mean()


@pytest.fixture
def no_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but digits is written."""
    for mark in ("flourish", "separator"):
        monkeypatch.setattr(layout, mark, lambda *args, **options: 0.0)
    monkeypatch.setattr(layout, "_UNDERLINED", 0.0)
    monkeypatch.setattr(Cents, "draw", lambda count, pen, rng: Cents.none(count))


@pytest.mark.usefixtures("no_marks")
def test_zeros_are_strung_together_at_their_tops() -> None:
    patches = written(dataclasses.replace(PLAIN, zero=0.6), 0, 3)
    inks = []
    for strings in (0.0, 1.0):
        hand = dataclasses.replace(PLAIN, zero=0.6, strings=strings)
        line = set_digits(patches, edges_of(patches), "000", hand, np.random.default_rng(0))
        inks.append(line.ink > 0.5)
    between = [~ink.any(0) for ink in inks]
    assert between[0].sum() >= 2
    assert not between[1].any()


@pytest.mark.usefixtures("no_marks")
def test_some_numbers_are_underlined(monkeypatch: pytest.MonkeyPatch) -> None:
    patches = written(PLAIN, 0, 4)
    lines = []
    for share in (0.0, 1.0):
        monkeypatch.setattr(layout, "_UNDERLINED", share)
        rng = np.random.default_rng(0)
        lines.append(set_digits(patches, edges_of(patches), "0000", PLAIN, rng))
    plain, underlined = (line.ink > 0.5 for line in lines)
    assert plain[-1].mean() < 0.3
    assert len(underlined) > len(plain) + 0.05 * TALL
    below = underlined[len(plain) :]
    assert below.any(0).mean() > 0.8


def line_of(text: str, hand: Hand) -> Written:
    """Of two digits."""
    labels = np.array([int(character) for character in text])
    rows = np.array([rows_of(label, 1)[0] for label in labels])
    fields, images = Skeletons(DIGITS.images).fields(rows), torch.from_numpy(DIGITS.images[rows])
    patches = write(fields, images, labels, [hand] * 2, draws(0, 1))
    return set_digits(patches, edges_of(patches), text, hand, np.random.default_rng(0))


@pytest.mark.usefixtures("no_marks")
def test_small_zeros_sink_to_the_base_line() -> None:
    lowest = []
    for sinks in (-1.0, 1.0):
        ink = line_of("10", dataclasses.replace(PLAIN, zero=0.5, sinks=sinks)).ink
        zero = ink[:, ink.shape[1] // 2 :] > 0.5
        lowest.append(np.flatnonzero(zero.any(1))[-1] / len(ink))
    assert lowest[0] < 0.7 < 0.9 < lowest[1]


@pytest.mark.parametrize("slant", [-0.25, 0.0, 0.25])
def test_plain_ones_are_upright_strokes(slant: float) -> None:
    for picture in written(dataclasses.replace(PLAIN, plain=True, slant=slant, flag=0.5), 1, 24):
        seen = picture > 100
        rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
        assert 24 <= len(rows) <= 34
        assert len(columns) <= 8
        assert seen[rows].sum(1).max() <= 4


@pytest.mark.parametrize("keeps_strokes", [False, True])
@pytest.mark.parametrize(("which", "label"), [("ones", 1), ("sevens", 7)])
def test_tall_digits_by_the_same_pen(which: str, label: int, keeps_strokes: bool) -> None:
    hand = dataclasses.replace(PLAIN, keeps_strokes=keeps_strokes)
    usual, tall = (
        written(dataclasses.replace(hand, **{which: taller}), label, 24) > 128
        for taller in (0.0, 0.5)
    )
    rows = [np.array([np.count_nonzero(p.any(1)) for p in pictures]) for pictures in (usual, tall)]
    assert 1.4 < np.median(rows[1] / rows[0]) < 1.6
    areas = [pictures.sum((1, 2)) for pictures in (usual, tall)]
    assert np.median(areas[1] / areas[0]) < 2.1  # by as large a pen it would be 2.25
    # Other digits are as they were.
    assert (written(dataclasses.replace(PLAIN, **{which: 0.5}), 4) == written(PLAIN, 4)).all()


@pytest.mark.usefixtures("no_marks")
def test_tall_ones_stand_on_the_base_line_or_hang_from_the_others_tops() -> None:
    higher = []
    for sinks in (-1.0, 1.0):
        line = line_of("51", dataclasses.replace(PLAIN, ones=0.5, sinks=sinks))
        parts = line.ink[:, : int(line.boxes[1, 0])], line.ink[:, int(line.boxes[1, 0]) :]
        five, one = (np.flatnonzero((part > 0.5).any(1))[0] for part in parts)
        higher.append(five - one)
    assert abs(higher[0]) < 5 < 12 < higher[1]


def test_few_hands_lean_to_the_left_or_set_digits_far_apart() -> None:
    hands = [draw_hand(rng) for rng in draws(*range(2000))]
    assert 0.05 < np.mean([hand.slant < -0.3 for hand in hands]) < 0.12
    assert 0.01 < np.mean([hand.spacing > 0.8 for hand in hands]) < 0.06
    assert 0.2 < np.mean([hand.ones > 0.1 for hand in hands]) < 0.4


def test_few_hands_are_careless_or_climb_or_write_tall_sevens() -> None:
    hands = [draw_hand(rng) for rng in draws(*range(2000))]
    assert 0.15 < np.mean([hand.careless > 0 for hand in hands]) < 0.25
    assert 0.01 < np.mean([abs(hand.slope) > 0.1 for hand in hands]) < 0.05
    sevens = [hand for hand in hands if hand.sevens]
    assert 0.05 < len(sevens) / len(hands) < 0.11
    assert not any(hand.stems for hand in sevens)  # or they would leave their pictures


def test_careless_hands_write_digits_of_many_sizes() -> None:
    def heights(careless: float) -> np.ndarray:
        pictures = written(dataclasses.replace(PLAIN, careless=careless), 0, 40) > 128
        return np.array([np.count_nonzero(picture.any(1)) for picture in pictures])

    assert 1.5 * heights(0.0).std() < heights(1.0).std() < 0.2 * heights(0.0).mean()


@pytest.mark.usefixtures("no_marks")
def test_careless_hands_write_above_and_below_the_line() -> None:
    patches = written(PLAIN, 0, 1).repeat(2, axis=0)
    taller = []
    for careless in (0.0, 1.0):
        hand = dataclasses.replace(PLAIN, careless=careless)
        taller.append(
            [
                len(set_digits(patches, edges_of(patches), "00", hand, rng).ink)
                for rng in draws(*range(30))
            ]
        )
    assert np.mean(taller[1]) - np.mean(taller[0]) > 0.05 * TALL
    assert max(taller[1]) - max(taller[0]) < 0.35 * TALL


def test_closed_fours_meet_at_the_top() -> None:
    usual, closed = written(PLAIN, 4, 20), written(dataclasses.replace(PLAIN, closed=True), 4, 20)

    def widths_at_the_top(pictures: np.ndarray) -> np.ndarray:
        """Columns between the outermost ink, a fifth below the top."""
        found = []
        for picture in pictures:
            seen = picture > 80
            rows = np.flatnonzero(seen.any(1))
            columns = np.flatnonzero(seen[rows[0] + len(rows) // 5])
            found.append(columns[-1] - columns[0])
        return np.array(found)

    assert np.median(widths_at_the_top(closed)) < 0.6 * np.median(widths_at_the_top(usual))
    # Nothing is left of the arm that was open.
    apart = [cv2.connectedComponents((picture > 80).astype(np.uint8))[0] for picture in closed]
    assert np.mean(np.array(apart) == 2) > 0.9


def test_crossbars_of_closed_fours_go_on_little_or_more() -> None:
    stem = [(18.0, y) for y in np.arange(4.0, 24.0)]
    bar = [(x, 16.0) for x in np.arange(6.0, 19.0)]
    arm = [(6.0 + 0.2 * y, y) for y in np.arange(4.0, 16.0)]
    middle = np.array(stem + bar + arm, np.float32)
    hand = dataclasses.replace(PLAIN, closed=True)
    beyond = []
    for rng in draws(*range(100)):
        crossbar, *_ = changes_of(4, hand, middle, 1.0, rng).strokes
        assert crossbar[0] == 18
        beyond.append((crossbar[2] - 18) / DIGIT_HEIGHT)
    # Always some, or they would be nines; but not always as much as would tell that by itself.
    assert 0.02 < min(beyond) < 0.06
    assert 0.15 < max(beyond) < 0.26


def test_an_arm_in_pieces_is_wiped_out_whole() -> None:
    stem = [(18.0, y) for y in np.arange(4.0, 24.0)]
    bar = [(x, 16.0) for x in np.arange(6.0, 22.0)]
    arm = [(6.0, y) for y in (4.0, 5.0, 12.0, 12.5)]
    middle = np.array(stem + bar + arm, np.float32)
    hand = dataclasses.replace(PLAIN, closed=True)
    found = changes_of(4, hand, middle, 1.0, np.random.default_rng(0))
    assert found.wiped
    assert np.isfinite(found.wiped + found.strokes).all()


def test_bars_and_serifs_of_sevens_stay_apart() -> None:
    """Where they met they would make a loop."""
    hand = dataclasses.replace(PLAIN, bar=0.8, serif=0.3, slant=0.3)

    def closed(**habits: float) -> np.ndarray:
        return np.array([loops(p) for p in written(dataclasses.replace(hand, **habits), 7, 400)])

    # One or the other too short to be seen, by the same lots: alone, a serif may meet a bar that
    # MNIST's own seven has.
    more = closed() > np.maximum(closed(bar=1e-6), closed(serif=1e-6))
    assert more.mean() < 0.03


def loops(picture: np.ndarray) -> int:
    """Parts of the paper that ink encloses."""
    paper = np.pad((picture < 80).astype(np.uint8), 1, constant_values=1)
    return cv2.connectedComponents(paper, connectivity=4)[0] - 2


def test_gaps_break_strokes() -> None:
    broken = written(dataclasses.replace(PLAIN, gaps=1.0), 8).astype(int)
    assert ((broken - written(PLAIN, 8)).min((1, 2)) < -100).all()


@pytest.mark.parametrize("stems", [0.0, 0.7])
def test_small_zeros(stems: float) -> None:
    hands = [dataclasses.replace(PLAIN, zero=zero, stems=stems) for zero in (0.6, 1.0)]
    small, usual = (np.ptp(np.flatnonzero((written(h, 0)[0] > 80).any(1))) for h in hands)
    assert 0.5 * usual < small < 0.75 * usual


def test_what_lies_beside_a_digit_is_taken_away() -> None:
    alone = np.zeros((1, DIGIT_SIZE, DIGIT_SIZE), np.uint8)
    alone[0, 4:24, 10:13] = 200
    with_speck, with_part = alone.copy(), alone.copy()
    with_speck[0, 12:15, 20] = 250
    with_part[0, 4:24, 20] = 250
    seven, five = np.array([7], np.uint8), np.array([5], np.uint8)
    assert (without_strays(with_speck, seven) == alone).all()
    assert (without_strays(with_part, seven) == with_part).all()
    assert (without_strays(with_speck, five) == with_speck).all()
    assert with_speck[0, 12, 20] == 250  # what was given stays as it was


def test_digits_are_drawn_alone_as_among_others() -> None:
    rows = np.arange(6)
    fields = Skeletons(DIGITS.images).fields(rows)
    images = torch.from_numpy(DIGITS.images[rows])
    labels, hands = DIGITS.labels[rows].astype(int), [draw_hand(rng) for rng in draws(*rows)]
    together = write(fields, images, labels, hands, draws(*rows))
    alone = write(fields[4:5], images[4:5], labels[4:5], hands[4:5], draws(4))
    assert together.shape == (6, PATCH, PATCH)
    assert np.abs(together[4].astype(int) - alone[0]).max() <= 1


@pytest.mark.usefixtures("no_marks")
@pytest.mark.parametrize(("old_style", "hanging"), [(False, "9"), (True, "39")])
def test_digits_hang_below_the_base_line(old_style: bool, hanging: str) -> None:
    hand = dataclasses.replace(PLAIN, hang=0.35, old_style=old_style, spacing=0.4)
    for label in (2, 3, 9):
        tall = []
        for other in (2, label):
            patches = np.concatenate([written(hand, 2, 1), written(hand, other, 1)])
            text = f"2{other}"
            line = set_digits(patches, edges_of(patches), text, hand, np.random.default_rng(1))
            tall.append(len(line.ink))
        assert (tall[1] - tall[0] > 0.2 * TALL) == (str(label) in hanging)


def test_long_stems_reach_below_the_other_digits() -> None:
    def ends(label: int, stems: float) -> np.ndarray:
        inked = (written(dataclasses.replace(PLAIN, stems=stems), label) > 80).any(2)
        return np.stack([inked.argmax(1), PATCH - inked[:, ::-1].argmax(1)], 1).mean(0)

    (top, bottom), (small_top, small_bottom) = ends(1, 0), ends(1, 0.6)
    size = (small_bottom - small_top) / (bottom - top)
    assert size == pytest.approx(1 / 1.6, abs=0.03)
    middle = PATCH / 2
    for label in (4, 7, 9):
        (top, bottom), (high, low) = ends(label, 0), ends(label, 0.6)
        assert high == pytest.approx(middle + size * (top - middle), abs=1.5)
        assert low == pytest.approx(middle + (1 + 2 * 0.6) * size * (bottom - middle), abs=1.5)


@pytest.mark.parametrize("label", [4, 9])
def test_a_nib_breaks_no_digit_with_a_long_stem(label: int) -> None:
    def whole(stems: float) -> float:
        hand = dataclasses.replace(PLAIN, pen=0.06, nib=0.75, stems=stems)
        inked = (written(hand, label, 40) > 80).astype(np.uint8)
        return float(np.mean([cv2.connectedComponents(p)[0] == 2 for p in inked]))

    assert whole(0.7) > 0.7 * whole(0)


def test_nor_one_of_what_it_adds() -> None:
    def whole(nib: float) -> float:
        hand = dataclasses.replace(PLAIN, pen=0.06, nib=nib, stems=0.7, arm=0.7)
        inked = (written(hand, 4, 60) > 80).astype(np.uint8)
        return float(np.mean([cv2.connectedComponents(p)[0] == 2 for p in inked]))

    assert whole(0.75) > 0.95 * whole(0)


def test_bars_are_no_thicker_where_a_stem_is_long() -> None:
    def thickness(stems: float) -> float:
        hand = dataclasses.replace(PLAIN, stems=stems)
        bar = written(dataclasses.replace(hand, bar=0.9), 7, 40).astype(int) - written(hand, 7, 40)
        columns = bar.clip(0).sum(1) / 255
        return float(columns[columns > 0.5].mean())

    # All is smaller where stems are long.
    assert 0.6 < thickness(0.6) / thickness(0) < 1.1


@pytest.mark.parametrize("keeps_strokes", [False, True])
def test_strokes_along_the_line_are_little_thicker_where_a_stem_is_long(
    keeps_strokes: bool,
) -> None:
    image = np.zeros((1, DIGIT_SIZE, DIGIT_SIZE), np.uint8)
    image[0, 17:20, 6:22] = 255
    fields = Skeletons(image).fields(np.array([0]))

    def thickness(stems: float) -> float:
        nib = 0.75 if keeps_strokes else 0.0  # which then writes none of them
        hand = dataclasses.replace(PLAIN, stems=stems, keeps_strokes=keeps_strokes, nib=nib)
        bar = write(fields, torch.from_numpy(image), np.array([4]), [hand], draws(0))[0]
        return float(bar[:, 22:30].sum(0).mean()) / hand.size

    # Where it is stretched to 2.4 times its height.
    assert thickness(0) < thickness(0.7) < 1.6 * thickness(0)


@pytest.mark.usefixtures("no_marks")
@pytest.mark.parametrize("spacing", [-0.12, 0.0, 0.9])
def test_all_digits_stand_in_the_line(spacing: float) -> None:
    hand = dataclasses.replace(PLAIN, spacing=spacing)
    patches = written(hand, 1, 6)
    line = set_digits(patches, edges_of(patches), "111111", hand, np.random.default_rng(0))
    # Equal thin digits side by side stay apart enough to be counted.
    assert line.ink.shape[1] >= 5 * 0.42 * 28
    assert np.diff(line.boxes.mean(axis=1)).min() > 0.42 * 28 - 2


@pytest.mark.usefixtures("no_marks")
@pytest.mark.parametrize(("text", "touch"), [("41", False), ("10", False), ("49", True)])
def test_ones_stay_apart_from_the_strokes_beside_them(text: str, touch: bool) -> None:
    touching = []
    for seed in range(12):
        patches = np.concatenate(
            [written(PLAIN, int(digit), 12)[seed : seed + 1] for digit in text]
        )
        edges = edges_of(patches)
        inks = [
            set_digits(
                patches, edges, text, dataclasses.replace(PLAIN, spacing=spacing), *draws(seed)
            ).ink.sum()
            for spacing in (-0.12, 0.5)
        ]
        touching.append(inks[0] < 0.999 * inks[1])
    assert any(touching) == touch


@pytest.mark.usefixtures("no_marks")
@pytest.mark.parametrize("text", ["71", "17", "91"])
def test_so_they_do_where_leaning_digits_hang(text: str) -> None:
    """What stands lower reaches farther to the right beside what stands higher."""
    for seed in range(12):
        hand = dataclasses.replace(PLAIN, slant=0.7, plain=True, hang=0.4, spacing=-0.12)
        patches = np.concatenate([written(hand, int(digit), 12)[seed : seed + 1] for digit in text])
        edges = edges_of(patches, [hand.slant] * 2)
        near, far = (
            set_digits(patches, edges, text, dataclasses.replace(hand, spacing=it), *draws(seed))
            for it in (-0.12, 0.6)
        )
        assert near.ink.sum() > 0.999 * far.ink.sum()


def test_marks_by_threes_part_thousands_and_cents(monkeypatch: pytest.MonkeyPatch) -> None:
    columns: list[tuple[float, float]] = []

    def noted(drawing: Drawing, x: float, base: float, lean: float, kind: float) -> float:
        columns.append((x, kind))
        return 0.0

    for share, chance in (("_BEFORE", 0), ("_BEHIND", 0), ("_SEPARATED", 1), ("_GROUPED", 1)):
        monkeypatch.setattr(layout, share, float(chance))
    monkeypatch.setattr(layout, "_LETTERED", (0.0, 0.0))
    monkeypatch.setattr(layout, "separator", noted)
    monkeypatch.setattr(cells, "_CHANCE", 0.0)
    patches = written(PLAIN, 5, 7)
    places = set()
    for rng in draws(*range(40)):
        columns.clear()
        line = set_digits(patches, edges_of(patches), "5555555", PLAIN, rng)
        # The first digit's ink begins where its picture would end.
        begins = line.boxes[:, 0] - line.boxes[0, 0] + PATCH
        found = {int((begins > x).sum()): kind for x, kind in columns}
        places |= set(found)
        # Either thousands are parted or cents, and thousands above them: these by one mark.
        assert set(found) <= {6, 3} or set(found) <= {5, 2}
        assert len({kind for place, kind in found.items() if place != 2}) <= 1
    assert places == {6, 5, 3, 2}


def test_cells_of_a_logbook_have_fewer_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    for mark in ("flourish", "separator"):
        monkeypatch.setattr(layout, mark, lambda *args, mark=mark: told.append(mark) or 0.0)
    patches, counts = written(PLAIN, 5, 3), []
    for conditions in (GOOD, LOGBOOK):
        told.clear()
        for rng in draws(*range(200)):
            set_digits(patches, edges_of(patches), "555", PLAIN, rng, conditions.marks)
        counts.append(Counter(told))
    usual, fewer = counts
    for mark in usual:
        assert 0.3 * usual[mark] < fewer[mark] < 0.7 * usual[mark]


def test_marks_at_both_ends_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Kind] = []

    def noted(drawing: Drawing, x: float, base: float, kind: Kind) -> float:
        told.append(kind)
        return 0.0

    shares = ("_BEFORE", "_BEHIND", "_SIGNED", "_AT_BOTH_ENDS")
    for share in shares:
        monkeypatch.setattr(layout, share, 1.0)
    monkeypatch.setattr(layout, "flourish", noted)
    monkeypatch.setattr(cells, "_CHANCE", 0.0)
    patches = written(PLAIN, 5, 2)
    for rng in draws(*range(40)):
        set_digits(patches, edges_of(patches), "55", PLAIN, rng)
    pairs = list(zip(told[::2], told[1::2], strict=True))
    same = [one == other for one, other in pairs if one not in UNPAIRED]
    assert len(same) > 15
    assert all(same)


@pytest.mark.parametrize("slant", [0.0, 0.7])
@pytest.mark.parametrize("pen", [0.05, 0.15])
def test_dashes_between_digits_touch_none(
    slant: float, pen: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Upon one they would be a four's bar, or a seven's."""
    monkeypatch.setattr(cells, "_CHANCE", 0.0)
    monkeypatch.setattr(Cents, "draw", lambda count, pen, rng: Cents.none(count))
    for share, chance in (("_BEFORE", 0.0), ("_BEHIND", 0.0), ("_SEPARATED", 1.0),
                          ("_UNDERLINED", 0.0), ("_RINGED", 0.0)):  # fmt: skip
        monkeypatch.setattr(layout, share, chance)
    monkeypatch.setattr(layout, "_LETTERED", (0.0, 0.0))
    hand = dataclasses.replace(PLAIN, plain=True, slant=slant, pen=pen, spacing=0.0)
    patches = written(hand, 1, 2)
    counts = []
    for seed in range(200):
        ink = set_digits(patches, edges_of(patches, [slant] * 2), "11", hand, *draws(seed)).ink
        # Halfway up, where dashes are.
        middle = ink[round(0.3 * TALL) : round(0.75 * TALL)] > 0.3
        counts.append(cv2.connectedComponents(middle.astype(np.uint8))[0] - 1)
    assert min(counts) == 2
    assert max(counts) == 3


@pytest.mark.usefixtures("no_marks")
def test_some_gaps_of_a_number_are_wider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "_CHANCE", 0.0)
    patches = np.repeat(written(PLAIN, 5, 1), 7, axis=0)
    spread = []
    for share in (0.0, 1.0):
        monkeypatch.setattr(layout, "_IRREGULAR", share)
        lines = [
            set_digits(patches, edges_of(patches), 7 * "5", PLAIN, rng) for rng in draws(*range(20))
        ]
        gaps = np.array([line.boxes[1:, 0] - line.boxes[:-1, 1] for line in lines])
        spread.append(np.ptp(gaps, axis=1).mean() / TALL)
    assert spread[0] < 0.1 < 0.3 < spread[1]


def test_a_stroke_covers_what_it_should() -> None:
    ink = np.zeros((20, 40), np.float32)
    stroke(ink, [(5, 10), (35, 10)], 4)
    assert ink[8:12, 6:34].min() == 1
    assert ink[:7].max() == 0
    assert ink[13:].max() == 0
    assert ink.sum() == pytest.approx(30 * 4 + np.pi * 4, rel=0.05)


def test_a_hairline_is_faint() -> None:
    ink = np.zeros((20, 40), np.float32)
    stroke(ink, [(5, 10.5), (35, 10.5)], 0.4)
    assert ink.max() == pytest.approx(0.4, abs=0.05)


def test_long_strokes_are_drawn_like_their_pieces() -> None:
    angles = np.linspace(0, 6, 60)
    way = [(100 + 90 * np.cos(a), 30 + 40 * np.sin(a)) for a in angles.tolist()]
    at_once, one_by_one = np.zeros((60, 200), np.float32), np.zeros((60, 200), np.float32)
    stroke(at_once, way, 2.5, 0.8)
    for piece in pairwise(way):
        stroke(one_by_one, piece, 2.5, 0.8)
    assert at_once.max() == pytest.approx(0.8)
    np.testing.assert_allclose(at_once, one_by_one, atol=1e-4)


def test_strokes_drawn_together_are_those_drawn_one_after_the_other() -> None:
    rng = np.random.default_rng(0)
    ways = [list(map(tuple, rng.uniform(-5, 90, (count, 2)).tolist())) for count in (1, 2, 9, 40)]
    together, apart = np.zeros((2, 80, 90), np.float32)
    stroke_together(together, ways, 2.5, 0.8)
    for way in ways:
        stroke(apart, way, 2.5, 0.8)
    assert together.max() > 0.7
    assert np.array_equal(together, apart)


def test_a_ring_is_a_stroke_around_a_point() -> None:
    angles = np.linspace(0, 2 * np.pi, 400).tolist()
    at_once, by_stroke = np.zeros((60, 200), np.float32), np.zeros((60, 200), np.float32)
    ring(at_once, 90, 40, 35, 2.5, 0.6)
    stroke(by_stroke, [(90 + 35 * np.cos(a), 40 + 35 * np.sin(a)) for a in angles], 2.5, 0.6)
    assert at_once.max() == pytest.approx(0.6)
    np.testing.assert_allclose(at_once, by_stroke, atol=0.01)


@pytest.mark.parametrize("pen", [0.8, 2.0])
def test_dots_are_strokes_without_length(pen: float) -> None:
    x = np.array([-1.5, 0.2, 7.9, 13.0, 22.4, 30.6], np.float32)
    y = np.array([4.0, 0.1, 5.5, 13.2, 11.8, -0.9], np.float32)
    at_once, one_by_one = np.zeros((12, 30), np.float32), np.zeros((12, 30), np.float32)
    dots(at_once, x, y, pen, 0.8)
    for place in zip(x.tolist(), y.tolist(), strict=True):
        stroke(one_by_one, [place], pen, 0.8)
    assert one_by_one.max() > 0.3
    np.testing.assert_allclose(at_once, one_by_one, atol=1e-6)


@pytest.mark.parametrize("shape", [(20, 30), (1024, 1024), (1100, 1000)])
def test_noise_is_of_unit_spread_and_of_any_size(shape: tuple[int, int]) -> None:
    first, second = (draw_noise(*shape, np.random.default_rng(seed)) for seed in (1, 2))
    assert first.shape == shape
    assert first.std() == pytest.approx(1, abs=0.1)
    if first.size != 2**20:  # all that there is
        assert (first != second).mean() > 0.9


def test_paper_and_patterns_are_in_range() -> None:
    for seed in range(40):
        rng = np.random.default_rng(seed)
        paper, pattern = draw_paper(50, 300, rng), draw_pattern(50, 300, rng)
        assert paper.shape == pattern.shape == (50, 300)
        assert paper.min() > 0
        assert paper.max() <= 1
        assert pattern.min() >= 0
        assert pattern.max() <= 1


def composed(
    count: int, take: int = 0, composer: DocumentComposer | None = None
) -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    digits = [rng.integers(len(DIGITS.labels), size=1 + row % 7) for row in range(count)]
    texts = ["".join(map(str, DIGITS.labels[rows])) for rows in digits]
    composer = composer or DocumentComposer(DIGITS)
    orders = [order_of(text, seed, take) for seed, text in enumerate(texts)]
    photos = composer.pictures(texts, digits, list(range(count)), [take] * count, orders)
    return [photo.pixels for photo in photos]


def test_pictures_have_the_heights_of_documents() -> None:
    pictures = composed(120)
    heights = [picture.shape[0] for picture in pictures]
    low, high = HEIGHTS
    assert min(heights) >= low
    assert max(heights) <= high
    assert max(heights) > 80
    assert min(heights) < 30
    assert all(picture.dtype == np.uint8 for picture in pictures)


def test_a_written_number_tells_where_each_digit_is() -> None:
    patches = written(PLAIN, 8, 3)
    hand = dataclasses.replace(PLAIN, spacing=0.5)
    for seed in range(30):
        line = set_digits(patches, edges_of(patches), "888", hand, np.random.default_rng(seed))
        assert line.boxes.shape == (3, 2)
        assert (line.boxes[1:, 0] > line.boxes[:-1, 1]).all()
        for start, end in line.boxes.round().astype(int):
            columns = line.ink[:, start:end].max(axis=0)
            assert columns[0] > 0.3
            assert columns[-1] > 0.3
            assert (columns > 0.3).mean() > 0.9


def test_photographs_tell_where_each_digit_is(monkeypatch: pytest.MonkeyPatch) -> None:
    # Blurred more than that, or with a shadow on it, ink has no edges to be told by.
    monkeypatch.setattr(photo, "_blur", lambda _, rng: 1.3 * rng.random())
    # What it has on its left then counts.
    shifted = ((0, 0), (5, 0))
    monkeypatch.setattr(
        photo, "degrade", lambda pixels, *_: (np.pad(pixels, shifted, mode="edge"), 5)
    )
    ink = np.zeros((28, 200), np.float32)
    ink[:, 30:50] = ink[:, 140:160] = 1
    boxes, none = np.array([[30, 50], [140, 160]], np.float32), np.zeros((PATCH, PATCH), np.uint8)
    for rng in draws(*range(60)):
        picture, places, _ = photograph(Written(ink, 2.0, 28.0, boxes), none, rng)
        edges = np.clip(places, 0, picture.shape[1]).round().astype(int)
        first, last = (picture[:, start:end].mean() for start, end in edges)
        between = picture[:, edges[0, 1] + 2 : edges[1, 0] - 2].mean()
        assert max(first, last) < between
        # Within three columns of each edge there is ink on one side and none on the other.
        profile = picture.mean(axis=0)
        for start, end in edges:
            if start >= 3 and end <= picture.shape[1] - 3:
                half = (profile[start:end].mean() + between) / 2
                assert profile[start - 3] > half > profile[start + 2]
                assert profile[end + 2] > half > profile[end - 3]


def test_photographs_tell_how_far_numbers_lean(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much narrower or wider than it is high a picture was made."""
    monkeypatch.setattr(photo, "_blur", lambda _, rng: 0.3 * rng.random())
    monkeypatch.setattr(photo, "degrade", lambda pixels, *_: (pixels, 0))
    monkeypatch.setattr(photo, "draw_printed", lambda *_: [])
    ink = np.zeros((60, 260), np.float32)
    slant = 0.6
    for row in range(60):
        for start in (30, 90, 150):
            left = round(start + slant * (59 - row))
            ink[row, left : left + 5] = 1
    boxes, none = np.zeros((3, 2), np.float32), np.zeros((PATCH, PATCH), np.uint8)
    line = Written(ink, 5.0, 60.0, boxes, slant=slant)
    off, told = [], []
    for rng in draws(*range(40)):
        picture, _, leaning = photograph(line, none, rng)
        off.append(slant_of(picture / np.float32(255)) - math.degrees(math.atan(leaning)))
        told.append(leaning)
    assert np.median(np.abs(off)) < 1.5
    assert np.min(told) < 0.55 < 0.63 < np.max(told)


def test_a_written_number_leans_as_its_hand_and_mnists_digits_do() -> None:
    hand = dataclasses.replace(PLAIN, slant=0.3, spacing=0.5)
    patches = written(hand, 8, 3)
    line = set_digits(patches, edges_of(patches), "888", hand, np.random.default_rng(0))
    assert line.slant == 0.3 + OWN_SLANT
    # Of digits of which no side is longer than the other, that shows.
    for slant in (-0.3, 0.0, 0.6):
        leans = dataclasses.replace(PLAIN, slant=slant)
        seen = [leaning(picture) for label in (0, 1, 8) for picture in written(leans, label, 60)]
        assert np.mean(seen) == pytest.approx(slant + OWN_SLANT, abs=0.05)
    plain = dataclasses.replace(hand, plain=True)
    ones = written(plain, 1, 3)
    draw = np.random.default_rng(0)
    assert math.isnan(set_digits(ones, edges_of(ones), "111", plain, draw).slant)
    assert set_digits(ones, edges_of(ones), "181", plain, draw).slant == line.slant


def leaning(picture: np.ndarray) -> float:
    """Columns to a row, of its moments."""
    y, x = (at - np.average(at, weights=picture) for at in np.mgrid[:PATCH, :PATCH])
    return float(-np.average(x * y, weights=picture) / np.average(y * y, weights=picture))


def photographs(conditions: Conditions, count: int) -> list[np.ndarray]:
    """Of one number."""
    ink = np.zeros((28, 120), np.float32)
    ink[:, 20:24] = ink[4:24, 60:80] = 1
    boxes, none = np.array([[20, 24], [60, 80]]), np.zeros((PATCH, PATCH), np.uint8)
    written = Written(ink, 0.3, 28.0, boxes.astype(np.float32))
    return [photograph(written, none, rng, conditions).pixels for rng in draws(*range(count))]


@pytest.mark.parametrize("worse", sorted(set(Conditions._fields) - {"rows", "marks"}))
def test_each_condition_shows_in_some_pictures_that_would_be_good(worse: str) -> None:
    other = DEGRADED if getattr(DEGRADED, worse) != getattr(GOOD, worse) else LOGBOOK
    good = photographs(GOOD, 150)
    bad = photographs(GOOD._replace(**{worse: getattr(other, worse)}), 150)
    same = np.mean([np.array_equal(*pair) for pair in zip(good, bad, strict=True)])
    assert 0.1 < same < 0.99


def test_some_pens_run_dry_along_the_line() -> None:
    left = []
    for seed in range(300):
        ink = np.ones((40, 200), np.float32)
        photo._give_unevenly(ink, np.random.default_rng(seed))
        assert 0.3 < ink.min() <= ink.max() <= 1
        left.append(ink)
    dry = [ink for ink in left if ink.min() < 0.58]
    assert 15 < len(dry) < 45
    for ink in dry:
        assert np.ptp(ink, axis=0).max() < 1e-5
        assert ink.max() > 0.9
    assert sum(bool((ink == 1).all()) for ink in left) > 90


def test_tight_pictures_are_cut_to_the_ink() -> None:
    clean = GOOD._replace(blurred=0, noise=0, faint=0, boxed=0, quality=90)
    room = []
    for tight in (0.0, 1.0):
        pictures = photographs(clean._replace(tight=tight), 100)
        dark = [picture < picture.min() + 0.4 * np.ptp(picture) for picture in pictures]
        rows = [np.flatnonzero(seen.any(1)) for seen in dark]
        pairs = zip(rows, pictures, strict=True)
        room.append([1 - (1 + at[-1] - at[0]) / len(picture) for at, picture in pairs])
    assert np.median(room[1]) < 0.04 < 0.15 < np.median(room[0])


@pytest.mark.parametrize(("room", "close"), [(2, True), (3, False)])
def test_pictures_with_next_to_no_room_above_and_below_have_fewer_boxes(
    room: int, close: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        photo, "crop", lambda ink, *_: (np.pad(ink, ((room, room), (30, 30))), room, 30, 30)
    )
    boxed = GOOD._replace(tight=0.0, boxed=1.0, border=1.0)

    whole = photographs(boxed._replace(close=1.0), 100)
    kept = [
        np.mean([np.array_equal(*pair) for pair in zip(whole, pictures, strict=True)])
        for pictures in (photographs(boxed._replace(close=share), 100) for share in (0.0, 0.4))
    ]
    if close:
        assert kept[0] == 0
        assert 0.25 < kept[1] < 0.55
    else:
        assert kept == [1, 1]


def test_cells_of_a_logbook_are_small_and_blurred() -> None:
    def steepest(pictures: list[np.ndarray]) -> float:
        """From pixel to pixel, in the median of the pictures."""
        return float(np.median([np.abs(np.diff(p.astype(int))).max() for p in pictures]))

    cells = photographs(LOGBOOK, 60)
    assert {len(cell) for cell in cells} == {34}
    assert steepest(cells) < 0.7 * steepest(photographs(GOOD, 60))


@pytest.mark.parametrize(("high", "tall"), [(28, 28.0), (28, 14.0), (40, 20.0)])
def test_small_digits_of_a_logbook_have_rows_enough(
    high: int, tall: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    cropped = []

    def watched(*arguments: object) -> tuple[np.ndarray, int, int, int]:
        cropped.append(crop(*arguments))  # type: ignore[arg-type]
        return cropped[-1]

    monkeypatch.setattr(photo, "crop", watched)
    written, none = pen_of(3.0, high, tall), np.zeros((PATCH, PATCH), np.uint8)
    for rng in draws(*range(100)):
        photograph(written, none, rng, LOGBOOK._replace(tight=0))
    rows = [LOGBOOK.rows / len(ink) for ink, *_ in cropped]
    assert min(rows) * tall >= 13.5
    assert min(rows) * high >= 19.5


def test_faint_pens_differ() -> None:
    clean = GOOD._replace(faint=1, blurred=0, noise=0, boxed=0, quality=90, tight=0)
    none = np.zeros((PATCH, PATCH), np.uint8)
    pictures = [photograph(pen_of(6.0), none, rng, clean).pixels for rng in draws(*range(100))]
    lightest = [np.percentile(picture, 1) / np.median(picture) for picture in pictures]
    # Half as dark as paper is light, or less dark.
    assert np.mean(np.array(lightest) > 0.56) > 0.1
    assert np.mean(np.array(lightest) < 0.53) > 0.1


def pen_of(pen: float, high: int = 28, tall: float = 28.0) -> Written:
    """A number of one stroke, so many rows high, by a pen so wide."""
    ink = np.zeros((high, 60), np.float32)
    ink[:, 20 : 20 + int(pen)] = 1
    return Written(ink, pen, tall, np.array([[20, 20 + pen]], np.float32))


def test_numbers_are_photographed_as_badly_as_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def watched(*arguments: object) -> photo.Photo:
        asked.append(arguments[-1])
        return photograph(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(composer_module, "photograph", watched)
    rows = [rows_of(4, 1)] * 3
    conditions = [GOOD, DEGRADED, GOOD]
    DocumentComposer(DIGITS).pictures(["4"] * 3, rows, [1, 2, 3], conditions=conditions)
    DocumentComposer(DIGITS).pictures(["4"], rows[:1], [1])
    assert asked == [*conditions, GOOD]


def test_pictures_have_rows_enough_for_digits_that_long_stems_make_small(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Which may cut a row off.
    monkeypatch.setattr(photo, "crop", lambda ink, *_: (ink.copy(), 0, 0, 0))

    def least(tall: float) -> int:
        ink = np.zeros((28, 60), np.float32)
        ink[:, 20:24] = 1
        boxes, none = np.array([[20, 24]], np.float32), np.zeros((PATCH, PATCH), np.uint8)
        written = Written(ink, 2.0, tall, boxes)
        good = GOOD._replace(tight=0.0)
        return min(len(photograph(written, none, rng, good).pixels) for rng in draws(*range(400)))

    # 14 of a digit, for 20 of all the ink.
    assert least(28) < 24
    assert 24 <= least(16) < 28


def test_pictures_show_something() -> None:
    spreads = [np.ptp(np.percentile(picture, (1, 99))) for picture in composed(60)]
    assert min(spreads) > 10


def test_a_picture_depends_on_its_seed_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    many, few = composed(12), composed(3)
    monkeypatch.setattr(composer_module, "TOGETHER", 5)
    in_parts = composed(12)
    for first, second in zip(few + in_parts, many[:3] + many, strict=True):
        assert first.shape == second.shape
        # Drawn in batches of another size, the last bit may differ, and JPEG makes it more.
        assert np.abs(first.astype(int) - second).mean() < 0.5


def test_digits_are_written_once_for_all_takes_of_their_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    numbers: list[str] = []
    write_digits = DocumentComposer._write

    def counted(self: DocumentComposer, texts: list[str], *others: object) -> object:
        numbers.extend(texts)
        return write_digits(self, texts, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(DocumentComposer, "_write", counted)
    keeping, alone = DocumentComposer(DIGITS, kept=12), DocumentComposer(DIGITS)
    first, second, third = (composed(12, take, keeping) for take in range(3))
    assert len(numbers) == 12
    for others in (second, third):
        assert all(
            one.shape != other.shape or (one != other).any()
            for one, other in zip(first, others, strict=True)
        )
    # Written anew where they were not kept, digits are the same.
    for take, pictures in ((1, second), (2, third)):
        for one, other in zip(pictures, composed(12, take, alone), strict=True):
            np.testing.assert_array_equal(one, other)
    assert len(numbers) == 36


def test_takes_show_the_same_digits_of_the_same_hand_in_another_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[tuple[np.ndarray, str, Hand]] = []

    def kept(patches: np.ndarray, edges: object, text: str, hand: Hand, *others: object) -> Written:
        seen.append((patches, text, hand))
        return set_digits(patches, edges, text, hand, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(composer_module, "set_digits", kept)
    composer = DocumentComposer(DIGITS, kept=12)
    for take in range(2):
        composed(12, take, composer)
    moved = 0
    for seed, (first, second) in enumerate(zip(seen[:12], seen[12:], strict=True)):
        order = order_of(first[1], seed, 1)
        np.testing.assert_array_equal(first[0][order], second[0])
        assert in_order(first[1], order) == second[1]
        assert first[2] is second[2]
        moved += first[1] != second[1]
    assert moved >= 6


def test_no_more_numbers_are_kept_than_asked_for() -> None:
    composer = DocumentComposer(DIGITS, kept=4)
    composed(9, 0, composer)
    assert [seed for seed, _ in composer._kept] == [5, 6, 7, 8]
    careless = DocumentComposer(DIGITS)
    composed(9, 0, careless)
    assert not careless._kept
