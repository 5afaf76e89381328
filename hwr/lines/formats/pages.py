"""Pages with their pictures: PAGE XML, ALTO XML and hOCR, whichever a file is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from hwr.errors import DataError
from hwr.files import is_file, names_in, real
from hwr.images.open import holds_several
from hwr.lines.formats import alto, hocr, page_xml
from hwr.lines.formats.lines import Drawn
from hwr.lines.formats.text import reason
from hwr.lines.formats.xml import Sheet, page_picture, parse, same_shape, sheet_of, size_of
from hwr.lines.labelled import LabelledPicture, composed
from hwr.lines.problems import Kind, Problem

PAGE_ENDINGS = (".xml", *hocr.ENDINGS)

_FORMATS = {page_xml.ROOT: page_xml, alto.ROOT: alto}


def first_page(folder: Path) -> Path | None:
    """The first page that stands in a folder."""
    return next(filter(is_page, _candidates(folder)), None)


def is_page(path: Path) -> bool:
    """Whether a file is there and a page, by its ending and what it holds."""
    if not is_file(path):
        return False
    if path.suffix.lower() != ".xml":
        return hocr.is_hocr(path)
    try:
        return parse(path).tag in _FORMATS
    except DataError:
        return False


def read_pages(folder: Path, problems: list[Problem]) -> list[LabelledPicture]:
    """The lines of all pages of a folder, page by page, sorted by name. XML of other kinds, such as
    METS, is no page and passed over."""
    pages = ((path, read_page(path, problems, alone=False)) for path in _candidates(folder))
    return told_once(pages, problems)


def told_once(
    parts: Iterable[tuple[Path, list[LabelledPicture]]], problems: list[Problem]
) -> list[LabelledPicture]:
    """The lines of pages or of folders of them, but for those of pictures that an earlier one told
    of: what a program read may stand beside what was corrected.

    Args:
        parts: each with its lines.
        problems: gets those that are passed over.
    """
    found: list[LabelledPicture] = []
    told: dict[Path, Path] = {}
    for part, lines in parts:
        paths = {line.path for line in lines if line.region is not None}
        pictures = {path: real(path) for path in paths}
        again = {path for path, resolved in pictures.items() if resolved in told}
        if again:
            first = min(again)
            why = f"the lines of {first} stand in {told[pictures[first]]}: give it on its own"
            problems.append(Problem(Kind.PASSED, str(part), why))
        found += [line for line in lines if line.region is None or line.path not in again]
        told |= {resolved: part for path, resolved in pictures.items() if path not in again}
    return found


def _candidates(folder: Path) -> list[Path]:
    paths = (folder / name for name in names_in(folder))
    return [path for path in paths if path.suffix.lower() in PAGE_ENDINGS and path.is_file()]


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
        # What OCRopus writes of a book stands beside the pictures of its lines.
        passed = isinstance(error, hocr.FromBelowError) and not alone
        kind = Kind.PASSED if passed else Kind.TABLE
        problems.append(Problem(kind, str(path), reason(path, error)))
    return []


def _read_xml(path: Path, problems: list[Problem], alone: bool) -> list[LabelledPicture]:
    root = parse(path)
    if root.tag not in _FORMATS:
        if alone:
            raise DataError(f"{path}: neither PAGE XML nor ALTO XML: its root is {root.tag}")
        return []
    kind = _FORMATS[root.tag]
    picture = page_picture(path, kind.picture_of(root)[0])
    if picture is not None and kind is alto:
        alto.to_pixels(root, picture)
    named, width, height = kind.picture_of(root)
    if picture is not None and holds_several(picture):
        raise DataError(_several(picture, 1, 1))
    sheet = None if picture is None else sheet_of(picture, width, height)
    return _labelled(path, sheet, named, kind.lines_of(root), problems)


def _read_hocr(path: Path, problems: list[Problem]) -> list[LabelledPicture]:
    pages = hocr.parse(path)
    if not pages:
        raise DataError("holds no page (an element of class ocr_page): export it anew as hOCR")
    # A picture called like the file is that of its only page.
    only = len(pages) == 1
    pictures = [page_picture(path, named, called_alike=only) for named, _, _ in pages]
    counts = Counter(picture for picture in pictures if picture is not None)
    several = set(filter(holds_several, counts))
    for picture in sorted(several):
        why = _several(picture, counts[picture], len(pages))
        problems.append(Problem(Kind.TABLE, str(path), why))
    return [
        line
        for picture, (named, size, lines) in zip(pictures, pages, strict=True)
        if picture not in several
        for line in _labelled(path, _sheet(picture, size), named, lines, problems, only)
    ]


def _several(picture: Path, pages: int, of_all: int) -> str:
    of = f"{pages} pages are" if pages > 1 else "its page is" if of_all == 1 else "one page is"
    return (
        f"{of} of {picture}, a file with several pictures, of which the first would be read: save"
        " each page as a picture of its own"
    )


def _sheet(picture: Path | None, size: tuple[str, str] | None) -> Sheet | None:
    """The picture of a page of hOCR, whose box may well be that of its print alone."""
    if picture is None:
        return None
    try:
        return sheet_of(picture, *(size or (None, None)))
    except DataError:
        if size is None or _at_another_size(picture, size):
            raise
    return Sheet(picture, as_kept=True)


def _at_another_size(picture: Path, told: tuple[str, str]) -> bool:
    """Whether a page as large as told does not fit into its picture, or is of the same shape."""
    size, (width, height) = size_of(picture), map(float, told)
    ways = [] if size is None else [size, size[::-1]]
    fits = any(width <= across and height <= down for across, down in ways)
    return not fits or any(same_shape((width, height), way) for way in ways)


def _labelled(
    path: Path,
    sheet: Sheet | None,
    named: str | None,
    lines: Iterable[Drawn],
    problems: list[Problem],
    called_alike: bool = True,
) -> list[LabelledPicture]:
    if sheet is None:
        alike = f"{path.stem}.png" if called_alike else ""
        wanted = " or ".join(filter(None, (named, alike)))
        why = f"put {wanted} beside the page" if wanted else "let each of its pages name a picture"
        problems.append(Problem(Kind.NO_PICTURE, str(path), why))
        return []
    picture, as_kept = sheet
    found, page, before = [], str(picture), len(problems)
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
            found.append(
                LabelledPicture(
                    picture, composed(text), page, line.region, line.name, as_kept, line.turns
                )
            )
    if not (found or len(problems) > before):
        why = "no line stands on it: draw its lines, or export it with them, if it has any"
        problems.append(Problem(Kind.PASSED, str(path), why))
    return found
