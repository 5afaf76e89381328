"""From a checkpoint to a model file, with the heads that are wanted."""

from __future__ import annotations

import dataclasses
import math
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from hwr.decoding.language import LanguageModel
from hwr.errors import ConfigError, DataError
from hwr.export import export
from hwr.files import is_folder, real
from hwr.lines.batch import LineBatch
from hwr.model_file import ModelCard
from hwr.nets.network import HEADS, HeadName
from hwr.recognizer import Recognizer
from hwr.training.bar import bar
from hwr.training.config import parse_options
from hwr.training.gather import gather
from hwr.training.language import language_of, weigh
from hwr.training.lines import VALIDATION_BATCH, Lines, longest_text
from hwr.training.mean import read_mean
from hwr.training.options import Options
from hwr.training.pace import Pace
from hwr.training.real import RealLines, validation_batches
from hwr.training.share import choose_share
from hwr.training.task import ReadingTask

SHARE_FACTOR = 5
"""The heads' shares in joint reading are chosen by so many times the lines that a training
validates with: a share wants more of them than a checkpoint."""


def finish(
    checkpoint: Path,
    model: Path,
    heads: Collection[HeadName] | None = None,
    lines: RealLines | None = None,
    language: bool = True,
    say: Callable[[str], None] = lambda line: None,
    others: Sequence[Path] = (),
    looks: int | None = None,
) -> Path:
    """Writes the model file of a checkpoint.

    Args:
        checkpoint: of `hwr train`.
        model: the file to write.
        heads: those to keep; None keeps all. Where CTC and seq2seq stay, their shares in joint
            reading are chosen on validation lines.
        lines: of one's own, that it was trained on; without them they are read where they are
            needed and the options name any.
        language: whether a language model goes into the file, where the options ask for one.
        say: told what became of it.
        others: checkpoints and model files whose weights are taken into the mean (`read_mean`).
        looks: instead of the checkpoint's own; more than 1 only where the CTC head stays: no other
            looks again.

    Returns:
        `model`.

    Raises:
        ConfigError: the checkpoint cannot be used or lacks a head, or the one that looks again, or
            the file cannot be written.
        ModelFileError: so with a model file among the others.
        DataError: validation lines that are needed cannot be read any more.
    """
    if real(model) in {real(path) for path in (*others, checkpoint)}:
        raise ConfigError(f"{model}: is what the model file is to be made of: name another")
    content = read_mean([*others, checkpoint])
    options = parse_options(content["options"], str(checkpoint))
    for head in heads or ():
        if head not in options.heads:
            raise ConfigError(
                f"{checkpoint}: has no head {head}: it has {', '.join(options.heads)}"
            )
    kept = [head for head in HEADS if head in (heads or options.heads)]
    if "ctc" not in kept and (looks or 1) > 1:
        raise ConfigError("--looks: only the CTC head looks at lines again: leave it out")
    task = ReadingTask(options)
    task.load_state_dict(content["state_dict"])
    task.network.keep(kept)
    joint = {"ctc", "seq2seq"} <= set(kept)
    speaks = bool(language and options.language.order and options.data.train and "ctc" in kept)
    if (joint or speaks) and lines is None:
        skipping = dataclasses.replace(options.data, on_bad_line="skip")
        try:
            lines = gather(dataclasses.replace(options, data=skipping)).lines
        except DataError as error:
            uses = []
            if speaks:
                uses.append(
                    "the language model is made of these lines: leave it out by  --no-language"
                )
            if joint:
                weighed = "the heads are weighed against each other on these lines"
                uses.append(f"{weighed}: keep one of them by  --heads ctc")
            raise DataError(f"{error} ({'; and '.join(uses)})") from error
    card = ModelCard(
        alphabet=task.alphabet,
        image=options.image,
        stride=options.network.stride,
        heads=tuple(kept),
        max_length=options.network.seq2seq.max_length if "seq2seq" in kept else None,
        longest=_longest(options, content["global_step"], lines) if joint else None,
        looks=(looks or options.looks) if "ctc" in kept else 1,
        scores=_scores(content["scores"], kept),
        trained={
            "steps": content["global_step"],
            "minutes": round(content["callbacks"][Pace.__qualname__]["seconds"] / 60, 2),
            "options": options.to_dict(),
        },
    )
    if is_folder(model):
        raise ConfigError(f"{model}: is a folder: give a file")
    try:
        model.parent.mkdir(parents=True, exist_ok=True)
        if joint:
            card = _with_share(task, card, model.parent, lines)
        told = None
        if speaks and lines is not None:
            card, told = _with_language(task, card, model.parent, lines, say)
        export(task.network, card, model, told)
    except OSError as error:
        raise ConfigError(f"{model}: cannot be written ({error.strerror})") from error
    return model


def _longest(options: Options, step: int, lines: RealLines | None) -> int:
    """Characters in the longest text that was trained on."""
    own = lines.longest if lines is not None else 0
    composed = longest_text(options.lines, step) if options.data.composed_share else 0
    return max(own, composed)


def _with_share(
    task: ReadingTask, card: ModelCard, folder: Path, lines: RealLines | None
) -> ModelCard:
    """The card with the CTC head's share in joint reading, and how well that reads."""
    batches, count = _validation(task.options, lines)
    with tempfile.TemporaryDirectory(dir=folder) as beside:
        # Any share will do to have both heads read.
        export(task.network, dataclasses.replace(card, share=0.5), Path(beside) / "heads.onnx")
        shown = bar(batches, desc="joint reading", total=count, leave=False)
        share, cer = choose_share(Recognizer(Path(beside) / "heads.onnx"), shown)
    return dataclasses.replace(card, share=share, scores=card.scores | {"val_cer_joint": cer})


def _with_language(
    task: ReadingTask,
    card: ModelCard,
    folder: Path,
    lines: RealLines,
    say: Callable[[str], None],
) -> tuple[ModelCard, LanguageModel | None]:
    """The card with how well the language model reads, and that model, where it reads better."""
    if lines.train is None or lines.val is None:
        return card, None
    language = language_of(lines.train.texts, task.alphabet, task.options.language.order)
    with tempfile.TemporaryDirectory(dir=folder) as beside:
        alone = Path(beside) / "alone.onnx"
        export(task.network, card, alone)
        found, cer = weigh(language, Recognizer(alone, head="ctc"), lines.val)
    if found is None:
        say("language model: reads validation lines no better, so the model file has none")
        return card, None
    say(f"language model: of {found.order} characters at a time, validation CER with it {cer:.2%}")
    return dataclasses.replace(card, scores=card.scores | {"val_cer_language": cer}), found


def _validation(
    options: Options, lines: RealLines | None
) -> tuple[Iterator[LineBatch], int | None]:
    """Batches to choose the share by, and how many, where that is known."""
    if lines is not None and lines.val is not None:
        return validation_batches(lines.val), None
    count = SHARE_FACTOR * options.lines.validation
    more = dataclasses.replace(options.lines, validation=count)
    # Not the lines by which the checkpoint was chosen.
    composed = Lines(dataclasses.replace(options, lines=more)).validation(seed=1)
    return composed, -(-count // VALIDATION_BATCH)


def _scores(scores: dict[str, float], kept: list[HeadName]) -> dict[str, float]:
    """Those of the heads kept: `val_cer` and `val_accuracy` are the first one's. Of none, none."""
    if not scores:
        return {}
    found: dict[str, float] = {}
    for score in ("val_cer", "val_accuracy"):
        named = {f"{score}_{head}": scores.get(f"{score}_{head}") for head in kept}
        first = named[f"{score}_{kept[0]}"]
        found[score] = scores.get(score, math.nan) if first is None else first
        if len(kept) > 1:
            found |= {name: value for name, value in named.items() if value is not None}
    return found
