"""Characters to ids and back. Id 0 is no character: CTC's blank, or the end of a text; characters
count from 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hwr.errors import AlphabetError, ConfigError

BLANK = 0
"""The id that stands for no character in CTC (Graves et al. 2006)."""

END = 0
"""The id that ends a text in seq2seq, which has no blank."""


@dataclass(frozen=True)
class Alphabet:
    """The characters a model can write, each once, in the order of their ids."""

    characters: str

    def __post_init__(self) -> None:
        if not self.characters:
            raise ConfigError("the alphabet is empty: give at least one character")
        if len(set(self.characters)) != len(self.characters):
            twice = next(c for c in self.characters if self.characters.count(c) > 1)
            raise ConfigError(f"the alphabet holds {twice!r} more than once")

    def __len__(self) -> int:
        return len(self.characters)

    @property
    def classes(self) -> int:
        """How many classes a head needs: the characters, and the blank or the end symbol."""
        return len(self.characters) + 1

    def encode(self, text: str, name: str = "text") -> list[int]:
        """The ids of a text. Raises AlphabetError that names the line and the character."""
        ids = [self.characters.find(character) + 1 for character in text]
        if BLANK in ids:
            strange = text[ids.index(BLANK)]
            raise AlphabetError(
                f"{name}: {strange!r} (U+{ord(strange):04X}) is not in the model's alphabet"
                f" {self.characters!r}: correct the text, or train with an alphabet that has it"
            )
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids from 1 to `len(self)`."""
        return "".join(self.characters[i - 1] for i in ids)
