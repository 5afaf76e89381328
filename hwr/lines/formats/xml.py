"""What PAGE XML and ALTO XML have in common: a tree without namespaces, and a page's picture.

The standard library's parser does: it fetches nothing that a file refers to, and a file that
declares entities, whose expansion could fill the memory, is refused before it is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from PIL import Image

from hwr.errors import DataError
from hwr.images.open import PICTURE_ENDINGS
from hwr.lines.labelled import Region

Element = ElementTree.Element

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")


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
    if b"<!ENTITY" in content:
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


def polygon(text: str) -> Region:
    """The region of a list of points, `x,y x,y` or `x y x y`.

    Raises:
        ValueError: fewer than three points.
    """
    numbers = [float(number) for number in _NUMBER.findall(text)]
    if len(numbers) % 2:
        raise ValueError("a list of points with an odd number of coordinates")
    return Region.polygon(zip(numbers[::2], numbers[1::2], strict=True))


def page_picture(page: Path, named: str | None) -> Path | None:
    """The picture of a page: the file that the page names, else the one called like the page,
    beside it or in the folder above (as `page/x.xml` goes with `x.jpg`)."""
    folders = (page.parent, page.parent.parent)
    if named:
        # Often with the path it had on another machine.
        last = named.replace("\\", "/").rpartition("/")[2]
        for place in (page.parent / named, *(folder / last for folder in folders if last)):
            if place.is_file():
                return place
    for folder in folders:
        for ending in PICTURE_ENDINGS:
            for path in (folder / f"{page.stem}{ending}", folder / f"{page.stem}{ending.upper()}"):
                if path.is_file():
                    return path
    return None


def size_unlike(picture: Path, width: str | None, height: str | None) -> str | None:
    """Why a page does not fit its picture, going by the sizes; None where it does, or where either
    of them does not tell its size."""
    try:
        told = sorted((int(float(width or 0)), int(float(height or 0))))
        with Image.open(picture) as opened:
            size = opened.size
    except Exception:  # what is wrong with the picture is told where it is read
        return None
    if not all(told) or sorted(size) == told:
        return None
    return (
        f"made for a picture of {width} x {height} pixels, but {picture} has {size[0]} x {size[1]}:"
        " export page and picture together"
    )
