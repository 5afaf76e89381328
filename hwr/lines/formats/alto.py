"""ALTO XML, versions 2 to 4 (loc.gov/standards/alto): lines with boxes and perhaps polygons."""

from __future__ import annotations

from collections.abc import Iterator

from hwr.errors import DataError
from hwr.lines.formats.lines import Drawn
from hwr.lines.formats.xml import Element, polygon
from hwr.lines.labelled import Region

ROOT = "alto"


def picture_of(root: Element) -> tuple[str | None, str | None, str | None]:
    """The picture's name, width and height, as far as the page tells them.

    Raises:
        DataError: it measures in something else than pixels.
    """
    unit = (root.findtext("Description/MeasurementUnit") or "pixel").strip()
    if unit != "pixel":
        raise DataError(f"measures in {unit}, not in pixels: export it with MeasurementUnit pixel")
    name = (root.findtext("Description/sourceImageInformation/fileName") or "").strip()
    page = root.find("Layout/Page")
    if page is None:
        return name, None, None
    return name, page.get("WIDTH"), page.get("HEIGHT")


def lines_of(root: Element) -> Iterator[Drawn]:
    """Every TextLine, in the file's order."""
    for number, line in enumerate(root.iter("TextLine"), start=1):
        name = line.get("ID") or f"line{number}"
        try:
            yield Drawn(name, _text(line), _region(line))
        except ValueError as error:
            yield Drawn(name, _text(line), None, str(error))


def _region(line: Element) -> Region:
    drawn = line.find("Shape/Polygon")
    if drawn is not None and drawn.get("POINTS"):
        return polygon(drawn.get("POINTS", ""))
    try:
        left, top, width, height = (
            float(line.attrib[name]) for name in ("HPOS", "VPOS", "WIDTH", "HEIGHT")
        )
    except (KeyError, ValueError) as error:
        raise ValueError("neither a polygon nor a whole box") from error
    return Region.rectangle(left, top, left + width, top + height)


def _text(line: Element) -> str | None:
    """Its strings with spaces between, and the hyphen that ends the line."""
    strings = [part.get("CONTENT") or "" for part in line if part.tag == "String"]
    text = " ".join(string for string in strings if string)
    hyphens = "".join(part.get("CONTENT") or "" for part in line if part.tag == "HYP")
    # (A soft one, which is seen where a line ends.)
    return text + hyphens.replace("\N{SOFT HYPHEN}", "-") or None
