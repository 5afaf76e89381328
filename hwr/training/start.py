"""A training that begins with the weights of another: what is taken over, and how."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from hwr.alphabet import Alphabet
from hwr.errors import ConfigError
from hwr.images.clean import CleanOptions
from hwr.images.normalise import ImageSettings
from hwr.model_file import MODEL_ENDING
from hwr.nets.network import DIGIT, HEADS
from hwr.nets.stem import StemLayer
from hwr.training.checkpoints import read_checkpoint
from hwr.training.config import parse_options
from hwr.training.graph_weights import read_weights
from hwr.training.options import Options
from hwr.training.rows import carry

_STEM = re.compile(r"^stem\.(\d+)\.")
# How weights of a layer of the stem are named.
_LEAN = "lean."
# And those of what tells how far lines lean.

FINE_TUNING: dict[str, Any] = {
    "budget": "4 minutes",
    "learning_rate": 2e-3,
    "validate_every": 100,
    "sampling_rise": 0,
    "ahead": 0,
    "echo": {},
    "freeze": 0,
    "pool": 16,
    "processes": 1,
}
"""What a training without an experiment file does otherwise than the one that it begins with: a few
minutes, and smaller steps than from scratch, so that what is known is not lost."""

FEW_LINES: dict[str, Any] = {
    "shear": 15,
    "rotation": 1,
    "stretch": 0.25,
    "scale": 0.15,
    "shift": 0.05,
    "elastic": 0.025,
    "thickness": 0.5,
    "blur": 0.8,
    "noise": 0.05,
    "contrast": 0.4,
}
"""How it changes lines (`hwr.lines.augment.AugmentOptions`): a few hundred as they are would soon
be known by heart."""


@dataclass(frozen=True)
class Source:
    """A trained network.

    Attributes:
        path: of its checkpoint or model file.
        options: that it was trained with; `heads` are those that it has.
        weights: by the names of `hwr.nets.network.Network`.
    """

    path: Path
    options: Options
    weights: dict[str, Tensor]


def read_source(path: Path) -> Source:
    """The network of a checkpoint or of a model file (`.onnx`).

    Raises:
        ConfigError, ModelFileError: it cannot be read, or holds no weights that can be taken over.
    """
    if path.suffix.lower() == MODEL_ENDING:
        card, weights = read_weights(path)
        options = parse_options(card.trained.get("options", {}), str(path))
        heads = {head: weight for head, weight in options.heads.items() if head in card.heads}
        image = options.image
        if set(heads) <= {DIGIT}:  # what cleans lines does nothing for it
            image = dataclasses.replace(image, clean=CleanOptions())
        options = dataclasses.replace(options, heads=heads, image=image, looks=card.looks)
        return Source(path, options, weights)
    content = read_checkpoint(path)
    weights = {
        name.removeprefix("network."): value
        for name, value in content["state_dict"].items()
        if name.startswith("network.")
    }
    return Source(path, parse_options(content["options"], str(path)), weights)


def fine_tuning(source: Source) -> dict[str, Any]:
    """The experiment, as plain data, that goes on with a network without an experiment file: its
    shape, its pictures and its heads, composed lines as they were; of lines of one's own only what
    is asked for."""
    content = source.options.to_dict()
    content["data"] = {"alphabet": "unite", "augment": dict(FEW_LINES)}
    content["alphabet"] = None
    content["lines"]["grow"] = 0
    content["training"] |= FINE_TUNING
    return content


def start_from(network: nn.Module, options: Options, source: Source) -> list[str]:
    """Gives a network the weights of another: of its encoder, and of the heads that both have in
    the same shape. In these, the rows of characters that both know are taken over, whatever their
    places in the two alphabets; those of new ones stay as they are.

    Args:
        network: a new `hwr.nets.network.Network`.
        options: that it was made with.
        source: the other one.

    Returns:
        The names of the parts taken over, with how many characters where not all are known.

    Raises:
        ConfigError: the encoder is of another shape, residual layers and shearing upright, where
            they are new to it, left aside, or was trained on pictures made ready in another way
            (`same_pictures`).
    """
    before = source.options
    encoder, stem = before.network.encoder, options.network.encoder.stem
    places = places_in(stem, encoder.stem)
    stands = options.network.encoder.upright and not encoder.upright
    grown = before if places is None else _grown(before, stem, encoder.upright or stands)
    for section, same, theirs, mine in (
        ("network.encoder", same_encoder(options, grown), encoder, options.network.encoder),
        ("image", same_pictures(options.image, before.image), before.image, options.image),
    ):
        if not same:
            raise ConfigError(
                f"{source.path}: was trained with other {section} options than the file given:"
                f" {_differing(theirs, mine)}"
            )
    old, new = Alphabet(before.characters), Alphabet(options.characters)
    common = set(old.characters) & set(new.characters)
    taken: list[str] = []
    for name, part in network.named_children():
        state = {
            key.removeprefix(f"{name}."): value
            for key, value in source.weights.items()
            if key.startswith(f"{name}.")
        }
        if name == "encoder":
            part.load_state_dict(_under_new_names(state, places or [], part.state_dict()))
            more = len(stem) - len(encoder.stem)
            added = [f"{more} of the stem's {len(stem)} layers new"] if more else []
            added += ["upright new"] if stands else []
            taken.append(f"{name} ({', '.join(added)})" if added else name)
        elif common and same_shape(name, options, before):
            all_known = len(common) == len(new)
            if carry(name, part, state, old, new) and name in HEADS:
                known = "" if all_known else f" ({len(common)} of {len(new)} characters)"
                taken.append(name + known)
    return taken


def _differing(theirs: Any, mine: Any) -> str:
    """In what two sections of options differ, for a message."""
    one, other = dataclasses.asdict(theirs), dataclasses.asdict(mine)
    names = (name for name in one if one[name] != other[name])
    return "; ".join(f"{name}: {one[name]} there, {other[name]} here" for name in names)


def same_pictures(one: ImageSettings, other: ImageSettings) -> bool:
    """Whether what was learnt from pictures made ready in one way serves for those made ready in
    another: cleaned or framed otherwise they are still pictures of writing, that is soon learnt."""
    return (one.height, one.ink) == (other.height, other.ink)


def same_encoder(options: Options, before: Options) -> bool:
    """Whether weights of two encoders have the same meaning: other pools, say, would give them
    another one. Dropout, which only training needs, may differ."""
    dropout = options.network.encoder.dropout
    return options.network.encoder == dataclasses.replace(before.network.encoder, dropout=dropout)


def places_in(stem: Sequence[StemLayer], before: Sequence[StemLayer]) -> list[int] | None:
    """Where the layers of another stem stand in a stem, which may have residual layers between
    them and behind: these begin as doing nothing. None where the two differ otherwise."""
    places: list[int] = []
    for place, layer in enumerate(stem):
        if len(places) < len(before) and layer == before[len(places)]:
            places.append(place)
        elif not layer.residual:
            return None
    return places if len(places) == len(before) else None


def _grown(options: Options, stem: tuple[StemLayer, ...], upright: bool) -> Options:
    encoder = dataclasses.replace(options.network.encoder, stem=stem, upright=upright)
    network = dataclasses.replace(options.network, encoder=encoder)
    return dataclasses.replace(options, network=network)


def _under_new_names(
    state: dict[str, Tensor], places: Sequence[int], fresh: dict[str, Tensor]
) -> dict[str, Tensor]:
    """An encoder's weights, those of its stem's layers named by the places that these have now;
    the layers that are new there, and what tells how far lines lean, as in a fresh encoder."""
    added = {
        name: weight
        for name, weight in fresh.items()
        if name.startswith(_LEAN) or ((found := _STEM.match(name)) and int(found[1]) not in places)
    }
    return added | {
        _STEM.sub(lambda found: f"stem.{places[int(found[1])]}.", name): weight
        for name, weight in state.items()
    }


def same_shape(part: str, options: Options, before: Options) -> bool:
    """Whether two networks have a part of the same meaning. What only training needs, and the most
    characters that are written, may differ."""
    if part == "shortcut":
        return options.network.ctc == before.network.ctc
    mine, other = getattr(options.network, part), getattr(before.network, part)
    free = {"dropout": mine.dropout} if hasattr(mine, "dropout") else {}
    if part == "seq2seq":
        free["max_length"] = mine.max_length
    return bool(mine == dataclasses.replace(other, **free))
