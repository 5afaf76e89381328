"""`hwr synth`."""

from __future__ import annotations

from pathlib import Path

import click
from PIL import Image

from hwr.cli.progress import progress
from hwr.errors import DataError
from hwr.files import new_folder, whole_file
from hwr.lines.folders import TEXT_ENDING
from hwr.lines.presets import BASE_HEIGHT, DIGITS, PRESETS
from hwr.lines.sources import ComposedLines, SynthSource
from hwr.scoring.sheet import sheet as draw_sheet


@click.command()
@click.option("--preset", required=True, metavar="NAME", help=f"One of {', '.join(PRESETS)}.")
@click.option("--count", type=click.IntRange(1), required=True, metavar="N", help="Lines to write.")
@click.option("--split", default="test", show_default=True, help="train, val or test digits.")
@click.option("--seed", default=0, show_default=True, help="The same seed gives the same lines.")
@click.option("--min", "shortest", default=3, show_default=True, help="Fewest digits of a line.")
@click.option("--max", "longest", default=10, show_default=True, help="Most digits of a line.")
@click.option("--alphabet", default=DIGITS, show_default=True, help="Digits that may occur.")
@click.option(
    "--height",
    type=click.IntRange(8, 1024),
    default=BASE_HEIGHT,
    show_default=True,
    help="Height in pixels.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder to make. Without it, synth-PRESET, or none where there is a --sheet.",
)
@click.option(
    "--sheet",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Draw the lines with their texts into one picture.",
)
def command(
    preset: str,
    count: int,
    split: str,
    seed: int,
    shortest: int,
    longest: int,
    alphabet: str,
    height: int,
    out: Path | None,
    sheet: Path | None,
) -> None:
    """Write composed lines of digits as PNG, dark on light, with .gt.txt beside each."""
    lines = SynthSource(preset, count, seed, split, shortest, longest, alphabet).compose(height)
    if sheet is not None:
        _draw(lines, sheet)
        if out is None:
            return
    folder = out or Path(f"synth-{preset}")
    with new_folder(folder) as unfinished:
        _write(lines, unfinished)
    click.echo(f"{count} lines in {folder}")


def _draw(lines: ComposedLines, file: Path) -> None:
    """Writes one picture of all lines."""
    cells = [
        (ink, text, None)
        for ink, text in zip(lines.pictures(range(len(lines.texts))), lines.texts, strict=True)
    ]
    page = draw_sheet(cells, columns=4, scale=1)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(file) as beside:
            page.save(beside, "PNG")
    except OSError as error:
        raise DataError(f"{file}: cannot be written ({error.strerror})") from error
    click.echo(f"{len(cells)} lines in {file}")


def _write(lines: ComposedLines, folder: Path) -> None:
    digits = len(str(len(lines.texts) - 1))
    with progress(len(lines.texts), "composing") as bar:
        for row, ink in enumerate(lines.pictures(range(len(lines.texts)))):
            name = f"{row:0{digits}}"
            Image.fromarray(255 - ink).save(folder / f"{name}.png")
            text = lines.texts[row] + "\n"
            (folder / f"{name}{TEXT_ENDING}").write_text(text, encoding="utf-8")
            bar.update(1)
