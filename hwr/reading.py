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
        x0, x1: from which to which column of the picture, in pixels of the picture as given.
    """

    text: str
    confidence: float
    x0: float
    x1: float


@dataclass(frozen=True)
class Reading:
    """What was read from one line.

    Attributes:
        text: what it says.
        confidence: the probability of that text, given the picture (`hwr.decoding.confidence`).
        characters: each character with its place.
    """

    text: str
    confidence: float
    characters: tuple[Character, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The reading as plain lists, strings and numbers."""
        return asdict(self) | {"characters": [asdict(c) for c in self.characters]}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Reading:
        """The reading that `to_json` wrote."""
        characters = tuple(Character(**character) for character in content["characters"])
        return cls(content["text"], content["confidence"], characters)
