"""The mean of several trainings' weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from hwr.errors import ConfigError
from hwr.model_file import MODEL_ENDING
from hwr.training.checkpoints import read_checkpoint
from hwr.training.start import Source, read_source, same_encoder, same_pictures, same_shape

_PREFIX = "network."
# Of the network's weights in a checkpoint.


def read_mean(paths: Sequence[Path]) -> dict[str, Any]:
    """The content of a checkpoint whose weights are the means of several trainings' (Wortsman et
    al. 2022). All else is the last one's, but for the scores: nobody has measured any.

    Serves for trainings that began with the same weights, or one with the other's. Pictures may be
    framed otherwise.

    Args:
        paths: of checkpoints; all but the last one may be model files too, in which what only
            training needs is not found: that stays the last one's.

    Raises:
        ConfigError, ModelFileError: one cannot be read, or is of another network, alphabet or
            image.
    """
    *others, last = paths
    if last.suffix.lower() == MODEL_ENDING:
        raise ConfigError(f"{last}: is a model file: give a checkpoint (.ckpt), or one behind it")
    content = read_checkpoint(last)
    if not others:
        return content
    mine, *sources = [read_source(path) for path in (last, *others)]
    for source in sources:
        for name in _differences(source, mine):
            raise ConfigError(
                f"{source.path}: differs in {name} from {last}: weights have a mean only where"
                " one training went on from the other, or both from a third, by the same network"
            )
    weights = content["state_dict"]
    means = {
        _PREFIX + name: torch.stack([s.weights[name].float() for s in (mine, *sources)])
        .mean(0)
        .to(value.dtype)
        for name, value in mine.weights.items()
        if all(name in source.weights for source in sources)
    }
    return content | {"state_dict": weights | means, "scores": {}}


def _differences(one: Source, other: Source) -> Iterator[str]:
    """In what two networks' weights have not the same meaning; what only training needs may
    differ."""
    mine, theirs = one.options, other.options
    if set(mine.heads) != set(theirs.heads):
        yield "heads"
    if not same_encoder(mine, theirs):
        yield "network.encoder"
    for head in mine.heads:
        if not same_shape(head, mine, theirs):
            yield f"network.{head}"
    if not same_pictures(mine.image, theirs.image) or mine.image.clean != theirs.image.clean:
        yield "image"
    if mine.characters != theirs.characters:
        yield "alphabet"
