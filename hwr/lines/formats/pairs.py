"""Each `x.png` with `x.gt.txt` beside it: the convention of OCRopus, Tesseract, kraken and
Calamari."""

from __future__ import annotations

from pathlib import Path

from hwr.errors import DataError
from hwr.files import names_in
from hwr.images.open import PICTURE_ENDINGS, UNREAD_ENDINGS
from hwr.lines.formats.pages import PAGE_ENDINGS, is_page
from hwr.lines.formats.text import read_text, reason
from hwr.lines.labelled import LabelledPicture, composed, page_of
from hwr.lines.problems import Kind, Problem

TEXT_ENDING = ".gt.txt"


def pictures_in(folder: Path) -> list[Path]:
    """The picture files of a folder, by their endings, sorted by name."""
    try:
        names = names_in(folder)
    except OSError as error:
        raise DataError(f"{folder}: cannot be read ({error.strerror})") from error
    return [folder / name for name in names if name.lower().endswith(PICTURE_ENDINGS)]


def unread_in(folder: Path) -> list[str]:
    """The names of a folder's files that hold pictures, too, but are of kinds that are not read."""
    return [name for name in names_in(folder) if name.lower().endswith(UNREAD_ENDINGS)]


def texts_in(folder: Path) -> list[Path]:
    """The texts of this kind that stand in a folder, sorted by name."""
    return [folder / name for name in names_in(folder) if _is_text(name)]


def names_of(picture: Path) -> list[str]:
    """What the text of a picture may be called, without its ending: as the picture, less one ending
    after the other."""
    endings = picture.name.split(".")
    return [".".join(endings[:count]) for count in range(len(endings) - 1, 0, -1)]


def read_pairs(folder: Path, problems: list[Problem]) -> list[LabelledPicture]:
    """The pictures with a text, sorted by name; `problems` gets the lone ones of either, but for
    those of pages, and other pictures of the same text."""
    texts: dict[str, Path] = {}
    for path in texts_in(folder):
        name = path.name[: -len(TEXT_ENDING)]
        if name in texts:
            why = f"{path.name} counts, of the same picture: rename or strike out one of them"
            problems.append(Problem(Kind.PASSED, str(texts[name]), why))
        texts[name] = path
    pictures: dict[str, list[Path]] = {name: [] for name in texts}
    lone: list[Path] = []
    for path in pictures_in(folder):
        # x.bin.png goes with x.gt.txt, as x.png does, unless there is x.bin.gt.txt.
        name = next((name for name in names_of(path) if name in texts), "")
        pictures.get(name, lone).append(path)
    unread = {Path(name).stem: name for name in unread_in(folder)}
    found = []
    for name, path in texts.items():
        if not pictures[name]:
            why = "put the picture of the same name beside the text"
            if name in unread:
                why = f"{unread[name]} is of a kind that is not read: save it as PNG or JPEG"
            problems.append(Problem(Kind.NO_PICTURE, str(path), why))
            continue
        same = [picture for picture in pictures[name] if picture.stem == name]
        picture = same[-1] if same else pictures[name][0]
        for other in pictures[name]:
            if other != picture:
                why = f"{picture.name} has its text, {path.name}: rename one of them"
                problems.append(Problem(Kind.PASSED, str(other), why))
        try:
            text = read_text(path).strip("\r\n")
        except DataError as error:
            problems.append(Problem(Kind.TABLE, str(path), reason(path, error)))
            continue
        found.append(LabelledPicture(picture, composed(text), page_of(picture)))
    for path in lone:
        if any(is_page(path.with_suffix(ending)) for ending in PAGE_ENDINGS):
            continue
        why = f"put it beside the picture as NAME{TEXT_ENDING}"
        problems.append(Problem(Kind.NO_TEXT, str(path), why))
    return found


def _is_text(name: str) -> bool:
    # Windows and its programs write endings large at times, as they do those of pictures.
    return name.lower().endswith(TEXT_ENDING)
