"""`hwr export`."""

from __future__ import annotations

from pathlib import Path

import click

from hwr.cli.place import FILE, OUTPUT
from hwr.cli.tell import say
from hwr.errors import ConfigError
from hwr.images.looks import LOOKS
from hwr.model_file import MODEL_ENDING


@click.command()
@click.option(
    "--heads",
    metavar="NAME,...",
    help="Those to keep, such as  ctc. Without it, all that were trained.",
)
@click.option(
    "--out",
    type=OUTPUT,
    metavar="FILE",
    help="The model file. Without it, beside the (last) checkpoint: model.onnx, model-HEADS.onnx,"
    " of several model-mean.onnx, without a language model model-plain.onnx.",
)
@click.option(
    "--language/--no-language",
    default=True,
    help="Whether a language model goes into the file, where the experiment asks for one.",
)
@click.option(
    "--looks",
    type=click.IntRange(1, len(LOOKS)),
    metavar="N",
    help="How many times a doubtful line is looked at by the model file's CTC head, where that"
    " reads alone and is told nothing else. Without it, what the experiment says.",
)
@click.argument(
    "checkpoints",
    type=FILE,
    metavar="CKPT...",
    nargs=-1,
    required=True,
)
def command(
    checkpoints: tuple[Path, ...],
    heads: str | None,
    out: Path | None,
    language: bool,
    looks: int | None,
) -> None:
    """Write the model file of a checkpoint, with all of its heads or some.

    Of several, which must be of one network, their weights' mean: where one training went on from
    the other, it can read other hands better than either. All but the last may be model files.

    With both the CTC and the seq2seq head, their shares in joint reading are chosen anew, on
    validation lines; and a language model is made anew of the lines that were trained on.
    """
    # Late: these bring in torch and Lightning, which take seconds.
    from hwr.nets.network import HEADS
    from hwr.training.finish import finish

    asked = None if heads is None else [head.strip() for head in heads.split(",")]
    for head in asked or ():
        if head not in HEADS:
            raise ConfigError(f"--heads: no such head: {head!r} (there are {', '.join(HEADS)})")
    kept = None if asked is None else [head for head in HEADS if head in asked]
    *others, checkpoint = checkpoints
    changes = [*(["mean"] if others else []), *(kept or []), *([] if language else ["plain"])]
    name = "-".join(["model", *changes])
    if out is not None and out.suffix.lower() != MODEL_ENDING:
        # By its ending a model file is told from a checkpoint.
        raise ConfigError(f"--out {out}: a model file's name ends in {MODEL_ENDING}")
    file = out or checkpoint.with_name(f"{name}{MODEL_ENDING}")
    written = finish(checkpoint, file, kept, language=language, say=say, others=others, looks=looks)
    click.echo(f"written: {written}")
