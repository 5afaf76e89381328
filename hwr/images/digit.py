"""Brings any picture of a single digit to the form of MNIST's: scaled into a box of 20 pixels, its
centre of mass in the middle of a frame of 28 (LeCun et al. 1998, as MNIST's page tells it)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hwr.errors import PictureError
from hwr.images.grey import Grey, check_grey
from hwr.images.ink import ink_of
from hwr.images.inked import ink_extent
from hwr.images.normalise import Line, cut

FRAME, BOX = 28, 20
"""Sides of MNIST's frame and of the box in it that holds the digit, in pixels."""

LINE_HEIGHT = 32
"""A frame of 28 pixels stands on a line 32 pixels high, as in lines composed of digits."""

_WIDEST = 4
# Times as wide as high: MNIST's widest digit is less than three times.
_MIDDLE = 14.5
# Where in the frame MNIST's digits have their centre of mass, on average, counted from the corner.
_BOX_SIDES = (13, 22)
_FULL_INK = 90
_LARGEST = 16 * FRAME
# Pixels: the side of a square that is made smaller in one step.


def framed(digits: NDArray[np.uint8], height: int) -> NDArray[np.uint8]:
    """Digits in frames of 28 pixels [digits, 28, 28] as squares of a line's height, the frame in
    the middle: uint8 [digits, height, height]."""
    side = _side(height)
    if side != FRAME:
        digits = np.stack([_resized(digit, side) for digit in digits])
    before = (height - side) // 2
    around = (before, height - side - before)
    return np.pad(digits, ((0, 0), around, around))


def normalise_digit(grey: Grey, height: int, name: str = "picture") -> Line:
    """The picture of a single digit as a square: ink 255 on 0, [height, height].

    One that is in MNIST's form already is taken as it is.

    Args:
        grey: float32 [height, width], 0..1, dark on light or light on dark.
        height: of the lines that the network reads.
        name: what to call the picture in a message.

    Raises:
        PictureError: no such array, nothing written on it, or a line rather than a digit.
    """
    check_grey(grey, name)
    ink = ink_of(grey.astype(np.float32, copy=False), single=True)
    dark = ink > 0.5
    if not dark.any():
        raise PictureError(f"{name}: blank: there is no digit to read")
    rows, columns = ink_extent(ink, dark, axis=1), ink_extent(ink, dark, axis=0)
    wide, high = columns[1] - columns[0], rows[1] - rows[0]
    if wide > _WIDEST * high:
        raise PictureError(
            f"{name}: {wide / high:.0f} times as wide as high: a line? The digit head reads a"
            " single digit: cut one out, or take a model with a head for lines"
        )
    middle = _centre(ink * dark)
    if _is_framed(ink, max(wide, high), middle):
        frame, left, window = ink, 0.0, float(FRAME)
    else:
        window = max(wide, high) * FRAME / BOX
        before = window * _MIDDLE / FRAME
        left = middle[1] - before
        frame = _strengthened(_window(ink, middle[0] - before, left, window))
    pixels = np.rint(frame.clip(0, 1) * 255).astype(np.uint8)
    if not pixels.any():
        raise PictureError(f"{name}: a line too thin for its height: there is no digit to read")
    step = window / _side(height)
    left -= (height - _side(height)) // 2 * step
    return Line(framed(pixels[None], height)[0], left, step, grey.shape[1])


def _side(height: int) -> int:
    return round(height * FRAME / LINE_HEIGHT)


def _centre(mass: Grey) -> tuple[float, float]:
    """Row and column of the centre of mass, counted from the picture's corner."""
    rows, columns = mass.sum(axis=1, dtype=np.float64), mass.sum(axis=0, dtype=np.float64)
    total = rows.sum()
    return (
        float(rows @ (np.arange(len(rows)) + 0.5) / total),
        float(columns @ (np.arange(len(columns)) + 0.5) / total),
    )


def _is_framed(ink: Grey, longest: int, middle: tuple[float, float]) -> bool:
    """Whether a picture is in MNIST's form, as near as MNIST's own digits are."""
    if ink.shape != (FRAME, FRAME) or not _BOX_SIDES[0] <= longest <= _BOX_SIDES[1]:
        return False
    return max(abs(place - _MIDDLE) for place in middle) <= 2


def _window(ink: Grey, top: float, left: float, side: float) -> Grey:
    """A square of the picture scaled to the frame; what lies outside of the picture is paper."""
    if side > 2 * _LARGEST:
        # All of a square as high as a large picture, however narrow that is, would fill the memory.
        times = int(side / _LARGEST)
        ink = np.asarray(Image.fromarray(ink).reduce(times))
        top, left, side = top / times, left / times, side / times
    first_row, first_column = int(np.floor(top)), int(np.floor(left))
    room = cut(
        ink,
        first_row,
        int(np.ceil(top + side)) + 1,
        first_column,
        int(np.ceil(left + side)) + 1,
    )
    box = (left - first_column, top - first_row, left - first_column + side, top - first_row + side)
    size = (FRAME, FRAME)
    frame = Image.fromarray(room).resize(size, Image.Resampling.BILINEAR, box=box)
    return np.asarray(frame, np.float32)


def _strengthened(frame: Grey) -> Grey:
    """Ink as strong as MNIST's: thin strokes turn faint where a large picture is made small."""
    strong = float(np.percentile(frame[frame > 0.1], _FULL_INK)) if (frame > 0.1).any() else 1.0
    return frame / np.float32(min(strong, 1.0))


def _resized(digit: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(digit).resize((side, side), Image.Resampling.BILINEAR))
