"""Files and folders that are written whole or not at all: under another name, then renamed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hwr.errors import DataError


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Gives a name beside `path` to write to; what stands there takes its place at the end, unless
    an error comes first."""
    beside = path.with_name(path.name + ".part")
    yield beside
    os.replace(beside, path)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Gives a folder to fill; at the end it becomes `path`, unless nothing was written to it or an
    error comes first.

    Raises:
        DataError: `path` is there already, or cannot be written.
    """
    if path.exists():
        raise DataError(f"{path}: is there already: give another folder with --out")
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
