"""Checkpoints: read without unpickling, written whole, gone on from."""

from __future__ import annotations

import dataclasses
import io
import os
from pathlib import Path
from typing import Any

import torch
from pytorch_lightning.callbacks import ModelCheckpoint
from pytorch_lightning.plugins.io import TorchCheckpointIO

from hwr.errors import ConfigError
from hwr.files import is_file, whole_file
from hwr.training.config import parse_options
from hwr.training.options import Options
from hwr.training.pace import Pace
from hwr.training.rescue import Rescue

_FREE = ("train", "val")
# Places of one's own lines, which may be others than before, but must be there: folders are moved.
# Whether the lines are still the same, is found out by themselves (`same_lines`).


def resumable(checkpoint: Path, options: Options) -> Options:
    """The options to go on with: those given, with the alphabet of the checkpoint, its seed, and
    its pools, by whose numbers lines are drawn: by others, lines would come again.

    Raises:
        ConfigError: the checkpoint cannot be read, or is of another network, other data or
            another optimizer.
    """
    kept = checkpoint_options(checkpoint)
    if options.alphabet is None and kept.alphabet is not None:
        try:
            options = dataclasses.replace(options, alphabet=kept.alphabet)
        except ValueError as error:
            raise ConfigError(str(error)) from error
    before, now = kept.to_dict(), options.to_dict()
    for options_of in (before["data"], now["data"]):
        for name in _FREE:
            options_of[name] = bool(options_of[name])
        del options_of["on_bad_line"]
    for section in ("image", "heads", "alphabet", "data", "lines", "digits", "network", "language"):
        if before[section] != now[section]:
            raise ConfigError(
                f"{checkpoint}: was trained with other {section} options than the file given:"
                f" {kept.to_dict()[section]}"
            )
    # Each keeps its own memory of the steps before, which the other can do nothing with.
    optimizer = kept.training.optimizer
    if optimizer != options.training.optimizer:
        raise ConfigError(
            f"{checkpoint}: was trained by {optimizer}, not by {options.training.optimizer}: go on"
            f" with  --training.optimizer {optimizer}"
        )
    # By another seed other lines would be kept apart for validation, known ones among them.
    training = dataclasses.replace(
        options.training, pool=kept.training.pool, seed=kept.training.seed
    )
    return dataclasses.replace(options, training=training)


def changed(checkpoint: Path, options: Options) -> str:
    """What is asked otherwise than when a training's checkpoint was written: each option with its
    value and the one before; empty for nothing. Raises ConfigError."""
    before, now = checkpoint_options(checkpoint).to_dict(), options.to_dict()
    told = [
        (f"{section}.{name}", value, before[section][name])
        for section in ("training", "data")
        for name, value in now[section].items()
    ]
    told.append(("looks", now["looks"], before["looks"]))
    return ", ".join(f"{name} {value} ({old} before)" for name, value, old in told if value != old)


def checkpoint_options(checkpoint: Path) -> Options:
    """What a checkpoint was trained with. Raises ConfigError."""
    return parse_options(read_checkpoint(checkpoint)["options"], str(checkpoint))


def read_checkpoint(path: Path) -> dict[str, Any]:
    """The content of a checkpoint; only tensors and plain data are read, nothing is unpickled.

    Raises:
        ConfigError: missing, damaged, or not a checkpoint of this program.
    """
    try:
        content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except Exception as error:  # torch raises half a dozen kinds for damaged files
        raise ConfigError(f"{path}: not a checkpoint, or damaged or cut short") from error
    ours = isinstance(content, dict) and {"options", "state_dict"} <= content.keys()
    if not ours or not isinstance(content["options"], dict):
        raise ConfigError(f"{path}: not a checkpoint of  hwr train")
    return content


def budget_is_over(checkpoint: Path, pace: Pace) -> bool:
    """Whether a checkpoint's training has used up its budget and is validated. Its pace is taken
    over by `pace`."""
    content = read_checkpoint(checkpoint)
    pace.load_state_dict(content["callbacks"][Pace.__qualname__])
    return pace.over(content["global_step"]) and not is_validating(content)


def is_validating(content: dict[str, Any]) -> bool:
    """Whether a checkpoint's training goes on with a validation. (Older ones do not say it.)"""
    return bool(content["callbacks"].get(Rescue.__qualname__, {}).get("validating"))


class WholeCheckpoints(TorchCheckpointIO):
    """Writes checkpoints whole or not at all, on whatever file system the run's folder is."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | os.PathLike[str], storage_options: Any = None
    ) -> None:
        """Raises OSError."""
        content = io.BytesIO()
        torch.save(checkpoint, content)
        with whole_file(Path(path)) as beside:
            beside.write_bytes(content.getbuffer())


class Kept(ModelCheckpoint):
    """Lightning's, of a run whose folder may have been moved since it was last resumed: what was
    best stays so, where it came along."""

    @property
    def state_key(self) -> str:
        """Its parent's, which checkpoints have that were written without it."""
        return super().state_key.replace(Kept.__qualname__, ModelCheckpoint.__qualname__, 1)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        def here(path: str) -> str:
            return str(Path(str(self.dirpath)) / Path(path).name)

        models = {here(path): score for path, score in state_dict["best_k_models"].items()}
        if not all(is_file(Path(path)) for path in models):
            return  # what comes next is best: it is not to be measured by what is gone
        moved = {
            name: here(path)
            for name, path in state_dict.items()
            if name.endswith("_model_path") and path
        }
        known = moved | {"best_k_models": models, "dirpath": self.dirpath}
        super().load_state_dict(state_dict | known)
