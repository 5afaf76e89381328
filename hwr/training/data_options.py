"""The options of lines of one's own: where they are, and how they are trained on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator

from hwr.lines.augment import AugmentOptions

OnBadLine = Literal["stop", "skip"]
AlphabetChange = Literal["keep", "unite", "replace"]


def _as_list(value: Any) -> Any:
    """A single place is a list of one. Raises ValueError where one is a number or a date to YAML,
    which might be written in another way, or empty, which would be the current folder."""
    if value is None:
        raise ValueError("is empty: give a folder or a list of lines, or leave it out")
    if isinstance(value, dict):
        return value
    places = list(value) if isinstance(value, list | tuple) else [value]
    for place in places:
        if not isinstance(place, str):
            raise ValueError(f"{place!r} is not the name of a folder or a list: put it in quotes")
        if not place:
            raise ValueError("an empty name: give a folder or a list")
    return places


Places = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
"""Folders or tables with lines (`hwr.lines.folders.read_folder`); one may be given without a
list."""


@dataclass(frozen=True)
class DataOptions:
    """Lines of one's own.

    Attributes:
        train: to train on.
        val: to validate with. Without it a share of `train` is kept apart; with it alone, composed
            lines are trained on and these validated with.
        val_share: share of the lines kept apart for validation: whole pages, chosen by the
            training's seed.
        composed: share of composed lines in every batch. Without it, none where there are lines to
            train on, all where there are none.
        on_bad_line: whether to stop where lines cannot be used, or to leave these out.
        alphabet: of a training that begins with another's weights: `keep` the other's characters,
            `unite` them with those of the lines, which come behind, or `replace` them. What the
            other's heads know of characters that stay is kept. Where the experiment's `alphabet`
            is given, that counts. (`hwr train --from` without `--config` takes `unite`.)
        augment: how lines to train on are changed, each time anew. (By default not at all; `hwr
            train --from` without `--config` does.)
    """

    train: Places = ()
    val: Places = ()
    val_share: float = 0.1
    composed: float | None = None
    on_bad_line: OnBadLine = "stop"
    alphabet: AlphabetChange = "replace"
    augment: AugmentOptions = field(default_factory=AugmentOptions)

    def __post_init__(self) -> None:
        if not 0 < self.val_share < 1:
            raise ValueError("val_share must be above 0 and below 1")
        if self.composed is not None and not 0 <= self.composed <= 1:
            raise ValueError("composed must be from 0 to 1")
        if self.composed is not None and self.composed < 1 and not self.train:
            raise ValueError("composed below 1 needs lines to train on: give  data.train")
        for name, known in (("on_bad_line", OnBadLine), ("alphabet", AlphabetChange)):
            if getattr(self, name) not in get_args(known):
                raise ValueError(f"{name} must be one of {', '.join(get_args(known))}")

    @property
    def given(self) -> bool:
        """Whether there are any."""
        return bool(self.train or self.val)

    @property
    def composed_share(self) -> float:
        """Of composed lines in a batch."""
        if self.composed is not None:
            return self.composed
        return 0.0 if self.train else 1.0

    def composed_lines(self, batch: int) -> int:
        """How many of a batch's lines are composed; of either kind at least one where both are
        wanted."""
        share = self.composed_share
        if share in (0.0, 1.0):
            return round(share * batch)
        return min(max(round(share * batch), 1), batch - 1)
