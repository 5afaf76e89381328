"""The bars that a training shows on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from tqdm import tqdm

_WATCHED, _LOGGED = 0.5, 15.0
# Seconds from one look of the bar to the next: a log file gets a line now and then, not hundreds.


def bar(work: Iterable[Any] | None = None, **looks: Any) -> tqdm[Any]:
    """A bar over some work, as tqdm has it; none where standard error is closed.

    Args:
        work: to be gone through; None where it is told of by `update`.
        looks: options of tqdm.
    """
    closed = sys.stderr is None
    watched = not closed and sys.stderr.isatty()
    every = _WATCHED if watched else _LOGGED
    return tqdm(work, file=sys.stderr, disable=closed, mininterval=every, **looks)
