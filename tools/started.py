"""How every tool here is run: what a user did wrong is one line and exit status 2, as of `hwr`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from hwr.cli.main import INTERRUPTED, USER_ERROR
from hwr.errors import DataError, HwrError


def run(main: Callable[[], None]) -> None:
    """Runs a tool."""
    try:
        main()
    except HwrError as error:
        _fail(str(error), USER_ERROR)
    except KeyboardInterrupt:
        _fail("interrupted", INTERRUPTED)


def make_folder(path: Path) -> None:
    """Makes a folder for what a tool writes in the end: before its work, which may take long.
    Raises DataError where there can be none."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{path}: cannot be made a folder ({error.strerror})") from error


def _fail(message: str, status: int) -> NoReturn:
    # (Names of files may hold line breaks.)
    print(f"{Path(sys.argv[0]).stem}: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(status)
