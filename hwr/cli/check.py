"""`hwr check`."""

from __future__ import annotations

from pathlib import Path

import click

from hwr.alphabet import Alphabet
from hwr.cli.progress import progress
from hwr.cli.write import write_json
from hwr.images.normalise import ImageSettings
from hwr.lines.cache.store import LineStore, open_store
from hwr.lines.checks.check import Report, check
from hwr.lines.checks.fixed import write_fixed
from hwr.lines.folders import read_folder
from hwr.lines.labelled import LabelledPicture
from hwr.lines.problems import Problem
from hwr.model_file import open_model

STRIDE = 4.0
"""Pixels to one frame, where no model tells."""

SOMETHING_WRONG = 1

_PLACE = click.Path(path_type=Path)


@click.command()
@click.argument("places", nargs=-1, type=_PLACE, metavar="[DIR]...")
@click.option("--train", multiple=True, type=_PLACE, metavar="DIR", help="Lines to train on.")
@click.option("--val", multiple=True, type=_PLACE, metavar="DIR", help="Lines to validate with.")
@click.option("--test", multiple=True, type=_PLACE, metavar="DIR", help="Lines to test with.")
@click.option(
    "--model",
    "given",
    type=_PLACE,
    metavar="FILE",
    help="The model file that is to read or go on learning from the lines: its alphabet, stride and"
    f" image settings. Without it, any alphabet, {STRIDE:.0f} pixels to a frame.",
)
@click.option(
    "--fixed",
    type=_PLACE,
    metavar="OUT",
    help="Write the good lines to OUT.tsv, or OUT-train.tsv and so on; lines of pages are cut out"
    " into OUT/.",
)
@click.option(
    "--json", "table", type=_PLACE, metavar="FILE", help="Write the whole report to FILE."
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
    places: tuple[Path, ...],
    train: tuple[Path, ...],
    val: tuple[Path, ...],
    test: tuple[Path, ...],
    given: Path | None,
    fixed: Path | None,
    table: Path | None,
    show: int,
) -> int:
    """Find every problem of a data set of lines.

    DIR is a folder of pictures with .gt.txt beside them, with a labels.tsv, metadata.csv or
    metadata.jsonl, or of pages as PAGE XML, ALTO XML or hOCR; or such a list or page itself. Each
    DIR, and each of --train, --val and --test, is a split.

    Exit status 1 if anything is wrong, 0 if not. Pictures are made ready once and kept in
    $HWR_CACHE, else ~/.cache/hwr, where a training finds them.
    """
    named: dict[str, tuple[Path, ...]] = {}
    for name, given_places in (
        *((str(place), (place,)) for place in dict.fromkeys(places)),
        *(("train", train), ("val", val), ("test", test)),
    ):
        if given_places:
            named[name] = (*named.get(name, ()), *given_places)
    if not named:
        raise click.UsageError("give at least one folder")
    alphabet, settings, stride = _model(given)
    problems: list[Problem] = []
    splits = {
        name: _lines([line for place in there for line in read_folder(place, problems)], settings)
        for name, there in named.items()
    }
    # Rounded up, as the network does.
    report = check(
        splits, alphabet, None if stride is None else lambda width: -int(-width // stride), problems
    )
    click.echo(report.summary(show))
    if table is not None:
        write_json(table, report.to_dict())
    if fixed is not None:
        _write_fixed(fixed, splits, report)
    return SOMETHING_WRONG if report.problems else 0


def _model(path: Path | None) -> tuple[Alphabet | None, ImageSettings, float | None]:
    """Alphabet and image settings to go by, and pixels to a frame where there are frames."""
    if path is None:
        return None, ImageSettings(), STRIDE
    card = open_model(path).card
    return card.alphabet, card.image, card.stride if "ctc" in card.heads else None


def _lines(pictures: list[LabelledPicture], settings: ImageSettings) -> LineStore:
    with progress(len(pictures), "looking") as bar:
        return open_store(pictures, settings, bar.update)


def _write_fixed(out: Path, splits: dict[str, LineStore], report: Report) -> None:
    good = {
        name: [store.pictures[row] for row in report.good[name]] for name, store in splits.items()
    }
    for name, path in zip(good, write_fixed(out, good), strict=True):
        click.echo(f"{len(good[name])} good lines of {name} in {path}")
