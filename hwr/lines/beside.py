"""What else holds lines beside those that a folder was read for, and is passed over."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

from hwr.files import is_folder, names_in, real
from hwr.lines.formats.pages import first_page
from hwr.lines.formats.pairs import TEXT_ENDING, names_of, pictures_in, texts_in
from hwr.lines.formats.table import TABLES
from hwr.lines.labelled import LabelledPicture
from hwr.lines.problems import Kind, Problem

_SHOWN = 3
_DEEPEST = 3
# Folders within folders that are looked into.


def others_in(
    folder: Path,
    table: Path | None,
    texts: Sequence[Path],
    found: Sequence[LabelledPicture],
    told_of: Sequence[Problem],
) -> list[Problem]:
    """Other lists, texts and pages of a folder, pictures without a text, and folders within it that
    hold any.

    Args:
        folder: the one that was read.
        table: the list that it was read by; None where by pairs, or else by pages.
        texts: those that stand in it beside pictures.
        found: its lines.
        told_of: what else is wrong with them.
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
            told(lone[0], f"{_so_many(lone, 'text')} {why}")
        for place in (folder, folder / "images"):
            passed += pictures_left(place, found, f"not in {table.name}", told_of)
    elif not texts and found:
        passed += pictures_left(folder, found, "of no page", told_of)
    if (table is not None or texts) and (page := first_page(folder)) is not None:
        first = "a list" if table is not None else f"texts as NAME{TEXT_ENDING}"
        told(page, f"pages do not count beside {first}: give them on their own")
    within = {real(parent) for parent in {line.path.parent for line in found}}
    return passed + _folders_within(folder, folder, within, _DEEPEST)


def pictures_left(
    folder: Path,
    found: Sequence[LabelledPicture],
    lack: str,
    told_of: Sequence[Problem],
) -> list[Problem]:
    """The pictures of a folder that are those of no line, and of which nothing was told.

    Args:
        folder: the one, there or not.
        found: lines.
        lack: what such a picture has not, or is not.
        told_of: what is wrong.
    """
    if not is_folder(folder):
        return []
    place = real(folder)
    here = {parent for parent in {line.path.parent for line in found} if real(parent) == place}
    # (A line's picture may stand there in other forms too, x.bin.png beside x.png.)
    used = {line.path.stem for line in found if line.path.parent in here}
    # And of texts that do not count, and of what is wrong, is told in other words.
    used |= {path.name[: -len(TEXT_ENDING)] for path in texts_in(folder)}
    used |= {Path(problem.name.partition("#")[0]).stem for problem in told_of}
    left = [path for path in pictures_in(folder) if used.isdisjoint(names_of(path))]
    if not left:
        return []
    return [Problem(Kind.PASSED, str(left[0]), f"{_so_many(left, 'picture')}: {lack}")]


def _folders_within(of: Path, folder: Path, counted: Collection[Path], deep: int) -> list[Problem]:
    """The folders within `folder` that hold lines, but for those whose pictures are counted, and
    for links, which may lead anywhere."""
    passed: list[Problem] = []
    with suppress(OSError):  # one that is closed to us holds nothing to be told of
        for path in (folder / name for name in names_in(folder, folders=True)):
            if path.is_symlink():
                continue
            if real(path) not in counted and _holds_lines(path):
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


def _so_many(paths: Sequence[Path], kind: str) -> str:
    shown = ", ".join(path.name for path in paths[:_SHOWN])
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return f"{len(paths)} {kind}{'s' if len(paths) > 1 else ''} ({shown}{more})"
