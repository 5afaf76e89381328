"""The shortcut teaches the stem alone, and is gone when it comes to reading."""

import dataclasses
import math
from pathlib import Path

import onnx
import pytest
import torch

from hwr.alphabet import Alphabet
from hwr.export import export
from hwr.images.normalise import ImageSettings
from hwr.lines.batch import Batch, LineBatch
from hwr.model_file import ModelCard
from hwr.nets.ctc import ctc_loss
from hwr.nets.encoder import EncoderOptions
from hwr.nets.framewise import framewise_loss
from hwr.nets.network import Network, NetworkOptions
from hwr.nets.shortcut import ShortcutOptions
from hwr.nets.stem import StemLayer
from hwr.training.config import parse_options
from hwr.training.task import ReadingTask

STEM = (StemLayer(4, pool=(4, 2)), StemLayer(6, pool=(4, 2)))
ENCODER = {"stem": [{"channels": 4, "pool": [4, 2]}, {"channels": 6, "pool": [4, 2]}], "hidden": 5}


def network(weight: float, heads: tuple[str, ...] = ("ctc",)) -> Network:
    options = NetworkOptions(EncoderOptions(STEM, hidden=5), shortcut=ShortcutOptions(weight))
    return Network(options, height=16, classes=4, heads=heads)


def task(weight: float, framewise: float = 0.0, split: int = 1) -> ReadingTask:
    torch.manual_seed(0)
    content = {
        "image": {"height": 16},
        "network": {
            "encoder": ENCODER,
            "ctc": {"split": split},
            "shortcut": {"weight": weight, "framewise": framewise, "dropout": 0.0},
        },
    }
    return ReadingTask(parse_options(content, "test"))


def batch() -> Batch:
    images = torch.randint(0, 256, (2, 16, 40), generator=torch.Generator().manual_seed(1))
    widths = torch.tensor([40, 30])
    images[1, :, 30:] = 0
    return Batch(LineBatch(images.to(torch.uint8), widths, ["12", "3"], ["a", "b"]))


def test_without_a_weight_there_is_none() -> None:
    assert network(0).shortcut is None
    assert task(0, framewise=1.0).network.shortcut is None
    assert network(0.1, heads=("digit",)).shortcut is None
    more = network(0.1).state_dict().keys() - network(0).state_dict().keys()
    assert {name.split(".")[0] for name in more} == {"shortcut"}


def test_it_goes_with_the_head_beside_which_it_stands() -> None:
    both = network(0.1, heads=("ctc", "seq2seq"))
    both.keep(["seq2seq"])
    assert both.shortcut is None


def test_training_adds_its_loss_by_its_weight() -> None:
    with_it = task(0.25).train()
    without = task(0).train()
    without.load_state_dict(with_it.state_dict(), strict=False)
    encoded = with_it.encoded(batch().lines)
    log_probs, frames = with_it.network.shortcut(encoded.stem, encoded.columns)
    ids = [with_it.alphabet.encode(text) for text in ("12", "3")]
    own = ctc_loss(log_probs, frames, ids)
    torch.testing.assert_close(with_it.loss(batch()), without.loss(batch()) + 0.25 * own)


@pytest.mark.parametrize("split", [1, 2])
def test_lines_whose_places_are_known_are_taught_frame_by_frame(split: int) -> None:
    plain = task(0.25, split=split).train()
    told = task(0.25, framewise=2.0, split=split).train()
    told.load_state_dict(plain.state_dict())
    lines, nan = batch().lines, math.nan
    assert lines is not None
    # In pixels, four to a column.
    known = torch.tensor([[(4.0, 12.0), (20.0, 30.0)], [(6.0, 20.0), (nan, nan)]])
    # CTC's where none is known, or where nobody asked.
    torch.testing.assert_close(told.loss(batch()), plain.loss(batch()))
    both = Batch(dataclasses.replace(lines, boxes=known))
    torch.testing.assert_close(plain.loss(both), plain.loss(batch()))

    encoded = told.encoded(lines)
    log_probs, frames = told.network.shortcut(encoded.stem, encoded.columns)
    ids = [told.alphabet.encode(text) for text in lines.texts]
    head = plain.loss(batch()) - 0.25 * ctc_loss(log_probs, frames, ids)
    own = framewise_loss(log_probs, frames, ids, known / 4 * split)
    torch.testing.assert_close(told.loss(both), head + 2 * own)
    # Of two lines, one each.
    known[1] = nan
    own = framewise_loss(log_probs[:1], frames[:1], ids[:1], known[:1] / 4 * split)
    other = ctc_loss(log_probs[1:], frames[1:], ids[1:])
    one = Batch(dataclasses.replace(lines, boxes=known))
    torch.testing.assert_close(told.loss(one), head + own + 0.125 * other)


def test_its_loss_reaches_the_stem_and_not_the_lstms() -> None:
    of = network(0.1).train()
    sequence, columns = of.encoder.convolve(torch.rand(1, 16, 40), torch.tensor([40]))
    ctc_loss(*of.shortcut(sequence, columns), [[1, 2]]).backward()
    assert all(p.grad is not None for p in of.encoder.stem.parameters())
    assert all(p.grad is None for p in of.encoder.recurrent.parameters())


def test_validation_is_without_it() -> None:
    with_it, without = task(0.25).eval(), task(0).eval()
    without.load_state_dict(with_it.state_dict(), strict=False)
    torch.testing.assert_close(with_it.loss(batch()), without.loss(batch()))


def test_the_model_file_is_without_it(tmp_path: Path) -> None:
    sizes = {}
    for weight in (0.0, 0.1):
        of = network(weight)
        card = ModelCard(Alphabet("123"), ImageSettings(height=16), of.options.stride)
        export(of, card, tmp_path / "model.onnx")
        weights = onnx.load(str(tmp_path / "model.onnx")).graph.initializer
        sizes[weight] = sorted(tuple(weight.dims) for weight in weights)
    assert sizes[0.1] == sizes[0.0]


@pytest.mark.parametrize("values", [{"weight": -1.0}, {"dropout": 1.0}, {"framewise": -1.0}])
def test_bad_options_are_refused(values: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(values))):
        ShortcutOptions(**values)
