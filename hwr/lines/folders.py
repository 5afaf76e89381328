"""Line pictures with their texts, from a folder or a list.

A folder holds one of these; where it has several, the first one counts, and of the others, as of
folders within it, it is told that they are passed over (`hwr.lines.beside`):

- `labels.tsv`, `metadata.csv` or `metadata.jsonl` with the pictures beside it or in `images/`
  (`hwr.lines.formats.table`);
- each `x.png` with `x.gt.txt` beside it (`hwr.lines.formats.pairs`);
- pages as PAGE XML, ALTO XML or hOCR with their pictures (`hwr.lines.formats.pages`);
- or nothing of that kind itself, but folders that do; a picture in one of them whose name is just a
  number is of the page that its folder stands for, as OCRopus has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hwr.errors import DataError
from hwr.files import is_file, is_folder, names_in, real
from hwr.lines.beside import others_in, pictures_left
from hwr.lines.formats.pages import PAGE_ENDINGS, read_page, read_pages, told_once
from hwr.lines.formats.pairs import TEXT_ENDING, pictures_in, read_pairs, texts_in, unread_in
from hwr.lines.formats.table import TABLE_ENDINGS, TABLES, read_table
from hwr.lines.labelled import SPLITS, LabelledPicture, each_its_own_page, of_folder
from hwr.lines.problems import REMARKS, Kind, Problem, refuse_problems, tell_problems

__all__ = ["TEXT_ENDING", "LabelledPicture", "Problem", "pictures_in", "read_folder", "unread_in"]


def read_folder(place: Path, problems: list[Problem] | None = None) -> list[LabelledPicture]:
    """The labelled pictures of a folder, sorted by name, or in the order of its list or pages.

    Args:
        place: a folder, a list (`.tsv`, `.csv`, `.jsonl`) or a page (`.xml`, `.hocr`).
        problems: gets what is wrong with single lines, files or pages; the rest is returned. Where
            not given, any of that but remarks is an error.

    Raises:
        DataError: no such place; no texts in it; without `problems`, also: a picture or a text is
            missing, or a file is not what it ought to be.
    """
    wrong: list[Problem] = []
    found = _read(place, wrong)
    if problems is None:
        refuse_problems(place, wrong)
    else:
        problems += wrong
    if not found and all(problem.kind in REMARKS for problem in wrong):
        told = f" ({tell_problems(wrong)})" if wrong else ""
        way = "give one that does"
        if is_folder(place):
            way = (
                f"put each picture's text beside it as NAME{TEXT_ENDING}, or all in {TABLES[0]} as"
                " lines of  file TAB text"
            )
        raise DataError(f"{place}: holds no texts: {way}{told}")
    return each_its_own_page(found)


def _read(place: Path, problems: list[Problem]) -> list[LabelledPicture]:
    if is_file(place):
        if place.suffix.lower() in TABLE_ENDINGS:
            return read_table(place, problems)
        if place.suffix.lower() in PAGE_ENDINGS:
            return read_page(place, problems)
        raise DataError(
            f"{place}: not a list of lines: give a folder, or a file that ends in"
            f" {', '.join((*TABLE_ENDINGS, *PAGE_ENDINGS))}"
        )
    if not is_folder(place):
        raise DataError(f"{place}: no such folder or file")
    try:
        return _read_folder(place, problems, tuple(real(place).parents))
    except OSError as error:
        raise DataError(f"{error.filename or place}: cannot be read ({error.strerror})") from error


def _read_folder(
    folder: Path, problems: list[Problem], above: tuple[Path, ...]
) -> list[LabelledPicture]:
    before = len(problems)
    table = next((folder / name for name in TABLES if (folder / name).exists()), None)
    texts = texts_in(folder)
    if table is not None:
        found = read_table(table, problems)
    elif texts:
        found = read_pairs(folder, problems)
    else:
        found = read_pages(folder, problems)
    wrong = any(problem.kind not in REMARKS for problem in problems[before:])
    if table is not None or texts or found or wrong:
        problems += others_in(folder, table, texts, found, problems[before:])
        return found
    above = (*above, real(folder))
    # (A link to a folder above would lead round and round.)
    folders = (folder / name for name in names_in(folder, folders=True))
    within = [path for path in folders if real(path) not in above]
    # Transkribus exports the same pages twice, in the folders page/ and alto/.
    twice = {path.name: set(names_in(path)) for path in within if path.name in ("page", "alto")}
    if len(twice) == 2 and twice["alto"] <= twice["page"]:
        within = [path for path in within if path.name != "alto"]
    within.sort(key=lambda path: path.name == "alto")
    parts = [(path, _read_folder(path, problems, above)) for path in within]
    problems += _wordless(parts, problems[before:])
    if lines := [line for _, of_part in parts for line in of_part]:
        lack = f"no text as NAME{TEXT_ENDING}, in a list or on a page"
        problems += pictures_left(folder, lines, lack, problems[before:])
    splits = [path.name for path, lines in parts if lines and path.name.lower() in SPLITS]
    if len(splits) > 1:
        why = f"{', '.join(splits)}: give each on its own, as --data.train or --data.val"
        problems.append(Problem(Kind.UNITED, str(folder), why))
    return [of_folder(line) for line in told_once(parts, problems)]


def _wordless(
    parts: Sequence[tuple[Path, list[LabelledPicture]]], told: Sequence[Problem]
) -> list[Problem]:
    """The folders of folders that hold pictures, of which no line is and nothing was told."""
    used = {real(path) for path in {line.path.parent for _, lines in parts for line in lines}}
    named = {Path(problem.name) for problem in told}
    spoken = named.union(*(path.parents for path in named))
    found = []
    for folder in (folder for folder, lines in parts if not lines):
        if folder not in spoken and real(folder) not in used and (pictures := pictures_in(folder)):
            why = f"holds {len(pictures)} pictures and no texts as NAME{TEXT_ENDING}, list or page"
            found.append(Problem(Kind.PASSED, str(folder), why))
    return found
