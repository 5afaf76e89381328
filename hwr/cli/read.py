"""`hwr read`."""

from __future__ import annotations

import glob
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from hwr.cli import model
from hwr.cli.progress import progress
from hwr.cli.tell import tell
from hwr.errors import DataError, HwrError, MissingExtraError
from hwr.files import is_file, is_folder, is_special, names_in
from hwr.images.normalise import Line
from hwr.images.open import holds_several, open_picture
from hwr.lines.folders import pictures_in
from hwr.lines.problems import printable
from hwr.reading import Reading
from hwr.recognizer import POOL, Recognizer

STANDARD_INPUT = "-"

UNREAD_ENDINGS = (
    ".heic", ".heif", ".avif", ".jp2", ".jxl", ".pdf", ".djvu", ".dng", ".tga", ".dib",
)  # fmt: skip
"""Files that hold pictures, too."""


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
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
def command(
    given: Path | None,
    head: str | None,
    beam: int | None,
    looks: int | None,
    language: bool,
    form: str,
    paths: tuple[str, ...],
) -> int:
    """Read pictures of lines, or of single digits with a digit head.

    PATH is a picture, a folder of pictures, a pattern such as 'scans/*.png', or - for a picture on
    standard input. Pictures that cannot be read are told of, the others are read, and the exit
    status is 2. Of a file with several pictures (TIFF) the first is read.
    """
    names, missing = expand(paths)
    recognizer = Recognizer(
        model.find_model(given), head=head, beam=beam, language=language, looks=looks
    )
    failed = False

    def told(error: HwrError) -> None:
        nonlocal failed
        failed = True
        tell(error)

    for error in missing:
        told(error)
    write = {"text": _write_text, "tsv": _write_tsv, "json": _write_json}[form]
    write(_read(recognizer, names, told))
    return 2 if failed else 0


def expand(paths: tuple[str, ...]) -> tuple[list[str], list[HwrError]]:
    """The pictures that paths, folders and patterns name, folders sorted; and which of them name
    none, and what is passed over in folders that do."""
    names: list[str] = []
    errors: list[HwrError] = []
    for given in paths:
        try:
            names += _named(given, errors)
        except HwrError as error:
            errors.append(error)
    return names, errors


def _named(given: str, errors: list[HwrError]) -> list[str]:
    if not given:
        raise DataError("an empty name: give a picture, a folder or a pattern")
    path, before = Path(given), len(errors)
    if is_folder(path):
        found = _in_folder(path, errors)
        if not found and len(errors) == before:
            raise DataError(f"{given}: holds no pictures")
        return [str(picture) for picture in found]
    if given != STANDARD_INPUT and not is_file(path) and glob.has_magic(given):
        matches = sorted(glob.glob(given, recursive=True))
        if not matches:
            raise DataError(f"{given}: fits no file")
        # (`**` fits folders and what they hold.)
        found = [Path(match) for match in matches]
        folders = {match for match in found if is_folder(match)}
        fitting = {picture for folder in folders for picture in _in_folder(folder, errors)}
        for match in found:
            told = match.parent in folders and match.name.lower().endswith(UNREAD_ENDINGS)
            if not (match in folders or told or is_special(match)):
                fitting.add(match)
        if not fitting and len(errors) == before:
            raise DataError(f"{given}: fits no picture, and no folder that holds any")
        return sorted(map(str, fitting))
    return [given]


def _in_folder(folder: Path, errors: list[HwrError]) -> list[Path]:
    """The pictures of a folder; `errors` gets what is passed over."""
    found = pictures_in(folder)
    unread = [name for name in names_in(folder) if name.lower().endswith(UNREAD_ENDINGS)]
    if unread:
        shown = ", ".join(unread[:3]) + (", ..." if len(unread) > 3 else "")
        why = f"holds {len(unread)} of kinds that hwr cannot open ({shown})"
        errors.append(DataError(f"{folder}: {why}: save them as PNG or JPEG"))
    return found


def _read(recognizer: Recognizer, names: list[str], told: Any) -> Iterator[tuple[str, Reading]]:
    for start in range(0, len(names), POOL):
        pool = names[start : start + POOL]
        good: list[tuple[str, Line]] = []
        errors, several = list[HwrError](), list[str]()
        # The bar is gone before anything is printed.
        with progress(len(pool), f"reading {start + 1} to {start + len(pool)}") as bar:
            for name in pool:
                try:
                    good.append((name, _open(recognizer, name)))
                    if name.lower().endswith((".tif", ".tiff")) and holds_several(Path(name)):
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
            tell(f"{name}: {why}")
        for (name, _), reading in zip(good, readings, strict=True):
            if reading.cut:
                most = len(reading.text)
                tell(f"{name}: cut at {most} characters: the line may go on")
            yield name, reading


def _open(recognizer: Recognizer, name: str) -> Line:
    if name == STANDARD_INPUT:
        content, called = sys.stdin.buffer.read() if sys.stdin else b"", "standard input"
        return recognizer.prepared(open_picture(content, called), called)
    return recognizer.prepared(open_picture(Path(name)), name)


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
