"""Reading by the digit head: the likeliest class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hwr.decoding.decoded import Decoded


def read_digits(log_probs: NDArray[np.float32]) -> list[Decoded]:
    """Reads pictures of single digits.

    Args:
        log_probs: [pictures, characters].

    Returns:
        One symbol for each, all other characters as alternatives.
    """
    found = []
    for row, order in zip(log_probs, np.argsort(-log_probs, axis=1, kind="stable"), strict=True):
        # Classes count from 0, symbols from 1.
        ranked = [([int(place) + 1], float(row[place])) for place in order]
        (ids, log_probability), *others = ranked
        found.append(
            Decoded(ids, log_probability, [float(np.exp(log_probability))], None, tuple(others))
        )
    return found
