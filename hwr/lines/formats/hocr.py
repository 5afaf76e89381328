"""hOCR (kba.github.io/hocr-spec): pages of HTML with boxes in `title`, as Tesseract writes them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from hwr.errors import DataError
from hwr.lines.formats.lines import Drawn, degrees, quarter_turns
from hwr.lines.formats.text import read_text
from hwr.lines.labelled import Region

ENDINGS = (".hocr", ".html", ".htm")

_LINES = {"ocr_line", "ocr_header", "ocr_caption", "ocr_textfloat", "ocrx_line"}
_WORD, _LETTER = "ocrx_word", "ocrx_cinfo"
_OTHERS = ("lstm_choices_", "timestep", "choice_")
# How Tesseract's ids of readings of a letter that were not chosen begin.
_VOID = {"br", "hr", "img", "input", "link", "meta", "wbr"}
_NUMBER = r"\s+(-?\d+(?:\.\d+)?)"
_BOX = re.compile(r"\bbbox" + 4 * _NUMBER)
_ANGLE = re.compile(r"\btextangle" + _NUMBER)
# Degrees counterclockwise by which a line is turned.
_OF_OCROPUS = re.compile(r"^\s*file\s")
_IMAGE = re.compile(r"""\bimage\s+(?:"([^"]*)"|'([^']*)'|([^;]+))""")


class FromBelowError(DataError):
    """A file whose boxes count rows from below, as the standard for hOCR does not."""


Page = tuple[str | None, tuple[str, str] | None, list[Drawn]]
"""The name of a page's picture if it is told, its width and height, likewise, and its lines."""


class _Pages(HTMLParser):
    """Collects the pages of a file.

    Attributes:
        pages: in its order.
        from_below: whether any is as OCRopus writes them.
        whole: whether all that counts was closed, the document (or its body: HTML allows the rest
            to be left out) and its lines.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pages: list[Page] = []
        self.from_below = False
        self._in_document = False
        self._open = 0  # elements open inside the line, itself included
        self._struck = 0  # how many were, with the outermost that is struck out
        self._word = 0  # how many were, with the word whose letters have elements of their own
        self._name, self._title, self._text = "", "", ""

    @property
    def whole(self) -> bool:
        return not (self._open or self._in_document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Takes note of pages and lines."""
        given = {name: value or "" for name, value in attrs}
        classes = set(given.get("class", "").split())
        if "ocr_page" in classes:
            title = given.get("title", "")
            self.from_below = self.from_below or bool(_OF_OCROPUS.match(title))
            image, box = _IMAGE.search(title), _BOX.search(title)
            name = next((part for part in image.groups() if part), None) if image else None
            size = (box[3], box[4]) if box and not any(map(float, box.group(1, 2))) else None
            self.pages.append((name and name.strip(), size, []))
        if tag in _VOID:
            self._text += " " if tag == "br" else ""
            return
        if tag == "html":
            self._in_document = True
        if self.pages and classes & _LINES:
            # Within a caption or another that holds lines, these count.
            if self._open and (text := self._plain()):
                why = "it has a text of its own beside a line within it"
                self.pages[-1][2].append(Drawn(self._name, text, None, why))
            number = len(self.pages[-1][2]) + 1
            self._name = given.get("id") or f"line{number}"
            self._title, self._text = given.get("title", ""), ""
            self._open, self._struck, self._word = 1, 0, 0
        elif self._open:
            self._open += 1
            # So the readings that were not chosen are marked (`alternatives`).
            if tag == "del" or given.get("id", "").startswith(_OTHERS):
                self._struck = self._struck or self._open
            elif _WORD in classes:
                self._text += " "
            elif _LETTER in classes and not self._struck:
                self._word = self._word or self._open - 1

    def handle_data(self, data: str) -> None:
        """Text, if within a line, not struck out, and not what stands between a word's letters."""
        if self._open and not self._struck and not (self._word and data.isspace()):
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        """Ends the line where its own element ends."""
        if tag in ("html", "body"):
            self._in_document = False
        if not self._open or tag in _VOID:
            return
        if self._struck == self._open:
            self._struck = 0
        if self._word == self._open:
            self._word = 0
            self._text += " "
        self._open -= 1
        if self._open:
            return
        text = self._plain() or None
        angle = _ANGLE.search(self._title)
        turns = quarter_turns(degrees(angle[1])) if angle else 0
        try:
            self.pages[-1][2].append(Drawn(self._name, text, _region(self._title), turns=turns))
        except ValueError as error:
            self.pages[-1][2].append(Drawn(self._name, text, None, str(error)))

    def _plain(self) -> str:
        """The line's text so far, its words parted by one space."""
        return " ".join(self._text.split())


def is_hocr(path: Path) -> bool:
    """Whether a file is hOCR by its ending, or looks like it and not like any other HTML."""
    if path.suffix.lower() == ENDINGS[0]:
        return True
    try:
        # (Also of one in UTF-16, which is then told of.)
        content = path.read_bytes().replace(b"\0", b"") if path.suffix.lower() in ENDINGS else b""
    except OSError:
        return False
    return b"ocr_page" in content


def parse(path: Path) -> list[Page]:
    """The pages of a file.

    Raises:
        FromBelowError: they are as OCRopus writes them.
        DataError: it cannot be read, is no HTML, or ends too early.
    """
    found, content = _Pages(), read_text(path)
    try:
        found.feed(content)
        found.close()
    except AssertionError as error:  # so the parser tells of marked sections that it does not know
        raise DataError(f"{path}: not HTML ({error}): export it anew") from error
    if found.from_below:
        raise FromBelowError(
            f"{path}: of OCRopus, whose boxes count rows from below: give the pictures of its lines"
            " with NAME.gt.txt beside them"
        )
    if not found.whole:
        raise DataError(f"{path}: cut short, its last element is not closed: export it anew")
    return found.pages


def _region(title: str) -> Region:
    box = _BOX.search(title)
    if box is None:
        raise ValueError("no bbox")
    left, top, right, bottom = map(float, box.groups())
    return Region.rectangle(left, top, right, bottom)
