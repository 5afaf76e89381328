"""How badly numbers on paper fare on their way into a file: as most do, or as few."""

from __future__ import annotations

from typing import NamedTuple


class Conditions(NamedTuple):
    """How bad pictures of numbers are, at worst, and how they show them.

    Attributes:
        blur: the standard deviation of a camera's, in pixels, beyond the least.
        sharp: the higher, the fewer pictures are blurred so.
        noise: the standard deviation of the picture's noise, as a share of how dark its ink is.
        most_noise: and of white's whole way to black.
        quality: of JPEG, of 100.
        loose: room above and below, as a share of the number's height.
        struck: the share of guide lines that may go through all of the digits; others keep to the
            lower half of the picture.
        befallen: the chance of each of what befalls few pictures (`hwr.lines.document.degrade`).
        blurred: the chance of any blur.
        least_blur: of those that are.
        faint: the chance of faint ink.
        boxed: the chance of a box around the number.
        border: the chance of each of its four borders to be seen.
        close: the share of such boxes that a picture with next to no room above and below has.
        tight: the chance of a picture cut to what is written, without borders.
        deep: the chance of borders farther from the sides; if there is any, other cells' writing
            shows beyond half of those that leave room for it.
        rows: of every picture; 0 for heights of all kinds.
        marks: how many marks that the text does not hold there are, of those beside amounts.
        patterned: the chance of a printed pattern.
    """

    blur: float
    sharp: int
    noise: float
    most_noise: float
    quality: int
    loose: float
    struck: float
    befallen: float
    blurred: float = 0.5
    least_blur: float = 0.3
    faint: float = 0.25
    boxed: float = 0.35
    border: float = 0.55
    close: float = 0.4
    tight: float = 0.3
    deep: float = 0.1
    rows: int = 0
    marks: float = 1.0
    patterned: float = 0.6


GOOD = Conditions(
    blur=1.0, sharp=2, noise=0.1, most_noise=0.04, quality=20, loose=0.8, struck=0.0, befallen=0.0
)
DEGRADED = Conditions(
    blur=2.0,
    sharp=3,
    noise=0.15,
    most_noise=0.06,
    quality=7,
    loose=1.0,
    struck=0.25,
    befallen=0.03,
)
LOGBOOK = GOOD._replace(
    blur=0.9,
    sharp=1,
    noise=0.16,
    most_noise=0.06,
    blurred=1.0,
    least_blur=0.8,
    faint=1.0,
    boxed=1.0,
    border=0.8,
    close=1.0,
    tight=0.1,
    deep=0.5,
    rows=34,
    marks=0.5,
    patterned=0.3,
)
"""Cells of a photographed logbook: small, blurred, faint, with their borders."""

CONDITIONS = (GOOD, DEGRADED, LOGBOOK)
