"""`hwr export`."""

from __future__ import annotations

from pathlib import Path

import click

from hwr.errors import ConfigError


@click.command()
@click.option(
    "--heads",
    metavar="NAME,...",
    help="Those to keep, such as  ctc. Without it, all that were trained.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The model file. Without it, model.onnx beside the checkpoint.",
)
@click.argument("checkpoint", type=click.Path(path_type=Path), metavar="CKPT")
def command(checkpoint: Path, heads: str | None, out: Path | None) -> None:
    """Write the model file of a checkpoint, with all of its heads or some.

    With both the CTC and the seq2seq head, their shares in joint reading are chosen anew, on
    validation lines.
    """
    # Late: these bring in torch and Lightning, which take seconds.
    from hwr.nets.network import HEADS
    from hwr.training.finish import finish

    kept = [head.strip() for head in heads.split(",")] if heads is not None else list(HEADS)
    if strange := [head for head in kept if head not in HEADS]:
        raise ConfigError(f"--heads: no such head: {strange[0]!r} (there are {', '.join(HEADS)})")
    click.echo(f"written: {finish(checkpoint, out or checkpoint.with_name('model.onnx'), kept)}")
