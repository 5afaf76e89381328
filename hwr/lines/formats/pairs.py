"""Each `x.png` with `x.gt.txt` beside it: the convention of OCRopus, Tesseract, kraken and
Calamari."""

from __future__ import annotations

from pathlib import Path

from hwr.errors import DataError
from hwr.files import names_in
from hwr.images.open import PICTURE_ENDINGS
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


def holds_pairs(folder: Path) -> bool:
    """Whether any text of this kind stands in a folder."""
    return any(name.endswith(TEXT_ENDING) for name in names_in(folder))


def read_pairs(folder: Path, problems: list[Problem]) -> list[LabelledPicture]:
    """The pictures with a text, sorted by name; `problems` gets the lone ones of either."""
    pictures: dict[str, Path] = {}
    texts = {
        name.removesuffix(TEXT_ENDING): folder / name
        for name in names_in(folder)
        if name.endswith(TEXT_ENDING)
    }
    for path in pictures_in(folder):
        other = pictures.get(path.stem)
        if other is not None and other.stem == path.stem and path.stem in texts:
            why = f"{path.name} has the same name, and its text: rename one of them"
            problems.append(Problem(Kind.PASSED, str(other), why))
        # x.png and x.bin.png alike go with x.gt.txt
        pictures.setdefault(path.name.split(".")[0], path)
        pictures[path.stem] = path
    found = []
    for name, path in texts.items():
        if name not in pictures:
            why = "put the picture of the same name beside the text"
            problems.append(Problem(Kind.NO_PICTURE, str(path), why))
            continue
        try:
            text = read_text(path).strip("\r\n")
        except DataError as error:
            problems.append(Problem(Kind.TABLE, str(path), reason(path, error)))
            continue
        picture = pictures[name]
        found.append(LabelledPicture(picture, composed(text), page_of(picture)))
    for path in sorted(set(pictures.values())):
        if not {path.stem, path.name.split(".")[0]} & texts.keys():
            why = f"put it beside the picture as NAME{TEXT_ENDING}"
            problems.append(Problem(Kind.NO_TEXT, str(path), why))
    return found
