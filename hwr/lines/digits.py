"""The MNIST digits, read from their four IDX files and checked against their checksums.

The training file is cut in two here, once and for all: its digits 0 to 54,999 make training lines,
55,000 to 59,999 make validation lines; the test file makes test lines. No digit is in two splits.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import struct
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from hwr.errors import DataError
from hwr.images.digit import FRAME

Split = Literal["train", "val", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)

DIGIT_SIZE = FRAME
"""Height and width of an MNIST digit in pixels."""

_FILES: dict[str, tuple[str, tuple[int, ...]]] = {
    # file name: (MD5 of the uncompressed file, shape of its array)
    "train-images-idx3-ubyte": ("6bbc9ace898e44ae57da46a324031adb", (60_000, 28, 28)),
    "train-labels-idx1-ubyte": ("a25bea736e30d166cdddb491f175f624", (60_000,)),
    "t10k-images-idx3-ubyte": ("2646ac647ad5339dbf082846283269ea", (10_000, 28, 28)),
    "t10k-labels-idx1-ubyte": ("27ae3e4e09519cfbb04c329615203637", (10_000,)),
}
_SPLIT_ROWS: dict[Split, tuple[str, slice]] = {
    "train": ("train", slice(0, 55_000)),
    "val": ("train", slice(55_000, 60_000)),
    "test": ("t10k", slice(0, 10_000)),
}


@dataclass(frozen=True)
class Digits:
    """Digits of one split: `images` uint8 [count, 28, 28], ink high; `labels` uint8 [count]."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]


def mnist_folder() -> Path:
    """The folder of the IDX files: `$HWR_MNIST`, else `data/mnist` here, else the checkout's."""
    if given := os.environ.get("HWR_MNIST"):
        return Path(given)
    here = Path("data/mnist")
    if (here / "train-images-idx3-ubyte.gz").exists():
        return here
    return Path(__file__).parents[2] / "data" / "mnist"


def load_digits(split: Split, folder: Path | None = None) -> Digits:
    """The digits of one split.

    Raises:
        DataError: the split is unknown, or a file is missing or damaged (the message names it).
    """
    if split not in _SPLIT_ROWS:
        raise DataError(f"no such split: {split!r} (there are {', '.join(SPLITS)})")
    part, rows = _SPLIT_ROWS[split]
    folder = folder or mnist_folder()
    images = _read_checked(folder, f"{part}-images-idx3-ubyte")
    labels = _read_checked(folder, f"{part}-labels-idx1-ubyte")
    return Digits(images[rows], labels[rows])


@cache
def _read_checked(folder: Path, name: str) -> NDArray[np.uint8]:
    path = folder / f"{name}.gz"
    way_out = "copy it anew from the project's data/mnist, or point HWR_MNIST to a whole copy"
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}): {way_out}") from error
    try:
        content = gzip.decompress(packed)
    except (EOFError, OSError, zlib.error) as error:
        raise DataError(f"{path}: damaged, does not unpack ({error}): {way_out}") from error
    md5, shape = _FILES[name]
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != md5:
        raise DataError(f"{path}: damaged, its checksum is not that of MNIST's {name}: {way_out}")
    array = parse_idx(content, str(path))
    if array.shape != shape:
        raise DataError(f"{path}: holds {array.shape}, not {shape}: {way_out}")
    return array


def parse_idx(content: bytes, name: str) -> NDArray[np.uint8]:
    """An array from the bytes of an IDX file of unsigned bytes (format: LeCun's MNIST page).

    Raises:
        DataError: not an IDX file of unsigned bytes, or more or fewer bytes than it declares.
    """
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        raise DataError(f"{name}: not an IDX file of unsigned bytes")
    dimensions = content[3]
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise DataError(f"{name}: cut short inside its header")
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    if len(content) - start != int(np.prod(shape)):
        raise DataError(
            f"{name}: declares {shape} but holds {len(content) - start} bytes after its header"
        )
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)
