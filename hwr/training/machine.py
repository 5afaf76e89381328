"""What of the machine a training uses."""

from __future__ import annotations

from pathlib import Path

import torch

from hwr.errors import ConfigError
from hwr.lines.cache.decode import cores
from hwr.nets.encoder import computes_bfloat16
from hwr.training.checkpoints import read_checkpoint
from hwr.training.options import Options
from hwr.training.pools import WHOLE, Part
from hwr.training.precision import faster_in_bfloat16

_MOST_AHEAD = 15
# Each takes 0.6 GB of memory, and a container may grant fewer cores than it shows.


def device_of(options: Options) -> str:
    """Never Apple's GPU: torch has no CTC loss there. Raises ConfigError."""
    asked, there = options.training.device, torch.cuda.is_available()
    if asked == "cuda" and not there:
        raise ConfigError("training.device: cuda: torch finds no such GPU here: take cpu or auto")
    return "cuda" if there and asked != "cpu" else "cpu"


def own_part(options: Options) -> Part:
    """This process's part of a step, which others may share."""
    return WHOLE if device_of(options) == "cuda" else Part(0, options.training.shares)


def ahead_processes(options: Options) -> int:
    """How many make batches ahead of the steps."""
    asked = options.training.ahead
    if asked == "auto":
        return min(max(cores() - 1, 1), _MOST_AHEAD) if device_of(options) == "cuda" else 0
    return asked if own_part(options).of == 1 else 0


def half_precision(options: Options, resume: Path | None = None) -> bool:
    """Whether to compute the encoder of a training in bfloat16; one that goes on from a checkpoint
    does as before, where this machine can. Raises ConfigError."""
    if options.training.precision != "auto":
        return options.training.precision == "bf16"
    if device_of(options) == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    # By the clock it might be decided otherwise each time. (Older checkpoints do not say it.)
    kept = read_checkpoint(resume).get("half_precision", {}) if resume is not None else {}
    if "cpu" in kept:
        return bool(kept["cpu"]) and computes_bfloat16()
    return faster_in_bfloat16()
