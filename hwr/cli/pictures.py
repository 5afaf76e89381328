"""The pictures that paths, folders and wildcards on the command line name; how they are opened."""

from __future__ import annotations

import glob
import sys
from pathlib import Path

from hwr.errors import DataError, HwrError
from hwr.files import is_file, is_folder, is_special
from hwr.images.grey import Grey
from hwr.images.open import UNREAD_ENDINGS, content_of, holds_several, open_picture
from hwr.lines.folders import pictures_in, unread_in

STANDARD_INPUT = "-"


class Pictures:
    """Opens pictures by the names that `expand` gives. What can be read only once, standard input
    and pipes, is kept."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def open(self, name: str) -> Grey:
        """Raises PictureError."""
        path = Path(name)
        if name != STANDARD_INPUT and not is_special(path):
            return open_picture(path)
        if name not in self._kept:
            self._kept[name] = _all_of_input() if name == STANDARD_INPUT else content_of(path, name)
        return open_picture(self._kept[name], called(name))

    def holds_several(self, name: str) -> bool:
        """Whether one that was opened is the first of several in its file; only of files called so
        that they may be TIFF is that asked."""
        if name in self._kept:
            return holds_several(self._kept[name])
        return name.lower().endswith((".tif", ".tiff")) and holds_several(Path(name))


def called(name: str) -> str:
    """What to call a picture of such a name."""
    return "standard input" if name == STANDARD_INPUT else name


def _all_of_input() -> bytes:
    return sys.stdin.buffer.read() if sys.stdin else b""


def expand(paths: tuple[str, ...]) -> tuple[list[str], list[HwrError]]:
    """The pictures that paths, folders and wildcards name, folders sorted; and which of them name
    none, and what is passed over in folders that do."""
    names: list[str] = []
    errors: list[HwrError] = []
    for given in paths:
        try:
            names += _named(given, errors)
        except HwrError as error:
            errors.append(error)
    return names, errors


def _named(given: str, errors: list[HwrError]) -> list[str]:
    if not given:
        raise DataError("an empty name: give a picture, a folder or a wildcard")
    path, before = Path(given), len(errors)
    if is_folder(path):
        found = _in_folder(path, errors)
        if not found and len(errors) == before:
            raise DataError(f"{given}: holds no pictures")
        return [str(picture) for picture in found]
    if given != STANDARD_INPUT and not is_file(path) and glob.has_magic(given):
        matches = sorted(glob.glob(given, recursive=True))
        if not matches:
            raise DataError(f"{given}: fits no file")
        # (`**` fits folders and what they hold.)
        found = [Path(match) for match in matches]
        folders = {match for match in found if is_folder(match)}
        fitting = {picture for folder in folders for picture in _in_folder(folder, errors)}
        for match in found:
            told = match.parent in folders and match.name.lower().endswith(UNREAD_ENDINGS)
            if not (match in folders or told or is_special(match)):
                fitting.add(match)
        if not fitting and len(errors) == before:
            raise DataError(f"{given}: fits no picture, and no folder that holds any")
        return sorted(map(str, fitting))
    return [given]


def _in_folder(folder: Path, errors: list[HwrError]) -> list[Path]:
    """The pictures of a folder; `errors` gets what is passed over."""
    found = pictures_in(folder)
    if unread := unread_in(folder):
        shown = ", ".join(unread[:3]) + (", ..." if len(unread) > 3 else "")
        why = f"holds {len(unread)} of kinds that hwr cannot open ({shown})"
        errors.append(DataError(f"{folder}: {why}: save them as PNG or JPEG"))
    return found
