"""`hwr clean`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hwr.cli.pictures import expand
from hwr.cli.place import PLACE
from hwr.cli.progress import progress
from hwr.cli.tell import tell
from hwr.errors import ConfigError, PictureError
from hwr.files import new_folder
from hwr.images.clean.options import STEPS, parse_steps
from hwr.images.clean.sheet import each_alone, one_after_another
from hwr.images.open import open_picture
from hwr.images.stages import Labelled, draw_stages

ON_A_SHEET = 8
"""Lines."""

Steps = dict[str, dict[str, Any]]


@click.command()
@click.option(
    "--steps",
    metavar="NAME,...",
    help=f"Those to do, one after another: {', '.join(STEPS)}; with another strength as"
    " stroke=0.1. Without it, each alone.",
)
@click.option(
    "--out",
    type=PLACE,
    required=True,
    metavar="DIR",
    help="The folder to make.",
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
def command(steps: str | None, out: Path, paths: tuple[str, ...]) -> int:
    """Write sheets of pictures before and after the classical steps of cleaning.

    PATH is a picture, a folder of pictures, or a wildcard such as 'scans/*.png'. The steps, always
    in this order: flatten (uneven light), median, nlm (non-local means), profile and hough (two
    ways to turn a line level), deslant, otsu and sauvola (black and white), specks, stroke (one
    width of stroke). A model does those that its image settings name (image.clean in a config).
    Pictures that cannot be read are told of, the others are shown, and the exit status is 2.
    """
    names, missing = expand(paths)
    chosen = _chosen(steps)
    with new_folder(out) as folder:
        shown, errors = _write(names, chosen, folder)
    for bad in (*missing, *errors):
        tell(bad)
    if shown:
        click.echo(f"pictures before and after, {ON_A_SHEET} on a sheet: {shown}, in {out}")
    return 2 if missing or errors else 0


def _chosen(steps: str | None) -> Steps | None:
    if steps is None:
        return None
    try:
        return parse_steps(steps.split(","))
    except ValueError as error:
        raise ConfigError(f"--steps: {error}") from error


def _write(names: list[str], chosen: Steps | None, folder: Path) -> tuple[int, list[PictureError]]:
    """How many pictures were shown, and why others were not."""
    shown, waiting, errors = 0, list[tuple[str, list[Labelled]]](), list[PictureError]()

    def write() -> None:
        number = (shown - 1) // ON_A_SHEET + 1
        draw_stages(waiting).save(folder / f"sheet-{number:03}.png")
        waiting.clear()

    with progress(len(names), "cleaning") as bar:
        for name in names:
            try:
                grey = open_picture(Path(name))
            except PictureError as error:
                errors.append(error)
            else:
                done = each_alone(grey) if chosen is None else one_after_another(grey, chosen)
                waiting.append((name, done))
                shown += 1
                if len(waiting) == ON_A_SHEET:
                    write()
            bar.update(1)
    if waiting:
        write()
    return shown, errors
