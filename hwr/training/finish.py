"""From a checkpoint to a model file, with the heads that are wanted."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Collection
from pathlib import Path

from tqdm import tqdm

from hwr.errors import ConfigError
from hwr.export import export
from hwr.model_file import ModelCard
from hwr.nets.network import HEADS
from hwr.recognizer import Recognizer
from hwr.training.checkpoints import read_checkpoint
from hwr.training.config import parse_options
from hwr.training.data import VALIDATION_BATCH, Lines
from hwr.training.pace import Pace
from hwr.training.share import choose_share
from hwr.training.task import ReadingTask

SHARE_LINES = 4000
"""Validation lines by which the heads' shares in joint reading are chosen."""


def finish(checkpoint: Path, model: Path, heads: Collection[str] = HEADS) -> Path:
    """Writes the model file of a checkpoint.

    Args:
        checkpoint: of `hwr train`.
        model: the file to write.
        heads: those to keep, of the ones that were trained. Where both stay, their shares in joint
            reading are chosen on validation lines.

    Returns:
        `model`.

    Raises:
        ConfigError: the checkpoint cannot be used, or none of its heads stays.
    """
    content = read_checkpoint(checkpoint)
    options = parse_options(content["options"], str(checkpoint))
    kept = [head for head in HEADS if head in heads and head in options.heads]
    if not kept:
        there = ", ".join(options.heads)
        raise ConfigError(f"{checkpoint}: has none of {', '.join(heads)}: it has {there}")
    task = ReadingTask(options)
    task.load_state_dict(content["state_dict"])
    task.network.keep(kept)
    card = ModelCard(
        alphabet=task.alphabet,
        image=options.image,
        stride=options.network.stride,
        heads=tuple(kept),
        max_length=options.network.seq2seq.max_length if "seq2seq" in kept else None,
        longest=options.lines.max_length if "seq2seq" in kept else None,
        scores=content["scores"],
        trained={
            "steps": content["global_step"],
            "minutes": round(content["callbacks"][Pace.__qualname__]["seconds"] / 60, 2),
            "options": options.to_dict(),
        },
    )
    if model.is_dir():
        raise ConfigError(f"{model}: is a folder: give a file")
    try:
        model.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{model.parent}: cannot be written ({error.strerror})") from error
    if len(kept) > 1:
        lines = dataclasses.replace(options.lines, validation=SHARE_LINES)
        # Not the lines by which the checkpoint was chosen.
        batches = Lines(dataclasses.replace(options, lines=lines)).validation(seed=1)
        with tempfile.TemporaryDirectory(dir=model.parent) as folder:
            export(task.network, card, Path(folder) / "heads.onnx")
            bar = tqdm(batches, "joint reading", -(-SHARE_LINES // VALIDATION_BATCH), leave=False)
            share, cer = choose_share(Recognizer(Path(folder) / "heads.onnx"), bar)
        scores = card.scores | {"val_cer_joint": cer}
        card = dataclasses.replace(card, share=share, scores=scores)
    export(task.network, card, model)
    return model
