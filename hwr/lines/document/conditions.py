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


GOOD = Conditions(1.0, 2, 0.1, 0.04, 20, 0.8, 0.0, 0.0)
DEGRADED = Conditions(2.0, 3, 0.15, 0.06, 10, 1.0, 0.25, 0.03)
