"""`hwr train`."""

from __future__ import annotations

from pathlib import Path

import click

from hwr.cli.model import RUNS
from hwr.cli.overrides import parse_overrides
from hwr.cli.place import FILE, PLACE
from hwr.cli.tell import say
from hwr.errors import ConfigError
from hwr.files import real
from hwr.lines.labelled import typed
from hwr.model_file import MODEL_ENDING


@click.command(context_settings={"ignore_unknown_options": True})
@click.option(
    "--config",
    type=FILE,
    metavar="FILE",
    help="The experiment, a YAML file. With --from it may be left out; with --resume, too, to go on"
    " by the checkpoint's own options.",
)
@click.option(
    "--out",
    type=PLACE,
    metavar="DIR",
    help="The run's folder. Without it, runs/ and the name of the experiment file, or that of the"
    " run begun with and -tuned.",
)
@click.option(
    "--resume",
    type=FILE,
    metavar="CKPT",
    help="Go on from a checkpoint, with all its state; its folder is the run's.",
)
@click.option(
    "--from",
    "start",
    type=FILE,
    metavar="MODEL",
    help="Begin with the weights of another training, a model file or a checkpoint: its encoder,"
    " and heads as far as they fit.",
)
@click.option(
    "--on-bad-line",
    type=click.Choice(["stop", "skip"]),
    help="Stop where lines cannot be trained on, or leave them out. Short for --data.on_bad_line.",
)
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[--SECTION.OPTION VALUE]...")
def command(
    config: Path | None,
    out: Path | None,
    resume: Path | None,
    start: Path | None,
    on_bad_line: str | None,
    options: tuple[str, ...],
) -> None:
    """Train a recognizer: from an experiment file, or on from another.

    Any option of the file can be given on the command line too, as its path and a value:
    --training.budget "30 minutes" --lines.max_length 12

    On lines of your own, in any of the forms that  hwr check  knows: --data.train DIR
    --data.val DIR; without the latter, a share of the pages is kept apart.

    --from MODEL --data.train DIR, without an experiment file, trains a model on for four minutes:
    --data.alphabet unite (or keep, or replace) says what becomes of its characters.
    """
    overrides = parse_overrides(options)
    if on_bad_line is not None:
        overrides.append(("data.on_bad_line", on_bad_line))
    if config is None and resume is None:
        _check_start(start, overrides)
    # Late: these bring in torch and Lightning, which take seconds.
    from hwr.training.checkpoints import checkpoint_options
    from hwr.training.config import load_options, parse_options
    from hwr.training.gather import BadLinesError
    from hwr.training.run import train
    from hwr.training.start import fine_tuning, read_source

    source = None if start is None else read_source(start)
    if config is not None:
        loaded = load_options(config, overrides)
    elif resume is not None:
        loaded = parse_options(checkpoint_options(resume).to_dict(), str(resume), overrides)
    else:
        assert source is not None  # checked above
        loaded = parse_options(fine_tuning(source), str(start), overrides)
    folder = out or (resume.parent if resume else RUNS / _name(config, start))
    try:
        model = train(loaded, folder, resume, source, say)
    except BadLinesError as error:
        keeps = source is not None and (config is None or loaded.data.alphabet == "keep")
        form = _form(config, resume or start)
        own = typed(error.characters) if keeps else None
        characters = dict(overrides).get("alphabet", own)
        form += [] if characters is None else ["--alphabet", characters]
        form += _seen(overrides) if "--config" in form else []
        raise error.looked_at_by(form) from None
    click.echo(f"trained: {model}")
    click.echo(f"see {folder / 'curve.png'}; measure it:  hwr eval --model {model} --data SOURCE")


def _check_start(start: Path | None, overrides: list[tuple[str, str]]) -> None:
    """Raises ConfigError unless there is a training to begin without an experiment file."""
    if start is None:
        raise ConfigError(
            "give an experiment by --config FILE, or a model to train on by --from MODEL"
        )
    if not any(option.startswith(("data.train", "lines.")) for option, _ in overrides):
        raise ConfigError(
            "--from without --config trains a model on, for other lines: say which by"
            "  --data.train DIR  or  --lines.presets '{PRESET: 1}'"
        )


def _form(config: Path | None, before: Path | None) -> list[str]:
    """The options by which `hwr check` looks at lines as a training does: those of its experiment
    file, or else of the model file or the checkpoint that it begins with."""
    if config is None and before is not None:
        if before.suffix.lower() == MODEL_ENDING:
            return ["--model", str(before)]
        config = before.with_name("config.yaml")
        if not config.exists():
            return []
    return [] if config is None else ["--config", str(config)]


def _seen(overrides: list[tuple[str, str]]) -> list[str]:
    """Of options of the experiment those by which lines are good or not, as `hwr check` takes
    them."""
    told = [pair for pair in overrides if pair[0].split(".")[0] in ("image", "network", "heads")]
    return [word for name, value in told for word in (f"--{name}", value)]


def _name(config: Path | None, start: Path | None) -> str:
    """What to call a run's folder."""
    if config is not None or start is None:
        return config.stem if config is not None else "run"
    # Of a run's own files, which are called alike in all, the folder tells.
    own = start.stem in ("best", "last", "model") and real(start).parent.name
    return f"{own or start.stem}-tuned"
