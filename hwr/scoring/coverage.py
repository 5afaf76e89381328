"""Coverage and risk: how many lines are left, and how many of these are wrong, where only readings
of some confidence are accepted and people look at the others (selective classification; Chow, "On
optimum recognition error and reject tradeoff", IEEE Transactions on Information Theory 16, 1970).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hwr.scoring.rates import LineScore, rule_of_three

THRESHOLDS = (0.5, 0.7, 0.9, 0.95, 0.99)
"""Confidences from which lines are accepted."""

_Z = 1.96
# Standard deviations of a normal distribution within which 95 % of it are.


@dataclass(frozen=True)
class Accepted:
    """The lines read with at least some confidence.

    Attributes:
        confidence: that which they have at least.
        lines: how many they are.
        wrong: how many of them are wrong.
        of: how many lines there are, with those that are not accepted.
    """

    confidence: float
    lines: int
    wrong: int
    of: int

    @property
    def coverage(self) -> float:
        """Of all lines, the share that is accepted."""
        return self.lines / self.of

    @property
    def risk(self) -> float | None:
        """Of those accepted, the share that is wrong; None of no lines."""
        return self.wrong / self.lines if self.lines else None

    @property
    def most_risk(self) -> float | None:
        """The upper end of its 95 % interval (Wilson, "Probable inference, the law of succession,
        and statistical inference", 1927; where none is wrong, the rule of three)."""
        if not self.lines:
            return None
        if not self.wrong:
            return rule_of_three(self.lines)
        share, more = self.wrong / self.lines, _Z**2 / self.lines
        way = math.sqrt(more * share * (1 - share) + more**2 / 4)
        return (share + more / 2 + way) / (1 + more)


@dataclass(frozen=True)
class Coverage:
    """How far the confidence of readings tells right ones from wrong ones.

    Attributes:
        mean: confidence: what the readings expect the share of right lines to be.
        accepted: what is accepted from each of `THRESHOLDS` on.
    """

    mean: float
    accepted: list[Accepted]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "mean_confidence": self.mean,
            "by_confidence": [
                {"confidence": row.confidence, "lines": row.lines, "wrong": row.wrong}
                for row in self.accepted
            ],
        }


def coverage(scores: Sequence[LineScore]) -> Coverage | None:
    """What is accepted of lines by their confidence; None where there are none, or some have
    none."""
    known = [score.confidence for score in scores if score.confidence is not None]
    if not known or len(known) < len(scores):
        return None
    of_lines = np.array(known)
    wrong = np.array([not score.correct for score in scores])
    accepted = [
        Accepted(threshold, int(above.sum()), int((wrong & above).sum()), len(scores))
        for threshold, above in ((least, of_lines >= least) for least in THRESHOLDS)
    ]
    return Coverage(float(of_lines.mean()), accepted)
