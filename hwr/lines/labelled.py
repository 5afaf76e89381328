"""A picture file, or a part of a page's picture, and what it says."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SPLITS = {"train", "training", "val", "valid", "validation", "dev", "test", "testing", "eval"}
"""What folders of one part of a data set are called."""

_JUST_A_NUMBER = re.compile(r"[\da-f]*\d[\da-f]*\.")
# Of OCRopus, hexadecimal.
_FARTHEST = 2**30
# Pixels; not a number is farther than that, too.
_LAST_NUMBER = re.compile(r"(?<=.)[-_.]\d+$")
_IDS = re.compile(
    r"(?<=.)([-_.](text)?(region|block|line|tr|tl|r|l)[-_]?\d+([-_]\d+)*(l\d+)?)+$", re.IGNORECASE
)
# Of regions and lines, as OCR-D and Transkribus give them.
_MADE = re.compile(r"\.(bin|nrm|dew|dewarped|raw)$", re.IGNORECASE)
# What programs set behind a name to tell how a picture was made (`x.bin.png`).


@dataclass(frozen=True, slots=True)
class Region:
    """Where a line stands on its page.

    Attributes:
        points: the corners of its polygon, at least three, x and y in pixels of the page by turns,
            int32 as bytes: a data set may hold a hundred thousand of them.
    """

    points: bytes

    @classmethod
    def polygon(cls, corners: Iterable[tuple[float, float]]) -> Region:
        """The region of a polygon. Raises ValueError where it has fewer than three corners, or one
        that lies in no picture."""
        exact = np.rint(np.array(list(corners), np.float64))
        if not (np.abs(exact) < _FARTHEST).all():
            raise ValueError("a point far outside of any picture")
        points = exact.astype(np.int32)
        if len(points) < 3:
            raise ValueError("fewer than three points")
        return cls(points.tobytes())

    @classmethod
    def rectangle(cls, left: float, top: float, right: float, bottom: float) -> Region:
        """The region of a box; right and bottom lie just outside of it.

        Raises ValueError where it holds no pixel.
        """
        if right <= left or bottom <= top:
            raise ValueError("a box without any size")
        right, bottom = right - 1, bottom - 1
        return cls.polygon([(left, top), (right, top), (right, bottom), (left, bottom)])

    @property
    def corners(self) -> NDArray[np.int32]:
        """int32 [corners, 2], x and y."""
        return np.frombuffer(self.points, np.int32).reshape(-1, 2)

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom; right and bottom lie just outside."""
        (left, top), (right, bottom) = self.corners.min(axis=0), self.corners.max(axis=0)
        return int(left), int(top), int(right) + 1, int(bottom) + 1


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """A line's picture and its text.

    Attributes:
        path: of the picture file.
        text: what it says, in Unicode's composed form (NFC).
        page: a name that lines of one page share and lines of different pages do not, as far as
            can be told: see `page_of`, and the formats that know their pages.
        region: where the line stands in the picture; None for all of it.
        line: what the page calls the line, where the picture is that of a page.
        as_kept: whether the region is one of the picture as its file keeps it, not turned as its
            EXIF orientation says.
        turns: quarter turns clockwise that bring what the region holds upright.
    """

    path: Path
    text: str
    page: str = ""
    region: Region | None = None
    line: str = ""
    as_kept: bool = False
    turns: int = 0

    @property
    def name(self) -> str:
        """What to call it in a message: the file, or FILE#LINE for a line of a page."""
        return f"{self.path}#{self.line}" if self.line else str(self.path)


def page_of(path: Path) -> str:
    """The page that a line's picture was likely cut from, told by its file's name: the path up to a
    last number parted by `-`, `_` or `.` (`will_12-0_003.png` and `will_12-0_004.bin.png` are of
    `will_12-0`), or up to the ids of region and line (`0012_region0001_line0003.png` is of `0012`).

    A name without any of that tells nothing: that picture counts as a page of its own.
    """
    name = _MADE.sub("", path.stem)
    page, found = _IDS.subn("", name)
    return _folder(path) + os.sep + (page if found else _LAST_NUMBER.sub("", name))


def among_folders(lines: list[LabelledPicture]) -> list[LabelledPicture]:
    """The lines of a list, whose files may be of several folders."""
    several = len({line.path.parent for line in lines}) > 1
    return [of_folder(line) for line in lines] if several else lines


def of_folder(line: LabelledPicture) -> LabelledPicture:
    """A line of a folder among folders: its page is what the folder stands for, where its own name
    is just a number, and nothing else tells it. (OCRopus has a folder for each page.)"""
    told = line.region is not None or line.page != page_of(line.path)
    if told or not _JUST_A_NUMBER.match(line.path.name):
        return line
    return replace(line, page=_folder(line.path))


def _folder(path: Path) -> str:
    """Its folder, always by the same name, however the way there is told."""
    return os.path.normpath(path.parent)


def each_its_own_page(lines: list[LabelledPicture]) -> list[LabelledPicture]:
    """The lines, each of a page of its own where their names would make one page of all of them:
    such names (`line-1.png`, `line-2.png`) tell nothing."""
    guessed = all(line.page in (page_of(line.path), _folder(line.path)) for line in lines)
    if not guessed or len({line.page for line in lines}) != 1:
        return lines
    return [replace(line, page=str(line.path)) for line in lines]


def composed(text: str) -> str:
    """A text in Unicode's composed form (NFC)."""
    return unicodedata.normalize("NFC", text)


def typed(characters: str) -> str:
    """An alphabet in an order in which it may be given as a text: no mark stands behind a letter,
    which it might join."""
    return "".join(sorted(characters, key=lambda one: (not unicodedata.combining(one), one)))
