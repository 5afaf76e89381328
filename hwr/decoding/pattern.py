"""Texts of one form: those that a regular expression matches as a whole."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from hwr.alphabet import Alphabet
from hwr.errors import ConfigError

_CACHED = 100_000
# Beginnings of texts that are remembered: some 20 MB.


class Pattern:
    """Says of symbols whether they may be read, and whether they may begin what is read.

    Args:
        expression: a regular expression, as Python's `re` and the package `regex` take them, such
            as  [0-9]{5}  or  Paris|Lyon.
        alphabet: what the model can write.

    Raises:
        ConfigError: it is no regular expression, or no text of the alphabet can begin so.
    """

    def __init__(self, expression: str, alphabet: Alphabet) -> None:
        import regex  # here: it takes as long as numpy, and few read by a pattern

        self.expression = unicodedata.normalize("NFC", expression)  # as alphabets are
        self._decode = alphabet.decode
        try:
            self._compiled = regex.compile(self.expression)
        except regex.error as error:
            told = f"{expression!r} is no regular expression ({error}): such as  [0-9]{{5}}"
            raise ConfigError(told) from None
        self.begins = lru_cache(_CACHED)(self._begins)
        """Whether any text that fits begins with these symbols, or is them."""
        if not self.fits("") and not any(self.begins((i,)) for i in range(1, alphabet.classes)):
            raise ConfigError(
                f"{expression!r} fits no text of the model's characters {alphabet.characters!r}"
            )

    def fits(self, text: str) -> bool:
        """Whether a text may be read."""
        return self._compiled.fullmatch(text) is not None

    def fits_ids(self, ids: Sequence[int]) -> bool:
        """Whether a text, given as its symbols, may be read."""
        return self.fits(self._decode(ids))

    def _begins(self, ids: tuple[int, ...]) -> bool:
        return self._compiled.fullmatch(self._decode(ids), partial=True) is not None
