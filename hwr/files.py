"""Files and folders that are written whole or not at all: under another name, then renamed. And
which of them are there."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hwr.errors import DataError

NO_FILE = "it is a pipe or a device: name a file"
"""Why something is not written."""


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Gives a name beside `path` to write to, in a folder that is made where there is none; what
    stands there takes its place at the end, unless an error comes first. Raises OSError where
    `path` is a pipe or a device. What a link leads to is written, and the link stays."""
    if is_special(path):
        # To put a file in its place would take it from all programs.
        raise OSError(errno.EINVAL, NO_FILE, str(path))
    path = real(path) if path.is_symlink() else path
    path.parent.mkdir(parents=True, exist_ok=True)
    # (By the process: another may be writing the same file.)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        yield beside
        os.replace(beside, path)
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise


def real(path: Path) -> Path:
    """Its whole name without links. Of links that lead round and round, as far as they lead."""
    return Path(os.path.realpath(path))  # (`Path.resolve` raises an error of its own there)


def is_special(path: Path) -> bool:
    """Whether it is there and neither a file nor a folder, but a pipe or a device; also where that
    leads to a file, as /dev/stdout may."""
    if not is_there(path):
        return False
    of_system = path.absolute().parts[1:2] in (("dev",), ("proc",))
    return not (path.is_file() or path.is_dir()) or (of_system and path.is_symlink())


def is_file(path: Path) -> bool:
    """Whether there is such a file; a name that no file can have is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Whether there is such a folder; likewise."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def is_there(path: Path) -> bool:
    """Whether there is anything of that name; likewise."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def names_in(folder: Path, folders: bool = False) -> list[str]:
    """The names of the files and folders that a folder holds, sorted, but for what is hidden and
    what macOS leaves in archives (`._x`, `__MACOSX`); of folders alone, if wanted. Raises
    OSError."""
    # By what the folder tells of each: to ask every file takes longer than to list it.
    wanted = _leads_to_folder if folders else _is_kept
    with os.scandir(folder) as found:
        names = [item.name for item in found if wanted(item)]
    return sorted(name for name in names if not name.startswith((".", "__MACOSX")))


def _is_kept(item: os.DirEntry[str]) -> bool:
    """Whether it is a file, a folder or a link that leads to none, and no pipe: who opened that
    would wait."""
    return item.is_file(follow_symlinks=False) or not is_special(Path(item.path))


def _leads_to_folder(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_dir()
    except OSError:  # a link that leads round and round
        return False


def refuse_present(path: Path) -> None:
    """Raises DataError where a folder to be made is there already."""
    if is_there(path):
        raise DataError(f"{path}: is there already: give another folder with --out")


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Gives a folder to fill; at the end it becomes `path`, unless nothing was written to it or an
    error comes first.

    Raises:
        DataError: `path` is there already, or cannot be written.
    """
    refuse_present(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=path.name, dir=path.parent) as unfinished:
            beside = Path(unfinished) / path.name
            beside.mkdir()
            yield beside
            if any(beside.iterdir()):
                beside.rename(path)
    except OSError as error:
        raise DataError(f"{path}: cannot be written ({error.strerror})") from error
