"""Before a training: one's own lines are read, checked and parted, and the alphabet is settled."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hwr.alphabet import Alphabet, characters_of, tell_unknown, unknown_characters
from hwr.errors import ConfigError, DataError
from hwr.files import whole_file
from hwr.lines.cache.store import LineStore, open_store
from hwr.lines.checks.check import Report, check
from hwr.lines.folders import read_folder
from hwr.lines.problems import REMARKS, Kind, Problem, printable, tell_problems
from hwr.training.bar import bar
from hwr.training.characters import fixed_characters, settled
from hwr.training.options import Options
from hwr.training.real import RealLines
from hwr.training.split import split_by_page

LEFT_OUT = "left-out.tsv"
_FAR_MORE = 2.0
# Times as many lines kept apart as were asked for.

Say = Callable[[str], None]


class BadLinesError(DataError):
    """Lines that cannot be trained on.

    Args:
        told: how many, and the first of them.
        places: where they are, as options of `hwr check`.
        characters: what the training's texts may hold.
        form: more options of it, by which it looks at lines as the training does.
    """

    def __init__(
        self, told: str, places: Sequence[str], characters: str, form: Sequence[str] = ()
    ) -> None:
        self._told, self._places, self.characters = told, places, characters
        command = shlex.join(["hwr", "check", *form, *places])
        super().__init__(
            f"data: lines that cannot be trained on: {told}. See all of them by  {command}  and"
            " mend them, or leave them out by  --on-bad-line skip"
        )

    def looked_at_by(self, form: Sequence[str]) -> BadLinesError:
        """The same, with these options of `hwr check`."""
        return BadLinesError(self._told, self._places, self.characters, form)


@dataclass(frozen=True)
class Gathered:
    """What a training begins with.

    Attributes:
        options: with the alphabet settled.
        lines: of one's own, all of them good.
        left_out: why lines are left out.
    """

    options: Options
    lines: RealLines
    left_out: list[Problem]


def gather(options: Options, known: str | None = None, say: Say = lambda line: None) -> Gathered:
    """Reads and checks the lines that `options.data` names; what is made ready of them is kept on
    disk for the next time (`hwr.lines.cache.store`).

    Args:
        options: of the experiment.
        known: the alphabet of the training that this one begins with.
        say: told how many lines and pages there are, the characters, and what is left out.

    Raises:
        ConfigError: an option does not fit the lines.
        DataError: lines that cannot be read or trained on, unless they are to be left out.
    """
    if not options.data.given:
        return Gathered(settled(options, known, []), RealLines(), [])
    found: list[Problem] = []
    splits = {
        name: _store(places, options, found)
        for name, places in (("train", options.data.train), ("val", options.data.val))
        if places
    }
    characters = fixed_characters(options, known)
    alphabet = None if characters is None else Alphabet(characters)
    report = check(splits, alphabet, options.frames, found)
    if report.errors and options.data.on_bad_line == "stop":
        texts = [splits[name].texts[row] for name, rows in report.good.items() for row in rows]
        allowed = characters or characters_of([*texts, known or ""])
        raise BadLinesError(_told(report), _places(options), allowed)
    remarks = [problem for problem in report.problems if problem.kind in REMARKS - {Kind.UNSEEN}]
    if remarks:
        say(f"data: {tell_problems(remarks)}")
    good = {name: store.part(report.good[name]) for name, store in splits.items()}
    for name, store in good.items():
        if not len(store):
            raise DataError(f"data.{name}: no line is left of {len(splits[name])} to be used")
    texts = [text for store in good.values() for text in store.texts if "train" in good]
    options = settled(options, known, texts)
    lines = _parted(good, options, say)
    _check_lengths(options, lines)
    _tell(say, options, lines)
    if report.errors:
        say(f"left out, as {LEFT_OUT} tells: {_told(report)}")
    return Gathered(options, lines, report.errors)


def write_left_out(problems: Sequence[Problem], folder: Path) -> None:
    """Writes which lines a training left out, and why, to `left-out.tsv` in its folder; where there
    are none, none is there. Raises OSError."""
    if not problems:
        (folder / LEFT_OUT).unlink(missing_ok=True)  # of lines that were mended since
        return
    rows = [
        f"{printable(name)}\t{problem.kind}\t{problem.reason}\n"
        for problem in problems
        for name in problem.lines or (problem.name,)
    ]
    with whole_file(folder / LEFT_OUT) as beside:
        content = "".join(["name\tkind\treason\n", *rows])
        # (Reasons may quote names of files, which need not be text.)
        beside.write_text(content, encoding="utf-8", errors="backslashreplace")


def _store(places: Sequence[str], options: Options, problems: list[Problem]) -> LineStore:
    pictures = [line for place in places for line in read_folder(Path(place), problems)]
    # (Where all is ready, no bar comes up.)
    with bar(total=len(pictures), desc="making lines ready", delay=1, leave=False) as shown:

        def done(count: int) -> None:
            shown.update(count)

        return open_store(pictures, options.image, done)


def _places(options: Options) -> list[str]:
    return [
        word
        for name in ("train", "val")
        for place in getattr(options.data, name)
        for word in (f"--{name}", place)
    ]


def _told(report: Report) -> str:
    """How many lines are bad, and the first of each kind, in one line."""
    return f"{len(report.bad)}: {tell_problems(report.errors)}"


def _parted(good: dict[str, LineStore], options: Options, say: Say) -> RealLines:
    train, val = good.get("train"), good.get("val")
    if train is not None and val is None:
        share, seed = options.data.val_share, options.training.seed
        learnt, apart, by_page = split_by_page(train.pages, share, seed)
        lines = len(train)
        train, val = train.part(learnt), train.part(apart)
        if not by_page:
            say(
                "data: all lines are of one page, so the lines to validate with are of a hand that"
                " is trained on: other hands will be read worse"
            )
        elif len(apart) > max(_FAR_MORE * share * lines, 1):
            say(
                f"data: {len(apart)} of {lines} lines are kept apart to validate with, since pages"
                f" are so large, not {share:g} of them: give others by  --data.val, or a list whose"
                " column page tells of smaller ones"
            )
    return RealLines(train, val)


def _check_lengths(options: Options, lines: RealLines) -> None:
    """Raises ConfigError where a text is longer than the seq2seq head can write."""
    most = options.network.seq2seq.max_length
    for store in (lines.train, lines.val):
        if "seq2seq" not in options.heads or store is None:
            continue
        lengths = np.array([len(text) for text in store.texts])
        row = int(np.argmax(lengths))
        if lengths[row] > most:
            raise ConfigError(
                f"{store.names[row]}: its text has {lengths[row]} characters, the seq2seq head"
                f" writes at most {most}: set  --network.seq2seq.max_length {lengths[row]}  or more"
            )


def _tell(say: Say, options: Options, lines: RealLines) -> None:
    share = options.data.composed_share
    parts = [
        f"{len(store)} lines of {len(set(store.pages))} pages {what}"
        for store, what in ((lines.train, "to train on"), (lines.val, "to validate with"))
        if store is not None
    ]
    say(f"data: {', '.join(parts)}" + (f"; {share:.0%} of each batch composed" if share else ""))
    say(f"alphabet: {len(options.characters)} characters: {options.characters}")
    if lines.train is not None and lines.val is not None:
        seen = characters_of([*lines.train.texts, options.lines.alphabet if share else ""])
        unseen = unknown_characters(Alphabet(seen), lines.val.texts, lines.val.names)
        if unseen:
            say(f"only in validation: {tell_unknown(unseen)}")
