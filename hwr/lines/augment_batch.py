"""What `hwr.lines.augment` does to single pictures, done to whole batches as tensor operations, on
any device: for composed lines, which are there in batches already."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import conv2d, grid_sample, interpolate, pad

from hwr.lines.augment import AugmentOptions
from hwr.lines.batch import LineBatch
from hwr.lines.distort import thickened

_KNOT = 1 / 6
# From one knot of the elastic field to the next, as a share of the height: bends about as long as
# a letter is wide.
_BLOT = 1 / 2
# Of uneven light, likewise.


class _Lots:
    """Draws for every line of a batch, on the CPU, so that they are the same on every device."""

    def __init__(self, count: int, chance: float, seed: int, device: torch.device) -> None:
        self._generator = torch.Generator().manual_seed(seed)
        self._count, self._chance, self._device = count, chance, device

    def uniform(self, low: float = -1, high: float = 1) -> Tensor:
        """[lines]."""
        drawn = torch.rand(self._count, generator=self._generator)
        return (low + (high - low) * drawn).to(self._device)

    def chosen(self) -> Tensor:
        """1 for lines that undergo a step and 0 for the others, [lines, 1, 1]."""
        drawn = torch.rand(self._count, generator=self._generator) < self._chance
        return drawn.float().to(self._device)[:, None, None]

    def normal(self, *shape: int) -> Tensor:
        """[lines, *shape]."""
        return torch.randn(self._count, *shape, generator=self._generator).to(self._device)


def augment_batch(
    batch: LineBatch, options: AugmentOptions, seed: int, least_widths: Sequence[int]
) -> LineBatch:
    """Lines changed at random, each in its own way.

    Args:
        batch: lines.
        options: how far.
        seed: the same one gives the same lines, on every device.
        least_widths: in pixels, for each line: it is made no narrower than this, or than it was.

    Returns:
        Lines of the same height and other widths, without `boxes` where they are moved; zero right
        of each line's own width, as ever.
    """
    if not options.changes:
        return batch
    lots = _Lots(len(batch), options.chance, seed, batch.images.device)
    images, widths = batch.images.float(), batch.widths
    boxes, slants = batch.boxes, batch.slants
    if options.moves or options.elastic:
        least, boxes = torch.as_tensor(least_widths, device=widths.device), None
        images, widths, forward = _moved(images, widths, least, options, lots)
        slants = None if slants is None else _leaning(slants, forward)
    images = _inked(images, widths, options, lots)
    images = _seen(images, options, lots)
    columns = torch.arange(images.shape[2], device=images.device)
    images = images * (columns < widths[:, None])[:, None]
    drawn = images.round().clamp(0, 255).to(torch.uint8)
    return dataclasses.replace(batch, images=drawn, widths=widths, boxes=boxes, slants=slants)


def _moved(
    images: Tensor, widths: Tensor, least: Tensor, options: AugmentOptions, lots: _Lots
) -> tuple[Tensor, Tensor, Tensor]:
    """Sheared, turned, stretched, shifted and bent: one resampling for all. How wide lines are
    then, and where steps of a column and of a row led to, bends left aside, [lines, 2, 2]."""
    _, height, width = images.shape
    turn = torch.deg2rad(lots.uniform() * options.rotation)
    slant = torch.tan(torch.deg2rad(lots.uniform() * options.shear))
    across = 1 + lots.uniform() * options.stretch
    down = 1 + lots.uniform() * options.scale
    shift = lots.uniform() * options.shift * height
    across = torch.maximum(across, (least / widths).clamp(max=1))
    cos, sin = torch.cos(turn), torch.sin(turn)
    # From a line as it was to a line as it will be, both from their middles.
    right, up = (cos * slant - sin) * down, (sin * slant + cos) * down
    forward = torch.stack([cos * across, right, sin * across, up], dim=1).view(-1, 2, 2)
    wide = (forward[:, 0, 0].abs() * widths + forward[:, 0, 1].abs() * height).ceil().long()
    wide = torch.maximum(wide, torch.minimum(least, widths))
    back = torch.linalg.inv(forward)
    x = torch.arange(int(wide.max()), device=images.device) + 0.5 - wide[:, None] / 2
    y = torch.arange(height, device=images.device) + 0.5 - height / 2 - shift[:, None]
    x, y = x[:, None, :], y[:, :, None]
    column = back[:, 0, 0, None, None] * x + back[:, 0, 1, None, None] * y
    row = back[:, 1, 0, None, None] * x + back[:, 1, 1, None, None] * y
    if options.elastic:
        field = _smooth(height, x.shape[2], _KNOT, 2, lots) * options.elastic * height
        field = field * lots.chosen()[:, None]
        column, row = column + field[:, 0], row + field[:, 1]
    column = (column + widths[:, None, None] / 2) / width * 2 - 1
    grid = torch.stack([column, row / height * 2], dim=3)
    return grid_sample(images[:, None], grid, align_corners=False)[:, 0], wide, forward


def _leaning(slants: Tensor, forward: Tensor) -> Tensor:
    """How far lines lean that leant by so much: where a step up along the lean led to."""
    across = forward[:, 0, 0] * slants - forward[:, 0, 1]
    up = forward[:, 1, 1] - forward[:, 1, 0] * slants
    return across / up


def _inked(images: Tensor, widths: Tensor, options: AugmentOptions, lots: _Lots) -> Tensor:
    """Another pen: thinner or thicker, with patches missing, fainter or stronger."""
    if options.thickness:
        amount = lots.uniform() * options.thickness * lots.chosen()[:, 0, 0]
        images = thickened(images[:, None], amount)[:, 0]
    if options.erase:
        images = images * _kept(images, widths, options.erase, lots)
    if options.contrast:
        by = lots.uniform()[:, None, None] * options.contrast * lots.chosen()
        images = (images * (1 + by)).clamp(max=255)
    if options.gamma:
        power = lots.uniform() * math.log(1 + options.gamma)
        power = torch.exp(power[:, None, None] * lots.chosen())
        images = 255 * (images / 255) ** power
    return images


def _seen(images: Tensor, options: AugmentOptions, lots: _Lots) -> Tensor:
    """Another paper and camera: uneven light and grain, blur, noise."""
    _, height, width = images.shape
    if options.background:
        light = _smooth(height, width, _BLOT, 1, lots)[:, 0].abs()
        grain = lots.normal(height, width).abs()
        dark = lots.uniform(0, 1)[:, None, None] * light * lots.chosen()
        dark = dark + 0.5 * lots.uniform(0, 1)[:, None, None] * grain * lots.chosen()
        images = images + (255 - images) * (options.background * dark).clamp(0, 1)
    if options.blur:
        sigma = lots.uniform(0.1, max(options.blur, 0.1)) * lots.chosen()[:, 0, 0]
        images = _blurred(images, sigma.clamp_min(0.05))
    if options.noise:
        sigma = lots.uniform(0, 255 * options.noise)[:, None, None] * lots.chosen()
        images = images + sigma * lots.normal(height, width)
    return images.clamp(0, 255)


def _smooth(height: int, width: int, pitch: float, fields: int, lots: _Lots) -> Tensor:
    """Smooth random fields of about unit spread, [lines, fields, height, width]; from one knot to
    the next it is `pitch` of the height."""
    rows = math.ceil(1 / pitch) + 1
    columns = math.ceil(width / (pitch * height)) + 1
    knots = lots.normal(fields, rows, columns)
    return interpolate(knots, (height, width), mode="bicubic", align_corners=True)


def _kept(images: Tensor, widths: Tensor, most: int, lots: _Lots) -> Tensor:
    """0 in some rectangles and 1 elsewhere, as `images`."""
    _, height, width = images.shape
    row = torch.arange(height, device=images.device)
    column = torch.arange(width, device=images.device)
    kept = torch.ones_like(images)
    number, chosen = lots.uniform(0, most).ceil(), lots.chosen()
    for hole in range(most):
        tall = lots.uniform(height / 6, height)
        wide = lots.uniform(height / 12, height / 4)
        top = lots.uniform(0, 1) * (height - tall)
        left = lots.uniform(0, 1) * (widths - wide).clamp_min(0)
        rows = (row >= top[:, None]) & (row < (top + tall)[:, None])
        columns = (column >= left[:, None]) & (column < (left + wide)[:, None])
        there = (hole < number)[:, None, None] & rows[:, :, None] & columns[:, None]
        kept = kept * (1 - there.float() * chosen)
    return kept


def _blurred(images: Tensor, sigma: Tensor) -> Tensor:
    """Each line by a Gaussian of its own standard deviation, in pixels."""
    reach = max(1, math.ceil(3 * float(sigma.max())))
    at = torch.arange(-reach, reach + 1, device=images.device)
    kernel = torch.exp(-((at / sigma[:, None]) ** 2) / 2)
    kernel = (kernel / kernel.sum(dim=1, keepdim=True))[:, None, None]
    drawn = pad(images[None], (reach, reach, reach, reach))
    for weight in (kernel, kernel.transpose(2, 3)):
        drawn = conv2d(drawn, weight, groups=len(images))
    return drawn[0]
