"""The two files of a store: `lines.bin`, the pixels of all lines, and `index.npz`, what is known of
them. The lines that have no row in the index could not be read."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwr.images.normalise import ImageSettings
from hwr.lines.cache.decode import Ready, decoded
from hwr.lines.labelled import LabelledPicture

LINES, INDEX = "lines.bin", "index.npz"

_DAMAGED = (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
# What an index may raise of which some bits are others. (RuntimeError: it would be encrypted, or
# compressed in a way that Python does not know.)


@dataclass(frozen=True, eq=False)
class Index:
    """What is known of the lines in a file. See `LineStore`.

    Attributes:
        rows: int32 [lines], which of the pictures each line was.
        widths: int32 [lines].
        sizes: int32 [lines, 2].
        digests: uint8 [lines, 20].
        blank: bool [lines].
    """

    rows: NDArray[np.int32]
    widths: NDArray[np.int32]
    sizes: NDArray[np.int32]
    digests: NDArray[np.uint8]
    blank: NDArray[np.bool_]

    def ends(self, height: int) -> NDArray[np.int64]:
        """The byte of the file behind each line."""
        return np.cumsum(self.widths, dtype=np.int64) * height


def write_lines(
    place: Path,
    pictures: Sequence[LabelledPicture],
    settings: ImageSettings,
    progress: Callable[[int], None],
) -> None:
    """Makes the pictures ready and writes both files into a folder.

    Raises:
        OSError: it cannot be written.
    """
    rows, widths, sizes = list[int](), list[int](), list[tuple[int, int]]()
    digests, blank = bytearray(), list[bool]()
    row = 0
    with (place / LINES).open("wb") as file:
        for lines in decoded(pictures, settings):
            for line in lines:
                if isinstance(line, Ready):
                    file.write(line.pixels.tobytes())
                    rows.append(row)
                    widths.append(line.pixels.shape[1])
                    sizes.append(line.size)
                    digests += line.digest
                    blank.append(not line.pixels.any())
                row += 1
            progress(len(lines))
    index = Index(
        rows=np.array(rows, np.int32),
        widths=np.array(widths, np.int32),
        sizes=np.array(sizes, np.int32).reshape(-1, 2),
        digests=np.frombuffer(bytes(digests), np.uint8).reshape(-1, 20),
        blank=np.array(blank, np.bool_),
    )
    np.savez(place / INDEX, allow_pickle=False, **asdict(index))


def read_index(place: Path, height: int) -> Index | None:
    """The index of a folder; None where there is none, or either file is damaged."""
    try:
        with np.load(place / INDEX, allow_pickle=False) as arrays:
            index = Index(**{field.name: arrays[field.name] for field in fields(Index)})
        size = (place / LINES).stat().st_size
    except _DAMAGED:
        return None
    ends = index.ends(height)
    return index if size == (ends[-1] if len(ends) else 0) else None
