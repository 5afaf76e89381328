"""Stores that nobody has asked for in a long time: pictures have changed since, or are gone."""

from __future__ import annotations

import os
import re
import shutil
import time
from contextlib import suppress
from pathlib import Path

from hwr.lines.cache.file import INDEX, LINES

KEPT_DAYS = 60
_NAME = re.compile("lines-[0-9a-f]{32}")
UNFINISHED = "unfinished-"
"""What the name of a folder begins with in which a store is being written."""


def mark_used(place: Path) -> None:
    """Notes that a store was asked for now; where it may not be written, that is let be."""
    with suppress(OSError):
        os.utime(place)


def delete_old(folder: Path) -> None:
    """Deletes the stores of a folder that were last asked for more than `KEPT_DAYS` days ago, and
    what processes that were killed so long ago had begun to write. All else that somebody keeps
    there stays."""
    last = time.time() - KEPT_DAYS * 24 * 3600
    for place in folder.iterdir():
        with suppress(OSError):
            if place.stat().st_mtime < last and (_is_store(place) or _is_unfinished(place)):
                shutil.rmtree(place)


def _is_store(place: Path) -> bool:
    return (
        _NAME.fullmatch(place.name) is not None
        and not place.is_symlink()
        and {part.name for part in place.iterdir()} <= {LINES, INDEX}
    )


def _is_unfinished(place: Path) -> bool:
    return (
        place.name.startswith(UNFINISHED)
        and not place.is_symlink()
        and all(map(_is_store, place.iterdir()))
    )
