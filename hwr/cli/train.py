"""`hwr train`."""

from __future__ import annotations

from pathlib import Path

import click

from hwr.cli.model import RUNS
from hwr.errors import ConfigError


@click.command(context_settings={"ignore_unknown_options": True})
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="The experiment, a YAML file.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The run's folder. Without it, runs/ and the name of the experiment file.",
)
@click.option(
    "--resume",
    type=click.Path(path_type=Path),
    metavar="CKPT",
    help="Go on from a checkpoint, with all its state; its folder is the run's unless --out is.",
)
@click.option(
    "--from",
    "start",
    type=click.Path(path_type=Path),
    metavar="CKPT",
    help="Begin with the weights of another training: its encoder, and heads as far as they fit.",
)
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[--SECTION.OPTION VALUE]...")
def command(
    config: Path,
    out: Path | None,
    resume: Path | None,
    start: Path | None,
    options: tuple[str, ...],
) -> None:
    """Train a recognizer from an experiment file.

    Any option of the file can be given on the command line too, as its path and a value:
    --training.budget "30 minutes" --lines.max_length 12
    """
    overrides = parse_overrides(options)
    # Late: these bring in torch and Lightning, which take seconds.
    from hwr.training.config import load_options

    loaded = load_options(config, overrides)
    folder = out or (resume.parent if resume else RUNS / config.stem)
    from hwr.training.run import train

    model = train(loaded, folder, resume, start, click.echo)
    click.echo(f"trained: {model}")
    click.echo(f"see {folder / 'curve.png'}; measure it:  hwr eval --model {model} --data SOURCE")


def parse_overrides(words: tuple[str, ...]) -> list[tuple[str, str]]:
    """(option, value) pairs of `--a.b value` and `--a.b=value`. Raises ConfigError."""
    pairs, rest = [], list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or not name:
            raise ConfigError(f"{word!r}: options are given as  --SECTION.OPTION VALUE")
        if "." not in name and name != "heads":  # the only one outside of a section
            raise ConfigError(
                f"--{name}: no such option; those of the experiment file are given with their"
                " section, such as  --training.budget '4 minutes'"
            )
        if not equals:
            if not rest or rest[0].startswith("--"):
                raise ConfigError(f"--{name}: its value is missing")
            value = rest.pop(0)
        pairs.append((name, value))
    return pairs
