"""The good lines of a data set, written as lists."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path

import numpy as np
from PIL import Image

from hwr.errors import DataError
from hwr.lines.checks.rules import mended
from hwr.lines.crops import Opener
from hwr.lines.labelled import LabelledPicture

ENDING = ".tsv"


def write_fixed(out: Path, splits: Mapping[str, Sequence[LabelledPicture]]) -> list[Path]:
    """Writes `OUT.tsv`, lines of `file TAB text`, or of several splits `OUT-NAME.tsv` each. Files
    are named as seen from the list and stay where they are, but lines of pages are cut out and
    written as PNG into the folder `OUT/`. Odd spaces in texts are mended.

    Args:
        out: with or without `.tsv`.
        splits: the good lines of each split by its name.

    Returns:
        The lists.

    Raises:
        DataError: one of these is there already, or cannot be written.
        PictureError: a page cannot be opened.
    """
    out = out.with_name(out.name.removesuffix(ENDING))
    lists = {
        name: out.with_name(f"{out.name}{f'-{_plain(name)}' if len(splits) > 1 else ''}{ENDING}")
        for name in splits
    }
    cuts = any(line.region for lines in splits.values() for line in lines)
    for path in (*lists.values(), *([out] if cuts else [])):
        if path.exists():
            raise DataError(f"{path}: is there already: give another name with --fixed")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        # All of it beside first: there is never half of it.
        with tempfile.TemporaryDirectory(prefix=out.name, dir=out.parent) as unfinished:
            beside = Path(unfinished)
            (beside / out.name).mkdir()
            files = _Files(out, beside / out.name)
            for name, path in lists.items():
                rows = [f"{files.of(line)}\t{mended(line.text)}\n" for line in splits[name]]
                (beside / path.name).write_text("".join(rows), encoding="utf-8")
            if cuts:
                (beside / out.name).rename(out)
            for path in lists.values():
                (beside / path.name).rename(path)
    except OSError as error:
        raise DataError(f"{out}: cannot be written ({error.strerror})") from error
    return list(lists.values())


class _Files:
    """The files of lines, as a list beside `out` names them; lines of pages are cut out first."""

    def __init__(self, out: Path, folder: Path) -> None:
        self._out, self._folder = out, folder
        self._opener = Opener()
        self._pages: dict[str, tuple[int, Iterator[int]]] = {}

    def of(self, line: LabelledPicture) -> str:
        if line.region is None:
            file = os.path.relpath(line.path, self._out.parent)
            if set("\t\r\n") & set(file):
                raise DataError(f"{line.path}: a list cannot name it: rename the file")
            return file
        page, numbers = self._pages.setdefault(line.page, (len(self._pages), count()))
        # A number for each page, for pages of different folders may be called alike.
        stem = f"{page:04}-{_plain(line.path.stem)}_{next(numbers):03}"
        grey = self._opener.open(line)
        pixels = np.rint(grey * 255).astype(np.uint8)
        Image.fromarray(pixels).save(self._folder / f"{stem}.png")
        return f"{self._out.name}/{stem}.png"


def _plain(name: str) -> str:
    """A name as part of a file's name."""
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in name).strip("-.") or "lines"
