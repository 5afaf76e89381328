"""Every problem of a data set in one report. The rules stand in `hwr.lines.checks.rules`."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from hwr.alphabet import Alphabet
from hwr.lines.cache.store import LineStore
from hwr.lines.checks import rules
from hwr.lines.problems import REMARKS, Kind, Problem

TRAIN = "train"
"""The split whose characters a model can learn."""

_SHOWN = 10


@dataclass(frozen=True)
class Report:
    """What a check found.

    Attributes:
        lines: of each split, by its name, how many lines were looked at.
        good: of each split the rows that can be trained on and measured with.
        problems: all of them, by kind.
        characters: for each character, how many of it each split has, in the order of `lines`.
    """

    lines: dict[str, int]
    good: dict[str, list[int]]
    problems: list[Problem]
    characters: dict[str, tuple[int, ...]]

    @property
    def errors(self) -> list[Problem]:
        """The problems that a training must not pass over: all but `REMARKS`."""
        return [problem for problem in self.problems if problem.kind not in REMARKS]

    @property
    def bad(self) -> frozenset[str]:
        """The names of what `errors` are about: lines, files, lists."""
        return frozenset(
            chain.from_iterable(problem.lines or (problem.name,) for problem in self.errors)
        )

    def counts(self) -> dict[Kind, int]:
        """How many problems there are of each kind that there is."""
        found = Counter(problem.kind for problem in self.problems)
        return {kind: found[kind] for kind in Kind if found[kind]}

    def summary(self, shown: int = _SHOWN, characters: bool = True) -> str:
        """The report as text for a terminal.

        Args:
            shown: problems of each kind that are told one by one.
            characters: whether to add a table of all characters.
        """
        parts = [
            f"{name}: {count} lines, {len(self.good[name])} of them good"
            for name, count in self.lines.items()
        ]
        if not self.problems:
            parts.append("no problems found")
        for kind, count in self.counts().items():
            parts.append(f"{kind}: {count}{' (a remark)' if kind in REMARKS else ''}")
            alike = [problem for problem in self.problems if problem.kind == kind]
            parts += [f"  {_told(problem)}" for problem in alike[:shown]]
            if count > shown:
                parts.append(f"  and {count - shown} more")
        return "\n".join(parts + (self._table() if characters else []))

    def _table(self) -> list[str]:
        widths = [max(len(name), 7) for name in self.lines]
        head = "".join(f" {name:>{width}}" for name, width in zip(self.lines, widths, strict=True))
        parts = [f"characters: {len(self.characters)} different ones", f"  {'':13}{head}"]
        for character, counts in self.characters.items():
            row = "".join(
                f" {count or '.':>{width}}" for count, width in zip(counts, widths, strict=True)
            )
            code = f"U+{ord(character):04X}"
            name = unicodedata.name(character, "")
            # Combining characters need something to stand on, control characters a disguise.
            shape = repr(character) if character.isprintable() else "   "
            alone = [split for split, count in zip(self.lines, counts, strict=True) if count]
            only = f"  only in {alone[0]}" if len(alone) == 1 < len(counts) else ""
            parts.append(f"  {shape:5} {code:7}{row}  {name}{only}")
        return parts

    def to_dict(self) -> dict[str, Any]:
        """For JSON: everything but the good rows, of which just the number."""
        return {
            "lines": self.lines,
            "good": {name: len(rows) for name, rows in self.good.items()},
            "counts": {kind.value: count for kind, count in self.counts().items()},
            "problems": [
                {
                    "kind": problem.kind.value,
                    "remark": problem.kind in REMARKS,
                    "name": problem.name,
                    "reason": problem.reason,
                    "lines": list(problem.lines),
                }
                for problem in self.problems
            ],
            "characters": {
                character: dict(zip(self.lines, counts, strict=True))
                for character, counts in self.characters.items()
            },
        }


def check(
    splits: Mapping[str, LineStore],
    alphabet: Alphabet | None = None,
    frames: Callable[[int], int] | None = None,
    problems: Sequence[Problem] = (),
) -> Report:
    """Looks at all lines of a data set.

    Args:
        splits: the lines of each split by its name, the one to learn from first. Where that is
            called `train`, characters that it lacks are told. (`LineStore.part` gives the lines of
            a split of one's own.)
        alphabet: what the model can write; without it, any character will do.
        frames: how many frames CTC has for a line of a width in pixels (`NetworkOptions.frames`);
            without it no line is too narrow.
        problems: those found already, as `read_folder` gives them. Those of the stores are added.
    """
    found = list(rules.text_problems(splits))
    found += rules.direction_problems(splits)
    found += rules.size_problems(splits)
    found += rules.duplicate_problems(splits)
    if alphabet is not None:
        found += rules.alphabet_problems(splits, alphabet)
    if frames is not None:
        found += rules.width_problems(splits, frames)
    if TRAIN in splits:
        found += rules.unseen_problems(splits, TRAIN)
    bad = {row for problem, rows in found if problem.kind not in REMARKS for row in rows}
    unread = [problem for store in splits.values() for problem in store.problems]
    order = {kind: place for place, kind in enumerate(Kind)}
    return Report(
        lines={name: len(store) for name, store in splits.items()},
        good={
            name: [row for row in range(len(store)) if (name, row) not in bad]
            for name, store in splits.items()
        },
        problems=sorted(
            [*problems, *unread, *(problem for problem, _ in found)],
            key=lambda problem: order[problem.kind],
        ),
        characters=_characters(splits),
    )


def _characters(splits: Mapping[str, LineStore]) -> dict[str, tuple[int, ...]]:
    counts = [Counter(chain.from_iterable(store.texts)) for store in splits.values()]
    return {
        character: tuple(count[character] for count in counts)
        for character in sorted(set().union(*counts))
    }


def _told(problem: Problem) -> str:
    if not problem.lines:
        return str(problem)
    return f"{problem.name!r} {problem.reason}"
