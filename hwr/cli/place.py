"""Names of files and folders as commands take them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


class _Place(click.Path):
    """A path that is not empty: such a one is that of a shell's variable that is not set, and as a
    path it would be the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not str(value):
            self.fail("an empty name: give a file or a folder", param, ctx)
        return super().convert(value, param, ctx)


PLACE = _Place(path_type=Path)
"""Of a file or a folder, there or not."""
FILE = _Place(exists=True, dir_okay=False, path_type=Path)
"""Of a file that is there."""
OUTPUT = _Place(dir_okay=False, path_type=Path)
"""Of a file to write."""
