"""A recognizer held against lines with known texts: what `hwr eval` does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwr.alphabet import Unknown, tell_unknown, unknown_characters
from hwr.errors import AlphabetError, DataError, HwrError, MissingExtraError
from hwr.images.normalise import Line
from hwr.lines.sources import Source, refuse
from hwr.recognizer import DIGIT, POOL, Recognizer
from hwr.scoring.rates import LineScore, score_line


@dataclass(frozen=True)
class Evaluation:
    """What was read of every line of a source.

    Attributes:
        scores: one for each line, in the source's order.
        rows: where each of these stands in the source.
        seconds: that reading took, opening and composing pictures included.
        cut: how many readings were stopped at the most characters that the model can write.
        unknown: the characters of the texts that the model cannot write.
        left_out: what was left out of the source, if anything was to be, and why.
        misfits: how many of the texts do not fit the recognizer's pattern, so that they cannot be
            read.
        turned: those of `rows` that were read with light for dark.
    """

    scores: list[LineScore]
    rows: list[int]
    seconds: float
    cut: int
    unknown: list[Unknown]
    left_out: list[str]
    misfits: int = 0
    turned: frozenset[int] = frozenset()


def evaluate(
    recognizer: Recognizer,
    source: Source,
    done: Callable[[int], None] = lambda count: None,
    count_unknown: bool = False,
    skip: bool = False,
) -> Evaluation:
    """Reads all lines of a source and scores them.

    Args:
        recognizer: what reads.
        source: lines with their texts.
        done: called with how many lines were read since the last call.
        count_unknown: whether characters that the model cannot write count as errors; else a text
            that holds any is refused.
        skip: whether lines whose pictures cannot be opened are left out and told of.

    Raises:
        HwrError: pictures that cannot be opened (with `skip`, if that is all of them), or texts
            that the model cannot write, for their characters or, by the digit head, for their
            length; all of them are named together, none is left out of the figures in silence.
    """
    unknown = unknown_characters(recognizer.card.alphabet, source.texts, source.names)
    if unknown and not count_unknown:
        refused = _of_readable(recognizer, source, unknown) if skip else unknown
        if refused:
            raise _refusal(recognizer, source, refused)
    _check_lengths(recognizer, source)
    started = time.monotonic()
    scores: list[LineScore] = []
    rows: list[int] = []
    cut, turned = 0, set[int]()
    errors: list[HwrError] = []
    for start in range(0, len(source.texts), POOL):
        pool = range(start, min(start + POOL, len(source.texts)))
        lines: dict[int, Line] = {}
        for row, line in zip(pool, prepared(recognizer, source, pool), strict=True):
            if isinstance(line, Line):
                lines[row] = line
            else:
                errors.append(line)
        if errors and not skip:
            continue  # to what else cannot be read
        done(len(pool) - len(lines))
        readings = recognizer.read_lines(list(lines.values()), done)
        cut += sum(reading.cut for reading in readings)
        rows += lines
        turned |= {row for row, reading in zip(lines, readings, strict=True) if reading.turned}
        scores += [
            score_line(source.names[row], source.texts[row], reading.text, reading.confidence)
            for row, reading in zip(lines, readings, strict=True)
        ]
    if not (skip and scores):
        refuse(errors, len(source.texts))
    if errors:
        read = [source.texts[row] for row in rows], [source.names[row] for row in rows]
        unknown = unknown_characters(recognizer.card.alphabet, *read)
    left_out = [*source.left_out, *map(str, errors)]
    seconds, pattern = time.monotonic() - started, recognizer.pattern
    misfits = sum(not pattern.fits(score.truth) for score in scores) if pattern else 0
    return Evaluation(scores, rows, seconds, cut, unknown, left_out, misfits, frozenset(turned))


def prepared(
    recognizer: Recognizer, source: Source, rows: Sequence[int]
) -> Iterator[Line | HwrError]:
    """Some lines of a source as the recognizer sees them; for unusable ones, the reason."""
    for row, grey in zip(rows, source.greys(rows), strict=True):
        if isinstance(grey, HwrError):
            yield grey
            continue
        try:
            yield recognizer.prepared(grey, source.names[row])
        except MissingExtraError:  # which no other line would do without
            raise
        except HwrError as error:
            yield error


def line_picture(
    recognizer: Recognizer, source: Source, row: int, turned: bool = False
) -> NDArray[np.uint8]:
    """One line of a source as the recognizer sees it, uint8 [height, width], ink high; `turned`, as
    it was read with light for dark."""
    line = next(prepared(recognizer, source, [row]))
    if isinstance(line, HwrError):
        raise line
    return line.as_read(turned).pixels


def _of_readable(
    recognizer: Recognizer, source: Source, unknown: Sequence[Unknown]
) -> list[Unknown]:
    """Those of unknown characters that stand in lines which are not left out."""
    rows = _rows_with(source, unknown)
    lines = zip(rows, prepared(recognizer, source, rows), strict=True)
    good = [row for row, line in lines if isinstance(line, Line)]
    texts, names = [source.texts[row] for row in good], [source.names[row] for row in good]
    return unknown_characters(recognizer.card.alphabet, texts, names)


def _rows_with(source: Source, unknown: Sequence[Unknown]) -> list[int]:
    """The lines whose texts hold any of these characters."""
    strange = {found.character for found in unknown}
    return [row for row, text in enumerate(source.texts) if not strange.isdisjoint(text)]


def _refusal(recognizer: Recognizer, source: Source, unknown: Sequence[Unknown]) -> AlphabetError:
    lines = len(_rows_with(source, unknown))
    return AlphabetError(
        f"{lines} of {len(source.texts)} texts hold characters that the model's alphabet"
        f" {recognizer.card.alphabet.characters!r} lacks: {tell_unknown(unknown)}: correct the"
        " texts, train with an alphabet that has them, or count them as errors by  --unknown count"
    )


def _check_lengths(recognizer: Recognizer, source: Source) -> None:
    if recognizer.head != DIGIT:
        return
    refuse(
        [
            DataError(
                f"{name}: {text!r} has {len(text)} characters, the digit head reads a single"
                " digit: take a model with a head for lines"
            )
            for name, text in zip(source.names, source.texts, strict=True)
            if len(text) != 1
        ],
        len(source.texts),
    )
