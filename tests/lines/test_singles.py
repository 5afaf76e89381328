from itertools import islice

import pytest
import torch

from hwr.lines.digits import Digits, load_digits
from hwr.lines.distort import DistortOptions
from hwr.lines.singles import Singles

ALL = load_digits("val")
FEW = Digits(ALL.images[:50], ALL.labels[:50])
NONE = DistortOptions()


def test_a_batch_holds_digits_with_their_texts_and_names() -> None:
    batch = Singles(FEW, "val", 32).batch([3, 7])
    assert batch.texts == [str(FEW.labels[3]), str(FEW.labels[7])]
    assert batch.names == ["mnist/val digit 3", "mnist/val digit 7"]
    assert batch.images.shape == (2, 32, 32)
    assert torch.equal(batch.images[1, 2:30, 2:30], torch.from_numpy(FEW.images[7].copy()))
    assert batch.widths.tolist() == [32, 32]


def test_an_alphabet_leaves_the_other_digits_out() -> None:
    singles = Singles(FEW, "val", 32, alphabet="17")
    batch = singles.batch(list(range(len(singles))))
    assert set(batch.texts) == {"1", "7"}
    assert len(singles) == sum(label in (1, 7) for label in FEW.labels)
    for name, text in zip(batch.names, batch.texts, strict=True):
        assert str(FEW.labels[int(name.split()[-1])]) == text


@pytest.mark.parametrize("step", [1, 6, 7, 20])
def test_a_batch_depends_on_the_step_alone(step: int) -> None:
    singles = Singles(FEW, "val", 32)
    distortion = DistortOptions(rotation=20)
    from_the_start = list(islice(singles.drawn(7, 0, 5, distortion), step + 1))[-1]
    from_there = next(singles.drawn(7, step, 5, distortion))
    assert from_there.names == from_the_start.names
    assert torch.equal(from_there.images, from_the_start.images)


def test_every_digit_comes_once_in_an_epoch_in_another_order_each_time() -> None:
    batches = list(islice(Singles(FEW, "val", 32).drawn(10, 0, 0, NONE), 10))
    names = [name for batch in batches for name in batch.names]
    assert len(set(names[:50])) == len(set(names[50:])) == 50
    assert names[:50] != names[50:]


def test_seeds_differ_and_a_batch_larger_than_all_is_all() -> None:
    singles = Singles(FEW, "val", 32)
    one, other = (next(singles.drawn(10, 0, seed, NONE)) for seed in (0, 1))
    assert one.names != other.names
    assert len(next(singles.drawn(1000, 0, 0, NONE))) == 50
