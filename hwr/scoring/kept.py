"""What is left of lines, and of errors, where only the surer readings are kept and people look at
the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hwr.scoring.rates import LineScore

LEVELS = (0.5, 0.7, 0.9, 0.95, 0.99)
"""Confidences from which lines are kept."""


@dataclass(frozen=True)
class Kept:
    """The lines read with at least some confidence.

    Attributes:
        confidence: that which they have at least.
        lines: how many they are.
        wrong: how many of them are wrong.
        of: how many lines there are, with those that are not kept.
    """

    confidence: float
    lines: int
    wrong: int
    of: int

    @property
    def kept_share(self) -> float:
        """Of all lines, the share that is kept."""
        return self.lines / self.of

    @property
    def wrong_share(self) -> float | None:
        """Of those kept, the share that is wrong; None of no lines."""
        return self.wrong / self.lines if self.lines else None


@dataclass(frozen=True)
class Confidences:
    """How far the confidence of readings tells right ones from wrong ones.

    Attributes:
        mean: what the readings expect the share of right lines to be.
        kept: for each of `LEVELS`, what is kept by it.
    """

    mean: float
    kept: list[Kept]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "mean_confidence": self.mean,
            "by_confidence": [
                {"confidence": row.confidence, "lines": row.lines, "wrong": row.wrong}
                for row in self.kept
            ],
        }


def confidences(scores: Sequence[LineScore]) -> Confidences | None:
    """What is kept of lines by their confidence; None where there are none, or some have none."""
    known = [score.confidence for score in scores if score.confidence is not None]
    if not known or len(known) < len(scores):
        return None
    of_lines = np.array(known)
    wrong = np.array([not score.correct for score in scores])
    kept = [
        Kept(level, int(above.sum()), int((wrong & above).sum()), len(scores))
        for level, above in ((level, of_lines >= level) for level in LEVELS)
    ]
    return Confidences(float(of_lines.mean()), kept)
