"""Lines are sheared by how far they lean, which is learnt from lines of which that is known."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from hwr.lines.batch import Batch, LineBatch, to_batch
from hwr.nets.encoder import Encoder, EncoderOptions
from hwr.nets.stem import StemLayer
from hwr.nets.upright import MOST, Lean, narrowed, slant_loss, upright
from hwr.training.config import parse_options
from hwr.training.task import ReadingTask

HEIGHT = 24


def strokes(slants: torch.Tensor, width: int = 90) -> torch.Tensor:
    """Lines [lines, HEIGHT, width] of three strokes, each two columns wide, that lean so far."""
    above = (HEIGHT - 1) / 2 - torch.arange(HEIGHT)
    column = torch.arange(width)
    images = torch.zeros(len(slants), HEIGHT, width)
    for start in (25.0, 40.0, 62.0):
        middle = start + slants[:, None] * above
        away = (column - middle[:, :, None] - 0.5).abs()
        images = torch.maximum(images, (1.5 - away).clamp(0, 1))
    return images


@pytest.mark.parametrize("slant", [-0.7, -0.3, 0.0, 0.26, 0.9])
def test_sheared_by_their_slant_lines_stand_upright(slant: float) -> None:
    slants = torch.tensor([slant, 0.0])
    images = strokes(slants)
    widths = torch.tensor([90, 90])
    stood = upright(images, widths, slants)
    # As many columns have ink as strokes that stand have, but for what falls between two.
    inked = (stood[0].sum(0) > 0.25 * HEIGHT).nonzero().flatten()
    assert set(inked.tolist()) <= {24, 25, 26, 27, 39, 40, 41, 42, 61, 62, 63, 64}
    torch.testing.assert_close(stood[0].sum(), images[0].sum(), rtol=0.01, atol=0)
    torch.testing.assert_close(stood[1], images[1])


def test_a_row_moves_as_far_as_it_is_from_the_middle() -> None:
    images = torch.zeros(1, 5, 9)
    images[0, :, 4] = 1.0
    stood = upright(images, torch.tensor([9]), torch.tensor([0.5]))
    expected = torch.zeros(5, 9)
    expected[0, 3] = expected[2, 4] = expected[4, 5] = 1.0
    expected[1, 3:5] = expected[3, 4:6] = 0.5
    torch.testing.assert_close(stood[0], expected)


def test_a_blank_line_stays_blank() -> None:
    blank = torch.zeros(1, HEIGHT, 60)
    assert (upright(blank, torch.tensor([60]), torch.tensor([0.8])) == 0).all()


def test_nothing_is_behind_a_line_and_no_line_is_sheared_beyond_the_most() -> None:
    images, widths = torch.rand(2, HEIGHT, 60), torch.tensor([60, 31])
    images[1, :, 31:] = 0
    slants = torch.tensor([9.0, -9.0])
    stood = upright(images, widths, slants)
    assert (stood[1, :, 31:] == 0).all()
    torch.testing.assert_close(stood, upright(images, widths, slants.clamp(-MOST, MOST)))


@torch.no_grad()
def test_before_it_has_learnt_lines_stay_as_they_are() -> None:
    options = EncoderOptions((StemLayer(4, pool=(2, 2)),), hidden=5)
    plain = Encoder(options, HEIGHT).eval()
    grown = Encoder(dataclasses.replace(options, upright=True), HEIGHT).eval()
    missing, unexpected = grown.load_state_dict(plain.state_dict(), strict=False)
    assert unexpected == []
    assert all(name.startswith("lean.") for name in missing)
    images, widths = torch.rand(2, HEIGHT, 40), torch.tensor([40, 33])
    images[1, :, 33:] = 0
    for one, other in zip(plain(images, widths), grown(images, widths), strict=True):
        torch.testing.assert_close(one, other)
    assert plain.stand(images, widths)[1] is None


def test_it_learns_how_far_lines_lean() -> None:
    torch.manual_seed(0)
    lean = Lean(HEIGHT)
    optimizer = torch.optim.AdamW(lean.parameters(), lr=3e-3)
    for _ in range(80):
        slants = torch.rand(24) * 1.4 - 0.5
        loss = slant_loss(lean(strokes(slants), torch.full((24,), 90)), slants)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    slants = torch.linspace(-0.5, 0.9, 20)
    with torch.no_grad():
        told = lean.eval()(strokes(slants), torch.full((20,), 90))
    assert (told - slants).abs().mean() < 0.1


def test_only_known_slants_count() -> None:
    told = torch.tensor([0.3, 0.5, -2.0], requires_grad=True)
    loss = slant_loss(told, torch.tensor([0.1, math.nan, -5.0]))
    # Of the last one, both are beyond what is sheared.
    torch.testing.assert_close(loss, torch.tensor((0.15 + (2.0 - MOST - 0.05)) / 2))
    loss.backward()
    assert told.grad is not None
    assert told.grad[1] == 0
    assert slant_loss(told, torch.full((3,), math.nan)) == 0


def test_boxes_become_narrower_about_their_middles() -> None:
    boxes = torch.tensor([[(10.0, 40.0), (50.0, 54.0)], [(0.0, 20.0), (math.nan, math.nan)]])
    found = narrowed(boxes, torch.tensor([-0.5, 0.0]), torch.ones(2, 40, 60))
    torch.testing.assert_close(found[0, 0], torch.tensor([16.0, 34.0]))
    # Some of it is left of any.
    torch.testing.assert_close(found[0, 1], torch.tensor([51.3, 52.7]))
    torch.testing.assert_close(found[1], boxes[1], equal_nan=True)


@pytest.mark.parametrize("slant", [-0.6, 0.8])
@pytest.mark.parametrize("rows", [slice(0, 12), slice(12, 24)], ids=["above", "below"])
def test_boxes_move_with_ink_that_is_not_in_the_middle(slant: float, rows: slice) -> None:
    images = torch.zeros(1, HEIGHT, 90)
    images[:, rows] = strokes(torch.tensor([slant]))[:, rows]
    inked = (upright(images, torch.tensor([90]), torch.tensor([slant])) > 0.3).any(1)[0]
    stood = inked.nonzero().flatten()[[0, -1]].float().mean()
    columns = (images > 0.3).any(1)[0].nonzero().flatten()
    leaning = torch.tensor([[[float(columns[0]), float(columns[-1])]]])
    found = narrowed(leaning, torch.tensor([slant]), images)
    assert float(found.mean()) == pytest.approx(float(stood), abs=0.7)
    assert abs(float(leaning.mean() - stood)) > 2


def test_training_is_told_where_characters_stand_in_the_sheared_picture() -> None:
    stem = [{"channels": 4, "pool": [4, 2]}, {"channels": 6, "pool": [4, 2]}]
    network = {"encoder": {"stem": stem, "hidden": 4, "upright": True}}
    task = ReadingTask(parse_options({"network": network}, "test"))
    torch.nn.init.constant_(task.network.encoder.lean.slant.bias, 0.5)
    boxes = [np.array([[10.0, 40.0], [50.0, 60.0]])]
    lines = to_batch([np.full((32, 80), 255, np.uint8)], ["12"], ["a"], boxes)
    found = task.encoded(lines).boxes
    assert found is not None
    known = torch.tensor(np.array(boxes), dtype=torch.float32)
    wanted = narrowed(known, torch.tensor([0.5]), torch.ones(1, 32, 80))
    torch.testing.assert_close(found, wanted / 4)


def test_whatever_was_drawn_before_it_begins_alike() -> None:
    torch.manual_seed(1)
    one = Lean(HEIGHT)
    drawn = torch.rand(1)
    torch.manual_seed(1)
    assert torch.equal(drawn, torch.rand(1))
    for mine, other in zip(one.parameters(), Lean(HEIGHT).parameters(), strict=True):
        assert torch.equal(mine, other)


def task(upright: bool) -> ReadingTask:
    torch.manual_seed(0)
    encoder = {"stem": [{"channels": 4, "pool": [4, 2]}], "hidden": 5, "upright": upright}
    content = {"image": {"height": HEIGHT}, "network": {"encoder": encoder}}
    return ReadingTask(parse_options(content, "test"))


def test_training_teaches_it_where_slants_are_known_and_nothing_else_does() -> None:
    slants = torch.tensor([0.5, math.nan])
    images = (255 * strokes(torch.tensor([0.5, 0.2]))).to(torch.uint8)
    lines = LineBatch(images, torch.tensor([90, 90]), ["111", "1"], ["a", "b"])
    known = Batch(dataclasses.replace(lines, slants=slants))
    learner = task(upright=True)
    lean = learner.network.encoder.lean
    assert lean is not None
    more = learner.train().loss(known) - learner.loss(Batch(lines))
    torch.testing.assert_close(more, torch.tensor(0.5 - 0.05))
    learner.loss(Batch(lines)).backward()
    assert all(weight.grad is None for weight in lean.parameters())
    learner.loss(known).backward()
    assert lean.slant.bias.grad is not None
    assert lean.slant.bias.grad.item() < 0
    # And its normalisation goes by lines that teach it.
    statistics = [buffer.clone() for buffer in lean.buffers()]
    for batch in (Batch(lines), Batch(dataclasses.replace(lines, slants=slants.fill_(math.nan)))):
        learner.loss(batch)
        assert learner.training
        assert lean.training
        for before, now in zip(statistics, lean.buffers(), strict=True):
            assert torch.equal(before, now)
    slants[0] = 0.5
    learner.loss(known)
    assert not torch.equal(statistics[0], next(lean.buffers()))
    # What is validated is reading.
    learner.eval()
    torch.testing.assert_close(learner.loss(known), learner.loss(Batch(lines)))
    plain = task(upright=False)
    torch.testing.assert_close(plain.loss(known), plain.loss(Batch(lines)))
