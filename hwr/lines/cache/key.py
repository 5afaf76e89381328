"""What the lines of a store depend on, in one short name."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from hwr import images
from hwr.images.normalise import ImageSettings
from hwr.lines import crops
from hwr.lines.labelled import LabelledPicture
from hwr.version import __version__

FORMAT = 1
"""Raised when older stores can no longer be used."""


def key_of(pictures: Sequence[LabelledPicture], settings: ImageSettings) -> str:
    """A name for a store that holds just these pictures in this form.

    It depends on all that the pixels do: the part of the program that makes them, settings, and of
    every picture its path, size, time of change and region, and how it is turned. Texts are no
    part of it.
    """
    key = hashlib.sha256()
    about = {"format": FORMAT, "program": _program(), "settings": settings.to_dict()}
    key.update(json.dumps(about, sort_keys=True).encode())
    last: Path | None = None
    stamp = b""
    for picture in pictures:
        if picture.path != last:
            last = picture.path
            stamp = os.fsencode(last.absolute()) + _stamp(last)
        region = picture.region.points if picture.region else b""
        # Each part with its length, so that no two lists of pictures look the same.
        for part in (stamp, region + b"as kept" * picture.as_kept + b"turn" * picture.turns):
            key.update(len(part).to_bytes(8))
            key.update(part)
    return key.hexdigest()[:32]


@cache
def _program() -> str:
    """What makes lines ready, told by its very text: a version may stay as it is while one works on
    the program."""
    program = hashlib.sha256(__version__.encode())
    for path in (*sorted(Path(images.__file__).parent.rglob("*.py")), Path(crops.__file__)):
        program.update(path.read_bytes())
    return program.hexdigest()


def _stamp(path: Path) -> bytes:
    try:
        status = path.stat()
    except OSError:  # told where it is read
        return b"\0missing"
    # (Copied from elsewhere with its time, it was changed here none the less.)
    return f"\0{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}".encode()
