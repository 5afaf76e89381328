"""What was read from one line."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Character:
    """One character of a reading.

    Attributes:
        text: the character.
        confidence: see `hwr.decoding.confidence`.
        x0, x1: from which to which column of the picture, in pixels of the picture as given; None
            where only the seq2seq head has read, which writes without saying where, or the line as
            it is has no room for the text.
    """

    text: str
    confidence: float
    x0: float | None = None
    x1: float | None = None


@dataclass(frozen=True)
class Alternative:
    """Another reading of the same line.

    Attributes:
        text: what it says.
        confidence: of it, as of the reading.
    """

    text: str
    confidence: float


@dataclass(frozen=True)
class Reading:
    """What was read from one line.

    Attributes:
        text: what it says.
        confidence: the probability of that text, given the picture (`hwr.decoding.confidence`).
        characters: each character with its place.
        alternatives: other texts that a beam or another look at the line proposed, or the other
            classes of a single digit, the likelier first; where a language model has its say, those
            that it finds better.
        cut: whether the seq2seq head was stopped at the most characters it can write: the text may
            go on.
        turned: whether light was taken for ink where the picture had spoken for dark, or dark where
            it had spoken for light, as that was read more surely.
    """

    text: str
    confidence: float
    characters: tuple[Character, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    cut: bool = False
    turned: bool = False

    def to_json(self) -> dict[str, Any]:
        """The reading as plain lists, strings and numbers."""
        content = asdict(self)
        return content | {
            "characters": list(content["characters"]),
            "alternatives": list(content["alternatives"]),
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Reading:
        """The reading that `to_json` wrote, or an element of what `hwr read --format json` prints,
        whose path is left aside."""
        characters = tuple(Character(**character) for character in content["characters"])
        alternatives = tuple(Alternative(**other) for other in content["alternatives"])
        known = {name: value for name, value in content.items() if name != "path"}
        return cls(**known | {"characters": characters, "alternatives": alternatives})
