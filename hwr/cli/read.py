"""`hwr read`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from hwr.cli import model
from hwr.cli.least_sure import SHOWN, LeastSure, refuse_what_is_no_sheet
from hwr.cli.pictures import Pictures, called, expand
from hwr.cli.place import OUTPUT
from hwr.cli.progress import progress
from hwr.cli.tell import tell
from hwr.cli.write import refuse_unwritable
from hwr.errors import HwrError, MissingExtraError
from hwr.files import real
from hwr.images.normalise import Line
from hwr.lines.problems import printable
from hwr.model_file import SHIPPED
from hwr.reading import Reading
from hwr.recognizer import POOL, Recognizer


@click.command()
@model.options
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "tsv", "json"]),
    default="text",
    show_default=True,
    help="text: one line a picture. tsv: path, text, confidence. json: with places of characters.",
)
@click.option(
    "--sheet",
    type=OUTPUT,
    metavar="FILE",
    help="Draw the pictures, each as it is and as the model sees it, with what was read, to FILE (a"
    f" PNG): of more than {SHOWN}, the least sure.",
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
def command(
    asked: model.Asked,
    form: str,
    sheet: Path | None,
    paths: tuple[str, ...],
) -> int:
    """Read pictures of lines, or of single digits with a digit head.

    PATH is a picture, a folder of pictures, a wildcard such as 'scans/*.png', or - for a picture on
    standard input. Pictures that cannot be read are told of, the others are read, and the exit
    status is 2. Of a file with several pictures (TIFF) the first is read.
    """
    if sheet is not None:
        refuse_what_is_no_sheet(sheet)
        refuse_unwritable(sheet)
    names, missing = expand(paths)
    if sheet is not None:  # one of an earlier run may stand in the folder
        before = real(sheet)
        names = [name for name in names if real(Path(name)) != before]
    path = model.find_model(asked.given)
    recognizer = asked.recognizer(path)
    if asked.given is None and path != SHIPPED:
        # The newest of several: it may not be the one that was meant.
        tell(f"read by {path}, the newest of the runs here: --model FILE takes another")
    failed, pictures, shown = False, Pictures(), LeastSure(SHOWN)

    def told(error: HwrError) -> None:
        nonlocal failed
        failed = True
        tell(error)

    for error in missing:
        told(error)
    write = {"text": _write_text, "tsv": _write_tsv, "json": _write_json}[form]
    try:
        write(_read(recognizer, pictures, names, told, shown))
    finally:  # also where nobody listens to what is read any more
        if sheet is not None and not shown.draw(sheet, pictures.open):
            tell(f"{sheet}: not written: no picture was read")
    return 2 if failed else 0


def _read(
    recognizer: Recognizer, pictures: Pictures, names: list[str], told: Any, shown: LeastSure
) -> Iterator[tuple[str, Reading]]:
    for start in range(0, len(names), POOL):
        pool = names[start : start + POOL]
        good: list[tuple[str, Line]] = []
        errors, several = list[HwrError](), list[str]()
        # The bar is gone before anything is printed.
        with progress(len(pool), f"reading {start + 1} to {start + len(pool)}") as bar:
            for name in pool:
                try:
                    good.append((name, recognizer.prepared(pictures.open(name), called(name))))
                    if pictures.holds_several(name):
                        several.append(name)
                except MissingExtraError:  # which no other picture would do without
                    raise
                except HwrError as error:
                    errors.append(error)
            bar.update(len(errors))
            readings = recognizer.read_lines([line for _, line in good], bar.update)
        for bad in errors:
            told(bad)
        for name in several:
            why = "holds several pictures, of which the first is read: save each as its own file"
            tell(f"{called(name)}: {why}")
        for (name, line), reading in zip(good, readings, strict=True):
            shown.add(name, line, reading)
            if reading.cut:
                most = len(reading.text)
                tell(f"{name}: cut at {most} characters: the line may go on")
            if recognizer.pattern is not None and (reading.text, reading.confidence) == ("", 0):
                tell(f"{name}: no text was found that fits the pattern")
            yield name, reading


def _write_text(readings: Iterator[tuple[str, Reading]]) -> None:
    for _, reading in readings:
        click.echo(reading.text)


def _write_tsv(readings: Iterator[tuple[str, Reading]]) -> None:
    for name, reading in readings:
        click.echo(f"{printable(name)}\t{reading.text}\t{reading.confidence:.4f}")


def _in_utf_8() -> bool:
    """Whether what is printed may hold any character. (Else JSON has its own escapes.)"""
    return (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"


def _write_json(readings: Iterator[tuple[str, Reading]]) -> None:
    """One array, an element a line: as many as there are, none held back until the end."""
    before, escaped = "[\n", not _in_utf_8()
    for name, reading in readings:
        content = {"path": name} | reading.to_json()
        click.echo(before + json.dumps(content, ensure_ascii=escaped), nl=False)
        before = ",\n"
    click.echo("\n]" if before == ",\n" else "[]")
