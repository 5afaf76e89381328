from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
import torch

from hwr.errors import AlphabetError, ConfigError, DataError
from hwr.images import inked
from hwr.images.clean import CleanOptions
from hwr.images.grey import Grey
from hwr.images.normalise import ImageSettings, Line, normalise
from hwr.images.tone import Tone, tone_of
from hwr.lines import compose
from hwr.lines.compose import Composer
from hwr.lines.digits import Digits, Split, load_digits
from hwr.lines.document import layout
from hwr.lines.document.conditions import DEGRADED, GOOD, LOGBOOK, Conditions
from hwr.lines.document.layout import Written, set_digits
from hwr.lines.document.photo import Photo, photograph
from hwr.lines.plan import join_plans, order_of
from hwr.lines.presets import PRESETS, LineSpec

SPLIT = "val"


@pytest.fixture(scope="module")
def composer() -> Composer:
    return Composer(load_digits(SPLIT), SPLIT)


@pytest.fixture(scope="module")
def blocks() -> Composer:
    """Digits that are solid blocks, each class 6 + 2 * class pixels wide: easy to find again."""
    images = np.zeros((10, 28, 28), dtype=np.uint8)
    for digit in range(10):
        images[digit, 4:24, 2 : 8 + 2 * digit] = 255
    return Composer(Digits(images, np.arange(10, dtype=np.uint8)), SPLIT)


def spec(
    preset: str, shortest: int = 1, longest: int = 12, alphabet: str = "0123456789"
) -> LineSpec:
    return LineSpec(preset, SPLIT, shortest, longest, alphabet)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_same_seed_gives_the_same_lines(preset: str) -> None:
    first, second = (Composer(load_digits(SPLIT), SPLIT) for _ in range(2))
    one = first.render(first.plan(spec(preset), 20, seed=7))
    two = second.render(second.plan(spec(preset), 20, seed=7))
    assert one.texts == two.texts
    assert torch.equal(one.images, two.images)
    other = first.render(first.plan(spec(preset), 20, seed=8))
    assert one.texts != other.texts


@pytest.mark.parametrize("preset", PRESETS)
def test_a_longer_plan_begins_with_the_shorter(composer: Composer, preset: str) -> None:
    short, long = (composer.plan(spec(preset), count, seed=3) for count in (5, 300))
    assert long.texts[:5] == short.texts
    assert torch.equal(long.left[:5], short.left)
    few = composer.render(short)
    many = composer.render(long.rows([4, 200, 1]))
    np.testing.assert_array_equal(many.line(0), few.line(4))
    np.testing.assert_array_equal(many.line(2), few.line(1))


def test_presets_and_splits_of_one_seed_differ(composer: Composer) -> None:
    train = Composer(load_digits("train"), "train")
    plans = [
        composer.plan(spec("plain"), 20, 0).texts,
        composer.plan(spec("touching"), 20, 0).texts,
        train.plan(LineSpec("plain", "train", 1, 12), 20, 0).texts,
    ]
    assert plans[0] != plans[1] != plans[2] != plans[0]


def test_repeats_leading_zeros_and_single_digits_occur(composer: Composer) -> None:
    texts = composer.plan(spec("touching"), 500, 0).texts
    assert any(a == b for text in texts for a, b in pairwise(text))
    assert any(text.startswith("0") and len(text) > 1 for text in texts)
    assert {len(text) for text in texts} == set(range(1, 13))
    assert set(Counter("".join(texts))) == set("0123456789")


def test_more_documents_begin_with_a_one_than_with_a_nine(composer: Composer) -> None:
    plan = composer.plan(spec("document"), 3000, 0)
    ones, nines = (sum(text.startswith(of) for text in plan.texts) for of in "19")
    assert 0.17 < ones / 3000 < 0.23
    assert 0.05 < nines / 3000 < 0.1


def test_alphabet_and_lengths_are_kept(composer: Composer) -> None:
    texts = composer.plan(spec("plain", 4, 5, "27"), 100, 0).texts
    assert {len(text) for text in texts} == {4, 5}
    assert set("".join(texts)) == {"2", "7"}


def test_plain_lines_hold_exact_copies_of_the_split_s_digits(composer: Composer) -> None:
    plan = composer.plan(spec("plain"), 30, 0)
    lines = composer.render(plan)
    digits = load_digits(SPLIT)
    for row, text in enumerate(lines.texts):
        for place, character in enumerate(text):
            x0, x1 = lines.boxes[row, place].int().tolist()
            index = plan.digits[row, place].item()
            assert x1 - x0 == 28
            np.testing.assert_array_equal(lines.line(row)[2:30, x0:x1], digits.images[index])
            assert str(digits.labels[index]) == character
    # Between the digits there is nothing.
    assert sum(line.sum() for line in map(lines.line, range(30))) == sum(
        digits.images[plan.digits[row, place]].sum(dtype=np.int64)
        for row, text in enumerate(lines.texts)
        for place in range(len(text))
    )


def test_plain_gaps_are_0_to_8(composer: Composer) -> None:
    plan = composer.plan(spec("plain", 12, 12), 200, 0)
    gaps = (plan.left[:, 1:] - plan.left[:, :-1] - 28).flatten().tolist()
    assert set(gaps) == set(range(9))


def test_touching_gaps_scales_and_overlap(composer: Composer) -> None:
    plan = composer.plan(spec("touching", 12, 12), 500, 0)
    width = plan.columns * plan.scale
    gaps = plan.left[:, 1:] - plan.left[:, :-1] - width[:, :-1]
    narrower = torch.minimum(width[:, 1:], width[:, :-1])
    assert gaps.min() >= -4
    assert gaps.min() < -3.9
    assert (gaps >= -0.3 * narrower - 1e-4).all()
    # Thin digits are kept apart, however thin: so the gap can be above 2, but not for others.
    assert (gaps[width[:, :-1] >= 8] <= 2).all()
    pitch, same = plan.left[:, 1:] - plan.left[:, :-1], plan.labels[:, 1:] == plan.labels[:, :-1]
    assert (pitch >= 4 - 1e-4).all()
    assert (pitch[same] >= 8 - 1e-4).all()
    assert 0.8 <= plan.scale.min() < 0.82
    assert 1.18 < plan.scale.max() <= 1.2


def test_boxes_go_where_their_lines_go(blocks: Composer) -> None:
    lines = blocks.render(blocks.plan(spec("touching"), 3, 0))
    assert lines.to("meta").boxes.device == lines.to("meta").images.device


def test_boxes_are_where_the_ink_is(blocks: Composer) -> None:
    lines = blocks.render(blocks.plan(spec("touching", 1, 1), 50, 0))
    for row in range(50):
        columns = np.flatnonzero((lines.line(row) > 127).any(axis=0))
        x0, x1 = lines.boxes[row, 0].tolist()
        assert columns[0] == pytest.approx(x0, abs=1)
        assert columns[-1] + 1 == pytest.approx(x1, abs=1)
        width = 6 + 2 * int(lines.texts[row])
        assert 0.8 * width - 0.01 <= x1 - x0 <= 1.2 * width + 0.01
    assert torch.isnan(blocks.render(blocks.plan(spec("touching"), 50, 0)).boxes).any()


def test_boxes_of_documents_lie_on_their_lines() -> None:
    # (By one level of ink, faint numbers on patterns are not framed right.)
    composer = Composer(load_digits(SPLIT), SPLIT, image=ImageSettings(height=40, ink="local"))
    lines = composer.render(composer.plan(spec("document", 1, 4), 60, 0, 40))
    for row, text in enumerate(lines.texts):
        boxes = lines.boxes[row, : len(text)].numpy()
        # A crop may have cut a little off.
        assert boxes.min() > -0.3 * 40
        assert boxes.max() < lines.widths[row] + 0.3 * 40


def test_boxes_of_documents_are_where_the_digits_are(
    composer: Composer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for share in ("_SEPARATED", "_BEFORE", "_BEHIND"):
        monkeypatch.setattr(layout, share, 0.0)
    lines = composer.render(composer.plan(spec("document", 1, 4), 300, 0, 40))
    inside, outside = [], []
    for row, text in enumerate(lines.texts):
        ink, boxes = lines.line(row).astype(float) / 255, lines.boxes[row].numpy()
        assert np.isfinite(boxes).all(axis=1).tolist() == [n < len(text) for n in range(4)]
        boxes = boxes[: len(text)]
        assert (boxes[:, 0] < boxes[:, 1]).all()
        middles = boxes.mean(axis=1)
        assert (np.diff(middles) > 0).all()
        column = np.arange(ink.shape[1]) + 0.5
        within = ((column[:, None] >= boxes[:, 0]) & (column[:, None] <= boxes[:, 1])).any(axis=1)
        inside.append(ink.mean(axis=0)[within].mean())
        outside.append(ink.mean(axis=0)[~within].mean() if (~within).any() else 0.0)
    # Beside them there are papers and borders, but less of these.
    assert np.mean(np.array(inside) > outside) > 0.8
    assert np.median(inside) > 3 * np.median(outside)


@pytest.mark.parametrize(
    ("height", "width", "bars"),
    [
        (20, 120, [(20, 30), (70, 72)]),
        (40, 240, [(30, 50), (60, 66)]),
        (90, 300, [(10, 60), (170, 175)]),
        (80, 44, [(start, start + 6) for start in range(2, 44, 11)]),  # stretched
    ],
)
def test_boxes_of_documents_follow_what_makes_them_ready(
    height: int, width: int, bars: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    composer = Composer(load_digits("train"), "train", image=ImageSettings(height=40, ink="local"))
    plan = composer.plan(LineSpec("document", "train", len(bars), len(bars), "1"), 1, 0, 40)
    picture = np.full((height, width), 255, np.uint8)
    for start, end in bars:
        picture[height // 4 : -height // 4, start:end] = 0
    photo = Photo(picture, np.array(bars, np.float32))
    monkeypatch.setattr(composer, "_photos", lambda plan: [photo])
    lines = composer.render(plan)
    edges = np.flatnonzero(np.diff((lines.line(0) > 127).any(axis=0), prepend=0, append=0))
    np.testing.assert_allclose(lines.boxes[0].flatten(), edges, atol=1.01)


@pytest.mark.parametrize("deslant", [False, True])
def test_slants_of_documents_follow_what_makes_them_ready(
    deslant: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of those that are stretched; none is known where cleaning shears them."""
    clean = CleanOptions(deslant=deslant)
    settings = ImageSettings(height=40, ink="local", clean=clean)
    composer = Composer(load_digits("train"), "train", image=settings)
    plan = composer.plan(LineSpec("document", "train", 4, 4, "1"), 2, 0, 40)
    pictures = np.full((2, 80, 300), 255, np.uint8)
    pictures[:, 20:-20, 60:240:40] = pictures[:, 20:-20, 61:240:40] = 0
    boxes = np.zeros((4, 2), np.float32)
    photos = [Photo(pictures[0], boxes, 0.5), Photo(pictures[1, :, 56:72], boxes, -0.25)]
    monkeypatch.setattr(composer, "_photos", lambda plan: photos)
    lines = composer.render(plan)
    if deslant:
        assert lines.slants is None
        return
    assert lines.slants is not None
    narrow = int(lines.widths[1])
    made = normalise(pictures[1, :, 56:72] / np.float32(255), settings, dark=True)
    assert narrow > made.pixels.shape[1]
    expected = torch.tensor([0.5, -0.25 * narrow / made.pixels.shape[1]])
    torch.testing.assert_close(lines.slants, expected)


@pytest.mark.parametrize("split", ["train", "val"])
@pytest.mark.parametrize("uncropped", [0.0, 1.0])
def test_uncropped_documents_keep_all_rows(
    split: Split, uncropped: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = ImageSettings(height=40, ink="local", cropped_ink=0.8, max_ink=0.8)
    composer = Composer(load_digits(split), split, image=settings, uncropped=uncropped)
    plan = composer.plan(LineSpec("document", split, 2, 2, "1"), 1, 0, 40)
    picture = np.full((100, 240), 255, np.uint8)
    bars = [(60, 66), (130, 140)]
    for start, end in bars:
        picture[50:75, start:end] = 0
    photo = Photo(picture, np.array(bars, np.float32))
    monkeypatch.setattr(composer, "_photos", lambda plan: [photo])
    lines = composer.render(plan)
    ink = lines.line(0) > 127
    assert ink.any(axis=1).sum() == pytest.approx(10 if uncropped else 32, abs=1)
    edges = np.flatnonzero(np.diff(ink.any(axis=0), prepend=0, append=0))
    np.testing.assert_allclose(lines.boxes[0].flatten(), edges, atol=1.01)


def test_so_many_documents_are_uncropped_as_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """In each take others, and the same with whatever other lines they are drawn."""
    asked: list[bool] = []

    def noted(grey: Grey, settings: ImageSettings, dark: bool | None, whole: bool) -> Line:
        asked.append(whole)
        return Line(np.zeros((40, 60), np.uint8), 0, 1, 60)

    monkeypatch.setattr(compose, "normalise", noted)
    composer = Composer(load_digits("train"), "train", uncropped=0.3)
    photo = Photo(np.zeros((40, 60), np.uint8), np.zeros((2, 2), np.float32))
    monkeypatch.setattr(composer, "_photos", lambda plan: [photo] * len(plan))
    plans = [
        composer.plan(LineSpec("document", "train", 2, 2), 600, 0, 40, take) for take in (0, 1)
    ]
    for plan in plans:
        composer.render(plan)
    first, second = asked[:600], asked[600:]
    assert all(0.25 < np.mean(take) < 0.35 for take in (first, second))
    assert np.mean([one and other for one, other in zip(first, second, strict=True)]) < 0.2
    asked.clear()
    composer.render(plans[0].rows([7, 300, 44]))
    assert asked == [first[7], first[300], first[44]]


def test_overlapping_ink_is_joined_by_the_brighter(blocks: Composer) -> None:
    plan = blocks.plan(spec("touching", 2, 2), 200, 0)
    lines = blocks.render(plan)
    overlapping = (lines.boxes[:, 1, 0] < lines.boxes[:, 0, 1] - 1).nonzero().flatten().tolist()
    assert overlapping
    for row in overlapping:
        line = lines.line(row)
        # Solid blocks give one solid block, from the first one's start to the second one's end.
        inside = slice(
            round(lines.boxes[row, 0, 0].item()) + 1, round(lines.boxes[row, 1, 1].item()) - 1
        )
        assert (line.max(axis=0)[inside] == 255).all()


def test_the_tightest_lines_leave_ctc_its_frames_at_four_pixels_each(composer: Composer) -> None:
    """Even of ones only, which are the thinnest."""
    plan = composer.plan(spec("touching", 1, 12, "1"), 2000, 0)
    assert (-(-plan.widths // 4) >= 2 * plan.lengths - 1).all()


@pytest.mark.parametrize("preset", [name for name in PRESETS if not PRESETS[name].document])
def test_no_ink_is_cut_off(composer: Composer, preset: str) -> None:
    plan = composer.plan(spec(preset, 1, 1), 400, 0)
    lines = composer.render(plan)
    for row in range(400):
        line, digit = lines.line(row), plan.digits[row, 0]
        ink = load_digits(SPLIT).images[digit].sum() * plan.scale[row, 0].item() ** 2
        assert line.sum() == pytest.approx(ink, rel=0.12)


def test_batches_are_padded_with_zeros(composer: Composer) -> None:
    lines = composer.render(composer.plan(spec("touching"), 40, 0))
    assert lines.images.shape[2] == lines.widths.max()
    for row, width in enumerate(lines.widths.tolist()):
        assert not lines.images[row, :, width:].any()


@pytest.mark.parametrize("height", [28, 48, 64])
def test_another_height_scales_everything(composer: Composer, height: int) -> None:
    base = composer.plan(spec("touching"), 10, 0)
    scaled = composer.plan(spec("touching"), 10, 0, height)
    assert scaled.texts == base.texts
    torch.testing.assert_close(scaled.left, base.left * height / 32)
    assert composer.render(scaled).images.shape[1] == height


@pytest.mark.parametrize("take", [0, 1, 2])
def test_a_take_shows_what_it_is_said_to(
    composer: Composer, take: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []

    def watched(patches: object, edges: object, text: str, *others: object) -> Written:
        shown.append(text)
        return set_digits(patches, edges, text, *others)  # type: ignore[arg-type]

    monkeypatch.setattr("hwr.lines.document.composer.set_digits", watched)
    plan = composer.plan(spec("document"), 12, seed=5, take=take)
    batch = composer.render(plan)
    assert batch.texts == plan.texts == shown
    assert batch.boxes is not None
    assert batch.boxes[:, :, 0].isfinite().sum(1).tolist() == [len(text) for text in shown]
    assert (plan.texts != plan.first_texts) == (take > 0)


def test_pictures_of_first_digits_are_of_all_of_their_class() -> None:
    composer = Composer(load_digits(SPLIT), SPLIT)
    plan = composer.plan(LineSpec("document", SPLIT, 1, 8), 20_000, seed=4)
    rank = torch.empty(len(composer._by_class), dtype=torch.float64)
    for digit in range(10):
        start, count = int(composer._class_start[digit]), int(composer._class_count[digit])
        rank[composer._by_class[start : start + count]] = torch.arange(count).double() / count
    for digit in range(10):
        of_first = rank[plan.digits[plan.labels[:, 0] == digit, 0]]
        assert torch.histc(of_first, 4, 0, 1).min() > 0.2 * len(of_first)


def test_other_takes_have_a_text_s_digits_in_other_orders_but_for_its_ends() -> None:
    for text in ("120034500", "7", "000", "10", "987654321"):
        assert order_of(text, 5, 0) == list(range(len(text)))
        orders = [order_of(text, seed, take) for seed in range(6) for take in (1, 2)]
        head = len(text.rstrip("0"))
        for order in orders:
            assert sorted(order) == list(range(len(text)))
            assert order[0] == 0
            assert order[head:] == list(range(head, len(text)))
        assert len(set(map(tuple, orders))) == (12 if head > 4 else 1)


def test_joined_plans_keep_their_lines(composer: Composer) -> None:
    parts = [composer.plan(spec("plain", 1, 3), 4, 0), composer.plan(spec("touching", 5, 9), 4, 0)]
    joined = composer.render(join_plans(parts))
    assert joined.texts == parts[0].texts + parts[1].texts
    np.testing.assert_array_equal(joined.line(1), composer.render(parts[0]).line(1))
    np.testing.assert_array_equal(joined.line(6), composer.render(parts[1]).line(2))


def test_documents_keep_their_conditions_beside_other_lines(
    composer: Composer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Conditions] = []

    def watched(*arguments: object) -> Photo:
        asked.append(arguments[-1])  # type: ignore[arg-type]
        return photograph(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("hwr.lines.document.composer.photograph", watched)
    presets = ("degraded", "touching", "document", "logbook")
    plan = join_plans([composer.plan(spec(preset, 1, 2), 3, 0) for preset in presets])
    composer.render(plan.rows([8, 0, 4, 10, 1, 7]))
    assert asked == [GOOD, DEGRADED, LOGBOOK, DEGRADED, GOOD]


def test_a_composer_makes_lines_of_its_own_split_only(composer: Composer) -> None:
    with pytest.raises(DataError, match="'val' cannot make 'test'"):
        composer.plan(LineSpec("plain", "test"), 1, 0)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"preset": "fancy"}, ConfigError),
        ({"min_length": 0}, ConfigError),
        ({"min_length": 5, "max_length": 4}, ConfigError),
        ({"alphabet": ""}, ConfigError),
        ({"alphabet": "11"}, ConfigError),
        ({"alphabet": "1x"}, AlphabetError),
    ],
)
def test_unfit_specs_are_refused(options: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        LineSpec(**options)


def test_lines_are_cleaned_as_pictures_that_are_read_will_be() -> None:
    settings = ImageSettings(clean=CleanOptions(binarize="otsu", deslant=True))
    plain, cleaned = (Composer(load_digits(SPLIT), SPLIT, image=i) for i in (None, settings))
    lines = plain.render(plain.plan(spec("touching"), 12, seed=1))
    found = cleaned.render(cleaned.plan(spec("touching"), 12, seed=1))
    assert found.texts == lines.texts
    for row in range(12):
        read = normalise(1 - lines.line(row).astype(np.float32) / np.float32(255), settings)
        assert np.array_equal(found.line(row), read.pixels)
    assert not torch.equal(found.widths, lines.widths)


@pytest.mark.parametrize("split", ["train", "val"])
def test_it_is_found_out_that_ink_is_dark_only_where_that_is_measured(
    split: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[bool] = []

    def counted(grey: Grey) -> Tone:
        found = tone_of(grey)
        told.append(found.dark)
        return found

    monkeypatch.setattr(inked, "tone_of", counted)
    settings = ImageSettings(height=40, ink="local")
    composer = Composer(load_digits(split), split, image=settings)
    plan = composer.plan(LineSpec("document", split), 8, seed=2, height=40)
    lines = composer.render(plan)
    assert told == ([] if split == "train" else [True] * 8)
    for row, picture in enumerate(composer.pictures(plan)):
        read = normalise((255 - picture).astype(np.float32) / np.float32(255), settings)
        assert np.array_equal(lines.line(row), read.pixels)
