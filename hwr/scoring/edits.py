"""Edit distance, and which characters were read as which.

A character is a Unicode code point: texts that should compare equal must be normalized before.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

from hwr.errors import MissingExtraError

Kind = Literal["match", "substitution", "insertion", "deletion"]


@dataclass(frozen=True)
class Edit:
    """One step of an alignment. `truth` is empty in an insertion, `read` in a deletion."""

    kind: Kind
    truth: str
    read: str


def words(text: str) -> list[str]:
    """The words of a text: what stands between whitespace."""
    return text.split()


def distance(read: Sequence[Hashable], truth: Sequence[Hashable]) -> int:
    """Levenshtein distance: the fewest substitutions, insertions and deletions.

    Raises:
        MissingExtraError: the package editdistance is not installed.
    """
    try:
        import editdistance
    except ModuleNotFoundError as error:
        raise MissingExtraError("measuring", "editdistance") from error
    return int(editdistance.eval(read, truth))


def align(read: str, truth: str) -> list[Edit]:
    """One alignment of as many edits as `distance` counts, the same one every time.

    Of all such it is one with the fewest insertions and deletions: "ab" read as "ba" is two
    substitutions.
    """
    # An insertion or a deletion costs 1 more than a substitution. These ones never add up to a
    # substitution, so the cheapest way has the fewest edits first, the fewest gaps second.
    change = len(read) + len(truth) + 1
    gap = change + 1
    cost = _costs(read, truth, change, gap, reach=distance(read, truth))
    found: list[Edit] = []
    row, column = len(truth), len(read)
    while row or column:
        here = cost[row, column]
        if row and column:
            same = truth[row - 1] == read[column - 1]
            if here == cost[row - 1, column - 1] + (0 if same else change):
                row, column = row - 1, column - 1
                kind: Kind = "match" if same else "substitution"
                found.append(Edit(kind, truth[row], read[column]))
                continue
        if (row - 1, column) in cost and here == cost[row - 1, column] + gap:
            row -= 1
            found.append(Edit("deletion", truth[row], ""))
        else:
            column -= 1
            found.append(Edit("insertion", "", read[column]))
    return found[::-1]


def _costs(read: str, truth: str, change: int, gap: int, reach: int) -> dict[tuple[int, int], int]:
    """Cheapest cost of turning truth[:row] into read[:column], by (row, column).

    Cells further than `reach` from the diagonal would need more gaps than the whole line has
    edits, and are left out: a long line with few errors costs little.
    """
    never = gap * (len(read) + len(truth) + 1)
    cost: dict[tuple[int, int], int] = {}
    for row in range(len(truth) + 1):
        for column in range(max(0, row - reach), min(len(read), row + reach) + 1):
            if row and column:
                step = 0 if truth[row - 1] == read[column - 1] else change
                cost[row, column] = min(
                    cost[row - 1, column - 1] + step,
                    cost.get((row - 1, column), never) + gap,
                    cost.get((row, column - 1), never) + gap,
                )
            else:
                cost[row, column] = gap * (row + column)
    return cost
