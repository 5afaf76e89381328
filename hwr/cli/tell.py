"""How a user is told what is wrong."""

from __future__ import annotations

import re
from contextlib import suppress

import click


def tell(message: object) -> None:
    """Prints one line to standard error, whatever is in it: names of files may hold line breaks,
    and what terminals obey."""
    line = re.sub(r"[ \t\r\n]+", " ", str(message))
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)
    # Where nobody can be told, what there is to do is done all the same.
    with suppress(OSError):
        click.echo(f"hwr: {shown}", err=True)


def say(line: str) -> None:
    """Prints what a user may want to know of work whose result is a file: that is written, whether
    or not anybody listens."""
    with suppress(OSError):
        click.echo(line)
