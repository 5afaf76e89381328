"""Changes of whole batches of lines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from hwr.lines.augment import AugmentOptions
from hwr.lines.augment_batch import augment_batch
from hwr.lines.batch import LineBatch, to_batch
from hwr.lines.compose import Composer
from hwr.lines.digits import load_digits
from hwr.lines.presets import LineSpec

SPLIT = "val"
LEAST = [4] * 12
ALL = AugmentOptions(shear=15, rotation=2, stretch=0.2, scale=0.1, shift=0.05, elastic=0.02,
                     thickness=0.6, blur=0.8, noise=0.05, contrast=0.4, gamma=0.5,
                     background=0.1, erase=2, chance=1)  # fmt: skip


@pytest.fixture(scope="module")
def lines() -> LineBatch:
    composer = Composer(load_digits(SPLIT), SPLIT)
    return composer.render(composer.plan(LineSpec("touching", SPLIT, 1, 8), 12, seed=0))


def ink(batch: LineBatch, row: int) -> float:
    return float(batch.line(row).sum()) / 255


def alone(name: str, value: float) -> AugmentOptions:
    return AugmentOptions(**{name: value}, chance=1)


def test_nothing_asked_for_changes_nothing(lines: LineBatch) -> None:
    assert augment_batch(lines, AugmentOptions(chance=1), 0, LEAST) is lines


def test_the_same_seed_gives_the_same_lines(lines: LineBatch) -> None:
    one, two, other = (augment_batch(lines, ALL, seed, LEAST) for seed in (3, 3, 4))
    assert torch.equal(one.images, two.images)
    assert torch.equal(one.widths, two.widths)
    assert one.texts == lines.texts
    assert one.images.shape != other.images.shape or not torch.equal(one.images, other.images)
    assert one.images.dtype == torch.uint8
    assert one.images.shape[:2] == lines.images.shape[:2]


def test_nothing_is_right_of_a_line(lines: LineBatch) -> None:
    changed = augment_batch(lines, ALL, 0, LEAST)
    assert changed.images.shape[2] == int(changed.widths.max())
    for row, width in enumerate(changed.widths.tolist()):
        assert not changed.images[row, :, width:].any()
        assert changed.line(row).any()


@pytest.mark.parametrize("name", ["shear", "rotation", "stretch", "scale", "shift", "elastic",
                                  "thickness", "blur", "noise", "contrast", "gamma",
                                  "background", "erase"])  # fmt: skip
def test_each_change_alone(lines: LineBatch, name: str) -> None:
    options = AugmentOptions(**{name: getattr(ALL, name)}, chance=1)
    changed = augment_batch(lines, options, 1, LEAST)
    same = [
        changed.line(row).shape == lines.line(row).shape
        and np.array_equal(changed.line(row), lines.line(row))
        for row in range(len(lines))
    ]
    assert sum(same) <= 2
    never = augment_batch(lines, replace(options, chance=0), 1, LEAST)
    if name not in ("shear", "rotation", "stretch", "scale", "shift"):
        pads = max(never.images.shape[2], lines.images.shape[2])
        assert (never.widths - lines.widths).abs().max() <= 1
        difference = never.images[:, :, :pads].float() - lines.images[:, :, : never.images.shape[2]]
        assert difference.abs().max() <= 2


def test_ink_moves_as_asked() -> None:
    bar = np.zeros((32, 64), np.uint8)
    bar[4:28, 30:34] = 255
    batch = to_batch([bar] * 12, ["1"] * 12, ["bar"] * 12)
    leaning = augment_batch(batch, alone("shear", 30), 0, LEAST)
    reach = []
    for row in range(12):
        line = leaning.line(row)
        assert ink(leaning, row) == pytest.approx(ink(batch, row), rel=0.05)
        columns = np.arange(line.shape[1])
        top, bottom = (line[rows].astype(float).sum(0) for rows in (slice(4, 8), slice(24, 28)))
        reach.append((top @ columns) / top.sum() - (bottom @ columns) / bottom.sum())
    assert min(reach) < -2 < 2 < max(reach)
    assert max(map(abs, reach)) <= 20 * np.tan(np.radians(30)) + 1
    wider = augment_batch(batch, alone("stretch", 0.5), 0, LEAST)
    assert wider.widths.min() < 56 < 72 < wider.widths.max()
    for row, width in enumerate(wider.widths.tolist()):
        assert ink(wider, row) == pytest.approx(ink(batch, row) * width / 64, rel=0.12)
    moved = augment_batch(batch, alone("shift", 0.1), 0, LEAST)
    first = [int(np.flatnonzero(moved.line(row).any(1))[0]) for row in range(12)]
    assert 0 <= min(first) < 4 < max(first) <= 8


@pytest.mark.parametrize("name", ["shear", "rotation", "stretch", "scale", "shift"])
def test_what_is_known_of_how_far_a_line_leans_moves_along(name: str) -> None:
    pictures, slants = [], np.tile([0.6, -0.3, 0.0], 8)
    for slant in slants:
        rows, columns = np.mgrid[:60, :120]
        middle = 60 + slant * (29.5 - rows)
        bar = (255 * (3 - np.abs(columns - middle)).clip(0, 1)).astype(np.uint8)
        bar[:10] = bar[-10:] = 0
        pictures.append(bar)
    texts = ["1"] * len(pictures)
    batch = to_batch(pictures, texts, texts, slants=slants.tolist())
    by = {"shear": 20, "rotation": 8, "stretch": 0.3, "scale": 0.2, "shift": 0.1}[name]
    changed = augment_batch(batch, alone(name, by), 0, [4] * len(pictures))
    assert changed.slants is not None
    for row, told in enumerate(changed.slants.tolist()):
        line = changed.line(row).astype(float)
        y, x = (
            at - np.average(at, weights=line) for at in np.mgrid[: line.shape[0], : line.shape[1]]
        )
        seen = -np.average(x * y, weights=line) / np.average(y * y, weights=line)
        assert told == pytest.approx(seen, abs=0.03)
    differ = (changed.slants - batch.slants).abs().max()
    assert (differ > 0.05) == (name != "shift")


def test_only_what_moves_lines_moves_what_is_known_of_them() -> None:
    bar = np.full((32, 40), 255, np.uint8)
    boxes = [np.array([[3.0, 30.0]])] * 4
    batch = to_batch([bar] * 4, ["1"] * 4, ["bar"] * 4, boxes, [0.1] * 4)
    blurred = augment_batch(batch, alone("blur", 2), 2, [4] * 4)
    assert blurred.boxes is batch.boxes
    assert blurred.slants is batch.slants
    assert augment_batch(batch, alone("elastic", 0.02), 2, [4] * 4).boxes is None
    unknown = replace(batch, slants=None)
    assert augment_batch(unknown, alone("shear", 20), 2, [4] * 4).slants is None


def test_pens_and_papers(lines: LineBatch) -> None:
    before = [ink(lines, row) for row in range(len(lines))]

    def change(name: str, value: float) -> list[float]:
        changed = augment_batch(lines, alone(name, value), 2, LEAST)
        return [ink(changed, row) / whole for row, whole in enumerate(before)]

    assert min(change("thickness", 1)) < 0.9 < 1.1 < max(change("thickness", 1))
    assert max(change("erase", 3)) <= 1 > 0.97 > min(change("erase", 3))
    assert min(change("contrast", 0.5)) < 0.9
    assert max(change("background", 0.2)) > 1.05 > 0.99 < min(change("background", 0.2))
    blurred = augment_batch(lines, alone("blur", 2), 2, LEAST)
    assert [ink(blurred, row) for row in range(12)] == pytest.approx(before, rel=0.2)
    steps = [
        np.abs(np.diff(batch.line(0).astype(float), axis=1)).max() for batch in (lines, blurred)
    ]
    assert steps[1] < steps[0]


def test_a_line_stays_wide_enough_for_its_text() -> None:
    bar = np.full((32, 40), 255, np.uint8)
    batch = to_batch([bar] * 30, ["1"] * 30, ["bar"] * 30)
    squeezed = augment_batch(batch, alone("stretch", 0.9), 0, [36] * 29 + [80])
    assert squeezed.widths[:29].min() >= 36
    assert squeezed.widths[29] >= 40
