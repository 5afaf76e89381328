"""Which steps are done, and how strongly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Literal, get_args

Skew = Literal["none", "profile", "hough"]
Binarization = Literal["none", "otsu", "sauvola"]


@dataclass(frozen=True)
class CleanOptions:
    """The steps by which a picture is cleaned before anything else is done with it.

    They are done in the order in which they stand here. All are off.
    """

    flatten: float = 0.0
    """Uneven light is divided out: the window in which paper is looked for, as a share of the
    height; wider than any stroke. 0 is off."""
    median: float = 0.0
    """The window of a median filter, as a share of the height. 0 is off."""
    nlm: float = 0.0
    """Non-local means: how much noise they take off, in standard deviations of the noise found. 0
    is off."""
    deskew: Skew = "none"
    """A rising or falling line is turned level, its angle found by its projection profile or by the
    Hough transform."""
    deslant: bool = False
    """Writing that leans clearly is sheared upright."""
    binarize: Binarization = "none"
    """Only black and white are left, by one threshold for the whole picture or by one for each
    place."""
    window: float = 0.5
    """Where Sauvola's threshold looks at, as a share of the height."""
    specks: float = 0.0
    """Ink that touches no other is taken off below this area, as a share of the squared height. 0
    is off."""
    stroke: float = 0.0
    """The width that all strokes get, as a share of the height. 0 is off."""

    def __post_init__(self) -> None:
        for name, most in _MOST.items():
            if not 0 <= getattr(self, name) <= most:
                raise ValueError(f"{name} {getattr(self, name)}: must be from 0 to {most}")
        if not 0 < self.window <= 2:
            raise ValueError(f"window {self.window}: must be above 0 and at most 2")
        for name, kinds in (("deskew", get_args(Skew)), ("binarize", get_args(Binarization))):
            if getattr(self, name) not in kinds:
                raise ValueError(f"{name} {getattr(self, name)!r}: must be {' or '.join(kinds)}")
        if not isinstance(self.deslant, bool):
            raise ValueError(f"deslant {self.deslant!r}: must be true or false")

    @property
    def moves(self) -> bool:
        """Whether any step turns or shears the picture."""
        return self.deslant or self.deskew != "none"

    @cached_property
    def any(self) -> bool:
        """Whether any step is on."""
        return self != CleanOptions(window=self.window)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> CleanOptions:
        """Takes back what `dataclasses.asdict` gave. Raises ValueError where a key is unknown or a
        value cannot be taken."""
        if unknown := sorted(set(values) - {field.name for field in fields(cls)}):
            raise ValueError(f"unknown cleaning step: {unknown[0]!r}")
        try:
            return cls(**values)
        except TypeError as error:
            raise ValueError(str(error)) from error


_MOST = {"flatten": 4.0, "median": 0.5, "nlm": 10.0, "specks": 1.0, "stroke": 0.5}

STEPS: dict[str, dict[str, Any]] = {
    "flatten": {"flatten": 0.5},
    "median": {"median": 0.05},
    "nlm": {"nlm": 2.0},
    "profile": {"deskew": "profile"},
    "hough": {"deskew": "hough"},
    "deslant": {"deslant": True},
    "otsu": {"binarize": "otsu"},
    "sauvola": {"binarize": "sauvola"},
    "specks": {"specks": 0.003},
    "stroke": {"stroke": 0.06},
}
"""What the steps are called on the command line, in the order in which they are done, with usual
values of their options."""


def parse_steps(texts: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The options of steps, by how they are called, in the order in which they are done.

    Args:
        texts: `NAME` or `NAME=AMOUNT` each, of `STEPS`, as `stroke=0.1`.

    Raises:
        ValueError: no such step, it takes no such amount, or one of two that exclude each other.
    """
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for text in texts:
        name, options = _parse_step(text.strip())
        for other, (_, known) in found.items():
            if known.keys() & options.keys():
                raise ValueError(f"{name!r} and {other!r}: give one of them, once")
        found[name] = text.strip(), options
    return dict(found[name] for name in STEPS if name in found)


def _parse_step(text: str) -> tuple[str, dict[str, Any]]:
    name, equals, amount = text.partition("=")
    if name not in STEPS:
        raise ValueError(f"no such step: {name!r} (there are {', '.join(STEPS)})")
    if not equals:
        return name, STEPS[name]
    option = next(iter(STEPS[name]))
    if option not in _MOST:
        raise ValueError(f"{text!r}: {name} takes no amount")
    try:
        found: dict[str, Any] = {option: float(amount)}
    except ValueError as error:
        raise ValueError(f"{text!r}: {name} takes a number") from error
    CleanOptions(**found)
    return name, found
