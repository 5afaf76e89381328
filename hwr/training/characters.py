"""Which characters a model is to write: those given, those of its lines, or those that it knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hwr.alphabet import characters_of
from hwr.errors import ConfigError
from hwr.training.options import Options


def fixed_characters(options: Options, known: str | None) -> str | None:
    """The alphabet where it does not depend on the lines, else None.

    Args:
        options: of the experiment.
        known: the alphabet of the training that this one begins with.
    """
    if options.data.train and options.alphabet is None:
        return known if options.data.alphabet == "keep" else None
    return settled(options, known, []).characters


def settled(options: Options, known: str | None, texts: Iterable[str]) -> Options:
    """The options with the alphabet that the model will have: see `DataOptions.alphabet`. Where
    that is just the digits of composed lines, it stays None.

    Args:
        options: of the experiment.
        known: the alphabet of the training that this one begins with.
        texts: of one's own lines, to train on and to validate with; none where all lines to train
            on are composed.

    Raises:
        ConfigError: an option does not fit the alphabet.
    """
    if options.alphabet is not None:
        return options
    new = characters_of([*texts, options.lines.alphabet if options.composes else ""])
    if known is not None and options.data.alphabet == "keep":
        characters = known
    elif known is not None and options.data.alphabet == "unite":
        characters = known + "".join(character for character in new if character not in known)
    elif options.data.train:
        characters = new
    else:
        return options
    try:
        return replace(options, alphabet=characters)
    except ValueError as error:
        raise ConfigError(str(error)) from error
