"""A line as a page's file draws it."""

from __future__ import annotations

import math
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
        turns: quarter turns clockwise that bring it upright.
    """

    name: str
    text: str | None
    region: Region | None
    reason: str = ""
    turns: int = 0


def quarter_turns(degrees: str) -> int:
    """How many quarter turns come nearest to an angle, 0 to 3; 0 where it is no number."""
    try:
        angle = float(degrees)
    except ValueError:
        return 0
    return round(angle / 90) % 4 if math.isfinite(angle) else 0
