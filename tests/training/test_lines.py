import math
from collections import Counter
from itertools import islice, pairwise
from typing import Any

import pytest
import torch

from hwr.alphabet import Alphabet
from hwr.errors import DataError
from hwr.images.normalise import ImageSettings
from hwr.lines.batch import LineBatch
from hwr.lines.compose import Composer
from hwr.lines.digits import load_digits
from hwr.lines.document.composer import DocumentComposer
from hwr.lines.plan import Plan
from hwr.nets.encoder import EncoderOptions
from hwr.nets.network import NetworkOptions
from hwr.nets.stem import StemLayer
from hwr.training import lines as training_lines
from hwr.training.lines import Lines, check_frames, first_pool, twin_pools
from hwr.training.options import LinesOptions, Options, TrainingOptions
from hwr.training.pools import WHOLE, Part, mixed

POOL = TrainingOptions().pool
OPTIONS = Options(
    lines=LinesOptions(presets={"plain": 1, "touching": 2}, max_length=5, validation=30),
    training=TrainingOptions(batch=6, budget="1 steps"),
)


@pytest.mark.parametrize("step", [1, POOL - 1, POOL, 3 * POOL + 2])
def test_a_batch_depends_on_the_step_alone(step: int) -> None:
    from_the_start = list(islice(Lines(OPTIONS).batches(0), step + 1))[-1]
    from_there = next(Lines(OPTIONS).batches(step))
    assert from_there.texts == from_the_start.texts
    assert torch.equal(from_there.images, from_the_start.images)


@pytest.mark.parametrize("step", [0, POOL - 2])
def test_drawn_ahead_a_pool_is_the_same_and_drawn_bit_by_bit(
    step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def counted(self: Composer, plan: Plan) -> LineBatch:
        drawn.append(len(plan))
        return render(self, plan)

    render = Composer.render
    expected = list(islice(Lines(OPTIONS).batches(step), POOL + 3))
    monkeypatch.setattr(Composer, "render", counted)
    counts = []
    found = mixed([Lines(OPTIONS)], 0, step, POOL, ahead=True)
    for batch, want in zip(found, expected, strict=False):
        counts.append(len(drawn))
        assert batch.names == want.names
        assert torch.equal(batch.images, want.images)
    # The first is drawn whole when it begins, and the next beside what is left of it.
    assert counts[: POOL - step] == [
        POOL + math.ceil((number + 1) * POOL / (POOL - step)) for number in range(POOL - step)
    ]
    rest = counts[POOL - step - 1 :]
    assert [later - before for before, later in pairwise(rest)] == [1] * (step + 3)


def test_no_line_comes_twice_and_presets_have_their_shares() -> None:
    batches = list(islice(Lines(OPTIONS).batches(0), 3 * POOL))
    names = [name for batch in batches for name in batch.names]
    assert len(set(names)) == len(names) == 3 * POOL * 6
    shares = Counter(name.split("/")[0] for name in names)
    assert shares == {"plain": 2 * 3 * POOL, "touching": 4 * 3 * POOL}


def test_batches_hold_lines_of_like_width() -> None:
    batches = list(islice(Lines(OPTIONS).batches(0), 4 * POOL))
    within = [batch.widths.float().std().item() for batch in batches]
    everywhere = torch.cat([batch.widths for batch in batches]).float().std().item()
    assert sum(within) / len(within) < everywhere / 3


@pytest.mark.parametrize("part", [WHOLE, Part(1, (1, 1))])
def test_batches_of_documents_hold_lines_of_like_width(part: Part) -> None:
    """Though how wide they are shows only when they are drawn."""
    (pool,) = pools_of(documents(1, part), 1)
    assert [len(batch) for batch in pool] == [4 // part.of] * POOL
    assert all(batch.images.shape[2] == batch.widths.max() for batch in pool)
    # What waits elsewhere, or goes to another process, holds no other batch's columns.
    assert all(batch.images.is_contiguous() for batch in pool)
    ranges = sorted((int(batch.widths.min()), int(batch.widths.max())) for batch in pool)
    for (_, widest), (narrowest, _) in pairwise(ranges):
        assert widest <= narrowest


def test_so_do_batches_of_documents_that_are_validated_with() -> None:
    lines = LinesOptions(presets={"document": 1}, max_length=4, validation=201)
    batches = list(Lines(Options(lines=lines)).validation())
    assert [len(batch) for batch in batches] == [67, 67, 67]
    for before, after in pairwise(batches):
        assert before.widths.max() == before.images.shape[2]
        assert before.widths.max() <= after.widths.min()


def test_parts_make_up_a_pool() -> None:
    whole, *halves = (
        sorted(
            name for batch in islice(documents(1, part).batches(0), POOL) for name in batch.names
        )
        for part in (WHOLE, Part(0, (1, 1)), Part(1, (1, 1)))
    )
    assert sorted(halves[0] + halves[1]) == whole


def test_training_lines_are_of_training_digits_and_validation_lines_of_validation_digits() -> None:
    lines = Lines(OPTIONS)
    assert all("/train seed" in name for name in next(lines.batches(0)).names)
    validation = list(lines.validation())
    assert all("/val seed" in name for batch in validation for name in batch.names)
    assert sum(map(len, validation)) == 30


def test_lines_are_made_of_their_split_s_own_digits() -> None:
    """By their pixels, not by their names."""
    options = Options(
        lines=LinesOptions(presets={"plain": 1}, max_length=3, validation=20),
        training=TrainingOptions(batch=20),
    )
    batches = {"train": next(Lines(options).batches(0)), "val": next(Lines(options).validation())}
    for split, batch in batches.items():
        digits = {image.tobytes() for image in load_digits(split).images}
        for row, text in enumerate(batch.texts):
            for place in range(len(text)):
                left = int(batch.boxes[row, place, 0])
                assert batch.line(row)[2:30, left : left + 28].tobytes() in digits


def test_every_training_line_is_checked_for_its_frames() -> None:
    coarse = NetworkOptions(EncoderOptions(stem=(StemLayer(4, pool=(2, 32)),)))
    options = Options(lines=OPTIONS.lines, network=coarse, training=OPTIONS.training)
    with pytest.raises(DataError, match=r"touching/train seed 0 line \d+: '\d+' needs"):
        list(islice(Lines(options).batches(0), POOL))
    with pytest.raises(DataError, match=r"touching/val seed 0 line \d+: '\d+' needs"):
        list(Lines(options).validation())


def documents(photographs: int, part: Part = WHOLE, **lines: Any) -> Lines:
    presets = lines.pop("presets", {"document": 1})
    options = LinesOptions(presets=presets, max_length=4, validation=10, **lines)
    training = TrainingOptions(batch=4, photographs=photographs)
    # (By one level for all of a picture, faint numbers are taken for paper.)
    image = ImageSettings(ink="local")
    return Lines(Options(image=image, lines=options, training=training), part=part)


def pools_of(lines: Lines, count: int) -> list[list[LineBatch]]:
    batches = list(islice(lines.batches(0), count * POOL))
    return [batches[start : start + POOL] for start in range(0, len(batches), POOL)]


@pytest.fixture
def twins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents come again two pools later: so a test needs few of them."""
    monkeypatch.setattr(training_lines, "TWIN_STEPS", 2 * POOL)


@pytest.mark.usefixtures("twins")
def test_documents_come_again_pools_later() -> None:
    lines = documents(2, presets={"document": 1, "touching": 1})
    pools = [
        {
            name: (text, batch.line(row))
            for batch in pool
            for row, (name, text) in enumerate(zip(batch.names, batch.texts, strict=True))
        }
        for pool in pools_of(lines, 6)
    ]
    numbers = [{name for name in pool if name.startswith("document")} for pool in pools]
    assert [len(names) for names in numbers] == [2 * POOL] * 6
    assert (numbers[0], numbers[1]) == (numbers[2], numbers[3])
    new = [numbers[pool] for pool in (0, 1, 4, 5)]
    assert len(set().union(*new)) == sum(map(len, new))
    for name in numbers[0]:
        (text, first), (again, second) = pools[0][name], pools[2][name]
        assert sorted(text) == sorted(again)
        assert first.shape != second.shape or (first != second).any()
    assert any(pools[0][name][0] != pools[2][name][0] for name in numbers[0])
    # Lines of other presets are new in each.
    others = [name for pool in pools for name in pool if name.startswith("touching")]
    assert len(set(others)) == len(others) == 6 * 2 * POOL


def test_documents_tell_where_their_digits_are() -> None:
    for batch in islice(documents(1).batches(0), 2):
        assert batch.boxes is not None
        assert batch.boxes[:, 0].isfinite().all()


@pytest.mark.parametrize(("size", "apart"), [(16, 4), (24, 3), (64, 2), (100, 2)])
def test_twins_are_further_apart_than_what_momentum_joins(size: int, apart: int) -> None:
    assert twin_pools(size) == apart
    takes = [first_pool(pool, 3, apart) for pool in range(6 * apart)]
    for pool, (first, take) in enumerate(takes):
        assert pool - first == take * apart
    assert [takes.count((pool, 0)) for pool in range(apart)] == [1] * apart
    assert [first for first, _ in takes].count(0) == 3
    # The last batch of a pool may be the first of its twin.
    assert (apart - 1) * size + 1 > 20


@pytest.mark.usefixtures("twins")
@pytest.mark.parametrize(
    ("photographs", "step", "part"),
    [
        (2, 2 * POOL - 1, WHOLE),
        (2, 2 * POOL + 3, WHOLE),
        (2, 3 * POOL + 3, Part(1, (1, 1))),
        (3, 8 * POOL + 1, Part(1, (1, 1))),
        (3, 10 * POOL + 5, WHOLE),
        (2, 2 * POOL + 3, Part(0, (1, 3))),
    ],
)
def test_takes_depend_on_the_step_alone(photographs: int, step: int, part: Part) -> None:
    from_the_start = list(islice(documents(photographs, part).batches(0), step + 1))[-1]
    from_there = next(documents(photographs, part).batches(step))
    assert from_there.names == from_the_start.names
    assert from_there.texts == from_the_start.texts
    assert torch.equal(from_there.images, from_the_start.images)
    torch.testing.assert_close(
        from_there.boxes, from_the_start.boxes, rtol=0, atol=0, equal_nan=True
    )


@pytest.mark.usefixtures("twins")
def test_takes_are_the_same_drawn_ahead() -> None:
    part = Part(0, (1, 3))
    expected = documents(2, part).batches(0)
    for batch in islice(mixed([documents(2, part)], 0, 0, POOL, ahead=True), 3 * POOL):
        want = next(expected)
        assert batch.texts == want.texts
        assert torch.equal(batch.images, want.images)


def test_first_takes_and_what_is_validated_with_are_those_without() -> None:
    for once, again in (
        (next(documents(1).batches(POOL - 1)), next(documents(3).batches(POOL - 1))),
        (next(documents(1).validation()), next(documents(3).validation())),
    ):
        assert torch.equal(once.images, again.images)


@pytest.mark.usefixtures("twins")
@pytest.mark.parametrize("part", [WHOLE, Part(1, (1, 1)), Part(1, (1, 3))])
def test_of_three_pools_one_is_written(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    written = 0

    def counted(self: DocumentComposer, texts: list[str], *others: Any) -> Any:
        nonlocal written
        written += len(texts)
        return write(self, texts, *others)

    write = DocumentComposer._write
    monkeypatch.setattr(DocumentComposer, "_write", counted)
    pools_of(documents(3, part), 12)
    assert written == 4 * POOL * 4 * part.share


@pytest.mark.usefixtures("twins")
def test_where_lines_grow_twins_are_as_long_as_the_first() -> None:
    pools = [
        sorted("".join(sorted(text)) for batch in pool for text in batch.texts)
        for pool in pools_of(documents(2, grow=6 * POOL), 6)
    ]
    assert (pools[0], pools[1]) == (pools[2], pools[3])
    longest = [max(map(len, pool)) for pool in pools]
    assert longest[0] < longest[4]


def test_lines_grow() -> None:
    options = Options(
        lines=LinesOptions(min_length=2, max_length=8, grow=6 * POOL),
        training=TrainingOptions(batch=20),
    )
    longest = [
        max(
            len(text)
            for batch in islice(Lines(options).batches(step), POOL)
            for text in batch.texts
        )
        for step in (0, 2 * POOL, 4 * POOL, 6 * POOL, 60 * POOL)
    ]
    assert longest == [2, 4, 6, 8, 8]


def test_without_a_ctc_head_any_width_will_do() -> None:
    coarse = NetworkOptions(EncoderOptions(stem=(StemLayer(4, pool=(2, 32)),)))
    options = Options(lines=OPTIONS.lines, network=coarse, heads={"seq2seq": 1.0})
    assert next(Lines(options).batches(0))


def test_seeds_give_other_lines() -> None:
    other = Options(lines=OPTIONS.lines, training=TrainingOptions(batch=6, seed=1))
    assert next(Lines(OPTIONS).batches(0)).texts != next(Lines(other).batches(0)).texts


def test_a_line_with_too_few_frames_is_named() -> None:
    network = NetworkOptions(EncoderOptions(stem=(StemLayer(4, pool=(4, 4)),)))
    good = LineBatch(torch.zeros(1, 32, 12), torch.tensor([12]), ["11"], ["good.png"])
    check_frames(good, Alphabet("123"), network)
    bad = LineBatch(
        torch.zeros(2, 32, 20), torch.tensor([20, 16]), ["123", "1223"], ["a.png", "b.png"]
    )
    with pytest.raises(DataError, match=r"b\.png: '1223' needs 5 frames .* 16 pixels give 4"):
        check_frames(bad, Alphabet("123"), network)
