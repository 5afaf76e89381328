"""Options of an experiment file as the command line gives them: --SECTION.OPTION VALUE."""

from __future__ import annotations

import json
from collections.abc import Sequence

from hwr.errors import ConfigError

_OUTSIDE = ("heads", "alphabet", "looks")
# The only options outside of a section.
_PLACES = ("data.train", "data.val")
# Those that may be given several times, and whose values are names as they stand: "lines #2".


def parse_overrides(words: Sequence[str]) -> list[tuple[str, str]]:
    """(option, value) pairs of `--a.b value` and `--a.b=value`. Raises ConfigError.

    Places, given one by one, are one list, unless it is given as one: [a, b].
    """
    pairs, rest = [], list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or not name:
            raise ConfigError(f"{word!r}: options are given as  --SECTION.OPTION VALUE")
        if "." not in name and name not in _OUTSIDE:
            raise ConfigError(
                f"--{name}: no such option; those of the experiment file are given with their"
                " section, such as  --training.budget '4 minutes'"
            )
        if not equals:
            if not rest or rest[0].startswith("--"):
                raise ConfigError(f"--{name}: its value is missing")
            value = rest.pop(0)
        if name in _PLACES and not value:  # an unset variable of the shell's
            raise ConfigError(f"--{name}: its value is missing")
        pairs.append((name, value))
    for option in _PLACES:
        places = [value for name, value in pairs if name == option]
        listed = len(places) == 1 and places[0].startswith("[") and places[0].endswith("]")
        if places and not listed:
            pairs = [pair for pair in pairs if pair[0] != option]
            pairs.append((option, json.dumps(places, ensure_ascii=False)))
    return pairs


def parted(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Words that begin no option, and options with the values behind them."""
    others: list[str] = []
    options: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            others.append(word)
            continue
        options.append(word)
        if "=" not in word and rest:
            options.append(rest.pop(0))
    return others, options
