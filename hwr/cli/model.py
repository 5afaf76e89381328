"""The options that say what reads, as `eval` and `read` share them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Any

import click

from hwr.cli.place import PLACE
from hwr.images.looks import LOOKS
from hwr.model_file import SHIPPED
from hwr.recognizer import READERS, Recognizer

RUNS = Path("runs")


@dataclass(frozen=True)
class Asked:
    """What was asked for by the options, which are named as these, but for --model."""

    given: Path | None
    head: str | None
    beam: int | None
    threads: int | None
    looks: int | None
    pattern: str | None
    language: bool

    def recognizer(self, path: Path, single: bool = False) -> Recognizer:
        """What reads, of the model file found."""
        return Recognizer(
            path,
            self.threads or 0,
            head=self.head,
            beam=self.beam,
            single=single,
            language=self.language,
            looks=self.looks,
            pattern=self.pattern,
        )


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options of `Asked`, which the command is called with."""

    @wraps(command)
    def called(**told: Any) -> Any:
        return command(
            Asked(**{field.name: told.pop(field.name) for field in fields(Asked)}), **told
        )

    described: Callable[..., Any] = called
    for option in (
        click.option(
            "--language/--no-language",
            default=True,
            help="Whether the model's language model, where it has one, has its say.",
        ),
        click.option(
            "--pattern",
            metavar="REGEX",
            help="Read only texts that this regular expression matches as a whole, such as"
            " '[0-9]{5}'; of characters, classes, groups, | and repeats. By the CTC head alone."
            " Where none is found, the text is empty.",
        ),
        click.option(
            "--looks",
            type=click.IntRange(1, len(LOOKS)),
            metavar="N",
            help="How many times the CTC head, where it reads alone, looks at a doubtful line: as"
            " it is, then narrower, larger, with all rows of its picture and the like. Without it,"
            " what the model file says.",
        ),
        click.option(
            "--threads",
            type=click.IntRange(1, 1024),
            metavar="N",
            help="Cores that the network reads with. Without it, all.",
        ),
        click.option(
            "--beam",
            type=click.IntRange(1, 1000),
            metavar="N",
            help="Texts kept while reading; 1 is greedy. Without it, 1, or 8 for joint reading and"
            " with a language model; with a pattern at least 8, where the greedy one does not fit.",
        ),
        click.option(
            "--head",
            type=click.Choice(READERS),
            help="What reads, of a model with several heads. Without it, CTC and seq2seq together,"
            " or the one that reads lines; of single digits (eval --data mnist), digit.",
        ),
        click.option(
            "--model",
            "given",
            type=PLACE,
            metavar="FILE",
            help="The model file. Without it, the newest runs/*/model.onnx; without any, the one"
            " that comes with hwr, which reads numbers in pictures of documents.",
        ),
    ):
        described = option(described)
    return described


def find_model(given: Path | None) -> Path:
    """The model file given, else the newest of the runs here, else the one that comes with hwr."""
    if given is not None:
        return given
    times: dict[Path, float] = {}
    for path in RUNS.glob("*/model.onnx"):
        with suppress(OSError):  # a link that leads nowhere, or a run that somebody takes away
            times[path] = path.stat().st_mtime
    return max(times, key=times.__getitem__, default=SHIPPED)
