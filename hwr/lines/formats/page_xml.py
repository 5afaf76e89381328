"""PAGE XML (Pletschacher and Antonacopoulos 2010; primaresearch.org/schema/PAGE): lines with
polygons, as Transkribus, eScriptorium and OCR-D write them."""

from __future__ import annotations

from collections.abc import Iterator

from hwr.lines.formats.lines import Drawn
from hwr.lines.formats.xml import Element, children, polygon, text_lines
from hwr.lines.labelled import Region

ROOT = "PcGts"


def picture_of(root: Element) -> tuple[str | None, str | None, str | None]:
    """The picture's name, width and height, as far as the page tells them."""
    page = root.find("Page")
    if page is None:
        return None, None, None
    return page.get("imageFilename"), page.get("imageWidth"), page.get("imageHeight")


def lines_of(root: Element) -> Iterator[Drawn]:
    """Every TextLine, in the file's order, then regions whose text is told without lines."""
    # Degrees clockwise that undo the turn of a region, and of the text within it.
    lines = text_lines(root, "orientation", "readingOrientation")
    for number, (line, turns) in enumerate(lines, start=1):
        name = line.get("id") or f"line{number}"
        try:
            yield Drawn(name, _text(line), _region(line), turns=turns)
        except ValueError as error:
            yield Drawn(name, _text(line), None, str(error))
    for region in root.iter("TextRegion"):
        if region.find(".//TextLine") is None and (text := _text(region)):
            yield Drawn(region.get("id") or "region", text, None, "a text without lines")


def _region(line: Element) -> Region:
    coords = line.find("Coords")
    if coords is None:
        raise ValueError("no Coords")
    # Up to the version of 2010 as elements, later as an attribute.
    corners = [(f"{p.get('x')},{p.get('y')}") for p in children(coords, "Point")]
    return polygon(coords.get("points") or " ".join(corners))


def _text(line: Element) -> str | None:
    """Of several texts the one with the lowest index; without any, those of its words."""
    texts = sorted(children(line, "TextEquiv"), key=_index)
    for text in texts:
        if content := _content(text):
            return content
    words = [_text(word) for word in children(line, "Word")]
    return " ".join(word for word in words if word) or None


def _index(text: Element) -> int:
    index = text.get("index") or ""
    return int(index) if index.isdecimal() else 0


def _content(text: Element) -> str:
    for name in ("Unicode", "PlainText"):
        found = text.find(name)
        if found is not None and (found.text or "").strip():
            return found.text or ""
    return ""
