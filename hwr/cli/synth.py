"""`hwr synth`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from PIL import Image

from hwr.cli.changes import EXAMPLES, Cell, changed_composed, changed_own
from hwr.cli.place import OUTPUT, PLACE
from hwr.cli.progress import progress
from hwr.cli.write import written
from hwr.errors import ConfigError
from hwr.files import new_folder, refuse_present
from hwr.lines.folders import TEXT_ENDING
from hwr.lines.presets import BASE_HEIGHT, DIGITS, PRESETS
from hwr.lines.sources import ComposedLines, SynthSource
from hwr.scoring.sheet import sheet as draw_sheet


@click.command()
@click.option("--preset", metavar="NAME", help=f"One of {', '.join(PRESETS)}.")
@click.option("--count", type=click.IntRange(1), required=True, metavar="N", help="Lines to write.")
@click.option("--split", default="test", show_default=True, help="train, val or test digits.")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**60),
    default=0,
    show_default=True,
    help="The same seed gives the same lines.",
)
@click.option("--min", "shortest", default=3, show_default=True, help="Fewest digits of a line.")
@click.option("--max", "longest", default=10, show_default=True, help="Most digits of a line.")
@click.option("--alphabet", default=DIGITS, show_default=True, help="Digits that may occur.")
@click.option(
    "--height",
    type=click.IntRange(8, 1024),
    default=BASE_HEIGHT,
    show_default=True,
    help="Height in pixels; documents have heights of their own.",
)
@click.option(
    "--out",
    type=PLACE,
    metavar="DIR",
    help="The folder to make. Without it, synth-PRESET, or none where there is a --sheet.",
)
@click.option(
    "--sheet",
    type=OUTPUT,
    metavar="FILE",
    help="Draw the lines with their texts into one picture.",
)
@click.option(
    "--data",
    metavar="SOURCE",
    help="Lines of a folder instead of composed ones; with --config.",
)
@click.option(
    "--config",
    type=PLACE,
    metavar="FILE",
    help="Draw lines as this experiment sees them, each as it is and as its augmentation changes"
    " it; for a --sheet.",
)
def command(
    preset: str | None,
    count: int,
    split: str,
    seed: int,
    shortest: int,
    longest: int,
    alphabet: str,
    height: int,
    out: Path | None,
    sheet: Path | None,
    data: str | None,
    config: Path | None,
) -> None:
    """Write composed lines of digits as PNG, dark on light, with .gt.txt beside each.

    With --config, draw what the augmentation of a training makes of them, or of lines of your own.
    """
    if (preset is None) == (data is None):
        raise ConfigError("give either --preset, to compose lines, or --data, to change some")
    if config is not None:
        if sheet is None or out is not None:
            raise ConfigError("--config needs --sheet FILE, and no --out")
        if data is not None:
            cells = changed_own(data, config, count, seed)
        else:
            assert preset is not None  # or there would be --data
            source = SynthSource(preset, count, seed, split, shortest, longest, alphabet)
            cells = changed_composed(source, config)
        _draw(list(cells), sheet, 1 + EXAMPLES)
        return
    if preset is None:
        raise ConfigError("--data needs --config FILE, the experiment that changes its lines")
    folder = out or Path(f"synth-{preset}")
    if out is not None or sheet is None:
        refuse_present(folder)
    lines = SynthSource(preset, count, seed, split, shortest, longest, alphabet).compose(height)
    if sheet is not None:
        pictures = lines.pictures(range(count))
        _draw([(ink, text, None) for ink, text in zip(pictures, lines.texts, strict=True)], sheet)
        if out is None:
            return
    with new_folder(folder) as unfinished:
        _write(lines, unfinished)
    click.echo(f"{count} lines in {folder}")


def _draw(cells: Sequence[Cell], file: Path, columns: int = 4) -> None:
    """Writes one picture of all lines."""
    page = draw_sheet(cells, columns, scale=1)
    with written(file) as beside:
        page.save(beside, "PNG")
    click.echo(f"{len(cells)} pictures in {file}")


def _write(lines: ComposedLines, folder: Path) -> None:
    digits = len(str(len(lines.texts) - 1))
    with progress(len(lines.texts), "composing") as bar:
        for row, ink in enumerate(lines.pictures(range(len(lines.texts)))):
            name = f"{row:0{digits}}"
            Image.fromarray(255 - ink).save(folder / f"{name}.png")
            text = lines.texts[row] + "\n"
            (folder / f"{name}{TEXT_ENDING}").write_text(text, encoding="utf-8")
            bar.update(1)
