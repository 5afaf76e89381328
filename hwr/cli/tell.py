"""How a user is told what is wrong."""

from __future__ import annotations

import re

import click


def tell(message: object) -> None:
    """Prints one line to standard error, whatever is in it: names of files may hold line breaks,
    and what terminals obey."""
    line = re.sub(r"[ \t\r\n]+", " ", str(message))
    click.echo(f"hwr: {''.join(c if c.isprintable() else ascii(c)[1:-1] for c in line)}", err=True)
