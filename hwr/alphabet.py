"""Characters to ids and back. Id 0 is no character: CTC's blank, or the end of a text; characters
count from 1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
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


@dataclass(frozen=True)
class Unknown:
    """A character of some texts that an alphabet lacks.

    Attributes:
        character: the one.
        count: how often it stands in the texts.
        names: of the first lines that hold it, up to three.
    """

    character: str
    count: int
    names: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"{self.character!r} (U+{ord(self.character):04X}) {self.count}x, as in"
            f" {', '.join(self.names)}"
        )


def characters_of(texts: Iterable[str]) -> str:
    """The characters of texts, each once, by their code points."""
    return "".join(sorted(set().union(*texts)))


def unknown_characters(
    alphabet: Alphabet, texts: Sequence[str], names: Sequence[str]
) -> list[Unknown]:
    """The characters that an alphabet lacks, the commonest first.

    Args:
        alphabet: what is known.
        texts, names: of lines.
    """
    known = set(alphabet.characters)
    counts: Counter[str] = Counter()
    places: dict[str, list[str]] = {}
    for text, name in zip(texts, names, strict=True):
        if strange := [character for character in text if character not in known]:
            counts.update(strange)
            for character in dict.fromkeys(strange):
                places.setdefault(character, []).append(name)
    return [
        Unknown(character, count, tuple(places[character][:3]))
        for character, count in counts.most_common()
    ]


def tell_unknown(unknown: Sequence[Unknown], shown: int = 10) -> str:
    """The characters in one line, for a message."""
    more = f"; and {len(unknown) - shown} more characters" if len(unknown) > shown else ""
    return "; ".join(map(str, unknown[:shown])) + more
