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


def degrees(told: str) -> float:
    """An angle as a page tells it; 0 where that is no number."""
    try:
        angle = float(told)
    except ValueError:
        return 0.0
    return angle if math.isfinite(angle) else 0.0


def quarter_turns(angle: float) -> int:
    """How many quarter turns come nearest to an angle in degrees, 0 to 3."""
    return round(angle / 90) % 4
