"""Line pictures with their texts, from a folder.

Two forms: each `x.png` with `x.gt.txt` beside it (the convention of OCRopus, Tesseract, kraken and
Calamari), or a `labels.tsv` of `file TAB text`, the pictures beside it or in `images/`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path

from hwr.errors import DataError
from hwr.images.open import PICTURE_ENDINGS

TEXT_ENDING = ".gt.txt"
TABLE = "labels.tsv"


@dataclass(frozen=True)
class LabelledPicture:
    """A picture file and what it says, in Unicode's composed form (NFC)."""

    path: Path
    text: str


def read_folder(folder: Path) -> list[LabelledPicture]:
    """The labelled pictures of a folder, sorted by name, or in the order of its table.

    Raises:
        DataError: no such folder; no texts in it; a picture or a text is missing or unreadable.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder")
    found = _read_table(folder / TABLE) if (folder / TABLE).exists() else _read_pairs(folder)
    if not found:
        raise DataError(
            f"{folder}: holds no texts: put each picture's text beside it as NAME{TEXT_ENDING},"
            f" or all in {TABLE} as lines of  file TAB text"
        )
    return found


def pictures_in(folder: Path) -> list[Path]:
    """The picture files of a folder, by their endings, sorted by name."""
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURE_ENDINGS)
    except OSError as error:
        raise DataError(f"{folder}: cannot be read ({error.strerror})") from error


def _read_pairs(folder: Path) -> list[LabelledPicture]:
    pictures: dict[str, Path] = {}
    for path in pictures_in(folder):
        # x.png and x.bin.png alike go with x.gt.txt
        pictures.setdefault(path.name.split(".")[0], path)
        pictures[path.stem] = path
    texts = sorted(folder.glob(f"*{TEXT_ENDING}"))
    names = [path.name.removesuffix(TEXT_ENDING) for path in texts]
    _refuse_missing(folder, "picture", [name for name in names if name not in pictures])
    known = set(names)
    lonely = [p.name for p in pictures.values() if not {p.stem, p.name.split(".")[0]} & known]
    if texts:
        _refuse_missing(folder, "text", sorted(set(lonely)))
    return [
        LabelledPicture(
            pictures[name], unicodedata.normalize("NFC", _read_text(path).strip("\r\n"))
        )
        for name, path in zip(names, texts, strict=True)
    ]


def _read_table(table: Path) -> list[LabelledPicture]:
    found, missing = [], []
    for number, line in enumerate(_read_text(table).splitlines(), start=1):
        if not line.strip():
            continue
        name, tab, text = line.partition("\t")
        if not tab:
            raise DataError(f"{table}, line {number}: no TAB between file and text: {line[:60]!r}")
        path = next(
            (place for place in (table.parent / name, table.parent / "images" / name)
             if place.is_file()),
            None,
        )  # fmt: skip
        if path is None:
            missing.append(name)
        else:
            found.append(LabelledPicture(path, unicodedata.normalize("NFC", text)))
    _refuse_missing(table, "picture", missing)
    return found


def _refuse_missing(place: Path, what: str, names: list[str]) -> None:
    if names:
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        raise DataError(f"{place}: no {what} for {', '.join(names[:5])}{more}")


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 text (byte {error.start}): save it as UTF-8") from error
