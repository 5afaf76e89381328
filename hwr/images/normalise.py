"""Brings any picture of a line to the form that networks read: one height, light ink on black."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hwr.errors import PictureError
from hwr.images.clean import CleanOptions, clean
from hwr.images.grey import Grey, check_grey
from hwr.images.inked import Inked, ink_extent, inked_document, inked_line

LEAST_WIDTH = 4
"""Of a line, in pixels."""


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
        whole: the line with all rows of the picture, where that was cropped to its writing and they
            were asked for.
        turned: what the line is if its ink is light where it was taken for dark, or dark where it
            was taken for light; where that was not told surely, and it was asked for.
    """

    pixels: NDArray[np.uint8]
    left: float
    step: float
    picture_width: int
    whole: Line | None = None
    turned: Line | None = None

    def as_read(self, turned: bool) -> Line:
        """The line itself, or what it is the other way round, if it was read so."""
        return self.turned if turned and self.turned is not None else self

    def picture_column(self, column: float) -> float:
        """Where a column of `pixels` lies in the picture as given, kept inside of it."""
        return float(min(max(self.left + column * self.step, 0.0), self.picture_width))


def normalise(
    grey: Grey,
    settings: ImageSettings,
    name: str = "picture",
    dark: bool | None = None,
    whole: bool = False,
    turned: bool = False,
) -> Line:
    """The picture as a line: ink 255 on 0, `settings.height` pixels high.

    A blank picture gives a blank square.

    Args:
        grey: float32 [height, width], 0..1, dark on light or light on dark.
        settings: the form to bring it to.
        name: what to call the picture in a message.
        dark: whether ink is darker than paper, where that is known; else, and where cleaning has
            changed the picture, it is told by the picture.
        whole: whether the line is wanted with all rows of the picture too.
        turned: whether it is wanted with ink and paper the other way round too.

    Raises:
        PictureError: wider than `settings.max_width` once scaled to the height, or no such array.
    """
    check_grey(grey, name)
    cleaned = clean(grey, settings.clean).astype(np.float32, copy=False)
    known = None if settings.clean.any else dark
    if settings.ink == "local":
        inked = inked_document(cleaned, settings.cropped_ink * settings.height, known)
    else:
        inked = inked_line(cleaned, known)
    # Shearing has made it wider by so much on either side.
    added = (cleaned.shape[1] - grey.shape[1]) // 2
    line = _line(inked, grey.shape, added, settings, name, whole)
    tone = inked.tone
    if turned and tone and not tone.sure and not settings.clean.any:
        with suppress(PictureError):  # too wide so, perhaps
            return replace(line, turned=normalise(grey, settings, name, not tone.dark, whole))
    return line


def _line(
    inked: Inked,
    given: tuple[int, ...],
    added: int,
    settings: ImageSettings,
    name: str,
    whole: bool,
) -> Line:
    """What is seen of a picture as a line.

    Args:
        inked: what is seen.
        given: height and width of the picture.
        added: columns that it did not have, on its left.
        settings, name, whole: as `normalise` takes them.
    """
    ink, written, begins, step, _ = inked
    given_height, given_width = given
    if not written.any():
        blank = np.zeros((settings.height, settings.height), np.uint8)
        return Line(blank, 0, given_width / settings.height, given_width)
    top, bottom = _rows(ink, written, settings)
    frame = _frame(written, top, bottom, settings)
    if frame.width > settings.max_width:
        raise PictureError(
            f"{name}: {given_width} x {given_height} pixels make a line {frame.width} pixels wide,"
            f" more than {settings.max_width}: cut it into shorter lines"
        )

    def made(frame: _Frame) -> Line:
        return Line(
            _drawn(ink, frame, settings),
            begins + frame.left * step - added,
            (frame.right - frame.left) * step / frame.width,
            given_width,
        )

    if whole and (top > 0 or bottom < len(ink)):
        around = _frame(written, min(top, 0), max(bottom, len(ink)), settings)
        return replace(made(frame), whole=made(around))
    return made(frame)


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


class _Frame(NamedTuple):
    """What of a picture becomes a line: its first row and column and those behind the last, perhaps
    outside of the picture, and how wide the line is."""

    top: int
    bottom: int
    left: int
    right: int
    width: int


def _frame(written: NDArray[np.bool_], top: int, bottom: int, settings: ImageSettings) -> _Frame:
    """These rows, and the columns of what is written in them with margins."""
    across, window = np.flatnonzero(written[max(top, 0) : bottom].any(axis=0)), bottom - top
    first, end = int(across[0]), int(across[-1]) + 1
    least, most = round(settings.min_margin * window), round(settings.max_margin * window)
    left = first - min(max(first, least), most)
    right = end + min(max(written.shape[1] - end, least), most)
    width = max(LEAST_WIDTH, round((right - left) * settings.height / window))
    return _Frame(top, bottom, left, right, width)


def _drawn(ink: Grey, frame: _Frame, settings: ImageSettings) -> NDArray[np.uint8]:
    """The line."""
    line = cut(ink, frame.top, frame.bottom, frame.left, frame.right)
    if line.shape != (settings.height, frame.width):
        size = frame.width, settings.height
        line = np.asarray(Image.fromarray(line).resize(size, Image.Resampling.LANCZOS), np.float32)
    pixels: NDArray[np.uint8] = np.rint(line.clip(0, 1) * 255).astype(np.uint8)
    return pixels


def cut(ink: Grey, top: int, bottom: int, left: int, right: int) -> Grey:
    """A rectangle of the picture; what lies outside of the picture is paper."""
    line = np.zeros((bottom - top, right - left), np.float32)
    height, width = ink.shape
    inside = ink[max(top, 0) : min(bottom, height), max(left, 0) : min(right, width)]
    above, before = max(-top, 0), max(-left, 0)
    line[above : above + inside.shape[0], before : before + inside.shape[1]] = inside
    return line
