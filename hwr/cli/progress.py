"""The bar that long work shows, with the time left."""

from __future__ import annotations

import sys
from typing import Any

import click


def progress(total: int, label: str) -> Any:
    """A bar over `total` pieces of work, to use with `with`; its `update(n)` counts n as done.

    On standard error, and only where somebody watches: a log gets nothing.
    """
    # (It is None where whoever called closed it.)
    watched = sys.stderr is not None and sys.stderr.isatty()
    return click.progressbar(length=total, label=label, file=sys.stderr, hidden=not watched)
