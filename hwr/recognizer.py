"""A model file and pictures in, readings out. Needs numpy, Pillow and onnxruntime; never torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwr.decoding.ctc import read_ctc
from hwr.decoding.decoded import Decoded
from hwr.decoding.digit import read_digits
from hwr.decoding.joint import BEAM, read_joint
from hwr.decoding.labels import Floats, Ids, Labels, table_labels
from hwr.decoding.looks import DOUBT, Seen, read_looks
from hwr.decoding.pattern import Pattern
from hwr.decoding.seq2seq import read_seq2seq
from hwr.errors import ModelFileError
from hwr.images.digit import normalise_digit
from hwr.images.grey import Grey
from hwr.images.looks import LOOKS, seen
from hwr.images.normalise import Line, normalise
from hwr.images.open import open_picture
from hwr.model_file import SHIPPED, ModelCard, open_model
from hwr.reading import Alternative, Character, Reading

JOINT = "joint"
"""Reading by the CTC head and the seq2seq head together."""

DIGIT = "digit"
"""Reading pictures of single digits by the digit head."""

READERS = ("ctc", "seq2seq", JOINT, DIGIT)

BATCH = 32
"""Lines read at once, at most."""

_COLUMNS = BATCH * 1024
# Of a batch, at most, unless one line has more: some 500 MB.

_COLOURS = ((3,), (4,))
# What the third dimension of an array in colour has, red, green, blue and perhaps how opaque.

POOL = 1024
"""Lines held at once while lines of like width are put together."""


class Recognizer:
    """Reads pictures of lines, or of single digits.

    >>> recognizer = Recognizer()                                   # doctest: +SKIP
    >>> recognizer.read(["amount.png"])[0].text                     # doctest: +SKIP
    '40799932'

    Args:
        model: the model file; without it, the one that comes with hwr.
        threads: cores to use; 0 means all.
        head: which of `READERS` reads; None takes CTC and seq2seq together where the model has
            both, else the first it has, a head that reads lines before one that reads digits.
        beam: texts that each head keeps while it reads; 1 is greedy. None takes 1, or `BEAM` for
            joint reading and for CTC with a language model.
        language: whether the model's language model, where it has one, has its say in a beam of
            the CTC head.
        looks: how many times a line is looked at whose reading is doubtful (`hwr.images.looks`), by
            the CTC head alone; None takes what the model file says.
        single: whether the pictures are of single digits: then a digit head, where there is one,
            comes first.
        pattern: a regular expression: only texts that it matches as a whole are read, by the CTC
            head alone (`hwr.decoding.pattern`). Of a line in which none is found, the text is empty
            and its confidence 0.

    Raises:
        ModelFileError: the file is missing, damaged, not a model file, or lacks the head; or more
            than one look or a pattern is asked of another head than CTC's.
        ConfigError: the pattern is no regular expression that a pattern can be, or fits nothing
            that the model writes.
        ValueError: beam or looks out of their ranges.
    """

    def __init__(
        self,
        model: Path | str = SHIPPED,
        threads: int = 0,
        head: str | None = None,
        beam: int | None = None,
        single: bool = False,
        language: bool = True,
        looks: int | None = None,
        pattern: str | None = None,
    ) -> None:
        self._model = open_model(Path(model), threads)
        self.card: ModelCard = self._model.card
        there = self.card.heads if self.card.share is None else (*self.card.heads, JOINT)
        order = (*((DIGIT,) if single else ()), JOINT, *there)
        first = next(name for name in order if name in there)
        self.head = head or first
        if self.head not in there:
            raise ModelFileError(
                f"{model}: cannot read by {self.head!r}: it has {', '.join(there)}"
            )
        if beam is not None and beam < 1:
            raise ValueError(f"beam must be at least 1, not {beam}")
        if looks is not None and not 1 <= looks <= len(LOOKS):
            raise ValueError(f"looks must be from 1 to {len(LOOKS)}, not {looks}")
        for asked, option, does in (
            ((looks or 1) > 1, "--looks", "looks at lines again"),
            (pattern is not None, "--pattern", "can be held to a pattern"),
        ):
            if self.head != "ctc" and asked:
                way = "give --head ctc" if "ctc" in there else f"leave out {option}"
                raise ModelFileError(
                    f"{model}: reads by {self.head!r}, and only the CTC head {does}: {way}"
                )
        self.looks = (looks or self.card.looks) if self.head == "ctc" else 1
        told = self._model.language if language and self.head == "ctc" else None
        self.beam = beam or (BEAM if self.head == JOINT or told is not None else 1)
        self.language = told if self.beam > 1 else None
        """Has its say in what is read."""
        self.pattern = None if pattern is None else Pattern(pattern, self.card.alphabet)
        """What is read fits it."""

    def read(self, pictures: Sequence[Path | str | bytes | Grey]) -> list[Reading]:
        """Reads pictures: paths, the bytes of picture files, or grey arrays.

        An array is [height, width], 0 black to 1 white, ink dark or light.

        Raises:
            PictureError: a picture cannot be opened; the message names it.
            MissingExtraError: the model cleans pictures, and a package for that is not installed.
            TypeError: a single one is given, and no list of them.
        """
        # (An array of three dimensions is a stack of pictures, or one in colour.)
        shape = getattr(pictures, "shape", (0, 0, 0))
        if isinstance(pictures, str | bytes | Path) or len(shape) == 2 or shape[2:] in _COLOURS:
            raise TypeError("give a list of grey pictures, if only of one: read([picture])")
        readings: list[Reading] = []
        for start in range(0, len(pictures), POOL):
            pool = pictures[start : start + POOL]
            readings += self.read_lines(
                [self._open(p, f"picture {start + row + 1}") for row, p in enumerate(pool)]
            )
        return readings

    def read_lines(
        self, lines: Sequence[Line], done: Callable[[int], None] = lambda count: None
    ) -> list[Reading]:
        """Reads pictures already made ready by `prepared`."""
        readings: list[Reading | None] = [None] * len(lines)
        for rows in _batches([line.pixels.shape[1] for line in lines]):
            for row, reading in zip(rows, self._read_batch([lines[r] for r in rows]), strict=True):
                readings[row] = reading
            done(len(rows))
        return [reading for reading in readings if reading is not None]

    def prepared(self, grey: Grey, name: str) -> Line:
        """A picture as this model reads it: a line, or a single digit centred as MNIST's are.

        Raises:
            PictureError: it cannot be read; the message calls it `name`.
            MissingExtraError: as `read`.
        """
        if self.head == DIGIT:
            return normalise_digit(grey, self.card.image.height, name)
        whole = any(look.whole for look in LOOKS[: self.looks])
        return normalise(grey, self.card.image, name, whole=whole, turned=self.looks > 1)

    def _open(self, picture: Path | str | bytes | Grey, name: str) -> Line:
        if isinstance(picture, np.ndarray):
            return self.prepared(picture, name)
        if isinstance(picture, bytes):
            return self.prepared(open_picture(picture, name), name)
        return self.prepared(open_picture(Path(picture)), str(picture))

    def outputs(self, lines: Sequence[NDArray[np.uint8]]) -> dict[str, NDArray[Any]]:
        """What the heads that read say, by name: see `hwr.nets.network.Network`.

        Args:
            lines: uint8 [height, width] each, ink high.
        """
        widths = np.array([line.shape[1] for line in lines], dtype=np.int64)
        images = np.zeros((len(lines), lines[0].shape[0], widths.max()), dtype=np.float32)
        for row, line in enumerate(lines):
            images[row, :, : line.shape[1]] = line / np.float32(255)
        return self._model.run(self.head, {"images": images, "widths": widths})

    def labels(self, outputs: dict[str, NDArray[Any]]) -> Labels:
        """What the Label-RNN says of lines, from the network's outputs for them."""
        begin, graph = self.card.alphabet.classes, self._model.label_rnn
        if graph is None:
            return table_labels(outputs["symbol_log_probs"], begin)

        def step(symbols: Ids, state: Floats) -> tuple[Floats, Floats]:
            inputs = {"symbols": symbols, "state": state}
            log_probs, following = graph.run(["log_probs", "next_state"], inputs)
            return log_probs, following

        return Labels(outputs["state"], step, begin, self.card.max_length or 0)

    def _read_batch(self, given: Sequence[Line]) -> list[Reading]:
        lines = list(given)
        outputs = self.outputs([line.pixels for line in lines])
        decoded = self._decode(outputs, self.pattern)
        if self.looks > 1:
            turned = self._turn(lines, outputs, decoded)
            self._look_again(lines, None if turned else outputs, decoded)
        return [
            self._reading(found, line, line is not before)
            for found, line, before in zip(decoded, lines, given, strict=True)
        ]

    def _turn(
        self, lines: list[Line], outputs: dict[str, NDArray[Any]], decoded: list[Decoded]
    ) -> bool:
        """Takes light for dark, in `lines` and `decoded`, where it is not told surely which is ink,
        what is read is doubtful, and its characters are surer so; whether there is any line for
        that."""
        free = decoded
        if self.pattern is not None and any(line.turned is not None for line in lines):
            # By what is read of itself: either way round, a line can be held to a pattern.
            free = self._decode(outputs, None)
        others = {row: lines[row].turned for row in _doubtful(free)}
        # (Of a dark picture, the other way round may be too even to show anything.)
        known = {row: it for row, it in others.items() if it is not None and it.pixels.any()}
        if not known:
            return False
        outputs = self.outputs([line.pixels for line in known.values()])
        found, rows = self._decode(outputs, None), list(known)
        better = [
            place
            for place, (row, other) in enumerate(zip(rows, found, strict=True))
            if other.ids
            and other.of_each > free[row].of_each
            and (self._fits(other) or not self._fits(free[row]))
        ]
        read = [found[place] for place in better]
        if self.pattern is not None and better:
            of_better = {name: values[better] for name, values in outputs.items()}
            read = self._decode(of_better, self.pattern)
        for place, other in zip(better, read, strict=True):
            lines[rows[place]], decoded[rows[place]] = known[rows[place]], other
        return bool(better)

    def _fits(self, found: Decoded) -> bool:
        return self.pattern is None or self.pattern.fits_ids(found.ids)

    def _look_again(
        self,
        lines: Sequence[Line],
        outputs: dict[str, NDArray[Any]] | None,
        decoded: list[Decoded],
    ) -> None:
        """Reads anew, in `decoded`, what is doubtful there; `outputs` are those by which it was
        read, if all of them are there."""
        rows = _doubtful(decoded)
        if not rows:
            return
        as_they_are = [lines[row].pixels for row in rows]
        if outputs is None:
            looks = [self._seen(as_they_are)]
        else:
            looks = [Seen(outputs["log_probs"][rows], outputs["frames"][rows])]
        for look in LOOKS[1 : self.looks]:
            again = [seen(lines[row], look) for row in rows]
            # (Most lines show all rows of their pictures as it is.)
            changed = [place for place, line in enumerate(again) if line is not as_they_are[place]]
            others = [again[place] for place in changed]
            looks.append(looks[0].replaced(changed, self._seen(others)) if changed else looks[0])
        found_again = read_looks(looks, self.beam, self.language, self.pattern)
        for row, found in zip(rows, found_again, strict=True):
            decoded[row] = found

    def _seen(self, lines: Sequence[NDArray[np.uint8]]) -> Seen:
        outputs = self.outputs(lines)
        return Seen(outputs["log_probs"], outputs["frames"])

    def _decode(self, outputs: dict[str, NDArray[Any]], pattern: Pattern | None) -> list[Decoded]:
        if self.head == DIGIT:
            return read_digits(outputs["class_log_probs"])
        if self.head == "seq2seq":
            return read_seq2seq(self.labels(outputs), self.beam)
        log_probs, frames = outputs["log_probs"], outputs["frames"]
        if self.head == "ctc":
            return read_ctc(log_probs, frames, self.beam, self.language, pattern)
        share, longest = self.card.share or 0.0, self.card.longest or 0
        return read_joint(log_probs, frames, self.labels(outputs), share, longest, self.beam)

    def _reading(self, found: Decoded, line: Line, turned: bool) -> Reading:
        decode, stride = self.card.alphabet.decode, self.card.stride
        places: list[tuple[float | None, float | None]] = [(None, None)] * len(found.ids)
        if found.spans is not None:
            places = [
                (line.picture_column(first * stride), line.picture_column(behind * stride))
                for first, behind in found.spans
            ]
        elif self.head == DIGIT:
            inked = np.flatnonzero(line.pixels.any(axis=0))
            places = [(line.picture_column(inked[0]), line.picture_column(inked[-1] + 1))]
        return Reading(
            text=decode(found.ids),
            confidence=_probability(found.log_probability),
            characters=tuple(
                Character(decode([symbol]), confidence, *place)
                for symbol, confidence, place in zip(
                    found.ids, found.confidences, places, strict=True
                )
            ),
            alternatives=tuple(
                Alternative(decode(ids), _probability(log_probability))
                for ids, log_probability in found.alternatives
            ),
            cut=found.cut,
            turned=turned,
        )


def _batches(widths: Sequence[int]) -> Iterator[list[int]]:
    """The rows of lines that are read at once, of like width."""
    rows: list[int] = []
    for row in sorted(range(len(widths)), key=widths.__getitem__):
        if len(rows) == BATCH or (rows and (len(rows) + 1) * widths[row] > _COLUMNS):
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows


def _doubtful(decoded: Sequence[Decoded]) -> list[int]:
    """The rows that are looked at again."""
    return [row for row, found in enumerate(decoded) if found.log_probability < np.log(DOUBT)]


def _probability(log_probability: float) -> float:
    """At most 1: a sum over many paths of rounded shares may be a little more."""
    return min(float(np.exp(log_probability)), 1.0)
