"""Of pictures that were read, those read least surely, for people to look at."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwr.cli.write import written
from hwr.errors import PictureError
from hwr.images.grey import Grey
from hwr.images.normalise import Line
from hwr.images.stages import Labelled, draw_stages, scaled
from hwr.reading import Reading

SHOWN = 48
"""Pictures on a sheet."""


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

    @property
    def any(self) -> bool:
        return bool(self._kept)

    def add(self, name: str, line: Line, reading: Reading) -> None:
        self._seen += 1
        item = (-reading.confidence, -self._seen, name, line.pixels, reading)
        if len(self._kept) < self._most:
            heapq.heappush(self._kept, item)
        else:
            heapq.heappushpop(self._kept, item)

    def draw(self, file: Path, opened: Callable[[str], Grey]) -> None:
        """Writes a PNG of them, the least sure first; `opened` gives a picture by its name.

        Raises:
            DataError: the file cannot be written.
        """
        lines: list[tuple[str, list[Labelled]]] = []
        for _, _, name, pixels, reading in sorted(self._kept, reverse=True):
            stages: list[Labelled] = []
            with suppress(PictureError):  # it was there when it was read
                stages.append(("picture", scaled(opened(name))))
            stages.append(("as read", scaled(((255 - pixels) / 255).astype(np.float32))))
            text = reading.text or "(nothing)"
            lines.append((f"{text}   {reading.confidence:.2f}   {Path(name).name}", stages))
        page = draw_stages(lines)
        with written(file) as beside:
            page.save(beside, "PNG")
