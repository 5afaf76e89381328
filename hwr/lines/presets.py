"""The ways in which digits are put side by side.

All sizes are in pixels of the 28-pixel digit on a line 32 pixels high; another height scales all.
"""

from __future__ import annotations

from dataclasses import dataclass

from hwr.errors import AlphabetError, ConfigError
from hwr.images.digit import LINE_HEIGHT
from hwr.lines.digits import Split
from hwr.lines.document.conditions import DEGRADED, GOOD, LOGBOOK, Conditions

BASE_HEIGHT = LINE_HEIGHT
"""The line height, in pixels, in which the presets' sizes are given."""

DIGITS = "0123456789"


@dataclass(frozen=True)
class Preset:
    """How digits are put side by side. Ranges are (lowest, highest), drawn uniformly."""

    gap: tuple[float, float]
    """Pixels between neighbours; below zero they overlap."""
    whole_pixels: bool = False
    """Gaps and margins are whole pixels, so that unscaled digits stay exact copies."""
    cut_to_ink: bool = False
    """Neighbours are set by their ink columns, not by their 28-pixel frames."""
    scale: tuple[float, float] = (1.0, 1.0)
    jitter: float = 0.0
    """Up to so many pixels up or down."""
    margin: tuple[float, float] = (2.0, 8.0)
    """Pixels left of the first and right of the last digit."""
    max_overlap: float = 0.3
    """Overlap at most this share of the narrower neighbour: a thin 1 must not vanish."""
    min_pitch: tuple[float, float] = (4.0, 8.0)
    """From one digit's left edge to the next one's at least so many pixels, where the two differ
    and where they are the same: two thin 1s set closer are one thick 1 to everybody. With four
    pixels to a frame this gives CTC the `characters + repeats` frames that it needs."""
    document: Conditions | None = None
    """Drawn as documents show numbers (`hwr.lines.document`), which knows its own measures; and how
    they are photographed."""
    leading: float = 0.0
    """The chance that a line's first digit is drawn by Benford's law, as those of amounts are."""
    round: float = 0.0
    """The chance that a line ends in zeros, as amounts do, where it is long enough: of lines of one
    to four digits fewer end so."""


PRESETS: dict[str, Preset] = {
    "plain": Preset(gap=(0, 8), whole_pixels=True),
    "touching": Preset(gap=(-4, 2), cut_to_ink=True, scale=(0.8, 1.2), jitter=3.0),
    "document": Preset(gap=(0, 0), document=GOOD, leading=0.5, round=0.35),
    "degraded": Preset(gap=(0, 0), document=DEGRADED, leading=0.5, round=0.35),
    "logbook": Preset(gap=(0, 0), document=LOGBOOK, leading=0.5, round=0.35),
}


@dataclass(frozen=True)
class LineSpec:
    """Which lines to compose."""

    preset: str = "touching"
    split: Split = "train"
    min_length: int = 3
    max_length: int = 10
    alphabet: str = DIGITS
    """The digits that may occur."""

    def __post_init__(self) -> None:
        if self.preset not in PRESETS:
            raise ConfigError(f"no such preset: {self.preset!r} (there are {', '.join(PRESETS)})")
        if not 1 <= self.min_length <= self.max_length:
            raise ConfigError(
                f"lengths {self.min_length} to {self.max_length}: the shortest must be at least 1"
                " and not above the longest"
            )
        check_digits(self.alphabet)


def check_digits(alphabet: str) -> None:
    """Raises ConfigError or AlphabetError unless it is of digits, each of them once."""
    if not alphabet or len(set(alphabet)) != len(alphabet):
        raise ConfigError(f"alphabet {alphabet!r}: give each digit once, at least one")
    if strange := sorted(set(alphabet) - set(DIGITS)):
        raise AlphabetError(
            f"alphabet {alphabet!r}: MNIST has no picture of {strange[0]!r}: only of {DIGITS}"
        )
