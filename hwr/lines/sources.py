"""SOURCE on the command line: a folder of line pictures, composed lines as
`synth:PRESET?count=..&split=..`, or single digits as `mnist?split=..`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl

import numpy as np
from numpy.typing import NDArray

from hwr.errors import DataError, HwrError, PictureError
from hwr.images.grey import Grey
from hwr.images.normalise import ImageSettings
from hwr.lines.crops import Opener
from hwr.lines.digits import SPLITS, Split, load_digits
from hwr.lines.folders import read_folder
from hwr.lines.presets import DIGITS, LineSpec, check_digits
from hwr.lines.problems import REMARKS, Problem, first_of, refuse_problems, tell_problems

if TYPE_CHECKING:
    from hwr.lines.batch import LineBatch

SYNTH, MNIST = "synth:", "mnist"

_CHUNK = 128  # lines drawn at once
_MOST_CHARACTERS = 20_000_000  # planned at once: some 600 MB


class Source(Protocol):
    """Lines with their texts.

    Attributes:
        names: what to call each line.
        texts: what each line says.
        remarks: what else is to be known of them, such as what was passed over; empty for nothing.
        left_out: what else there is, and why it is no line with its text.
    """

    names: list[str]
    texts: list[str]
    remarks: str
    left_out: Sequence[str]

    def greys(self, rows: Sequence[int]) -> Iterator[Grey | PictureError]:
        """The pictures of some lines one by one, [height, width], 0 black to 1 white; for one that
        cannot be opened, the reason."""


def open_source(text: str, height: int, skip: bool = False) -> Source:
    """The lines or digits that SOURCE names. Composed lines are made `height` pixels high.

    Args:
        skip: whether, of a folder, what is no line with picture and text is left out and told of.

    Raises:
        HwrError: there is no such folder or preset, or it holds no texts.
    """
    if text.startswith(SYNTH):
        return SynthSource.parse(text).compose(height)
    if is_single(text):
        return MnistDigits(**_query(text, {"split": str, "count": int, "alphabet": str}))
    if not text:  # (which, as a path, would be the current folder)
        raise DataError("an empty name: give a folder, a list or a preset")
    return FolderLines(Path(text), skip)


def is_single(text: str) -> bool:
    """Whether SOURCE names single digits. (A folder called mnist is `./mnist`.)"""
    return text.partition("?")[0] == MNIST


class FolderLines:
    """The labelled pictures of a folder or list. Raises DataError as `read_folder` does."""

    def __init__(self, place: Path, skip: bool = False) -> None:
        problems: list[Problem] = []
        self._pictures = read_folder(place, problems)
        if not (skip and self._pictures):
            refuse_problems(place, problems)
        self.left_out: Sequence[str] = [
            str(problem) for problem in problems if problem.kind not in REMARKS
        ]
        self.remarks = tell_problems([it for it in problems if it.kind in REMARKS])
        self._opener = Opener()
        self.names = [picture.name for picture in self._pictures]
        self.texts = [picture.text for picture in self._pictures]

    def greys(self, rows: Sequence[int]) -> Iterator[Grey | PictureError]:
        """See Source."""
        for row in rows:
            try:
                yield self._opener.open(self._pictures[row])
            except PictureError as error:
                yield error


@dataclass(frozen=True)
class SynthSource:
    """Composed lines, as the command line names them."""

    preset: str
    count: int = 2000
    seed: int = 0
    split: str = "test"
    min: int = 3
    max: int = 10
    alphabet: str = DIGITS

    @classmethod
    def parse(cls, text: str) -> SynthSource:
        """The source of `synth:PRESET` with optional `?option=value&...`.

        Raises:
            DataError: an option is unknown, or not a number where it must be one.
        """
        known = {field.name: field.type for field in fields(cls) if field.name != "preset"}
        kinds = {name: int if kind == "int" else str for name, kind in known.items()}
        return cls(text.removeprefix(SYNTH).partition("?")[0], **_query(text, kinds))

    def compose(self, height: int, image: ImageSettings | None = None) -> ComposedLines:
        """Plans the lines.

        Args:
            height: of all but documents, in pixels.
            image: how they are made ready for a network, where `ComposedLines.batch` is asked for.

        Raises:
            HwrError: an option has a value that it cannot take.
        """
        return ComposedLines(self, height, image)


class ComposedLines:
    """Lines composed of digits, drawn when asked for. See `SynthSource.compose`."""

    remarks = ""
    left_out: Sequence[str] = ()

    def __init__(self, source: SynthSource, height: int, image: ImageSettings | None) -> None:
        # Late: measuring on pictures needs no torch.
        from hwr.lines.compose import Composer

        if source.count < 1:
            raise DataError(f"count must be at least 1, not {source.count}")
        if source.count * max(source.max, 1) > _MOST_CHARACTERS:
            raise DataError(
                f"{source.count} lines of up to {source.max} digits are too many at once: compose"
                " fewer, with several seeds"
            )
        split = _split(source.split)
        spec = LineSpec(source.preset, split, source.min, source.max, source.alphabet)
        self._composer = Composer(load_digits(split), split, image=image)
        self._plan = self._composer.plan(spec, source.count, source.seed, height)
        self.names = self._plan.names
        self.texts = self._plan.texts

    def pictures(self, rows: Sequence[int]) -> Iterator[NDArray[np.uint8]]:
        """Some lines one by one, uint8 [height, width] each, ink high."""
        for start in range(0, len(rows), _CHUNK):
            yield from self._composer.pictures(self._plan.rows(rows[start : start + _CHUNK]))

    def batch(self) -> LineBatch:
        """All lines as a network reads them."""
        return self._composer.render(self._plan)

    def greys(self, rows: Sequence[int]) -> Iterator[Grey | PictureError]:
        """See Source: just what a PNG of `hwr synth` would give."""
        for ink in self.pictures(rows):
            yield _on_paper(ink)


class MnistDigits:
    """MNIST's single digits, as they are. Raises DataError where there is no such split, and as
    `check_digits`."""

    remarks = ""
    left_out: Sequence[str] = ()

    def __init__(
        self, split: str = "test", count: int | None = None, alphabet: str = DIGITS
    ) -> None:
        name = _split(split)
        digits = load_digits(name)
        check_digits(alphabet)
        rows = [row for row, label in enumerate(digits.labels.tolist()) if str(label) in alphabet]
        if count is not None and not 1 <= count <= len(rows):
            raise DataError(f"count must be from 1 to {len(rows)}, not {count}")
        self._images = digits.images[rows[:count]]
        self.names = [f"mnist/{name} digit {row}" for row in rows[:count]]
        self.texts = [str(label) for label in digits.labels[rows[:count]]]

    def greys(self, rows: Sequence[int]) -> Iterator[Grey | PictureError]:
        """See Source."""
        for row in rows:
            yield _on_paper(self._images[row])


def _split(name: str) -> Split:
    for split in SPLITS:
        if split == name:
            return split
    raise DataError(f"no such split: {name!r} (there are {', '.join(SPLITS)})")


def _on_paper(ink: NDArray[np.uint8]) -> Grey:
    """What a PNG of dark ink on light paper gives."""
    return (255 - ink).astype(np.float32) / np.float32(255)


def _query(text: str, kinds: Mapping[str, type]) -> dict[str, Any]:
    """The options of `NAME?option=value&...`, each of its kind, `int` or `str`.

    Raises:
        DataError: an option is unknown, or not a number where it must be one.
    """
    options: dict[str, Any] = {}
    for name, value in parse_qsl(text.partition("?")[2], keep_blank_values=True):
        if name not in kinds:
            raise DataError(f"{text}: unknown option {name!r} (there are {', '.join(kinds)})")
        try:
            options[name] = kinds[name](value)
        except ValueError as error:
            raise DataError(f"{text}: {name} must be a whole number, not {value!r}") from error
    return options


def refuse(errors: Sequence[HwrError], lines: int) -> None:
    """Raises one DataError that tells of all errors, if there are any."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        first = first_of(list(map(str, errors)), 5)
        raise DataError(f"{len(errors)} of {lines} lines cannot be used: {first}")
