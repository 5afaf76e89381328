"""Texts of one form: those that a regular expression matches as a whole."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from hwr.alphabet import Alphabet
from hwr.decoding.expression import All, Either, Expression, One, Part, Repeat
from hwr.errors import ConfigError

State = frozenset[int]
"""What a pattern knows of the beginning of a text: the positions, of single characters of the
expression, at which its last one may stand. From the same state the same texts may follow; the
empty one is that of what no text begins with."""

_CACHED = 50_000
# Steps from a state to the next one that are remembered: some 20 MB.


class Pattern:
    """The texts that may be read, of one character after the other (Glushkov 1961).

    Args:
        expression: a regular expression as Python's `re` takes them, of what
            `hwr.decoding.expression` knows, such as  [0-9]{5}  or  Paris|Lyon.
        alphabet: what the model can write.

    Attributes:
        start: the state of the empty text.

    Raises:
        ConfigError: it is no such expression, or fits no text of the alphabet but the empty one.
    """

    def __init__(self, expression: str, alphabet: Alphabet) -> None:
        self.expression = unicodedata.normalize("NFC", expression)  # as alphabets are
        self.alphabet = alphabet
        read = Expression.of(self.expression)
        positions = _Positions(read.part)
        self._symbols = [frozenset[int]()] + [
            self._symbols_of(source, read.flags) for source in positions.sources
        ]
        known = [place for place, symbols in enumerate(self._symbols) if symbols or not place]
        self._follow = _alive(positions, frozenset(known))
        self._ends = positions.ends
        self.start: State = frozenset([0])
        if not self._follow[0]:
            raise ConfigError(
                f"{expression!r} fits no text of the model's characters {alphabet.characters!r}"
            )
        self.step = lru_cache(_CACHED)(self._step)
        """The state behind one more symbol."""

    def accepts(self, state: State) -> bool:
        """Whether a text may end here."""
        return not self._ends.isdisjoint(state)

    def fits_ids(self, ids: Sequence[int]) -> bool:
        """Whether a text, given as its symbols, may be read."""
        state = self.start
        for symbol in ids:
            state = self.step(state, symbol)
        return self.accepts(state)

    def fits(self, text: str) -> bool:
        """Whether a text may be read."""
        # (A character that the alphabet lacks has id 0, which stands nowhere.)
        return self.fits_ids([self.alphabet.characters.find(one) + 1 for one in text])

    def _step(self, state: State, symbol: int) -> State:
        following = frozenset[int]().union(*(self._follow[place] for place in state))
        return frozenset(place for place in following if symbol in self._symbols[place])

    def _symbols_of(self, source: str, flags: int) -> frozenset[int]:
        matches = re.compile(source, flags).fullmatch
        return frozenset(
            symbol for symbol, one in enumerate(self.alphabet.characters, 1) if matches(one)
        )


class _Fragment(NamedTuple):
    """Of a part of an expression: whether it may be nothing, and the positions with which it may
    begin and end."""

    empty: bool
    first: frozenset[int] = frozenset()
    last: frozenset[int] = frozenset()


class _Positions:
    """The single characters of an expression, repeats written out, from 1 on: 0 is before them.

    Attributes:
        sources: what each stands for, in the words of the expression.
        follow: the positions that may come behind each, 0 included.
        ends: those with which a text may end.
    """

    def __init__(self, part: Part) -> None:
        self.sources: list[str] = []
        self.follow: list[set[int]] = [set()]
        found = self._add(part)
        self.follow[0] |= found.first
        self.ends = found.last | ({0} if found.empty else set())

    def _add(self, part: Part) -> _Fragment:
        match part:
            case One(source):
                self.sources.append(source)
                self.follow.append(set())
                here = frozenset([len(self.sources)])
                return _Fragment(False, here, here)
            case Either(parts):
                of_parts = [self._add(one) for one in parts]
                empty, first, last = zip(*of_parts, strict=True)
                return _Fragment(any(empty), frozenset().union(*first), frozenset().union(*last))
            case All(parts):
                found = _Fragment(True)
                for one in parts:
                    found = self._joined(found, self._add(one))
                return found
            case Repeat(inner, least, most):
                return self._repeated(inner, least, most)

    def _repeated(self, part: Part, least: int, most: int | None) -> _Fragment:
        if not part.size:
            return _Fragment(True)
        rest = _Fragment(True)
        if most is None:
            rest = self._add(part)
            self._joined(rest, rest)
            rest = rest._replace(empty=True)
        for _ in range((most or 0) - least):  # each of them only behind the one before:  (a(a)?)?
            rest = self._joined(self._add(part), rest)._replace(empty=True)
        for _ in range(least):
            rest = self._joined(self._add(part), rest)
        return rest

    def _joined(self, one: _Fragment, other: _Fragment) -> _Fragment:
        """The two behind one another."""
        for place in one.last:
            self.follow[place] |= other.first
        return _Fragment(
            one.empty and other.empty,
            one.first | other.first if one.empty else one.first,
            one.last | other.last if other.empty else other.last,
        )


def _alive(positions: _Positions, known: frozenset[int]) -> list[frozenset[int]]:
    """What may follow each position, of those that stand for some character and from which a text
    can come to its end."""
    before: list[list[int]] = [[] for _ in positions.follow]
    for place in known:
        for following in positions.follow[place]:
            before[following].append(place)
    alive = set(positions.ends & known)
    waiting = list(alive)
    while waiting:
        new = set(before[waiting.pop()]) - alive
        alive |= new
        waiting += new
    return [frozenset(following & alive) for following in positions.follow]
