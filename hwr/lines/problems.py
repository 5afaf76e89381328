"""What can be wrong with a data set, by its kind."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from hwr.errors import DataError

_SHOWN = 5
_NO_PRINT = {"Cc", "Cs", "Zl", "Zp"}
# Unicode's classes of control characters, of halves of characters, and of ends of lines.


class Kind(StrEnum):
    """Kinds of problems, in the order they are told in; `hwr.lines.checks.rules` finds them."""

    TABLE = "unreadable list or page"
    NO_PICTURE = "text without a picture"
    NO_TEXT = "picture or line without a text"
    UNREADABLE = "picture that cannot be read"
    BLANK = "picture without ink"
    EMPTY = "empty text"
    CONTROL = "control character in a text"
    UNKNOWN = "character that the alphabet lacks"
    NARROW = "line too narrow for its text"
    CONTRADICTION = "same picture with different texts"
    ACROSS = "same picture in two splits"
    TWICE = "same picture twice"
    LOW = "picture too low"
    TURNED = "picture higher than wide, of a long text"
    UNSEEN = "character that the training lines lack"
    SPACES = "odd spaces in a text"
    LEFTWARD = "text that runs from right to left"
    ASPECT = "width unlike that of other lines"
    UNITED = "splits taken together"
    PASSED = "passed over"


REMARKS = frozenset(
    {Kind.UNSEEN, Kind.SPACES, Kind.LEFTWARD, Kind.ASPECT, Kind.UNITED, Kind.PASSED}
)
"""Kinds to look at; such lines can be trained on all the same, or are others' to be passed over."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong.

    Attributes:
        kind: of problem.
        name: of the line as `LabelledPicture.name` has it, of a file, or the character itself.
        reason: what is wrong and the way out, without the name.
        lines: where `name` is a character, the lines that have it.
    """

    kind: Kind
    name: str
    reason: str
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{printable(self.name)}: {self.reason}"


def printable(name: str) -> str:
    """A name in one line: file systems allow any character in it, and bytes that are none."""
    return "".join(ascii(c)[1:-1] if unicodedata.category(c) in _NO_PRINT else c for c in name)


def first_of(told: Sequence[str], shown: int) -> str:
    """The first of many, and how many more there are."""
    more = f"; and {len(told) - shown} more" if len(told) > shown else ""
    return "; ".join(told[:shown]) + more


def tell_problems(problems: Sequence[Problem], shown: int = 3) -> str:
    """The first of each kind, and how many more there are, in one line."""
    told = []
    for kind in dict.fromkeys(problem.kind for problem in problems):
        alike = [problem for problem in problems if problem.kind == kind]
        more = f" and {len(alike) - shown} more" if len(alike) > shown else ""
        told.append(f"{kind}: {'; '.join(map(str, alike[:shown]))}{more}")
    return ". ".join(told)


def refuse_problems(place: Path, problems: Sequence[Problem]) -> None:
    """Raises one DataError that tells of all problems of the first one's kind, and how many others
    there are, if there are any but remarks."""
    problems = [problem for problem in problems if problem.kind not in REMARKS]
    if not problems:
        return
    first = problems[0]
    alike = [problem for problem in problems if problem.kind == first.kind]
    others = len(problems) - len(alike)
    rest = f" ({others} of other kinds: see  hwr check {place})" if others else ""
    if first.kind not in (Kind.NO_PICTURE, Kind.NO_TEXT):
        more = f" (and {len(alike) - 1} more like it)" if len(alike) > 1 else ""
        raise DataError(f"{first}{more}{rest}")
    what = "picture" if first.kind == Kind.NO_PICTURE else "text"
    names = [printable(problem.name.removeprefix(f"{place}/")) for problem in alike]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    raise DataError(
        f"{place}: no {what} for {', '.join(names[:_SHOWN])}{more}: {first.reason};"
        f" or list the others with  hwr check --fixed{rest}"
    )
