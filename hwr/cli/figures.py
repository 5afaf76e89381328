"""What `hwr eval` prints."""

from __future__ import annotations

from collections.abc import Sequence

import click

from hwr.alphabet import tell_unknown
from hwr.evaluate import Evaluation
from hwr.lines.problems import first_of, printable
from hwr.lines.sources import Source
from hwr.recognizer import Recognizer
from hwr.scoring.classes import Classification, worst_classified
from hwr.scoring.coverage import Coverage, coverage
from hwr.scoring.rates import LineScore, Rates, by_length, confusions, rule_of_three, worst_rows
from hwr.scoring.shown import percent

SHOWN = 8
"""Confusions, worst lines and, of very many, worst classes that are printed; a report shows
more."""


def print_figures(
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
        _print_classes(classes, result.scores)
    else:
        _print_errors(result.scores)
    if (found := coverage(result.scores)) is not None:
        _print_coverage(found)
    for row in (worst_rows if classes is None else worst_classified)(result.scores, SHOWN):
        _print_wrong(result.scores[row])
    if result.left_out:
        told = first_of(list(map(printable, result.left_out)), SHOWN)
        click.echo(f"left out, and in no figure: {len(result.left_out)}: {told}")
    if result.cut:
        most = recognizer.card.max_length
        click.echo(f"cut: {result.cut} readings, at the {most} characters that this head can write")
    if result.misfits:
        click.echo(f"texts that do not fit the pattern, counted as errors: {result.misfits}")
    if result.unknown:
        click.echo(f"unknown to the model, counted as errors: {tell_unknown(result.unknown)}")


def _print_rates(total: Rates, speed: float) -> None:
    click.echo(f"  {total.lines} lines, {total.characters} characters, {speed:.0f} lines/s")
    for name, value, interval in total.table:
        told = "no interval"
        if interval is not None:
            told = f"95 %: {_share(interval[0])} to {_share(interval[1])}"
        click.echo(f"  {name:8} {_share(value):>7}  ({told})")
    if None in [interval for _, _, interval in total.table]:
        # What is the same in all lines gives the bootstrap nothing to vary.
        click.echo("  no interval: too few lines for it, or too alike")
    bound = _share(rule_of_three(total.lines))
    if total.correct_lines == total.lines:
        click.echo(f"  no error seen: at most {bound} of lines wrong (95 %)")
    elif not total.correct_lines:
        click.echo(f"  no line right: at most {bound} of lines right (95 %)")


def _share(share: float | None) -> str:
    return percent(share).replace(" ", "")


def _print_errors(scores: Sequence[LineScore]) -> None:
    lengths = by_length(scores, resamples=0)
    if len(lengths) > 1:
        click.echo("by length: characters, lines, CER, accuracy")
        for length, group in lengths:
            cer, accuracy = _share(group.cer), _share(group.accuracy)
            click.echo(f"  {length:4} {group.lines:6} {cer:>7} {accuracy:>8}")
    _print_confusions(scores)


def _print_confusions(scores: Sequence[LineScore]) -> None:
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


def _print_coverage(found: Coverage) -> None:
    mean = f"{_share(found.mean)} in the mean"
    click.echo(f"by confidence ({mean}): from, lines, of all, wrong, of these, at most (95 %)")
    for row in found.accepted:
        coverage, risk, most = map(_share, (row.coverage, row.risk, row.most_risk))
        counts = f"{row.lines:6} {coverage:>8} {row.wrong:6}"
        click.echo(f"  {row.confidence:4.2f} {counts} {risk:>8} {most:>8}")


def _print_wrong(score: LineScore) -> None:
    if not score.correct:
        click.echo(f"wrong: {printable(score.name)}: {score.truth!r} read as {score.read!r}")


def _print_classes(found: Classification, scores: Sequence[LineScore]) -> None:
    shown = found.worst(SHOWN) if found.many else found.rates
    worst = f" of {len(found.classes)} classes, those with most errors" if found.many else ""
    click.echo(f"by class: written, read, precision, recall{worst}")
    for row in shown:
        figures = "".join(f"{_share(share):>9}" for share in (row.precision, row.recall))
        click.echo(f"  {row.name!r} {row.written:6} {row.read:6}{figures}")
    if found.many:
        _print_confusions(scores)
    else:
        _print_matrix(found)


def _print_matrix(found: Classification) -> None:
    click.echo("confusion matrix: a row for each class written, a column for each read")
    width = max(len(str(found.counts.max())), *map(len, found.columns)) + 1
    click.echo("    " + "".join(f"{name:>{width}}" for name in found.columns))
    for name, counts in zip(found.classes, found.counts.tolist(), strict=True):
        click.echo(f"  {name} " + "".join(f"{count or '.':>{width}}" for count in counts))
