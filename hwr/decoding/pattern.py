"""Texts of one form: those that a regular expression matches as a whole."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache, reduce
from operator import or_
from typing import NamedTuple

from hwr.alphabet import Alphabet
from hwr.decoding.expression import All, Either, Expression, One, Part, Repeat, shown
from hwr.errors import ConfigError

State = int
"""What a pattern knows of the beginning of a text: a bit for each position, of single characters of
the expression, at which its last one may stand. From the same state the same texts may follow; 0 is
that of what no text begins with."""

_CACHED = 20_000
# States behind which it is remembered what follows.


class Pattern:
    """The texts that may be read, of one character after the other (Glushkov 1961).

    Args:
        expression: a regular expression as Python's `re` takes them, of what
            `hwr.decoding.expression` knows, such as  [0-9]{5}  or  Paris|Lyon.
        alphabet: what the model can write.

    Raises:
        ConfigError: it is no such expression, or fits no text of the alphabet but the empty one.
    """

    start: State = 1
    """That of the empty text."""

    def __init__(self, expression: str, alphabet: Alphabet) -> None:
        self.expression = unicodedata.normalize("NFC", expression)  # as alphabets are
        self.alphabet = alphabet
        read = Expression.of(self.expression)
        positions = _Positions(read.part)
        self._standing = [0, *(positions.of(one, read.flags) for one in alphabet.characters)]
        self._follow, self._ends = positions.follow, positions.ends
        self._alive = positions.alive(reduce(or_, self._standing, self.start))
        self._behind = lru_cache(_CACHED)(self._places_behind)
        if not self._behind(self.start):
            told = f"fits no text of the model's characters {alphabet.characters!r}"
            raise ConfigError(f"{shown(self.expression)} {told}")

    def step(self, state: State, symbol: int) -> State:
        """The state behind one more symbol."""
        return self._behind(state) & self._standing[symbol]

    def accepts(self, state: State) -> bool:
        """Whether a text may end here."""
        return bool(state & self._ends)

    def fits_ids(self, ids: Sequence[int]) -> bool:
        """Whether a text, given as its symbols, may be read."""
        return self.accepts(reduce(self.step, ids, self.start))

    def fits(self, text: str) -> bool:
        """Whether a text may be read."""
        # (A character that the alphabet lacks has id 0, which stands nowhere.)
        return self.fits_ids([self.alphabet.characters.find(one) + 1 for one in text])

    def _places_behind(self, state: State) -> int:
        following = (self._follow[place] for place in _bits(state))
        return reduce(or_, following, 0) & self._alive


class _Fragment(NamedTuple):
    """Of a part of an expression: whether it may be nothing, and the positions with which it may
    begin and end, a bit each."""

    empty: bool
    first: int = 0
    last: int = 0


class _Positions:
    """The single characters of an expression, repeats written out, from 1 on: 0 is before them.

    Attributes:
        follow: the positions that may come behind each, 0 included, a bit each.
        ends: those with which a text may end.
    """

    def __init__(self, part: Part) -> None:
        self._sources: list[str] = []
        self.follow = [0]
        found = self._add(part)
        self.follow[0] = found.first
        self.ends = found.last | found.empty

    def of(self, character: str, flags: int) -> int:
        """Where a character may stand."""
        matching = {s for s in set(self._sources) if re.compile(s, flags).fullmatch(character)}
        return sum(1 << at for at, s in enumerate(self._sources, 1) if s in matching)

    def alive(self, possible: int) -> int:
        """Of the possible positions, those from which a text can come to its end."""
        alive, before = self.ends & possible, -1
        while alive != before:
            before = alive
            for place in range(len(self.follow) - 1, -1, -1):
                if possible >> place & 1 and self.follow[place] & alive:
                    alive |= 1 << place
        return alive

    def _add(self, part: Part) -> _Fragment:
        match part:
            case One(source):
                self._sources.append(source)
                self.follow.append(0)
                here = 1 << len(self._sources)
                return _Fragment(False, here, here)
            case Either(parts):
                return reduce(_either, map(self._add, parts))
            case All(parts):
                return reduce(self._joined, map(self._add, parts), _Fragment(True))
            case Repeat(inner, least, most):
                return self._repeated(inner, least, most)

    def _repeated(self, part: Part, least: int, most: int | None) -> _Fragment:
        rest = _Fragment(True)
        if most is None:
            rest = self._add(part)
            rest = self._joined(rest, rest)._replace(empty=True)
        for _ in range((most or 0) - least):  # each of them only behind the one before:  (a(a)?)?
            rest = self._joined(self._add(part), rest)._replace(empty=True)
        for _ in range(least):
            rest = self._joined(self._add(part), rest)
        return rest

    def _joined(self, one: _Fragment, other: _Fragment) -> _Fragment:
        """The two behind one another."""
        for place in _bits(one.last):
            self.follow[place] |= other.first
        first = one.first | (other.first if one.empty else 0)
        last = other.last | (one.last if other.empty else 0)
        return _Fragment(one.empty and other.empty, first, last)


def _either(one: _Fragment, other: _Fragment) -> _Fragment:
    return _Fragment(one.empty or other.empty, one.first | other.first, one.last | other.last)


def _bits(number: int) -> Iterator[int]:
    """The places of its ones."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest
