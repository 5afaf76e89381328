"""Pages with their pictures: PAGE XML, ALTO XML and hOCR, whichever a file is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hwr.errors import DataError
from hwr.lines.formats import alto, hocr, page_xml
from hwr.lines.formats.lines import Drawn
from hwr.lines.formats.text import reason
from hwr.lines.formats.xml import page_picture, parse, size_unlike
from hwr.lines.labelled import LabelledPicture, composed
from hwr.lines.problems import Kind, Problem

PAGE_ENDINGS = (".xml", *hocr.ENDINGS)

_FORMATS = {page_xml.ROOT: page_xml, alto.ROOT: alto}


def read_pages(folder: Path, problems: list[Problem]) -> list[LabelledPicture]:
    """The lines of all pages of a folder, page by page, sorted by name. XML of other kinds, such as
    METS, is no page and passed over."""
    return [
        line
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in PAGE_ENDINGS and path.is_file()
        for line in read_page(path, problems, alone=False)
    ]


def read_page(path: Path, problems: list[Problem], alone: bool = True) -> list[LabelledPicture]:
    """The lines of a file of pages, in its order.

    Args:
        path: of the file.
        problems: gets what is wrong.
        alone: whether a file that is no page is a problem.
    """
    try:
        if path.suffix.lower() == ".xml":
            return _read_xml(path, problems, alone)
        if alone or hocr.is_hocr(path):
            return _read_hocr(path, problems)
    except DataError as error:
        problems.append(Problem(Kind.TABLE, str(path), reason(path, error)))
    return []


def _read_xml(path: Path, problems: list[Problem], alone: bool) -> list[LabelledPicture]:
    root = parse(path)
    if root.tag not in _FORMATS:
        if alone:
            raise DataError(f"{path}: neither PAGE XML nor ALTO XML: its root is {root.tag}")
        return []
    kind = _FORMATS[root.tag]
    named, width, height = kind.picture_of(root)
    picture = page_picture(path, named)
    if picture is not None and (why := size_unlike(picture, width, height)):
        raise DataError(why)
    return _labelled(path, picture, named, kind.lines_of(root), problems)


def _read_hocr(path: Path, problems: list[Problem]) -> list[LabelledPicture]:
    pages = hocr.parse(path).pages
    if not pages:
        raise DataError("holds no page (an element of class ocr_page): export it anew as hOCR")
    return [
        line
        for named, _, lines in pages
        for line in _labelled(path, page_picture(path, named), named, lines, problems)
    ]


def _labelled(
    path: Path,
    picture: Path | None,
    named: str | None,
    lines: Iterable[Drawn],
    problems: list[Problem],
) -> list[LabelledPicture]:
    if picture is None:
        wanted = f"{named} or {path.stem}.png" if named else f"{path.stem}.png"
        problems.append(Problem(Kind.NO_PICTURE, str(path), f"put {wanted} beside the page"))
        return []
    found, page = [], str(picture)
    for line in lines:
        name = f"{picture}#{line.name}"
        text = " ".join((line.text or "").split("\n")).strip()
        if line.region is None:
            why = f"{path} does not say where it stands ({line.reason}): draw it, or strike it out"
            problems.append(Problem(Kind.TABLE, name, why))
        elif not text:
            why = "type it in, or strike out the line"
            problems.append(Problem(Kind.NO_TEXT, name, why))
        else:
            found.append(LabelledPicture(picture, composed(text), page, line.region, line.name))
    return found
