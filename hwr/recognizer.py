"""A model file and pictures in, readings out. Needs numpy, Pillow and onnxruntime; never torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwr.decoding.confidence import text_log_probabilities
from hwr.decoding.greedy import greedy
from hwr.images.grey import Grey
from hwr.images.normalise import Line, normalise
from hwr.images.open import open_picture
from hwr.model_file import ModelCard, open_model
from hwr.reading import Character, Reading

BATCH = 32
"""Lines read at once, at most."""

POOL = 1024
"""Lines held at once while lines of like width are put together."""


class Recognizer:
    """Reads pictures of lines.

    >>> recognizer = Recognizer("runs/ctc/model.onnx")              # doctest: +SKIP
    >>> recognizer.read(["amount.png"])[0].text                     # doctest: +SKIP
    '40799932'

    Args:
        model: the model file.
        threads: cores to use; 0 means all.

    Raises:
        ModelFileError: the file is missing, damaged, or not a model file.
    """

    def __init__(self, model: Path | str, threads: int = 0) -> None:
        self.card: ModelCard
        self._session, self.card = open_model(Path(model), threads)

    def read(self, pictures: Sequence[Path | str | bytes | Grey]) -> list[Reading]:
        """Reads pictures: paths, the bytes of picture files, or grey arrays.

        An array is [height, width], 0 black to 1 white, ink dark or light.

        Raises:
            PictureError: a picture cannot be opened; the message names it.
        """
        readings: list[Reading] = []
        for start in range(0, len(pictures), POOL):
            pool = pictures[start : start + POOL]
            readings += self.read_lines(
                [self._prepare(p, f"picture {start + row + 1}") for row, p in enumerate(pool)]
            )
        return readings

    def read_lines(
        self, lines: Sequence[Line], done: Callable[[int], None] = lambda count: None
    ) -> list[Reading]:
        """Reads lines already made ready by `hwr.images.normalise` with this model's settings."""
        readings: list[Reading | None] = [None] * len(lines)
        by_width = sorted(range(len(lines)), key=lambda row: lines[row].pixels.shape[1])
        for start in range(0, len(by_width), BATCH):
            rows = by_width[start : start + BATCH]
            for row, reading in zip(rows, self._read_batch([lines[r] for r in rows]), strict=True):
                readings[row] = reading
            done(len(rows))
        return [reading for reading in readings if reading is not None]

    def _prepare(self, picture: Path | str | bytes | Grey, name: str) -> Line:
        if isinstance(picture, np.ndarray):
            return normalise(picture, self.card.image, name)
        if isinstance(picture, bytes):
            return normalise(open_picture(picture, name), self.card.image, name)
        return normalise(open_picture(Path(picture)), self.card.image, str(picture))

    def log_probs(
        self, lines: Sequence[NDArray[np.uint8]]
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """What the network says: log-probabilities [lines, frames, classes], true frames [lines].

        Args:
            lines: uint8 [height, width] each, ink high.
        """
        widths = np.array([line.shape[1] for line in lines], dtype=np.int64)
        images = np.zeros((len(lines), lines[0].shape[0], widths.max()), dtype=np.float32)
        for row, line in enumerate(lines):
            images[row, :, : line.shape[1]] = line / np.float32(255)
        log_probs, frames = self._session.run(
            ["log_probs", "frames"], {"images": images, "widths": widths}
        )
        return log_probs, frames

    def _read_batch(self, lines: Sequence[Line]) -> list[Reading]:
        log_probs, frames = self.log_probs([line.pixels for line in lines])
        decoded = [greedy(row[:count]) for row, count in zip(log_probs, frames, strict=True)]
        likelihoods = text_log_probabilities(log_probs, frames, [found.ids for found in decoded])
        stride = self.card.stride
        return [
            Reading(
                text=self.card.alphabet.decode(found.ids),
                confidence=float(np.exp(likelihood)),
                characters=tuple(
                    Character(
                        text=self.card.alphabet.decode([symbol]),
                        confidence=confidence,
                        x0=line.picture_column(first * stride),
                        x1=line.picture_column(behind * stride),
                    )
                    for symbol, (first, behind), confidence in zip(
                        found.ids, found.spans, found.confidences, strict=True
                    )
                ),
            )
            for found, likelihood, line in zip(decoded, likelihoods, lines, strict=True)
        ]
