import pytest
import torch

from hwr.lines.augment import AugmentOptions, augment
from hwr.lines.batch import LineBatch
from hwr.lines.compose import Composer
from hwr.lines.digits import load_digits
from hwr.lines.presets import LineSpec


@pytest.fixture(scope="module")
def lines() -> LineBatch:
    composer = Composer(load_digits("val"), "val")
    return composer.render(composer.plan(LineSpec("touching", "val"), 60, 0))


def test_nothing_asked_for_changes_nothing(lines: LineBatch) -> None:
    assert augment(lines, AugmentOptions(), seed=0) is lines


def test_the_same_seed_bends_alike(lines: LineBatch) -> None:
    options = AugmentOptions(slant=0.3, elastic=1.0)
    one, two, other = (augment(lines, options, seed).images for seed in (1, 1, 2))
    assert torch.equal(one, two)
    assert not torch.equal(one, other)


def test_texts_and_names_stay_and_widths_grow_alike(lines: LineBatch) -> None:
    bent = augment(lines, AugmentOptions(elastic=1.0), 0)
    assert bent.texts == lines.texts
    assert bent.names == lines.names
    assert len(set((bent.widths - lines.widths).tolist())) == 1
    assert bent.images.shape[2] == bent.widths.max()
    for row, width in enumerate(bent.widths.tolist()):
        assert not bent.images[row, :, width:].any()


def test_ink_is_moved_not_lost(lines: LineBatch) -> None:
    bent = augment(lines, AugmentOptions(slant=0.25, elastic=1.0), 0)
    before, after = (batch.images.float().sum((1, 2)) for batch in (lines, bent))
    assert (after / before - 1).abs().mean() < 0.05
    moved = (bent.images[:, :, 4:-4].float() - lines.images.float()).abs().sum((1, 2)) / before
    assert moved.min() > 0.05


def test_slant_leans_a_line_by_so_much() -> None:
    upright = torch.zeros(200, 32, 60, dtype=torch.uint8)
    upright[:, 4:28, 28:32] = 255
    lines = LineBatch(upright, torch.full((200,), 60), ["1"] * 200, ["x"] * 200)
    bent = augment(lines, AugmentOptions(slant=0.25), 0).images.float()
    columns = torch.arange(bent.shape[2], dtype=torch.float32)
    top, bottom = ((bent[:, row] * columns).sum(1) / bent[:, row].sum(1) for row in (6, 25))
    lean = (top - bottom) / 19
    assert lean.abs().max() <= 0.26
    assert lean.min() < -0.2
    assert lean.max() > 0.2


def test_negative_options_are_refused() -> None:
    with pytest.raises(ValueError, match="elastic"):
        AugmentOptions(elastic=-1)
