"""`hwr check`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import click

from hwr.alphabet import Alphabet
from hwr.cli.overrides import parse_overrides, parted
from hwr.cli.place import OUTPUT, PLACE
from hwr.cli.progress import progress
from hwr.cli.write import refuse_unwritable, write_json, written_before
from hwr.errors import ConfigError
from hwr.images.normalise import ImageSettings
from hwr.lines.cache.store import LineStore, open_store
from hwr.lines.checks.check import Report, check
from hwr.lines.checks.fixed import write_fixed
from hwr.lines.folders import read_folder
from hwr.lines.labelled import LabelledPicture, composed
from hwr.lines.problems import Problem
from hwr.model_file import open_model

STRIDE = 4
"""Pixels to one frame, where no model tells."""

SOMETHING_WRONG = 1


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[DIR]...")
@click.option("--train", multiple=True, type=PLACE, metavar="DIR", help="Lines to train on.")
@click.option("--val", multiple=True, type=PLACE, metavar="DIR", help="Lines to validate with.")
@click.option("--test", multiple=True, type=PLACE, metavar="DIR", help="Lines to test with.")
@click.option(
    "--model",
    "given",
    type=PLACE,
    metavar="FILE",
    help="The model file that is to read or go on learning from the lines: its alphabet, stride and"
    f" image settings. Without it and --config, any alphabet, {STRIDE} pixels to a frame.",
)
@click.option(
    "--config",
    type=PLACE,
    metavar="FILE",
    help="The experiment that is to train on the lines: its stride, image settings and, where it"
    " gives one, alphabet. Any option of it can be given too: --SECTION.OPTION VALUE.",
)
@click.option("--alphabet", metavar="CHARACTERS", help="The characters that texts may hold.")
@click.option(
    "--fixed",
    type=PLACE,
    metavar="OUT",
    help="Write the good lines to OUT.tsv, or OUT-train.tsv and so on; lines of pages are cut out"
    " into OUT/.",
)
@click.option(
    "--json", "table", type=OUTPUT, metavar="FILE", help="Write the whole report to FILE."
)
@click.option(
    "--show",
    default=10,
    show_default=True,
    type=click.IntRange(0),
    metavar="N",
    help="Problems of each kind to print.",
)
def command(
    words: tuple[str, ...],
    train: tuple[Path, ...],
    val: tuple[Path, ...],
    test: tuple[Path, ...],
    given: Path | None,
    config: Path | None,
    alphabet: str | None,
    fixed: Path | None,
    table: Path | None,
    show: int,
) -> int:
    """Find every problem of a data set of lines.

    DIR is a folder of pictures with .gt.txt beside them, with a labels.tsv, metadata.csv or
    metadata.jsonl, or of pages as PAGE XML, ALTO XML or hOCR; or such a list or page itself. Each
    DIR, and each of --train, --val and --test, is a split.

    Exit status 1 if there is anything to tell, 0 if not. Pictures are made ready once and kept in
    $HWR_CACHE, else hwr in $XDG_CACHE_HOME, else in ~/.cache, where a training finds them.
    """
    if table is not None:
        refuse_unwritable(table)
    others, options = parted(words)
    places = [PLACE.convert(place, None, None) for place in others]
    overrides = parse_overrides(options)
    if overrides and config is None:
        raise ConfigError(f"--{overrides[0][0]}: an option of an experiment: give it by --config")
    named: dict[str, tuple[Path, ...]] = {}
    for name, given_places in (
        *((str(place), (place,)) for place in dict.fromkeys(places)),
        *(("train", train), ("val", val), ("test", test)),
    ):
        if given_places:
            named[name] = (*named.get(name, ()), *given_places)
    if not named:
        raise click.UsageError("give at least one folder")
    learnt = bool(train or places or not val)
    form = _form(given, config, alphabet, overrides, learnt)
    problems: list[Problem] = []
    splits = {
        name: _lines([line for place in there for line in read_folder(place, problems)], form.image)
        for name, there in named.items()
    }
    report = check(splits, form.alphabet, form.frames, problems)
    with written_before(lambda: click.echo(report.summary(show))):
        if table is not None:
            write_json(table, report.to_dict())
        lists = [] if fixed is None else _write_fixed(fixed, splits, report)
    for line in lists:
        click.echo(line)
    return SOMETHING_WRONG if report.problems else 0


class _Form(NamedTuple):
    """What lines are looked at for.

    Attributes:
        alphabet: that their texts must keep to.
        image: in which form their pictures are read.
        frames: for a width in pixels, where there are frames.
    """

    alphabet: Alphabet | None
    image: ImageSettings
    frames: Callable[[int], int] | None


def _form(
    model: Path | None,
    config: Path | None,
    characters: str | None,
    overrides: list[tuple[str, str]],
    learnt: bool,
) -> _Form:
    if model is not None and config is not None:
        raise click.UsageError("give either --model or --config: what is to learn from the lines")
    if config is not None:
        given = [] if characters is None else [("alphabet", characters)]
        return _of_experiment(config, [*overrides, *given], learnt)
    alphabet = None if characters is None else Alphabet(composed(characters))
    if model is not None:
        card = open_model(model).card
        return _Form(alphabet or card.alphabet, card.image, card.frames)
    # Rounded up, as a network does.
    return _Form(alphabet, ImageSettings(), lambda width: -(-width // STRIDE))


def _of_experiment(config: Path, overrides: list[tuple[str, str]], learnt: bool) -> _Form:
    # Late: libraries of the extra `train`.
    from hwr.training.characters import fixed_characters
    from hwr.training.config import load_options

    # Whether there are lines to train on says whose characters count; not what they are called.
    options = load_options(config, [("data.train" if learnt else "data.val", "lines"), *overrides])
    fixed = fixed_characters(options, None)
    alphabet = None if fixed is None else Alphabet(fixed)
    return _Form(alphabet, options.image, options.frames)


def _lines(pictures: list[LabelledPicture], settings: ImageSettings) -> LineStore:
    with progress(len(pictures), "looking") as bar:
        return open_store(pictures, settings, bar.update)


def _write_fixed(out: Path, splits: dict[str, LineStore], report: Report) -> list[str]:
    """Writes the lists; what there is to tell of each."""
    good = {
        name: [store.pictures[row] for row in report.good[name]] for name, store in splits.items()
    }
    written = zip(good, write_fixed(out, good), strict=True)
    return [f"{len(good[name])} good lines of {name} in {path}" for name, path in written]
