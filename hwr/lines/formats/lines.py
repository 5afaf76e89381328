"""A line as a page's file draws it."""

from __future__ import annotations

from dataclasses import dataclass

from hwr.lines.labelled import Region


@dataclass(frozen=True)
class Drawn:
    """A line of a page.

    Attributes:
        name: its id, or its place in the file.
        text: what it says; None where that is not told.
        region: where it stands; None where that is not told.
        reason: why there is no region.
    """

    name: str
    text: str | None
    region: Region | None
    reason: str = ""
