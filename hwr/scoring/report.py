"""A page that shows how well lines were read and what went wrong: HTML and PNG, nothing else."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hwr.errors import DataError, MissingExtraError
from hwr.files import is_file, is_there
from hwr.scoring.classes import MANY, Classification, classification, worst_classified
from hwr.scoring.coverage import coverage
from hwr.scoring.edits import Edit, align
from hwr.scoring.matrix import draw_matrix
from hwr.scoring.rates import (
    RESAMPLES,
    LineScore,
    by_length,
    confusions,
    rates,
    rule_of_three,
    worst_rows,
)
from hwr.scoring.sheet import sheet
from hwr.scoring.shown import percent, visible

if TYPE_CHECKING:
    from jinja2 import Template

PAGE, PICTURES = "index.html", "worst-lines"
MATRIX, SHEET = "confusion.png", "worst-digits.png"
PARTS = (PICTURES, MATRIX, SHEET, PAGE)
"""What a report's folder holds, the page last: a page of lines has pictures of the worst, one of
single characters the confusion matrix and a contact sheet."""

_MARK = '<meta name="generator" content="hwr">'

WORST_LINES = 100
"""Lines shown with their pictures."""

_CARD_WIDTH, _PAGE_WIDTH = 430, 920
# Pixels of a picture that the page has room for in one of two columns, and in a row of its own.

_SHEET_COLUMNS, _SHEET_SCALE = 10, 3

COMMONEST = 12
"""Errors listed of each kind."""

_LENGTH_GROUPS = 20
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def write_report(
    folder: Path,
    title: str,
    scores: Sequence[LineScore],
    pictures: Callable[[int], NDArray[np.uint8]],
    facts: Mapping[str, str],
) -> Path:
    """Writes `folder/index.html` and its pictures (see `PARTS`), and returns the page.

    An older report there is replaced, other files stay. Until the new one is complete the older
    one is untouched.

    Args:
        pictures: the picture of `scores[i]`, uint8 [height, width], ink high.
        facts: what the page says about the run (model, data, date, version), in this order.

    Raises:
        DataError: there are no scores, or `folder` is a file, cannot be written, or holds an
            `index.html` that is no report.
        MissingExtraError: the package jinja2 is not installed.
    """
    found = classification(scores)
    contents = {"title": title, "facts": facts, **_classes(found), **_measured(scores)}
    template = _template()
    refuse_what_is_not_ours(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=".unfinished", dir=folder))
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be a folder for the report ({error.strerror}): name another"
        ) from error
    placed: list[str] = []
    try:
        (unfinished / "old").mkdir()
        worst: list[dict[str, Any]] = []
        if found is None:
            worst = _lines(scores, pictures, unfinished / PICTURES)
        else:
            _draw_classes(scores, pictures, found, unfinished)
        page = template.render(contents, worst=worst)
        # A file name that is no Unicode must not cost the page.
        (unfinished / PAGE).write_text(page, encoding="utf-8", errors="replace")
        # The page goes first and comes last: at no moment does one stand beside other pictures.
        for name in reversed(PARTS):
            if (folder / name).exists():
                (folder / name).rename(unfinished / "old" / name)
        for name in PARTS:
            if (unfinished / name).exists():
                (unfinished / name).rename(folder / name)
                placed.append(name)
        shutil.rmtree(unfinished / "old", ignore_errors=True)
    except BaseException as error:
        _put_back(folder, unfinished, placed)
        if isinstance(error, OSError):
            why = f"the report cannot be written ({error.strerror})"
            raise DataError(f"{folder}: {why}") from error
        raise
    finally:
        if not is_there(unfinished / "old") or not any((unfinished / "old").iterdir()):
            shutil.rmtree(unfinished, ignore_errors=True)
    return folder / PAGE


def _put_back(folder: Path, unfinished: Path, placed: list[str]) -> None:
    """Makes the older report whole again, as far as that can be: what cannot be put back stays
    where it is."""
    for name in placed:
        with suppress(OSError):
            (folder / name).rename(unfinished / name)
    for name in PARTS:
        if is_there(unfinished / "old" / name):
            with suppress(OSError):
                (unfinished / "old" / name).rename(folder / name)


def refuse_what_is_not_ours(folder: Path) -> None:
    """Raises DataError where a report would replace anything but an older report."""
    if is_there(folder) and not folder.is_dir():
        raise DataError(f"{folder}: is a file, not a folder for the report: name another")
    page = folder / PAGE
    try:
        ours = is_file(page) and _MARK in page.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise DataError(
            f"{page}: cannot be read ({error.strerror}): name another folder"
        ) from error
    there = [folder / name for name in reversed(PARTS) if is_there(folder / name)]
    if there and not ours:
        raise DataError(
            f"{there[0]}: is there already and is no report of hwr: name another folder"
        )


def _template() -> Template:
    try:
        from jinja2 import Environment, StrictUndefined
    except ModuleNotFoundError as error:
        raise MissingExtraError("a report", "jinja2") from error
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(percent=percent, visible=visible)
    return environment.from_string(
        files("hwr.scoring").joinpath("report.html").read_text(encoding="utf-8")
    )


def _classes(found: Classification | None) -> dict[str, Any]:
    """What the template shows of each class, where there are any: of very many, the worst."""
    if found is None:
        return {"classes": None}
    return {"classes": found, "rows": found.worst(MANY) if found.many else found.rates}


def _measured(scores: Sequence[LineScore]) -> dict[str, Any]:
    """What the template shows of all lines together."""
    total = rates(scores)
    longest = max(score.characters for score in scores)
    step = next((step for step in _STEPS if longest // step < _LENGTH_GROUPS), longest)
    lengths = by_length(scores, step, resamples=0)
    return {
        "total": total,
        "resamples": RESAMPLES,
        "wrong": total.lines - total.correct_lines,
        "bound": rule_of_three(total.lines),
        "step": step,
        "lengths": lengths,
        "most_wrong": max(1 - group.accuracy for _, group in lengths),
        "confusions": confusions(scores),
        "coverage": coverage(scores),
        "commonest": COMMONEST,
    }


def _lines(
    scores: Sequence[LineScore], pictures: Callable[[int], NDArray[np.uint8]], folder: Path
) -> list[dict[str, Any]]:
    """The worst lines, for the template, with their pictures in `folder`."""
    folder.mkdir()
    return [
        _line(scores[row], pictures(row), folder / f"{number:04}.png")
        for number, row in enumerate(worst_rows(scores, WORST_LINES), start=1)
    ]


def _draw_classes(
    scores: Sequence[LineScore],
    pictures: Callable[[int], NDArray[np.uint8]],
    found: Classification,
    folder: Path,
) -> None:
    """The confusion matrix, and a sheet of the worst single characters, in `folder`."""
    draw_matrix(found, folder / MATRIX)
    rows = worst_classified(scores, WORST_LINES)
    cells = [(pictures(row), scores[row].truth, scores[row].read) for row in rows]
    sheet(cells, _SHEET_COLUMNS, _SHEET_SCALE).save(folder / SHEET)


def _line(score: LineScore, picture: NDArray[np.uint8], path: Path) -> dict[str, Any]:
    """What the template shows of a wrong line, whose picture goes to `path`."""
    Image.fromarray(255 - np.asarray(picture, dtype=np.uint8)).save(path)
    height, width = picture.shape
    scale = 2 if 2 * width <= _PAGE_WIDTH else 1
    edits = align(score.read, score.truth)
    return {
        "score": score,
        "file": path.name,
        "width": width,
        "height": height,
        "scale": scale,
        "long": scale * width > _CARD_WIDTH,
        "truth": list(_runs(edits, "truth")),
        "read": list(_runs(edits, "read")),
    }


def _runs(edits: Sequence[Edit], side: Literal["truth", "read"]) -> Iterator[tuple[str, str, int]]:
    """Neighbours of one kind joined: (kind, characters of this side, edits in the run).

    The characters are empty where the other side has some: a gap.
    """
    for kind, run in groupby(edits, key=lambda edit: edit.kind):
        steps = list(run)
        yield kind, "".join(getattr(step, side) for step in steps), len(steps)
