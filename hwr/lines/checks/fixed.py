"""The good lines of a data set, written as lists."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

import numpy as np
from PIL import Image

from hwr.errors import DataError
from hwr.files import is_there, real
from hwr.lines.checks.rules import mended
from hwr.lines.crops import Opener
from hwr.lines.formats.table import FILE, PAGES, TEXTS, in_quotes
from hwr.lines.labelled import LabelledPicture, among_folders, each_its_own_page, page_of

ENDING = ".tsv"

_LONGEST = 200
# Bytes.


def write_fixed(out: Path, splits: Mapping[str, Sequence[LabelledPicture]]) -> list[Path]:
    """Writes `OUT.tsv`, lines of `file TAB text`, or of several splits `OUT-NAME.tsv` each; where
    names of files do not tell the pages that lines are of, with a header and a column for these.
    Files are named as seen from the list and stay where they are, but lines of pages are cut out
    and written as PNG into the folder `OUT/`. Odd spaces in texts are mended.

    Args:
        out: with or without `.tsv`.
        splits: the good lines of each split by its name.

    Returns:
        The lists.

    Raises:
        DataError: one of these is there already, or cannot be written.
        PictureError: a page cannot be opened.
    """
    stem = out.name.removesuffix(ENDING)
    if not stem.strip(".") or not _is_text(stem):
        raise DataError(f"{out}: names no list: give a name for it, such as  --fixed good")
    out = out.with_name(stem)
    endings = _endings(list(splits))
    lists = {name: out.with_name(f"{stem}{ending}{ENDING}") for name, ending in endings.items()}
    cuts = any(line.region for lines in splits.values() for line in lines)
    for path in (*lists.values(), *([out] if cuts else [])):
        if is_there(path):
            raise DataError(f"{path}: is there already: give another name with --fixed")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        # All of it beside first: there is never half of it.
        with tempfile.TemporaryDirectory(prefix=out.name, dir=out.parent) as unfinished:
            beside = Path(unfinished)
            (beside / out.name).mkdir()
            files = _Files(out, beside / out.name)
            # Over all lists: lists of one folder that call a page alike mean the same.
            pages = dict.fromkeys(line.page for lines in splits.values() for line in lines)
            numbers = {page: str(number) for number, page in enumerate(pages, start=1)}
            for name, path in lists.items():
                content = _table(splits[name], files, numbers)
                (beside / path.name).write_text(content, encoding="utf-8")
            if cuts:
                (beside / out.name).rename(out)
            for path in lists.values():
                (beside / path.name).rename(path)
    except OSError as error:
        raise DataError(f"{out}: cannot be written ({error.strerror})") from error
    return list(lists.values())


def _endings(names: Sequence[str]) -> dict[str, str]:
    """What the names of the splits' lists have behind that of all; no two are the same."""
    if len(names) < 2:
        return dict.fromkeys(names, "")
    found: dict[str, str] = {}
    for name in names:
        plain = f"-{_plain(name)}"
        numbered = (plain, *(f"{plain}-{number}" for number in range(2, len(names) + 1)))
        # (Some file systems do not tell "A" from "a".)
        taken = {ending.casefold() for ending in found.values()}
        found[name] = next(ending for ending in numbered if ending.casefold() not in taken)
    return found


def _table(lines: Sequence[LabelledPicture], files: _Files, numbers: Mapping[str, str]) -> str:
    """The content of a list."""
    rows: list[tuple[str, ...]] = [(files.of(line), in_quotes(mended(line.text))) for line in lines]
    pages = [line.page for line in lines]
    if any(pages) and not _alike(pages, _guessed([file for file, _ in rows])):
        told = [(*row, numbers[page]) for row, page in zip(rows, pages, strict=True)]
        rows = [(FILE, TEXTS[0], PAGES[0]), *told]
    return "".join("\t".join(row) + "\n" for row in rows)


def _guessed(files: Sequence[str]) -> list[str]:
    """The pages that a reader of the list takes its files to be of, by their names."""
    lines = [LabelledPicture(Path(file), "", page_of(Path(file))) for file in files]
    return [line.page for line in each_its_own_page(among_folders(lines))]


def _alike(pages: Sequence[str], others: Sequence[str]) -> bool:
    """Whether two lists of pages part the lines in the same way."""
    return len(set(zip(pages, others, strict=True))) == len(set(pages)) == len(set(others))


class _Files:
    """The files of lines, as a list beside `out` names them; lines of pages are cut out first."""

    def __init__(self, out: Path, folder: Path) -> None:
        self._out, self._folder = out, folder
        self._opener = Opener()
        self._pages: dict[str, tuple[int, Iterator[int]]] = {}

    def of(self, line: LabelledPicture) -> str:
        if line.region is None:
            file = self._seen_from_list(line.path)
            if set("\t\r\n") & set(file) or not _is_text(file):
                raise DataError(f"{line.path}: a list cannot name it: rename the file")
            return file
        page, numbers = self._pages.setdefault(line.page, (len(self._pages), count()))
        # A number for each page, for pages of different folders may be called alike.
        stem = f"{page:04}-{_plain(line.path.stem)}_{next(numbers):03}"
        grey = self._opener.open(line)
        pixels = np.rint(grey * 255).astype(np.uint8)
        Image.fromarray(pixels).save(self._folder / f"{stem}.png")
        return f"{self._out.name}/{stem}.png"

    def _seen_from_list(self, path: Path) -> str:
        folder = self._out.parent
        file = os.path.relpath(path, folder)
        # By way of `..`, a folder that is a link is left to where it leads.
        with suppress(OSError):
            if path.samefile(folder / file):
                return file
        return os.path.relpath(real(path.parent) / path.name, real(folder))


def _is_text(name: str) -> bool:
    """Whether UTF-8 can hold it; names of files need not be text at all."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _plain(name: str) -> str:
    """A name as part of a file's name, which may have 255 bytes in all."""
    plain = "".join(c if c.isalnum() or c in "-_." else "-" for c in name).strip("-.")
    return plain.encode()[:_LONGEST].decode(errors="ignore") or "lines"
