"""How badly numbers on paper fare on their way into a file: as most do, or as few."""

from __future__ import annotations

from typing import NamedTuple


class Conditions(NamedTuple):
    """How bad pictures of numbers are, at worst.

    Attributes:
        blur: the standard deviation of a camera's, in pixels, beyond the least.
        sharp: the higher, the fewer pictures are blurred so.
        noise: the standard deviation of the picture's noise, as a share of how dark its ink is.
        most_noise: and of white's whole way to black.
        quality: of JPEG, of 100.
        loose: room above and below, as a share of the number's height.
        struck: the share of guide lines that may go through the digits.
        befallen: the chance of each of what befalls few pictures (`hwr.lines.document.degrade`).
    """

    blur: float
    sharp: int
    noise: float
    most_noise: float
    quality: int
    loose: float
    struck: float
    befallen: float


GOOD = Conditions(
    blur=1.0, sharp=2, noise=0.1, most_noise=0.04, quality=20, loose=0.8, struck=0.0, befallen=0.0
)
DEGRADED = Conditions(
    blur=2.0,
    sharp=3,
    noise=0.15,
    most_noise=0.06,
    quality=10,
    loose=1.0,
    struck=0.25,
    befallen=0.03,
)
