"""ALTO XML, versions 2 to 4 (loc.gov/standards/alto): lines with boxes and perhaps polygons."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from hwr.errors import DataError
from hwr.lines.formats.lines import Drawn
from hwr.lines.formats.xml import Element, coordinates, polygon, same_shape, size_of, text_lines
from hwr.lines.labelled import Region

ROOT = "alto"

_BOX = ("HPOS", "VPOS", "WIDTH", "HEIGHT")
_UNITS = ("mm10", "inch1200")
# Beside pixels.


def picture_of(root: Element) -> tuple[str | None, str | None, str | None]:
    """The picture's name, width and height, as far as the page tells them. Raises DataError where
    there are several pages: the one picture would be read for all."""
    name = (root.findtext("Description/sourceImageInformation/fileName") or "").strip()
    pages = root.findall("Layout/Page")
    if len(pages) > 1:
        raise DataError(f"holds {len(pages)} pages: export each as a file of its own")
    if not pages:
        return name, None, None
    return name, pages[0].get("WIDTH"), pages[0].get("HEIGHT")


def to_pixels(root: Element, picture: Path) -> None:
    """Makes pixels of its picture of what a page measures in tenths of a millimetre or 1,200ths of
    an inch, by how large it says that it is.

    Raises:
        DataError: it measures in something else, does not tell its size, or the picture is of
            another shape.
    """
    unit = (root.findtext("Description/MeasurementUnit") or "").strip() or "pixel"
    if unit.lower() == "pixel":
        return
    if unit not in _UNITS:
        raise DataError(f"measures in {unit}, not in pixels: export it with MeasurementUnit pixel")
    page = root.find("Layout/Page")
    told = _numbers(page, "WIDTH", "HEIGHT") if page is not None else None
    if page is None or told is None or min(told) <= 0:
        raise DataError(
            f"measures in {unit} and does not say how large the page is: export it with"
            " MeasurementUnit pixel"
        )
    size = size_of(picture)
    if size is None:  # what is wrong with a picture is told where it is read
        return

    page_size = (told[0], told[1])
    turned = next((way for way in (size, size[::-1]) if same_shape(page_size, way)), None)
    if turned is None:
        raise DataError(
            f"a page of {told[0]:g} x {told[1]:g} {unit} is of another shape than {picture}, of"
            f" {size[0]} x {size[1]} pixels: export page and picture together"
        )
    width, height = turned
    across, down = width / told[0], height / told[1]
    page.set("WIDTH", str(width))
    page.set("HEIGHT", str(height))
    for line in root.iter("TextLine"):
        box = _numbers(line, *_BOX)
        for name, number, scale in zip(_BOX, box or (), (across, down) * 2, strict=False):
            line.set(name, str(number * scale))
        for drawn in line.iterfind("Shape/Polygon"):
            with suppress(ValueError):  # told where its region is read
                points = coordinates(drawn.get("POINTS", ""))
                scaled = (number * (across, down)[place % 2] for place, number in enumerate(points))
                drawn.set("POINTS", " ".join(f"{number:.2f}" for number in scaled))


def _numbers(element: Element, *names: str) -> list[float] | None:
    """Attributes that are finite numbers; None where one of them is not there, or is none."""
    try:
        numbers = [float(element.attrib[name]) for name in names]
    except (KeyError, ValueError):
        return None
    return numbers if all(map(math.isfinite, numbers)) else None


def lines_of(root: Element) -> Iterator[Drawn]:
    """Every TextLine, in the file's order."""
    # Degrees counterclockwise by which a block is turned.
    for number, (line, turns) in enumerate(text_lines(root, "ROTATION"), start=1):
        name = line.get("ID") or f"line{number}"
        try:
            yield Drawn(name, _text(line), _region(line), turns=turns)
        except ValueError as error:
            yield Drawn(name, _text(line), None, str(error))


def _region(line: Element) -> Region:
    drawn = line.find("Shape/Polygon")
    box = _numbers(line, *_BOX)
    if drawn is not None and drawn.get("POINTS"):
        try:
            return polygon(drawn.get("POINTS", ""))
        except ValueError:
            if box is None:
                raise
    if box is None:
        raise ValueError("neither a polygon nor a whole box")
    left, top, width, height = box
    return Region.rectangle(left, top, left + width, top + height)


def _text(line: Element) -> str | None:
    """Its strings, with spaces where it tells of any, else between all of them, and the hyphen that
    ends the line."""
    parts = [part for part in line if part.tag in ("String", "SP")]
    strings = [" " if part.tag == "SP" else part.get("CONTENT") or "" for part in parts]
    between = "" if " " in strings else " "
    words = between.join(string for string in strings if string).split(" ")
    text = " ".join(word for word in words if word)
    hyphens = "".join(part.get("CONTENT") or "" for part in line if part.tag == "HYP")
    # (A soft one, which is seen where a line ends.)
    return text + hyphens.replace("\N{SOFT HYPHEN}", "-") or None
