"""`hwr eval`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from hwr.alphabet import tell_unknown
from hwr.cli import model
from hwr.cli.place import OUTPUT, PLACE
from hwr.cli.progress import progress
from hwr.cli.write import write_json, written_before
from hwr.errors import MissingExtraError
from hwr.evaluate import Evaluation, evaluate, line_picture
from hwr.lines.problems import printable
from hwr.lines.sources import Source, is_single, open_source
from hwr.recognizer import Recognizer
from hwr.scoring.classes import Classification, classification, worst_classified
from hwr.scoring.rates import (
    LineScore,
    Rates,
    by_length,
    confusions,
    rates,
    rule_of_three,
    worst_rows,
)
from hwr.scoring.report import refuse_what_is_not_ours, write_report
from hwr.version import __version__

SHOWN = 8
"""Confusions and worst lines that are printed; a report shows more."""


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
    given: Path | None,
    head: str | None,
    beam: int | None,
    looks: int | None,
    language: bool,
    data: str,
    unknown: str,
    table: Path | None,
    report: Path | None,
) -> None:
    """Measure a recognizer: CER, WER, accuracy, with intervals.

    A folder holds each x.png with x.gt.txt, or a labels.tsv of file TAB text, the pictures beside
    it or in images/. Where every text is one character, as in mnist, precision and recall of each
    class and a confusion matrix are added.
    """
    # Asked at once, not when all is measured.
    if report is not None:
        refuse_what_is_not_ours(report)
    for package in ("editdistance", *(("jinja2", "matplotlib") if report is not None else ())):
        if find_spec(package) is None:
            raise MissingExtraError("hwr eval", package)
    path = model.find_model(given)
    single = is_single(data)
    recognizer = Recognizer(
        path, head=head, beam=beam, single=single, language=language, looks=looks
    )
    source = open_source(data, recognizer.card.image.height)
    with progress(len(source.texts), "reading") as bar:
        result = evaluate(recognizer, source, bar.update, count_unknown=unknown == "count")
    total = rates(result.scores)
    classes = classification(result.scores)
    page: Path | None = None

    def tell_figures() -> None:
        click.echo(f"{path} ({_read_by(recognizer)}) on {data}")
        _print(recognizer, source, result, total, classes)

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
    return told + (", language model" if recognizer.language is not None else "")


def _figures(
    path: Path, recognizer: Recognizer, data: str, result: Evaluation, total: Rates
) -> dict[str, Any]:
    """For JSON."""
    return {
        "model": str(path),
        "data": data,
        "head": recognizer.head,
        "beam": recognizer.beam,
        "looks": recognizer.looks,
        "language": recognizer.language is not None,
        "cut": result.cut,
        "unknown": {found.character: found.count for found in result.unknown},
        **total.to_dict(),
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
    return write_report(
        folder,
        f"hwr: {data}",
        result.scores,
        lambda row: line_picture(recognizer, source, row),
        facts,
    )


def _print(
    recognizer: Recognizer,
    source: Source,
    result: Evaluation,
    total: Rates,
    classes: Classification | None,
) -> None:
    if source.remarks:
        click.echo(source.remarks)
    _print_rates(total, len(result.scores) / max(result.seconds, 1e-9))
    if classes is not None:
        _print_classes(classes)
    else:
        _print_errors(result.scores)
    for row in (worst_rows if classes is None else worst_classified)(result.scores, SHOWN):
        _print_wrong(result.scores[row])
    if result.cut:
        most = recognizer.card.max_length
        click.echo(f"cut: {result.cut} readings, at the {most} characters that this head can write")
    if result.unknown:
        click.echo(f"unknown to the model, counted as errors: {tell_unknown(result.unknown)}")


def _print_rates(total: Rates, speed: float) -> None:
    click.echo(f"  {total.lines} lines, {total.characters} characters, {speed:.0f} lines/s")
    for name, value, low, high in (
        ("CER", total.cer, total.cer_low, total.cer_high),
        ("WER", total.wer, total.wer_low, total.wer_high),
        ("accuracy", total.accuracy, total.accuracy_low, total.accuracy_high),
    ):
        click.echo(f"  {name:8} {value:7.2%}  (95 %: {low:.2%} to {high:.2%})")
    if total.correct_lines == total.lines:
        # Lines without an error give the bootstrap nothing to vary.
        click.echo(
            f"  no error seen: at most {rule_of_three(total.lines):.2%} of lines wrong (95 %)"
        )


def _print_errors(scores: Sequence[LineScore]) -> None:
    lengths = by_length(scores, resamples=0)
    if len(lengths) > 1:
        click.echo("by length: characters, lines, CER, accuracy")
        for length, group in lengths:
            click.echo(f"  {length:4} {group.lines:6} {group.cer:7.2%} {group.accuracy:8.2%}")
    found = confusions(scores)
    for name, items in (
        (
            "read as",
            [f"{truth!r} as {read!r} {count}x" for truth, read, count in found.substitutions],
        ),
        ("inserted", [f"{read!r} {count}x" for read, count in found.insertions]),
        ("lost", [f"{truth!r} {count}x" for truth, count in found.deletions]),
    ):
        if items:
            click.echo(f"{name}: {', '.join(items[:SHOWN])}")


def _print_wrong(score: LineScore) -> None:
    if not score.correct:
        click.echo(f"wrong: {printable(score.name)}: {score.truth!r} read as {score.read!r}")


def _print_classes(found: Classification) -> None:
    click.echo("by class: written, read, precision, recall")
    for row in found.rates:
        shares = ("-" if s is None else f"{s:.2%}" for s in (row.precision, row.recall))
        figures = "".join(f"{share:>9}" for share in shares)
        click.echo(f"  {row.name!r} {row.written:6} {row.read:6}{figures}")
    click.echo("confusion matrix: a row for each class written, a column for each read")
    width = max(len(str(found.counts.max())), *map(len, found.columns)) + 1
    click.echo("    " + "".join(f"{name:>{width}}" for name in found.columns))
    for name, counts in zip(found.classes, found.counts.tolist(), strict=True):
        click.echo(f"  {name} " + "".join(f"{count or '.':>{width}}" for count in counts))
