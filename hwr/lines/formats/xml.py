"""What PAGE XML and ALTO XML have in common: a tree without namespaces, and a page's picture.

The standard library's parser does: it fetches nothing that a file refers to, and a file that
declares entities, whose expansion could fill the memory, is refused before it is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from hwr.errors import DataError
from hwr.files import is_file
from hwr.images.open import PICTURE_ENDINGS, header_of, orientation_of
from hwr.lines.formats.lines import degrees, quarter_turns
from hwr.lines.formats.text import spellings
from hwr.lines.labelled import Region

Element = ElementTree.Element

_BETWEEN = re.compile(r"[\s,;]+")
# Coordinates.
_SAME_SHAPE = 0.005
# How far width to height may differ between a page and its picture.


def parse(path: Path) -> Element:
    """The root of an XML file, all of its names without their namespaces, of which the versions of
    PAGE and ALTO have one each.

    Raises:
        DataError: it cannot be read, is not XML, or declares entities.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    # (In UTF-16, every other byte of it is zero.)
    if b"<!ENTITY" in content.replace(b"\0", b""):
        raise DataError(f"{path}: declares entities, which no page needs: export it anew")
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise DataError(f"{path}: not XML, or cut short ({error}): export it anew") from error
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return root


def children(element: Element, *names: str) -> Iterator[Element]:
    """The children of an element that bear one of these names."""
    return (child for child in element if child.tag in names)


def text_lines(root: Element, *angles: str) -> Iterator[tuple[Element, int]]:
    """Every TextLine, in the file's order, with the quarter turns clockwise that bring it upright.

    Args:
        root: of the file.
        angles: the attributes that tell by how many degrees, all of them together; of each that of
            the innermost element around a line counts.
    """
    within: list[tuple[Element, dict[str, float]]] = [(root, {})]
    while within:
        element, told = within.pop()
        own = {name: degrees(element.attrib[name]) for name in angles if name in element.attrib}
        told = told | own if own else told
        if element.tag == "TextLine":
            yield element, quarter_turns(sum(told.values()))
        else:
            within += [(child, told) for child in reversed(element)]


def coordinates(text: str) -> list[float]:
    """The numbers of a list of points. Raises ValueError where there is anything else in it."""
    return [float(number) for number in _BETWEEN.split(text) if number]


def polygon(text: str) -> Region:
    """The region of a list of points, `x,y x,y` or `x y x y`.

    Raises:
        ValueError: fewer than three points, or one in no picture.
    """
    numbers = coordinates(text)
    if len(numbers) % 2:
        raise ValueError("a list of points with an odd number of coordinates")
    return Region.polygon(zip(numbers[::2], numbers[1::2], strict=True))


def page_picture(page: Path, named: str | None, called_alike: bool = True) -> Path | None:
    """The picture of a page: the file that the page names, else, where `called_alike`, the one
    called like the page; beside it or in the folder above (as `page/x.xml` goes with `x.jpg`, and
    as OCR-D names files from its workspace on)."""
    # (Of a relative path, or through a link, only the system knows what is above.)
    above = page.parent / ".."
    plain = page.parent.name not in ("", "..")
    folders = (page.parent, *([page.parent.parent] if plain else []), above)
    names = spellings(named) if named else []
    # Often with the path it had on another machine.
    names += [last for name in names if (last := name.rpartition("/")[2])]
    for place in (folder / name for name in names for folder in folders):
        if is_file(place):
            return place
    for folder in folders if called_alike else ():
        for ending in PICTURE_ENDINGS:
            for path in (folder / f"{page.stem}{ending}", folder / f"{page.stem}{ending.upper()}"):
                if is_file(path):
                    return path
    return None


class Sheet(NamedTuple):
    """The picture of a page.

    Attributes:
        picture: the file.
        as_kept: whether its lines were drawn on it as its file keeps it, not turned as its EXIF
            orientation says.
    """

    picture: Path
    as_kept: bool


def sheet_of(picture: Path, width: str | None, height: str | None) -> Sheet:
    """The picture of a page, and which way round its lines were drawn: by the size that the page
    tells, else as the file keeps it, as most programs look at pages. (A TIFF is turned upright
    always, and its size is that of then.)

    Raises:
        DataError: the page tells a size that the picture has neither way round.
    """
    try:
        told = (int(float(width or 0)), int(float(height or 0)))
        with header_of(picture) as opened:
            size = opened.size
            if not all(told) or told == size:
                return Sheet(picture, as_kept=True)
            if told == size[::-1] and opened.format != "TIFF" and orientation_of(opened) >= 5:
                return Sheet(picture, as_kept=False)
    except Exception:  # what is wrong with the picture is told where it is read
        return Sheet(picture, as_kept=True)
    raise DataError(
        f"made for a picture of {width} x {height} pixels, but {picture} has"
        f" {size[0]} x {size[1]}: export page and picture together"
    )


def same_shape(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether width to height is about the same of two that are above zero."""
    return abs(one[0] * other[1] / (one[1] * other[0]) - 1) <= _SAME_SHAPE


def size_of(picture: Path) -> tuple[int, int] | None:
    """Width and height of a picture as its file keeps it; None where it cannot be opened."""
    try:
        with header_of(picture) as opened:
            return opened.size
    except Exception:  # as above
        return None
