"""What else holds lines beside those that a folder was read for, and is passed over."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

from hwr.files import names_in
from hwr.lines.formats.pages import first_page
from hwr.lines.formats.pairs import TEXT_ENDING, names_of, texts_in
from hwr.lines.formats.table import TABLES
from hwr.lines.labelled import LabelledPicture
from hwr.lines.problems import Kind, Problem

_SHOWN = 3
_DEEPEST = 3
# Folders within folders that are looked into.


def others_in(
    folder: Path, table: Path | None, texts: Sequence[Path], found: Sequence[LabelledPicture]
) -> list[Problem]:
    """Other lists, texts and pages of a folder, and folders within it that hold any.

    Args:
        folder: the one that was read.
        table: the list that it was read by; None where by pairs, or else by pages.
        texts: those that stand in it beside pictures.
        found: its lines.
    """
    passed: list[Problem] = []

    def told(name: Path, why: str) -> None:
        passed.append(Problem(Kind.PASSED, str(name), why))

    if table is not None:
        for other in (folder / name for name in TABLES if (folder / name).exists()):
            if other != table:
                told(other, f"does not count beside {table.name}: give it on its own")
        listed = {name for line in found for name in names_of(line.path)}
        lone = [path for path in texts if path.name[: -len(TEXT_ENDING)] not in listed]
        if lone:
            why = f"of pictures that {table.name} does not list: add them to it, or strike them out"
            told(lone[0], f"{_so_many(lone)} {why}")
    if (table is not None or texts) and (page := first_page(folder)) is not None:
        first = "a list" if table is not None else f"texts as NAME{TEXT_ENDING}"
        told(page, f"pages do not count beside {first}: give them on their own")
    within = {parent.resolve() for parent in {line.path.parent for line in found}}
    return passed + _folders_within(folder, folder, within, _DEEPEST)


def _folders_within(of: Path, folder: Path, counted: Collection[Path], deep: int) -> list[Problem]:
    """The folders within `folder` that hold lines, but for those whose pictures are counted, and
    for links, which may lead anywhere."""
    passed: list[Problem] = []
    with suppress(OSError):  # one that is closed to us holds nothing to be told of
        for path in (folder / name for name in names_in(folder, folders=True)):
            if path.is_symlink():
                continue
            if path.resolve() not in counted and _holds_lines(path):
                why = f"its texts do not count beside those of {of}: give it on its own"
                passed.append(Problem(Kind.PASSED, str(path), why))
            elif deep:
                passed += _folders_within(of, path, counted, deep - 1)
    return passed


def _holds_lines(folder: Path) -> bool:
    with suppress(OSError):
        tables = any((folder / name).exists() for name in TABLES)
        return tables or bool(texts_in(folder)) or first_page(folder) is not None
    return False


def _so_many(texts: Sequence[Path]) -> str:
    shown = ", ".join(path.name for path in texts[:_SHOWN])
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return f"{len(texts)} text{'s' if len(texts) > 1 else ''} ({shown}{more})"
