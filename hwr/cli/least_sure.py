"""Of pictures that were read, those read least surely, for people to look at."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from hwr.cli.pictures import called
from hwr.cli.write import written
from hwr.errors import DataError, PictureError
from hwr.files import is_special, is_there
from hwr.images.grey import Grey
from hwr.images.normalise import Line
from hwr.images.stages import Labelled, draw_stages, scaled
from hwr.reading import Reading

SHOWN = 48
"""Pictures on a sheet."""

_MARK = ("Software", "hwr read --sheet")
_LONGEST = 60
# Characters of a name; of a longer one, the end.


class LeastSure:
    """Keeps some pictures, those whose readings are least sure, as a model saw them.

    Args:
        most: how many are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._seen = 0
        # The surest of those kept is the first to go; of equals, the last.
        self._kept: list[tuple[float, int, str, NDArray[np.uint8], Reading]] = []

    def add(self, name: str, line: Line, reading: Reading) -> None:
        self._seen += 1
        pixels = line.as_read(reading.turned).pixels
        item = (-reading.confidence, -self._seen, name, pixels, reading)
        if len(self._kept) < self._most:
            heapq.heappush(self._kept, item)
        else:
            heapq.heappushpop(self._kept, item)

    def draw(self, file: Path, opened: Callable[[str], Grey]) -> bool:
        """Writes a PNG of them, the least sure first; `opened` gives a picture by its name. Whether
        there are any.

        Raises:
            DataError: the file cannot be written.
        """
        if not self._kept:
            return False
        lines: list[tuple[str, list[Labelled]]] = []
        for _, _, name, pixels, reading in sorted(self._kept, reverse=True):
            stages: list[Labelled] = []
            try:
                stages.append(("picture", scaled(opened(name))))
            except PictureError:  # it was there when it was read
                stages.append(("has gone", scaled(np.ones((1, 1), np.float32))))
            stages.append(("as read", scaled(((255 - pixels) / 255).astype(np.float32))))
            shown = called(name)
            shown = shown if len(shown) <= _LONGEST else f"...{shown[-_LONGEST:]}"
            text = reading.text or "(nothing)"
            lines.append((f"{text}   {reading.confidence:.2f}   {shown}", stages))
        mark = PngInfo()
        mark.add_text(*_MARK)
        page = draw_stages(lines)
        with written(file) as beside:
            page.save(beside, "PNG", pnginfo=mark)
        return True


def refuse_what_is_no_sheet(file: Path) -> None:
    """Raises DataError where a sheet would take the place of anything but an older one: a shell may
    have made a list of pictures of a pattern."""
    if not is_there(file):
        return
    ours = False
    if not is_special(file):
        try:
            with Image.open(file, formats=["PNG"]) as picture:
                ours = picture.info.get(_MARK[0]) == _MARK[1]
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            pass  # no picture
    if not ours:
        why = "is there already and is no sheet of  hwr read"
        raise DataError(f"{file}: {why}: name another file")
