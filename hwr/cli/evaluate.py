"""`hwr eval`."""

from __future__ import annotations

from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from hwr.alphabet import tell_unknown
from hwr.cli import model
from hwr.cli.figures import print_figures
from hwr.cli.place import OUTPUT, PLACE
from hwr.cli.progress import progress
from hwr.cli.write import refuse_unwritable, write_json, written_before
from hwr.errors import MissingExtraError
from hwr.evaluate import Evaluation, evaluate, line_picture
from hwr.lines.sources import Source, is_single, open_source
from hwr.recognizer import Recognizer
from hwr.scoring.classes import classification
from hwr.scoring.coverage import coverage
from hwr.scoring.rates import Rates, rates
from hwr.scoring.report import refuse_what_is_not_ours, write_report
from hwr.version import __version__


@click.command()
@model.options
@click.option(
    "--data",
    required=True,
    metavar="SOURCE",
    help="A folder of pictures with texts, synth:PRESET?count=N&split=test&seed=S, or mnist.",
)
@click.option(
    "--unknown",
    type=click.Choice(["stop", "count"]),
    default="stop",
    show_default=True,
    help="What to do about characters that the model cannot write: stop, or count them as errors.",
)
@click.option(
    "--on-bad-line",
    type=click.Choice(["stop", "skip"]),
    default="stop",
    show_default=True,
    help="What to do about pictures that cannot be read or have no text, and texts without a"
    " picture: stop, or leave them out and tell of them.",
)
@click.option(
    "--json",
    "table",
    type=OUTPUT,
    metavar="FILE",
    help="Write the figures to FILE, as fractions.",
)
@click.option(
    "--report",
    type=PLACE,
    metavar="DIR",
    help="Write a page with pictures of the worst, and a confusion matrix of single characters.",
)
def command(
    asked: model.Asked,
    data: str,
    unknown: str,
    on_bad_line: str,
    table: Path | None,
    report: Path | None,
) -> None:
    """Measure a recognizer: CER, WER, accuracy, with intervals.

    A folder holds each x.png with x.gt.txt, or a labels.tsv of file TAB text, the pictures beside
    it or in images/. Where every text is one character, as in mnist, precision and recall of each
    class and a confusion matrix are added; of more than 100 classes, what was confused most.
    """
    # Asked at once, not when all is measured.
    if report is not None:
        refuse_what_is_not_ours(report)
    if table is not None:
        refuse_unwritable(table)
    for package in ("editdistance", *(("jinja2", "matplotlib") if report is not None else ())):
        if find_spec(package) is None:
            raise MissingExtraError("hwr eval", package)
    path = model.find_model(asked.given)
    recognizer = asked.recognizer(path, is_single(data))
    skip = on_bad_line == "skip"
    source = open_source(data, recognizer.card.image.height, skip)
    with progress(len(source.texts), "reading") as bar:
        result = evaluate(recognizer, source, bar.update, unknown == "count", skip)
    total = rates(result.scores)
    classes = classification(result.scores)
    page: Path | None = None

    def tell_figures() -> None:
        click.echo(f"{path} ({_read_by(recognizer)}) on {data}")
        print_figures(recognizer, source, result, total, classes)

    with written_before(tell_figures):
        if table is not None:
            figures = _figures(path, recognizer, data, result, total)
            write_json(table, figures | (classes.to_dict() if classes else {}))
        if report is not None:
            page = _report(report, path, recognizer, data, source, result)
    if page is not None:
        click.echo(f"report: {page}")


def _read_by(recognizer: Recognizer) -> str:
    told = f"{recognizer.head}, beam {recognizer.beam}"
    told += f", {recognizer.looks} looks" if recognizer.looks > 1 else ""
    if recognizer.pattern is not None:
        told += f", pattern {recognizer.pattern.expression}"
    return told + (", language model" if recognizer.language is not None else "")


def _figures(
    path: Path, recognizer: Recognizer, data: str, result: Evaluation, total: Rates
) -> dict[str, Any]:
    """For JSON, but for what `Classification.to_dict` adds."""
    return {
        "model": str(path),
        "data": data,
        "head": recognizer.head,
        "beam": recognizer.beam,
        "looks": recognizer.looks,
        "language": recognizer.language is not None,
        "pattern": recognizer.pattern.expression if recognizer.pattern is not None else None,
        "misfits": result.misfits,
        "cut": result.cut,
        "unknown": {found.character: found.count for found in result.unknown},
        "left_out": len(result.left_out),
        **total.to_dict(),
        **(found.to_dict() if (found := coverage(result.scores)) is not None else {}),
    }


def _report(
    folder: Path, path: Path, recognizer: Recognizer, data: str, source: Source, result: Evaluation
) -> Path:
    facts = {
        "Model": str(path),
        "Read by": _read_by(recognizer),
        "Data": data,
        "Date": date.today().isoformat(),
        "hwr": __version__,
    }
    if result.left_out:
        facts["Left out"] = f"{len(result.left_out)} that cannot be read, in no figure here"
    if source.remarks:
        facts["Passed over"] = source.remarks
    if result.cut:
        facts["Cut"] = f"{result.cut} readings, at the most characters that this head can write"
    if result.unknown:
        told = f"{tell_unknown(result.unknown)}: counted as errors"
        facts["Unknown to the model"] = told
    if result.misfits:
        facts["Misfits"] = f"{result.misfits} texts do not fit the pattern, counted as errors"
    return write_report(
        folder,
        f"hwr: {data}",
        result.scores,
        lambda row: line_picture(
            recognizer, source, result.rows[row], result.rows[row] in result.turned
        ),
        facts,
    )
