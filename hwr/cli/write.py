"""Files that commands write besides what they print."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from hwr.errors import DataError
from hwr.files import NO_FILE, is_folder, is_special, is_there, real, whole_file


def refuse_unwritable(path: Path) -> None:
    """Raises DataError where it is plain that a file cannot be written; to be asked before what it
    is to hold is made, which may take long."""
    if is_special(path):
        if path.is_file():
            raise _unwritable(path, NO_FILE)
        return  # such as a pipe, which `write_json` writes to
    above = next(folder for folder in real(path).parents if is_there(folder))
    if not is_folder(above):
        raise _unwritable(path, os.strerror(errno.ENOTDIR))
    if not os.access(above, os.W_OK):
        raise _unwritable(path, os.strerror(errno.EACCES))


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """Gives a name to write to, of which `hwr.files.whole_file` makes `path`. Raises DataError
    where it cannot be written."""
    try:
        with whole_file(path) as beside:
            yield beside
    except OSError as error:
        raise _unwritable(path, error.strerror) from error


@contextmanager
def written_before(tell: Callable[[], None]) -> Iterator[None]:
    """What is written within comes before what is told, which is told in any case: whoever reads
    that may have gone."""
    try:
        yield
    except BaseException:  # a package that is missing, or memory, too: measuring took long
        with suppress(OSError):
            tell()
        raise
    tell()


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Writes a JSON file, whole or not at all. Raises DataError where it cannot be written."""
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    # (Names of files need not be text; what is not becomes an escape that JSON knows.)
    encoded = text.encode(errors="backslashreplace")
    # (Where /dev/stdout is a file, what is printed later would be written over it.)
    if not is_special(path) or path.is_file():
        with written(path) as beside:
            beside.write_bytes(encoded)
        return
    try:
        path.write_bytes(encoded)  # such as /dev/stdout, which leads to a pipe
    except OSError as error:
        raise _unwritable(path, error.strerror) from error


def _unwritable(path: Path, reason: str | None) -> DataError:
    return DataError(f"{path}: cannot be written ({reason})")
