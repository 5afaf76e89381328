"""Regular expressions, taken apart.

Python's `re` says whether an expression is one, and which characters match each part of it that
stands for a single one. Here is only how such parts follow one another.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import NoReturn

from hwr.errors import ConfigError

MOST = 2000
"""Single characters of an expression whose repeats are written out, at most."""

_FLAGS = re.compile(r"\(\?[aimsu]+\)")
_OPENS = re.compile(r"\((\?:|\?P<\w+>|(?!\?))")
_CLASS = re.compile(r"\[\^?\]?(\\.|[^\]\\])*\]", re.DOTALL)
_ESCAPE = re.compile(r"\\(x..|u....|U.{8}|N\{[^}]*\}|[^xuUNABZbz0-9])", re.DOTALL)
_PLAIN = re.compile(r"[^\\^$(]", re.DOTALL)
_REPEAT = re.compile(r"([*+?]|\{(?P<least>\d+)\}|\{(?P<from>\d*),(?P<to>\d*)\})(?P<how>[?+]?)")
_SHOWN = 60


@dataclass(frozen=True)
class One:
    """A single character: `source` says which may stand there, such as  [0-9] ."""

    source: str
    size: int = 1


@dataclass(frozen=True)
class All:
    """Parts one behind the other; of none, nothing."""

    parts: tuple[Part, ...]

    @cached_property
    def size(self) -> int:
        """Single characters, repeats written out."""
        return sum(part.size for part in self.parts)


@dataclass(frozen=True)
class Either:
    """One of several parts."""

    parts: tuple[Part, ...]

    @cached_property
    def size(self) -> int:
        """As of `All`."""
        return sum(part.size for part in self.parts)


@dataclass(frozen=True)
class Repeat:
    """A part from `least` to `most` times; None is as often as one likes."""

    part: Part
    least: int
    most: int | None

    @cached_property
    def size(self) -> int:
        """As of `All`."""
        return self.part.size * (self.least + 1 if self.most is None else self.most)


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
            ConfigError: it is none as `re` takes them, or looks about (anchors within, word
                boundaries, lookaheads, back references), or has more characters than `MOST`.
        """
        shown = repr(expression[:_SHOWN] + "..." * (len(expression) > _SHOWN))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", FutureWarning)  # such as of [[:digit:]]
                flags = re.compile(expression).flags
            part = _Reader(expression, shown).read()
        except (re.error, ValueError, FutureWarning) as error:
            told = f"{shown} is no regular expression ({error}): such as  [0-9]{{5}}"
            raise ConfigError(told) from None
        except (RecursionError, OverflowError):
            part = None
        if part is None or part.size > MOST:
            raise ConfigError(
                f"{shown} is too long or too deep: a pattern holds at most {MOST} characters, with"
                " its repeats written out"
            )
        return cls(part, flags)


class _Reader:
    """Reads what `re` takes for an expression, so that it has no errors."""

    def __init__(self, text: str, shown: str) -> None:
        self._text, self._shown = text, shown
        flags = _FLAGS.match(text)
        self._start = self._at = flags.end() if flags else 0

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
            self._at = found.end()
            inside = self.read()
            self._at += 1
            return inside
        one = {"[": _CLASS, "\\": _ESCAPE}.get(here, _PLAIN).match(self._text, at)
        if one is None:
            self._refuse(3 if here == "(" else 2 if here == "\\" else 1)
        self._at = one.end()
        return One(one[0])

    def _repeated(self, part: Part) -> Part:
        found = _REPEAT.match(self._text, self._at)
        if found is None:
            return part
        if found["how"] == "+":
            self._refuse(len(found[0]))
        self._at = found.end()
        if found["least"]:
            return Repeat(part, int(found["least"]), int(found["least"]))
        if found["from"] is not None:
            return Repeat(part, int(found["from"] or 0), int(found["to"]) if found["to"] else None)
        least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[found[1]]
        return Repeat(part, least, most)

    def _refuse(self, length: int) -> NoReturn:
        what = self._text[self._at : self._at + length]
        raise ConfigError(
            f"{self._shown} holds  {what} , which a pattern cannot: it is of characters, classes"
            " such as  [0-9]  or  \\d , groups,  |  and repeats such as  {2,3}  or  *"
        )
