"""Pictures of real lines changed at random, so that a few hundred of them teach what many would:
other slants, widths, pens, papers and scanners."""

from __future__ import annotations

import math
import os
import random
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

_LEAST_WIDTH = 4
_MARGIN = 0.5
# Greatest blank margin left and right of a line that was moved, as a share of its height.
_LEAST_BACKGROUND = 0.01
# Of albumentations' uneven light.
_SMOOTH = 1 / 12
# Of the elastic field, as a share of the height: bends about as long as a letter is wide.


@dataclass(frozen=True)
class AugmentOptions:
    """How far lines are changed; 0 leaves that out. Each line draws its own values.

    Attributes:
        shear: of the slant, in degrees, to either side.
        rotation: degrees, to either side.
        stretch: share of the width by which a line gets wider or narrower.
        scale: share of the height by which its writing gets higher or lower.
        shift: share of the height by which it moves up or down.
        elastic: standard deviation of a smooth random displacement (Simard et al. 2003), as a
            share of the height.
        thickness: how far strokes are thinned or thickened, 1 being about a pixel.
        blur: greatest standard deviation of the blur, in pixels.
        noise: greatest standard deviation of each pixel's noise, as a share of full ink.
        contrast: share by which full ink gets fainter or stronger.
        gamma: greatest exponent of the tones, less 1, or that of its inverse.
        background: greatest darkness of uneven light and grain on the paper, as
            a share of full ink; at most 0.2.
        erase: greatest number of patches wiped out of a line.
        chance: with which a line undergoes each of these; but shear, rotation, stretch, scale and
            shift, which are one movement, it always undergoes.
    """

    shear: float = 0.0
    rotation: float = 0.0
    stretch: float = 0.0
    scale: float = 0.0
    shift: float = 0.0
    elastic: float = 0.0
    thickness: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    contrast: float = 0.0
    gamma: float = 0.0
    background: float = 0.0
    erase: int = 0
    chance: float = 0.5

    def __post_init__(self) -> None:
        for field in fields(self):
            if not 0 <= getattr(self, field.name) < math.inf:
                raise ValueError(f"{field.name} must not be negative")
        for name in ("shear", "rotation"):
            if getattr(self, name) > 60:
                raise ValueError(f"{name} must not be above 60 degrees")
        for name in ("stretch", "scale", "shift"):
            if getattr(self, name) > 0.9:
                raise ValueError(f"{name} must not be above 0.9")
        if self.background > 0.2:
            raise ValueError("background must not be above 0.2")
        if 0 < self.background < _LEAST_BACKGROUND:
            raise ValueError(f"background must be 0, or at least {_LEAST_BACKGROUND}")
        for name in ("thickness", "noise", "contrast", "chance"):
            if getattr(self, name) > 1:
                raise ValueError(f"{name} must not be above 1")

    @property
    def changes(self) -> bool:
        """Whether lines are changed at all."""
        return self != AugmentOptions(chance=self.chance)

    @property
    def moves(self) -> bool:
        """Whether lines are sheared, turned, scaled or shifted."""
        return any((self.shear, self.rotation, self.stretch, self.scale, self.shift))


def augment(
    line: Pixels, options: AugmentOptions, rng: np.random.Generator, least_width: int = _LEAST_WIDTH
) -> Pixels:
    """A line changed at random.

    Args:
        line: uint8 [height, width], ink high.
        options: how far.
        rng: the same state gives the same line.
        least_width: in pixels; a line is made no narrower than this, or than it was.

    Returns:
        uint8 [height, another width], not a view of `line`. Ink stays where it was in the text's
        order; a line that was moved has margins of their own width, up to half its height.
    """
    # Strangers to numpy's generator draw from one of Python's.
    python = random.Random(int(rng.integers(2**62)))
    if options.moves:
        line = _moved(line, options, rng, least_width)
    for step in _steps(options, line.shape[0]):
        if rng.random() < options.chance:
            line = step(line, rng, python)
    return line.copy()


def _moved(
    line: Pixels, options: AugmentOptions, rng: np.random.Generator, least_width: int
) -> Pixels:
    """Sheared, turned, scaled and shifted: one resampling for all."""
    import cv2

    height, width = line.shape
    turn = math.radians(rng.uniform(-1, 1) * options.rotation)
    # As a slope, columns to a row.
    slant = math.tan(math.radians(rng.uniform(-1, 1) * options.shear))
    across = 1 + rng.uniform(-1, 1) * options.stretch
    down = 1 + rng.uniform(-1, 1) * options.scale
    shift = rng.uniform(-1, 1) * options.shift * height
    across = max(across, min(least_width / width, 1.0))
    cos, sin = math.cos(turn), math.sin(turn)
    matrix = np.array([[cos, -sin], [sin, cos]]) @ np.array([[across, slant * down], [0, down]])
    # Room for what the slant and the turn carry sideways.
    wide = math.ceil(abs(matrix[0]) @ (width, height))
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    target = np.array([(wide - 1) / 2, (height - 1) / 2 + shift])
    moved = cv2.warpAffine(
        line, np.column_stack([matrix, target - matrix @ middle]), (wide, height)
    )
    return _trimmed(np.asarray(moved, np.uint8), rng, least_width)


def _trimmed(line: Pixels, rng: np.random.Generator, least_width: int) -> Pixels:
    """With margins of a width of their own in place of the columns without any ink at its ends."""
    inked = np.flatnonzero(line.any(axis=0))
    before, behind = (round(x * _MARGIN * line.shape[0]) for x in rng.random(2))
    if not len(inked):
        return line
    inside = line[:, inked[0] : inked[-1] + 1]
    behind = max(behind, least_width - before - inside.shape[1])
    return np.pad(inside, ((0, 0), (before, behind)))


@dataclass(frozen=True)
class _Step:
    """One of albumentations' changes, perhaps seen on paper, where ink is dark, perhaps mixed with
    the line as it was."""

    change: Any  # albumentations ships no types
    on_paper: bool = False
    mixed: float = 0.0

    def __call__(self, line: Pixels, rng: np.random.Generator, python: random.Random) -> Pixels:
        self.change.set_random_state(rng, python)
        seen = 255 - line if self.on_paper else line
        changed = self.change(image=seen)["image"]
        changed = 255 - changed if self.on_paper else changed
        if self.mixed:
            share = rng.random() * self.mixed
            changed = np.rint(line + share * (changed.astype(np.float32) - line)).astype(np.uint8)
        return np.asarray(changed, np.uint8)


@lru_cache(maxsize=16)
def _steps(options: AugmentOptions, height: int) -> tuple[_Step, ...]:
    """The changes that keep a line's size, in the order in which pen, paper and camera come."""
    # Albumentations would ask the network for newer versions of itself.
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
    import albumentations as A  # type: ignore[import-untyped]  # noqa: N812
    import cv2

    cv2.setNumThreads(0)  # lines are small, and the training computes on all processors itself
    steps: list[_Step] = []
    if options.elastic:
        smooth = height * _SMOOTH
        # Blurred by so much, uniform noise from -1 to 1 has this standard deviation.
        left = 1 / (math.sqrt(3) * 2 * math.sqrt(math.pi) * smooth)
        alpha = options.elastic * height / left
        steps.append(_Step(A.ElasticTransform(alpha, smooth, noise_distribution="uniform", p=1)))
    if options.thickness:
        thin, thick = (
            A.Morphological(scale=(2, 3), operation=operation, p=1)
            for operation in ("erosion", "dilation")
        )
        steps.append(_Step(A.OneOf([thin, thick], p=1), mixed=options.thickness))
    if options.erase:
        rows, columns = (height // 6, height), (height // 12, height // 4)
        holes = A.CoarseDropout((1, options.erase), rows, columns, fill=0, p=1)
        steps.append(_Step(holes))
    if options.contrast:
        by = (-options.contrast, options.contrast)
        steps.append(_Step(A.RandomBrightnessContrast((0, 0), by, p=1)))
    if options.gamma:
        bounds = (100 / (1 + options.gamma), 100 * (1 + options.gamma))
        steps.append(_Step(A.RandomGamma(bounds, p=1)))
    if options.background:
        light = A.Illumination(
            intensity_range=(_LEAST_BACKGROUND, options.background), effect_type="darken", p=1
        )
        grain = A.GaussNoise((0, options.background), noise_scale_factor=0.2, p=1)
        steps += [_Step(light, on_paper=True), _Step(grain, on_paper=True)]
    if options.blur:
        steps.append(_Step(A.GaussianBlur(0, (0.1, options.blur), p=1)))
    if options.noise:
        steps.append(_Step(A.GaussNoise((0, options.noise), p=1)))
    return tuple(steps)
