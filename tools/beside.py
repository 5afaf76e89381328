"""How a model reads numbers with something beside them that is no digit: dashes, slashes, words
printed before the number, a ring around it ...

    python tools/beside.py --digits FOLDER [--model M] [--looks 1] [--examples OUT.png]

The numbers are those of `probes.py`, set plainly. Printed words are of the font that comes with
Pillow: models of composed lines never saw one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from probes import Digits, Drawn, Setting, laid_out, measure, on_paper
from started import run

from hwr.images.grey import Grey

_FAR = 5
# Heights of a digit: how much room there is beside a number, before all that is cut to its ink.
_PEN = 0.1
# The width of strokes, in heights of a digit.

Strokes = list[list[tuple[float, float]]]
"""In heights of a digit: x to the right, y up from the base line."""


class Beside(NamedTuple):
    """What stands beside a number.

    Attributes:
        strokes: draws strokes that begin where the number ends, or end where it begins.
        word: what is printed there instead.
        before: whether it stands before the number.
        ringed: whether a ring is around the number.
    """

    strokes: Callable[[np.random.Generator], Strokes] = lambda rng: []
    word: str = ""
    before: bool = False
    ringed: bool = False


def _level(up: float, wide: float) -> list[tuple[float, float]]:
    return [(0, up), (wide, up + 0.03)]


def _slashes(rng: np.random.Generator, many: int) -> Strokes:
    lean, apart = rng.uniform(0.45, 0.7), rng.uniform(0.2, 0.35)
    return [[(apart * place, -0.2), (apart * place + 1.4 * lean, 1.2)] for place in range(many)]


def _stars(rng: np.random.Generator) -> Strokes:
    return [
        [(x - 0.16 * np.cos(angle), 0.5 - 0.16 * np.sin(angle)),
         (x + 0.16 * np.cos(angle), 0.5 + 0.16 * np.sin(angle))]
        for x in (0.2, 0.65) for angle in np.radians([0, 60, 120]) + rng.uniform(-0.2, 0.2)
    ]  # fmt: skip


def _wave(rng: np.random.Generator) -> Strokes:
    x = np.linspace(0, rng.uniform(1.2, 2.5), 40)
    return [list(zip(x.tolist(), (0.45 + 0.12 * np.sin(6 * x)).tolist(), strict=True))]


KINDS: dict[str, Beside] = {
    "nothing": Beside(),
    "a dash": Beside(lambda rng: [_level(0.45, rng.uniform(0.3, 0.8))]),
    "a long dash": Beside(lambda rng: [_level(0.45, rng.uniform(1.5, 3.5))]),
    "two dashes": Beside(lambda rng: [_level(up, rng.uniform(0.4, 0.8)) for up in (0.35, 0.6)]),
    "two dashes before it": Beside(lambda rng: [_level(0.35, 0.5), _level(0.6, 0.5)], before=True),
    "a dot, a dash": Beside(lambda rng: [[(0, 0.04), (0.02, 0.04)], [(0.2, 0.45), (0.8, 0.45)]]),
    "a wave": Beside(_wave),
    "stars": Beside(_stars),
    "stars before it": Beside(_stars, before=True),
    "a slash": Beside(partial(_slashes, many=1)),
    "two slashes": Beside(partial(_slashes, many=2)),
    "three slashes": Beside(partial(_slashes, many=3)),
    **{f"{word} before it": Beside(word=word, before=True)
       for word in ("$", "US$", "U$S", "Ch$", "R$", "Bs.", "EUR", "Pesos", "No.", "Total")},
    **{f"{word} behind it": Beside(word=word) for word in ("kg", "EUR", "USD")},
    "a ring around it": Beside(ringed=True),
}  # fmt: skip


def drawn(digits: Digits, beside: Beside, rng: np.random.Generator) -> tuple[Grey, str]:
    """A number with something beside it and its picture, float32 [height, width], 0 to 1."""
    setting = Setting()
    number, text, tall = laid_out(digits, setting, rng)
    room = _FAR * tall
    ink = np.pad(number, ((tall, tall), (room, room)))
    height, width = number.shape
    base, apart = 2 * tall, round(tall * rng.uniform(0.15, 0.4))
    edge = room - apart if beside.before else room + width + apart
    if beside.word:
        _print(ink, beside, edge, base, tall * rng.uniform(0.5, 1.0), rng.uniform(0.5, 1.0))
    ways = beside.strokes(rng)
    reach = max((x for way in ways for x, _ in way), default=0) if beside.before else 0
    for way in ways:
        _draw(ink, [(edge + tall * (x - reach), base - tall * y) for x, y in way], tall)
    if beside.ringed:
        turns = np.linspace(0, 2 * np.pi, 60)
        x = room + width / 2 + (width / 2 + 0.5 * tall) * np.cos(turns)
        y = tall + height / 2 + 0.9 * tall * np.sin(turns)
        _draw(ink, list(zip(x.tolist(), y.tolist(), strict=True)), tall)
    rows, columns = (np.flatnonzero((ink > 0.2).any(axis)) for axis in (1, 0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return on_paper(np.pad(ink, round(0.2 * tall)), setting, rng), text


def _draw(ink: Grey, points: list[tuple[float, float]], tall: int) -> None:
    # In sixteenths of a pixel.
    at = np.round(np.array(points) * 16).astype(np.int32)
    cv2.polylines(ink, [at], False, 1.0, max(round(_PEN * tall), 1), cv2.LINE_AA, 4)


def _print(ink: Grey, beside: Beside, edge: int, base: int, size: float, strength: float) -> None:
    """Prints the word so that it begins, or ends, at a column."""
    page = Image.new("L", ink.shape[::-1])
    font = ImageFont.load_default(1.4 * size)
    anchor = "rs" if beside.before else "ls"
    ImageDraw.Draw(page).text((edge, base), beside.word, 255, font, anchor)
    np.maximum(ink, strength * np.asarray(page, np.float32) / 255, out=ink)


def probes(digits: Digits) -> dict[str, Drawn]:
    return {name: partial(drawn, digits, beside) for name, beside in KINDS.items()}


if __name__ == "__main__":
    run(lambda: measure(__doc__, probes))
