"""Pictures to lines made ready, many at a time."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hwr.errors import PictureError
from hwr.images.normalise import ImageSettings, normalise
from hwr.lines.crops import Opener
from hwr.lines.labelled import LabelledPicture

_CHUNK = 16
"""Pictures that one thread opens in a row."""


@dataclass(frozen=True)
class Ready:
    """A line made ready.

    Attributes:
        pixels: uint8 [height, width], ink high.
        size: height and width of the picture as it was.
        digest: its own (`digest_of`).
    """

    pixels: NDArray[np.uint8]
    size: tuple[int, int]
    digest: bytes


def decoded(
    pictures: Sequence[LabelledPicture], settings: ImageSettings, workers: int = 0
) -> Iterator[list[Ready | PictureError]]:
    """The pictures in their order, some at a time; for those that cannot be read, the reason.

    Args:
        pictures: lines of one page stand one after the other, that the page is decoded once.
        settings: the form to bring them to.
        workers: threads; 0 means one for each core. (Pillow and most of numpy let others run while
            they work; threads, unlike processes, do no harm to a torch that is loaded already.)
    """
    workers = workers or cores()
    # No more than these wait to be taken, however slow the taker is.
    waiting: deque[Future[list[Ready | PictureError]]] = deque()
    chunks = _chunks(pictures)
    with _quiet(), ThreadPoolExecutor(workers, "hwr-decode") as pool:
        try:
            for chunk in islice(chunks, 2 * workers):
                waiting.append(pool.submit(_ready, chunk, settings))
            while waiting:
                yield waiting.popleft().result()
                for chunk in islice(chunks, 1):
                    waiting.append(pool.submit(_ready, chunk, settings))
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _quiet() -> Iterator[None]:
    """What each opening of a picture does to the warnings of the whole process, done around all of
    them: threads that undo it at the same time then leave nothing behind."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _chunks(pictures: Sequence[LabelledPicture]) -> Iterator[Sequence[LabelledPicture]]:
    """Some pictures at a time, but all lines of a page together."""
    start = 0
    while start < len(pictures):
        end = min(start + _CHUNK, len(pictures))
        last = pictures[end - 1]
        while end < len(pictures) and last.region and pictures[end].path == last.path:
            end += 1
        yield pictures[start:end]
        start = end


def _ready(
    pictures: Sequence[LabelledPicture], settings: ImageSettings
) -> list[Ready | PictureError]:
    opener, found = Opener(), list[Ready | PictureError]()
    for picture in pictures:
        try:
            grey = opener.open(picture)
            pixels = normalise(grey, settings, picture.name).pixels
        except PictureError as error:
            found.append(error)
            continue
        height, width = grey.shape
        found.append(Ready(pixels, (height, width), digest_of(pixels)))
    return found


def digest_of(pixels: NDArray[np.uint8]) -> bytes:
    """SHA-1 of a line's size and pixels: alike for lines alike."""
    digest = hashlib.sha1(f"{pixels.shape}".encode(), usedforsecurity=False)
    digest.update(pixels.tobytes())
    return digest.digest()


def cores() -> int:
    """How many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not everywhere
        return os.cpu_count() or 1
