"""Regular expressions, taken apart.

Python's `re` says whether an expression is one, and which characters match each part of it that
stands for a single one. Here is only how such parts follow one another.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import NoReturn

from hwr.errors import ConfigError

MOST = 2000
"""Single characters of an expression whose repeats are written out, at most."""

_DEEPEST = 50
# Groups in one another: all that goes through them does so by recursion.

_SHOWN = 60
# Characters of an expression in a message.

_FLAGS = re.compile(r"(\(\?[aimsu]+\))*")
_OPENS = re.compile(r"\((\?:|\?P<\w+>|(?!\?))")
_CLASS = re.compile(r"\[\^?\]?(\\.|[^\]\\])*\]", re.DOTALL)
_ESCAPE = re.compile(r"\\(x..|u....|U.{8}|N\{[^}]*\}|[^xuUNABZbz0-9])", re.DOTALL)
_PLAIN = re.compile(r"[^\\^$(]", re.DOTALL)
_REPEAT = re.compile(
    r"([*+?]|\{(?P<just>[0-9]+)\}|\{(?P<least>[0-9]*),(?P<most>[0-9]*)\})(?P<how>[?+]?)"
)
_SIGNS = {"*": (0, None), "+": (1, None), "?": (0, 1)}


@dataclass(frozen=True)
class One:
    """A single character: `source` says which may stand there, such as  [0-9] ."""

    source: str


@dataclass(frozen=True)
class All:
    """Parts one behind the other; of none, nothing."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Either:
    """One of several parts."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Repeat:
    """A part from `least` to `most` times; None is as often as one likes."""

    part: Part
    least: int
    most: int | None


Part = One | All | Either | Repeat


@dataclass(frozen=True)
class Expression:
    """What a regular expression says, and the flags with which `re` takes its characters."""

    part: Part
    flags: int

    @classmethod
    def of(cls, expression: str) -> Expression:
        """Takes an expression apart that is to match texts as a whole.

        Raises:
            ConfigError: it is none as `re` takes them, or is not of characters, classes, groups,  |
                and repeats alone, or has more characters than `MOST` or too many groups in one
                another.
        """
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", FutureWarning)  # such as of [[:digit:]]
                flags = re.compile(expression).flags
        except (re.error, ValueError, FutureWarning) as error:
            told = f"is no regular expression ({error}): such as  [0-9]{{5}}"
            raise ConfigError(f"{shown(expression)} {told}") from None
        except (RecursionError, OverflowError):
            _refuse_size(expression)
        part = _Reader(expression).read()
        if _size(part) > MOST:
            _refuse_size(expression)
        return cls(part, flags)


def shown(expression: str) -> str:
    """An expression in a message."""
    return repr(expression[:_SHOWN] + "..." * (len(expression) > _SHOWN))


class _Reader:
    """Reads what `re` takes for an expression, so that it has no errors."""

    def __init__(self, text: str) -> None:
        self._text = text
        flags = _FLAGS.match(text)
        self._start = self._at = flags.end() if flags else 0
        self._depth = 0

    def read(self) -> Part:
        parts = [self._sequence()]
        while self._text.startswith("|", self._at):
            self._at += 1
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _sequence(self) -> Part:
        parts: list[Part] = []
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            parts.append(self._repeated(self._part()))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _part(self) -> Part:
        here, at = self._text[self._at], self._at
        # Texts are matched as a whole, so that these say nothing.
        if (here == "^" and at == self._start) or (here == "$" and at == len(self._text) - 1):
            self._at += 1
            return All(())
        if found := _OPENS.match(self._text, at):
            return self._group(found.end())
        one = {"[": _CLASS, "\\": _ESCAPE}.get(here, _PLAIN).match(self._text, at)
        if one is None:
            self._refuse({"(": 3, "\\": 2}.get(here, 1))
        self._at = one.end()
        return One(one[0])

    def _group(self, at: int) -> Part:
        self._at = at
        self._depth += 1
        if self._depth > _DEEPEST:
            _refuse_size(self._text)
        inside = self.read()
        self._depth -= 1
        self._at += 1
        return inside

    def _repeated(self, part: Part) -> Part:
        found = _REPEAT.match(self._text, self._at)
        if found is None:
            return part
        if found["how"] == "+":
            self._refuse(len(found[0]))
        self._at = found.end()
        if not _size(part):
            return All(())
        if found["just"]:
            return Repeat(part, int(found["just"]), int(found["just"]))
        if found["least"] is not None:
            most = int(found["most"]) if found["most"] else None
            return Repeat(part, int(found["least"] or 0), most)
        return Repeat(part, *_SIGNS[found[1]])

    def _refuse(self, length: int) -> NoReturn:
        what = self._text[self._at : self._at + length]
        way = (
            "leave it out, texts are matched as a whole"
            if what in "^$"
            else "it is of characters, classes such as  [0-9]  or  \\d , groups,  |  and repeats"
            " such as  {2,3}  or  *"
        )
        raise ConfigError(f"{shown(self._text)} holds  {what} , which a pattern cannot: {way}")


def _size(part: Part) -> int:
    """Single characters, repeats written out."""
    match part:
        case One():
            return 1
        case All(parts) | Either(parts):
            return sum(map(_size, parts))
        case Repeat(inner, least, most):
            return _size(inner) * (least + 1 if most is None else most)


def _refuse_size(expression: str) -> NoReturn:
    raise ConfigError(
        f"{shown(expression)} is too long or too deep: a pattern holds at most {MOST} characters,"
        f" its repeats written out, and {_DEEPEST} groups in one another"
    )
