"""Which lines are kept apart for validation: whole pages, so that no hand stands on both sides."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from hwr.errors import DataError


def split_by_page(
    pages: Sequence[str], share: float, seed: int = 0
) -> tuple[list[int], list[int], bool]:
    """Parts lines into those to train on and those to validate with.

    The pages go one by one, in an order that the seed and their names alone decide, to validation
    where that brings it nearer to its share of the lines. Lines of a single page are parted one by
    one.

    Args:
        pages: the page of each line.
        share: of the lines wanted for validation, above 0 and below 1.
        seed: another one chooses other pages.

    Returns:
        The rows to train on, those to validate with, both in order, and whether they were parted
        by page.

    Raises:
        DataError: there are fewer than two lines.
    """
    if len(pages) < 2:
        raise DataError(
            f"{len(pages)} line is too few to train on and to validate with: give more, or others"
            " to validate with by  --data.val"
        )
    by_page = len(set(pages)) > 1
    # Without pages each line is one, called by its number.
    names = list(pages) if by_page else [str(row) for row in range(len(pages))]
    counts = Counter(names)
    wanted, taken = share * len(names), 0
    apart: set[str] = set()
    for page in sorted(counts, key=lambda name: _lot(name, seed)):
        nearer = abs(taken + counts[page] - wanted) < abs(taken - wanted)
        if nearer and len(apart) + 1 < len(counts):
            apart.add(page)
            taken += counts[page]
    if not apart:
        apart.add(min(counts, key=lambda name: (counts[name], _lot(name, seed))))
    train = [row for row, page in enumerate(names) if page not in apart]
    return train, [row for row, page in enumerate(names) if page in apart], by_page


def _lot(page: str, seed: int) -> list[bytes]:
    """Of the page's name, then of the folder that holds it, and so on: so it matters little where
    that lies, or how the way there is told."""
    return [
        hashlib.blake2b(f"{seed}/{part}".encode(errors="surrogatepass"), digest_size=8).digest()
        for part in reversed(PurePath(page).parts)
    ]
