"""Lines of one's own in batches."""

import dataclasses
from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from hwr.images.normalise import ImageSettings
from hwr.lines.augment import AugmentOptions
from hwr.lines.cache.store import LineStore, open_store
from hwr.lines.folders import read_folder
from hwr.nets.ctc import CTCOptions
from hwr.nets.encoder import EncoderOptions
from hwr.nets.network import NetworkOptions
from hwr.nets.stem import StemLayer
from hwr.training.batches import BatchMaker
from hwr.training.data import Data
from hwr.training.data_options import DataOptions
from hwr.training.lines import least_width
from hwr.training.options import LinesOptions, Options, TrainingOptions
from hwr.training.pools import WHOLE, Part, mixed
from hwr.training.real import RealLines, RealLots, validation_batches

POOL = TrainingOptions().pool
SIZE = 3


@pytest.fixture
def store(write_lines, tmp_path: Path) -> LineStore:
    texts = {f"p{row}": "ab"[row % 2] * (1 + row * 7 % 20) for row in range(30)}
    return open_store(read_folder(write_lines(tmp_path / "lines", texts)), ImageSettings())


def options(augment: AugmentOptions | None = None, **data: object) -> Options:
    return Options(
        alphabet="0123456789ab",
        data=DataOptions(("lines",), augment=augment or AugmentOptions(), **data),
        lines=LinesOptions(max_length=4),
        training=TrainingOptions(batch=SIZE),
    )


CHANGES = AugmentOptions(shear=20, stretch=0.2, noise=0.2)


@pytest.mark.parametrize("step", [1, POOL - 1, POOL, 3 * POOL + 2])
def test_a_batch_depends_on_the_step_alone(step: int, store: LineStore) -> None:
    def batches(first: int) -> object:
        return mixed([RealLots(store, options(CHANGES), SIZE)], 0, first, POOL)

    from_the_start = list(islice(batches(0), step + 1))[-1]
    from_there = next(batches(step))
    assert from_there.names == from_the_start.names
    assert torch.equal(from_there.images, from_the_start.images)


def test_every_line_comes_once_before_any_comes_again(store: LineStore) -> None:
    # 5 pools of 16 batches of 3: 8 times all 30 lines.
    batches = list(islice(mixed([RealLots(store, options(), SIZE)], 0, 0, POOL), 5 * POOL))
    assert Counter(name for batch in batches for name in batch.names) == dict.fromkeys(
        store.names, 8
    )
    for batch in batches[:POOL]:
        for row in range(SIZE):
            place = store.names.index(batch.names[row])
            assert batch.texts[row] == store.texts[place]
            np.testing.assert_array_equal(batch.line(row), store.line(place))


def test_batches_hold_lines_of_like_width(store: LineStore) -> None:
    batches = list(islice(mixed([RealLots(store, options(), SIZE)], 0, 0, POOL), 4 * POOL))
    within = [batch.widths.float().std().item() for batch in batches]
    everywhere = torch.cat([batch.widths for batch in batches]).float().std().item()
    assert sum(within) / len(within) < everywhere / 3


def test_a_line_is_changed_anew_each_time(store: LineStore) -> None:
    one = store.part([4])
    first, second = islice(mixed([RealLots(one, options(CHANGES), 1)], 0, 0, POOL), 2)
    assert not np.array_equal(first.line(0), one.line(0))
    assert first.images.shape != second.images.shape or not torch.equal(first.images, second.images)


@pytest.mark.parametrize(("composed", "expected"), [(0.0, 0), (0.3, 1), (0.01, 1), (1.0, 3)])
def test_composed_lines_have_their_share_of_every_batch(
    composed: float, expected: int, store: LineStore
) -> None:
    maker = BatchMaker(options(composed=composed), RealLines(store, store))
    for batch in islice(maker.training(0), POOL):
        assert len(batch) == SIZE
        assert sum("touching/train" in name for name in batch.lines.names) == expected


def test_parts_of_mixed_batches_have_their_shares_too(store: LineStore) -> None:
    drawn = options(composed=0.3)
    training = TrainingOptions(batch=2 * SIZE, processes=2)
    mixture = dataclasses.replace(drawn, training=training)
    whole, *parts = (
        BatchMaker(mixture, RealLines(store, store), part).training(POOL - 2)
        for part in (WHOLE, Part(0, (1, 1)), Part(1, (1, 1)))
    )
    for batch, *halves in islice(zip(whole, *parts, strict=True), 4):
        assert [len(half) for half in halves] == [SIZE, SIZE]
        names = [name for half in halves for name in half.lines.names]
        assert sum("touching/train" in name for name in names) == 2
        assert sorted(names) == sorted(batch.lines.names)


def test_validation_sees_every_line_once_as_it_is(store: LineStore) -> None:
    lines = RealLines(store, store.part(range(0, 30, 2)))
    data = Data(options(CHANGES), lambda step: False, lines, WHOLE)
    for _ in range(2):
        batches = [batch.lines for batch in data.val_dataloader()]
        names = [name for batch in batches for name in batch.names]
        assert sorted(names) == sorted(store.names[::2])
        for batch in batches:
            for row, name in enumerate(batch.names):
                expected = store.line(store.names.index(name))
                np.testing.assert_array_equal(batch.line(row), expected)


def test_wide_lines_are_validated_few_at_a_time(store: LineStore) -> None:
    class Wide:
        height, names, texts = 32, store.names, store.texts
        widths = np.array([320] * 20 + [8000] * 10)

        def line(self, row: int) -> np.ndarray:
            return np.zeros((32, self.widths[row]), np.uint8)

    assert [len(batch) for batch in validation_batches(store)] == [30]
    assert [len(batch) for batch in validation_batches(Wide())] == [4, 4, 4, 18]


def test_least_width_gives_ctc_its_frames() -> None:
    stem = (StemLayer(4, pool=(2, 4)), StemLayer(4, pool=(2, 2)))
    network = NetworkOptions(EncoderOptions(stem=stem), CTCOptions(split=2))
    shape = Options(network=network)
    for text, needed in (("abc", 3), ("aab", 4), ("", 0), ("aaaaa", 9)):
        assert network.frames(least_width(text, shape)) >= needed
        assert least_width(text, shape) <= 8 * max(-(-needed // 2), 1)
    assert least_width("aaaaa", Options(heads={"seq2seq": 1.0}, network=network)) == 1
