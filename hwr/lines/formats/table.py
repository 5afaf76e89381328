"""Lists of line pictures: `labels.tsv`, or a `metadata.csv` or `metadata.jsonl` as image folders
have it.

A `.tsv` has lines of `file TAB text` and no header, or one that names `file_name`. With that, and
of the other two, `file_name` names the file, and the text is in `text`, `transcription` or `label`,
whichever comes first; where there is a `page` or `group`, pictures with the same one count as of
one page; a `split` that parts them is told of. Files are looked for beside the list, then in
`images/`. Where they are of several folders, those whose names are just numbers are of the page
that their folder stands for. A `.tsv` may have cells with quotes in quotes, as pandas puts them,
or, below a header, all of them.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from hwr.errors import DataError
from hwr.files import is_file
from hwr.lines.formats.text import read_text, reason, spellings
from hwr.lines.labelled import SPLITS, LabelledPicture, among_folders, composed, page_of
from hwr.lines.problems import Kind, Problem

TABLES = ("labels.tsv", "metadata.csv", "metadata.jsonl")
"""What a list is called in a folder; the first one found is taken."""

TABLE_ENDINGS = (".tsv", ".csv", ".jsonl")

FILE = "file_name"
TEXTS = ("text", "transcription", "label")
PAGES = ("page", "group")

SPLIT = "split"

_OURS = {FILE, *TEXTS, *PAGES, SPLIT}
_HEADS = {FILE, *TEXTS, "file", "filename", "image", "path"}
# What people call columns.
_QUOTES = "a quote that is not closed, or not doubled within others"
_BREAK = re.compile("\r\n|\r|\n")


class Row(NamedTuple):
    """A line of a list, by its number; page and split are empty where they are not told."""

    number: int
    file: str
    text: str
    page: str = ""
    split: str = ""


def read_table(table: Path, problems: list[Problem]) -> list[LabelledPicture]:
    """The labelled pictures of a list, in its order."""
    rows = {".csv": _csv, ".jsonl": _jsonl}.get(table.suffix.lower(), _tsv)
    found: list[LabelledPicture] = []
    splits: dict[str, None] = {}
    within: dict[str, None] = {}
    try:
        for row in rows(table, read_text(table), problems):
            path = _picture(table.parent, row.file)
            if path is None:
                name = str(table.parent / row.file) if row.file else f"{table}, line {row.number}"
                why = "put it beside the list or in images/, or strike it from the list"
                problems.append(Problem(Kind.NO_PICTURE, name, why))
                continue
            page = f"{table.parent}/{row.page}" if row.page else page_of(path)
            found.append(LabelledPicture(path, composed(row.text), page))
            splits[row.split] = None
            parts = Path(row.file.replace("\\", "/")).parts[:-1]
            within[next((part for part in parts if part.lower() in SPLITS), "")] = None
    except DataError as error:
        problems.append(Problem(Kind.TABLE, str(table), reason(table, error)))
    for names, by in ((splits, f"its column {SPLIT}"), (within, "its folders")):
        if len(names) > 1:
            why = f"{', '.join(name or 'none' for name in names)}, by {by}: make a list of each"
            problems.append(Problem(Kind.UNITED, str(table), why))
            break
    return among_folders(found)


def _picture(folder: Path, file: str) -> Path | None:
    names = spellings(file) if file else ()
    places = (place / name for name in names for place in (folder, folder / "images"))
    return next(filter(is_file, places), None)


def _tsv(table: Path, content: str, problems: list[Problem]) -> Iterator[Row]:
    # Not `splitlines`, which ends a line at characters that a text may hold by mistake.
    lines = enumerate((line.removesuffix("\r") for line in content.split("\n")), start=1)
    rows = ((number, line.split("\t")) for number, line in lines if line.strip())
    first = True
    for number, row in rows:
        head = [_unquoted(cell, always=True) for cell in row] if first else []
        first = False
        if FILE in head and not set(head).isdisjoint(TEXTS):
            cells = _cells(table, rows, head != row, problems)
            yield from _headed(table, head, cells, problems, "no TAB may stand in a text")
            return
        if head and head[0].lower() in _HEADS and _picture(table.parent, row[0]) is None:
            _columns(table, head)  # which tells what it lacks
        file, *text = row
        if text:
            yield Row(number, file, "\t".join(_unquoted(cell, always=False) for cell in text))
        else:
            why = f"no TAB between file and text: {file[:60]!r}"
            problems.append(Problem(Kind.TABLE, f"{table}, line {number}", why))


def _cells(
    table: Path,
    rows: Iterable[tuple[int, list[str]]],
    always: bool,
    problems: list[Problem],
) -> Iterator[tuple[int, list[str]]]:
    """The rows of a `.tsv` without the quotes of their cells, all of which have some or not."""
    for number, row in rows:
        cells = [_unquoted(cell, always) for cell in row]
        left = [cell for cell, told in zip(cells, row, strict=True) if cell == told]
        if always and any(cell.startswith('"') for cell in left):
            problems.append(Problem(Kind.TABLE, f"{table}, line {number}", _QUOTES))
        else:
            yield number, cells


def _unquoted(cell: str, always: bool) -> str:
    """What stands within the quotes of a cell of a `.tsv`, those within it halved.

    Args:
        cell: of any kind.
        always: whether every cell is in quotes; else only those are with quotes within, which are
            doubled there: `"yes"` may be a text that has its quotes.
    """
    within = cell[1:-1]
    quoted = len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in within.replace('""', "")
    return within.replace('""', '"') if quoted and (always or '""' in within) else cell


def in_quotes(text: str) -> str:
    """A text as a list without a header has it: in quotes only where it would lose its own."""
    unchanged = _unquoted(text, always=False) == text
    return text if unchanged else '"' + text.replace('"', '""') + '"'


def _csv(table: Path, content: str, problems: list[Problem]) -> Iterator[Row]:
    whole, count = io.StringIO(content, newline=""), 0
    head: list[str] = []

    def lines() -> Iterator[str]:
        nonlocal count
        for line in whole:
            count += 1
            yield line

    def rows() -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(lines(), strict=True)
        while True:
            first = count + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if not head:
                    raise DataError(f"{table}: its head is not CSV ({error})") from error
                # What stands behind it may be sound.
                reader = csv.reader(lines(), strict=True)
                why = f"{_QUOTES} ({error})"
                problems.append(Problem(Kind.TABLE, _place(table, first, count), why))
                continue
            # (In other columns there may be whole paragraphs.)
            ours = (cell for name, cell in zip(head, row, strict=False) if name in _OURS)
            if any(map(_BREAK.search, ours)):
                why = "a quote that is not closed, or a text of several lines: put each in one line"
                problems.append(Problem(Kind.TABLE, _place(table, first, count), why))
            elif row:
                yield count, row

    found = rows()
    head += next(found, (0, []))[1]
    yield from _headed(table, head, found, problems, "put texts with commas in quotes")


def _place(table: Path, first: int, last: int) -> str:
    return f"{table}, line {last}" if first >= last else f"{table}, lines {first} to {last}"


def _headed(
    table: Path,
    head: list[str],
    rows: Iterable[tuple[int, list[str]]],
    problems: list[Problem],
    advice: str,
) -> Iterator[Row]:
    """Rows below a head that names their columns."""
    text, page = _columns(table, [name for name in head if name])
    for number, cells in rows:
        row = dict(zip(head, cells, strict=False))
        if len(cells) > len(head) or not {FILE, text} <= row.keys():
            why = f"not as many columns as its head: {advice}"
            problems.append(Problem(Kind.TABLE, f"{table}, line {number}", why))
            continue
        told = row.get(page, "") if page else ""
        yield Row(number, row[FILE], row[text], told, row.get(SPLIT, ""))


def _jsonl(table: Path, content: str, problems: list[Problem]) -> Iterator[Row]:
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row: dict[str, Any] = json.loads(line)
            text, page = _columns(table, list(row))
            if not isinstance(row[FILE], str) or not isinstance(row[text], str):
                raise ValueError(f"{FILE} and {text} must be texts")
            (row[FILE] + row[text]).encode()  # halves of characters (surrogates) are none
        except (ValueError, TypeError, RecursionError, DataError) as error:
            why = str(error).removeprefix(f"{table}: ")
            why = f"not a JSON object with {FILE} and {TEXTS[0]} ({why})"
            problems.append(Problem(Kind.TABLE, f"{table}, line {number}", why))
            continue
        told = ("" if row.get(name) is None else str(row[name]) for name in (page or "", SPLIT))
        yield Row(number, row[FILE], row[text], *told)


def _columns(table: Path, columns: list[str]) -> tuple[str, str | None]:
    """Which of the columns hold text and page."""
    text = next((name for name in TEXTS if name in columns), None)
    if FILE not in columns or text is None:
        raise DataError(
            f"{table}: needs the columns {FILE} and {TEXTS[0]} (or {' or '.join(TEXTS[1:])}),"
            f" but has {', '.join(columns) or 'none'}"
        )
    return text, next((name for name in PAGES if name in columns), None)
