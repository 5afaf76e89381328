"""Brings any picture of a line to the form that networks read: one height, light ink on black."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hwr.errors import PictureError
from hwr.images.clean import CleanOptions, clean
from hwr.images.grey import Grey, check_grey
from hwr.images.seen import ink_extent, seen_as_document, seen_as_line

_LEAST_WIDTH = 4


@dataclass(frozen=True)
class ImageSettings:
    """The form that pictures are brought to. A model's file carries the settings it learnt with."""

    height: int = 32
    """Pixels."""
    min_ink: float = 0.45
    """Least share of the height that ink takes; a picture with less is cropped around it."""
    cropped_ink: float = 0.65
    """Share of the height that ink takes where a picture was cropped."""
    max_ink: float = 0.95
    """Greatest share of the line's height that ink takes; a picture with more is padded."""
    min_margin: float = 2 / 32
    """Least margin left and right of the ink, as a share of the height."""
    max_margin: float = 24 / 32
    """Greatest margin left and right of the ink, as a share of the height."""
    max_width: int = 8192
    """Pixels, at the line's height; a wider picture is refused."""
    ink: Literal["global", "local"] = "global"
    """What ink is told from paper by: one level for the whole picture, or the paper around each
    place, for pictures of documents."""
    clean: CleanOptions = field(default_factory=CleanOptions)
    """The steps by which a picture is cleaned before anything else."""

    def __post_init__(self) -> None:
        if self.height < 8:
            raise ValueError(f"height {self.height}: must be at least 8 pixels")
        if not 0 < self.min_ink <= self.cropped_ink <= self.max_ink <= 1:
            raise ValueError(
                f"min_ink {self.min_ink}, cropped_ink {self.cropped_ink}, max_ink {self.max_ink}:"
                " shares of the height, above 0, at most 1, none above the next"
            )
        if not 0 <= self.min_margin <= self.max_margin < float("inf"):
            raise ValueError(
                f"min_margin {self.min_margin}, max_margin {self.max_margin}: shares of the"
                " height, not below 0, min_margin not above max_margin"
            )
        if self.ink not in ("global", "local"):
            raise ValueError(f"ink {self.ink!r}: must be global or local")
        if self.max_width < self.height:
            raise ValueError(
                f"max_width {self.max_width}: must be at least the height, {self.height}"
            )

    def to_dict(self) -> dict[str, Any]:
        """For JSON; `from_dict` takes it back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ImageSettings:
        """Raises ValueError where a key is unknown or a value cannot be taken."""
        if unknown := sorted(set(values) - {known.name for known in fields(cls)}):
            raise ValueError(f"unknown image setting: {unknown[0]!r}")
        try:
            cleaning = CleanOptions.from_dict(values.get("clean", {}))
            return cls(**{**values, "clean": cleaning})
        except (ValueError, TypeError) as error:
            raise ValueError(f"image settings: {error}") from error


@dataclass(frozen=True)
class Line:
    """A picture made ready.

    Attributes:
        pixels: uint8 [height, width], ink 255 on 0.
        left: the picture's column at which `pixels` begins; below zero where it was padded.
        step: columns of the picture to one of `pixels`.
        picture_width: in pixels, as given.
    """

    pixels: NDArray[np.uint8]
    left: float
    step: float
    picture_width: int

    def picture_column(self, column: float) -> float:
        """Where a column of `pixels` lies in the picture as given, kept inside of it."""
        return min(max(self.left + column * self.step, 0.0), float(self.picture_width))


def normalise(
    grey: Grey, settings: ImageSettings, name: str = "picture", dark: bool | None = None
) -> Line:
    """The picture as a line: ink 255 on 0, `settings.height` pixels high.

    A blank picture gives a blank square.

    Args:
        grey: float32 [height, width], 0..1, dark on light or light on dark.
        settings: the form to bring it to.
        name: what to call the picture in a message.
        dark: whether ink is darker than paper, where that is known; else, and where cleaning has
            changed the picture, it is told by the picture.

    Raises:
        PictureError: wider than `settings.max_width` once scaled to the height, or no such array.
    """
    check_grey(grey, name)
    given_height, given_width = grey.shape
    grey = clean(grey, settings.clean)
    # Shearing has made it wider by so much on either side.
    added = (grey.shape[1] - given_width) // 2
    grey = grey.astype(np.float32, copy=False)
    known = None if settings.clean.any else dark
    if settings.ink == "local":
        needed = settings.cropped_ink * settings.height
        ink, written, begins, step = seen_as_document(grey, needed, known)
    else:
        ink, written, begins, step = seen_as_line(grey, known)
    if not written.any():
        blank = np.zeros((settings.height, settings.height), np.uint8)
        return Line(blank, 0, given_width / settings.height, given_width)
    top, bottom = _rows(ink, written, settings)
    window = bottom - top
    across = np.flatnonzero(written[max(top, 0) : bottom].any(axis=0))
    left, right = _columns(int(across[0]), int(across[-1]) + 1, ink.shape[1], window, settings)
    scale = settings.height / window
    width = max(_LEAST_WIDTH, round((right - left) * scale))
    if width > settings.max_width:
        raise PictureError(
            f"{name}: {given_width} x {given_height} pixels make a line {width} pixels wide,"
            f" more than {settings.max_width}: cut it into shorter lines"
        )
    line = cut(ink, top, bottom, left, right)
    if line.shape != (settings.height, width):
        resized = Image.fromarray(line).resize((width, settings.height), Image.Resampling.LANCZOS)
        line = np.asarray(resized, np.float32)
    pixels = np.rint(line.clip(0, 1) * 255).astype(np.uint8)
    return Line(pixels, begins + left * step - added, (right - left) * step / width, given_width)


def _rows(ink: Grey, written: NDArray[np.bool_], settings: ImageSettings) -> tuple[int, int]:
    """First row and end of the line, perhaps outside the picture."""
    top, bottom = ink_extent(ink, written, axis=1)
    height, ink_height = ink.shape[0], bottom - top
    share = ink_height / height
    if settings.min_ink <= share <= settings.max_ink:
        return 0, height
    cropped = share < settings.min_ink
    window = round(ink_height / (settings.cropped_ink if cropped else settings.max_ink))
    start = round((top + bottom - window) / 2)
    if cropped:
        return start, start + window
    # Padded: no row of the picture is given up, however far from the middle the ink is.
    return min(start, 0), max(start + window, height)


def _columns(
    first: int, end: int, width: int, window: int, settings: ImageSettings
) -> tuple[int, int]:
    """First column and end of the line, perhaps outside the picture."""
    least, most = round(settings.min_margin * window), round(settings.max_margin * window)
    return first - min(max(first, least), most), end + min(max(width - end, least), most)


def cut(ink: Grey, top: int, bottom: int, left: int, right: int) -> Grey:
    """A rectangle of the picture; what lies outside of the picture is paper."""
    line = np.zeros((bottom - top, right - left), np.float32)
    height, width = ink.shape
    inside = ink[max(top, 0) : min(bottom, height), max(left, 0) : min(right, width)]
    above, before = max(-top, 0), max(-left, 0)
    line[above : above + inside.shape[0], before : before + inside.shape[1]] = inside
    return line
