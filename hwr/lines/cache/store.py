"""Lines made ready once and kept on disk, so that a second run decodes nothing.

A store is a folder with `lines.bin`, the pixels of all lines one after the other, and `index.npz`,
where they are and what else is known of them. Its name is a hash of all that the pixels depend on:
the settings, and of every picture its path, size, time of change and region. Texts are no part of
it: they can be corrected without decoding anything anew. Pictures that change, or others, make a
new store; those that nobody has asked for in 60 days are deleted when another is written, and it is
safe to delete all at any time.

They stand in `$HWR_CACHE`, else `$XDG_CACHE_HOME/hwr`, else `~/.cache/hwr`. 100,000 lines of 32
rows and 500 columns take 1.6 GB there, and in memory nothing but their names, texts and sizes.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwr.errors import DataError, PictureError
from hwr.images.normalise import ImageSettings
from hwr.lines.cache.decode import decoded, digest_of
from hwr.lines.cache.file import LINES, read_index, write_lines
from hwr.lines.cache.key import key_of
from hwr.lines.cache.old import UNFINISHED, delete_old, mark_used
from hwr.lines.labelled import LabelledPicture
from hwr.lines.problems import Kind, Problem


@dataclass(frozen=True, eq=False)
class LineStore:
    """Lines of one height on disk, and what is known of them.

    Attributes:
        file: of their pixels.
        height: of the lines in pixels.
        pictures: where each line comes from, and its text.
        widths: int32 [lines], in pixels.
        offsets: int64 [lines], the bytes in `file` at which each begins.
        sizes: int32 [lines, 2], height and width of the pictures as they were.
        digests: uint8 [lines, 20], SHA-1 of the lines made ready: alike for pictures alike.
        blank: bool [lines], whether there is no ink.
        problems: the pictures that cannot be read; they are not among the lines.
    """

    file: Path
    height: int
    pictures: list[LabelledPicture]
    widths: NDArray[np.int32]
    offsets: NDArray[np.int64]
    sizes: NDArray[np.int32]
    digests: NDArray[np.uint8]
    blank: NDArray[np.bool_]
    problems: list[Problem]

    def __len__(self) -> int:
        return len(self.pictures)

    @cached_property
    def names(self) -> list[str]:
        """What to call each line."""
        return [picture.name for picture in self.pictures]

    @cached_property
    def texts(self) -> list[str]:
        """What each line says."""
        return [picture.text for picture in self.pictures]

    @cached_property
    def pages(self) -> list[str]:
        """For each line, the page that it is of."""
        return [picture.page for picture in self.pictures]

    def line(self, row: int) -> NDArray[np.uint8]:
        """One line's picture, uint8 [height, its width], ink high; an array of its own.

        Raises:
            DataError: the store was deleted or changed meanwhile.
        """
        width, offset = int(self.widths[row]), int(self.offsets[row])
        pixels = np.empty((self.height, width), np.uint8)
        # Read, not mapped: mapped pages would count as this process's memory once looked at.
        try:
            with self.file.open("rb", buffering=0) as file:
                file.seek(offset)
                read = file.readinto(pixels.data)
        except OSError as error:
            raise DataError(
                f"{self.file}: cannot be read ({error.strerror}): start anew"
            ) from error
        if read != pixels.nbytes or digest_of(pixels) != self.digests[row].tobytes():
            raise DataError(
                f"{self.file}: damaged, or cut short: delete the folder {self.file.parent} and"
                " start anew"
            )
        return pixels

    def part(self, rows: Sequence[int]) -> LineStore:
        """Some of the lines, in the order of `rows`; of the same file, without `problems`."""
        chosen = np.asarray(rows, np.int64)
        return replace(
            self,
            pictures=[self.pictures[row] for row in chosen],
            widths=self.widths[chosen],
            offsets=self.offsets[chosen],
            sizes=self.sizes[chosen],
            digests=self.digests[chosen],
            blank=self.blank[chosen],
            problems=[],
        )


def store_folder() -> Path:
    """Where stores are kept, going by the environment."""
    if own := os.environ.get("HWR_CACHE"):
        return Path(own)
    shared = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(shared) if shared else Path.home() / ".cache") / "hwr"
    except RuntimeError as error:  # nobody's home
        raise DataError(
            "no home folder to keep lines made ready in: name a folder for them in the environment"
            " variable HWR_CACHE"
        ) from error


def open_store(
    pictures: Sequence[LabelledPicture],
    settings: ImageSettings,
    progress: Callable[[int], None] | None = None,
    folder: Path | None = None,
) -> LineStore:
    """The lines of `pictures`, from disk where they were made ready before.

    Args:
        pictures: in this order they stand in the store, but for those that cannot be read.
        settings: the form to bring them to.
        progress: called with how many pictures were made ready since the last call.
        folder: where stores are kept; `store_folder()` where not given.

    Raises:
        DataError: the folder cannot be written.
    """
    folder = folder or store_folder()
    place = folder / f"lines-{key_of(pictures, settings)}"
    store = _opened(place, pictures, settings)
    if store is None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            delete_old(folder)
            # Beside, then renamed: a store is whole or not there.
            with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=folder) as unfinished:
                beside = Path(unfinished) / place.name
                beside.mkdir()
                write_lines(beside, pictures, settings, progress or (lambda count: None))
                _put(beside, place, pictures, settings)
        except OSError as error:
            raise DataError(
                f"{folder}: lines made ready cannot be kept here ({error.strerror}): name another"
                " folder in the environment variable HWR_CACHE"
            ) from error
        store = _opened(place, pictures, settings)
        if store is None:
            raise DataError(f"{place}: was changed while it was written: start anew")
    elif progress is not None:
        progress(len(pictures))
    mark_used(place)
    return store


def _put(
    beside: Path, place: Path, pictures: Sequence[LabelledPicture], settings: ImageSettings
) -> None:
    """Renames a store to its place, unless a good one stands there by now, which another process
    has made meanwhile; what else stands there goes.

    Raises:
        OSError: it cannot be renamed.
    """
    if _opened(place, pictures, settings) is None:
        shutil.rmtree(place, ignore_errors=True)
        try:
            beside.rename(place)
        except OSError:
            if _opened(place, pictures, settings) is None:
                raise


def _opened(
    place: Path, pictures: Sequence[LabelledPicture], settings: ImageSettings
) -> LineStore | None:
    """The store at a place; None where there is none, or one that is damaged or out of date."""
    index = read_index(place, settings.height)
    if index is None:
        return None
    missing = np.setdiff1d(np.arange(len(pictures)), index.rows)
    unread = [pictures[row] for row in missing]
    errors = [line for lines in decoded(unread, settings) for line in lines]
    if not all(isinstance(error, PictureError) for error in errors):
        return None  # what could not be read then, can be now
    return LineStore(
        file=place / LINES,
        height=settings.height,
        pictures=[pictures[row] for row in index.rows],
        widths=index.widths,
        offsets=index.ends(settings.height) - index.widths.astype(np.int64) * settings.height,
        sizes=index.sizes,
        digests=index.digests,
        blank=index.blank,
        problems=[
            Problem(Kind.UNREADABLE, picture.name, _reason(str(error), picture))
            for picture, error in zip(unread, errors, strict=True)
        ],
    )


def _reason(error: str, picture: LabelledPicture) -> str:
    return error.removeprefix(f"{picture.name}: ").removeprefix(f"{picture.path}: ")
