from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import Tensor

from hwr.lines.distort import DistortOptions, distort


@pytest.fixture
def images() -> Tensor:
    """The same picture 200 times: a bar a little off the middle."""
    images = torch.zeros(200, 32, 32, dtype=torch.uint8)
    images[:, 8:24, 14:18] = 255
    return images


def distorted(images: Tensor, seed: int = 0, **options: float) -> Tensor:
    return distort(images, DistortOptions(**options), torch.Generator().manual_seed(seed)).float()


def mean_column(images: Tensor) -> Tensor:
    weights = images.sum(1)
    return (weights * torch.arange(32)).sum(1) / weights.sum(1)


def test_no_distortion_changes_nothing(images: Tensor) -> None:
    assert torch.equal(distort(images, DistortOptions(), torch.Generator()), images)
    nearly = distorted(images, rotation=1e-6)
    assert (nearly - images).abs().max() <= 1


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(DistortOptions)])
def test_each_option_distorts_and_each_picture_differs(images: Tensor, name: str) -> None:
    found = distorted(images, **{name: 15.0 if name == "rotation" else 0.2})
    assert len(torch.unique(found, dim=0)) > 10
    assert torch.equal(found, distorted(images, **{name: 15.0 if name == "rotation" else 0.2}))
    assert not torch.equal(
        found, distorted(images, 1, **{name: 15.0 if name == "rotation" else 0.2})
    )


def test_shift_moves_as_far_as_it_says(images: Tensor) -> None:
    moved = mean_column(distorted(images, shift=0.1)) - mean_column(images.float())
    assert moved.abs().max() <= 3.3
    assert moved.abs().max() > 2.9
    assert abs(moved.mean()) < 0.5


def test_scale_changes_the_ink_as_it_says(images: Tensor) -> None:
    height = (distorted(images, scale=0.25) > 127).any(2).sum(1)
    assert 12 <= height.min() <= 13
    assert 19 <= height.max() <= 20


def test_thickness_goes_both_ways_by_up_to_a_pixel_on_each_side(images: Tensor) -> None:
    width = distorted(images, thickness=1.0)[:, 16].sum(1) / 255
    assert 2 <= width.min() < 2.2
    assert 5.8 < width.max() <= 6


def test_erasing_wipes_out_and_adds_nothing(images: Tensor) -> None:
    found = distorted(images, erase=0.5)
    assert (found <= images).all()
    changed = (found != images).flatten(1).any(1).float().mean()
    assert 0.1 < changed < 0.6


@pytest.mark.parametrize("options", [{"rotation": -1}, {"scale": 1.5}, {"elastic": float("nan")}])
def test_impossible_options_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        DistortOptions(**options)
