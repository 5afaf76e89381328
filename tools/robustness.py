"""How a model reads pictures that something befell: blur, noise, specks, shadows, surrounds ...

    python tools/robustness.py [--model M] [--data SOURCE] [--looks 1] [--examples OUT.png]

Each way of changing pictures is applied to every picture of the source, by the same lots for every
model. `--examples` draws one of them changed in each way, over how many were read right so.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from started import run
from tqdm import tqdm

from hwr.cli.write import written
from hwr.errors import PictureError
from hwr.evaluate import evaluate
from hwr.images.grey import Grey
from hwr.images.looks import LOOKS
from hwr.lines.sources import Source, open_source
from hwr.model_file import SHIPPED
from hwr.recognizer import Recognizer
from hwr.scoring.rates import rates
from hwr.scoring.sheet import sheet

Pixels = NDArray[np.uint8]
Change = Callable[[Pixels, np.random.Generator], Pixels]


def light(grey: NDArray[Any]) -> Pixels:
    return np.asarray(np.asarray(grey).clip(0, 255), np.uint8)


def blurred(sigma: float) -> Change:
    """By so much of a picture 40 rows high."""
    return lambda p, _: np.asarray(cv2.GaussianBlur(p, (0, 0), sigma * len(p) / 40), np.uint8)


def noisy(deviation: float) -> Change:
    return lambda p, rng: light(p + rng.normal(0, deviation, p.shape))


def specked(share: float) -> Change:
    def change(p: Pixels, rng: np.random.Generator) -> Pixels:
        return light(np.where(rng.random(p.shape) < share, 0, p))

    return change


def compressed(quality: int) -> Change:
    def change(p: Pixels, _: np.random.Generator) -> Pixels:
        _, packed = cv2.imencode(".jpg", p, [cv2.IMWRITE_JPEG_QUALITY, quality])
        return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)

    return change


def resized(across: float, down: float) -> Change:
    return lambda p, _: np.asarray(
        cv2.resize(p, None, fx=across, fy=down, interpolation=cv2.INTER_AREA), np.uint8
    )


def coarse(p: Pixels, rng: np.random.Generator) -> Pixels:
    small = resized(0.5, 0.5)(p, rng)
    return np.asarray(cv2.resize(small, p.shape[::-1], interpolation=cv2.INTER_CUBIC), np.uint8)


def moved(share: float, along: bool) -> Change:
    """By so much of its height while it was photographed."""

    def change(p: Pixels, _: np.random.Generator) -> Pixels:
        way = 2 * round(share * len(p) / 2) + 1  # (by even ones, OpenCV makes white black.)
        return np.asarray(cv2.blur(p, (way, 1) if along else (1, way)), np.uint8)

    return change


def shaded(p: Pixels, rng: np.random.Generator) -> Pixels:
    behind = np.arange(p.shape[1]) > p.shape[1] * rng.uniform(0.2, 0.8)
    return light(p * np.where(behind, 0.5, 1.0))


def turned(degrees: float) -> Change:
    def change(p: Pixels, rng: np.random.Generator) -> Pixels:
        middle = (p.shape[1] / 2, len(p) / 2)
        way = cv2.getRotationMatrix2D(middle, degrees * rng.choice([-1, 1]), 1)
        found = cv2.warpAffine(p, way, p.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(found, np.uint8)

    return change


def slanted(by: float) -> Change:
    """To the right, by so many columns a row."""

    def change(p: Pixels, _: np.random.Generator) -> Pixels:
        height, width = p.shape
        way = np.array([[1, -by, max(by, 0) * height], [0, 1, 0.0]])
        size = (int(width + abs(by) * height), height)
        return np.asarray(cv2.warpAffine(p, way, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)

    return change


def surrounded(tone: int | None, above: float, beside: float) -> Change:
    """By a tone, or by that of its paper; widths are shares of its height."""

    def change(p: Pixels, _: np.random.Generator) -> Pixels:
        down, right = int(above * len(p)), int(beside * len(p))
        around = int(np.median(p)) if tone is None else tone
        return np.pad(p, ((down, down), (right, right)), constant_values=around)

    return change


def falling(change: Change, to: float) -> Change:
    """Changed so, in light that falls to such a share of it from left to right."""

    def changed(p: Pixels, rng: np.random.Generator) -> Pixels:
        found = change(p, rng)
        return light(found * np.linspace(1, to, found.shape[1]))

    return changed


def within_lines(room: float, across: bool) -> Change:
    """Set in its paper, so many of its heights of it around, with dark lines on either side of it
    half that far away, from edge to edge; and above and below, if wanted."""

    def change(p: Pixels, rng: np.random.Generator) -> Pixels:
        found = surrounded(None, room, room)(p, rng)
        away, thick = round(room * len(p) / 2), max(len(p) // 20, 1)
        found[:, away : away + thick] = found[:, -away - thick : -away] = 60
        if across:
            found[away : away + thick] = found[-away - thick : -away] = 60
        return found

    return change


def black_and_white(p: Pixels, _: np.random.Generator) -> Pixels:
    way = cv2.THRESH_BINARY + cv2.THRESH_OTSU
    return np.asarray(cv2.threshold(p, 0, 255, way)[1], np.uint8)


def sharpened(p: Pixels, _: np.random.Generator) -> Pixels:
    return light(p + 1.5 * (p.astype(float) - cv2.GaussianBlur(p, (0, 0), 1.5)))


def struck(p: Pixels, _: np.random.Generator) -> Pixels:
    """Through its middle, by a dark line a pixel thick."""
    found = p.copy()
    found[len(p) // 2] = 60
    return found


def squared(p: Pixels, _: np.random.Generator) -> Pixels:
    """Paper, four squares to its height."""
    size = max(len(p) // 4, 3)
    lines = (np.arange(len(p)) % size == 1)[:, None] | (np.arange(p.shape[1]) % size == 1)
    return light(np.where(lines, 0.75 * p, p))


CHANGES: dict[str, Change] = {
    "as it is": lambda p, _: p,
    "contrast / 4": lambda p, _: light(128 + 0.25 * (p.astype(float) - 128)),
    "light on dark": lambda p, _: 255 - p,
    "gamma 2": lambda p, _: light(255 * (p / 255) ** 2),
    "blurred by 1 of 40": blurred(1.0),
    "blurred by 1.5": blurred(1.5),
    "blurred by 2": blurred(2.0),
    "half the resolution": coarse,
    "moved along": moved(0.08, along=True),
    "moved down": moved(0.08, along=False),
    "sharpened": sharpened,
    "noise of 10 of 255": noisy(10),
    "noise of 20": noisy(20),
    "specks, 1 of 100": specked(0.01),
    "JPEG, quality 15": compressed(15),
    "JPEG, quality 8": compressed(8),
    "black and white": black_and_white,
    "edge of a shadow": shaded,
    "line through": struck,
    "squared paper": squared,
    "turned by 3 degrees": turned(3),
    "turned by 6": turned(6),
    "slanted by 0.3": slanted(0.3),
    "slanted by -0.3": slanted(-0.3),
    "1.4 times as wide": resized(1.4, 1),
    "0.7 times as wide": resized(0.7, 1),
    "loose": surrounded(None, 0.5, 1.0),
    "between lines, half a height around": within_lines(0.5, across=False),
    "in a cell, half a height around": within_lines(0.5, across=True),
    "on white": surrounded(255, 0.33, 1.0),
    "on black": surrounded(0, 0.12, 0.25),
    "on a page, 1 height of it around": surrounded(None, 1.0, 1.0),
    "on a page, 3 heights": surrounded(None, 3.0, 3.0),
    "on a page, 3 heights, in light that falls by half": falling(surrounded(None, 3.0, 3.0), 0.5),
    "on white, 3 heights": surrounded(255, 3.0, 3.0),
    "on black, 1 height": surrounded(0, 1.0, 1.0),
}


class Changed:
    """A source whose pictures are changed."""

    def __init__(self, source: Source, change: Change) -> None:
        self.names, self.texts, self.remarks = source.names, source.texts, source.remarks
        self.left_out = source.left_out
        self._source, self._change = source, change

    def greys(self, rows: Sequence[int]) -> Iterator[Grey | PictureError]:
        for row, grey in zip(rows, self._source.greys(rows), strict=True):
            if isinstance(grey, PictureError):
                yield grey
                continue
            found = self._change(light(255 * grey + 0.5), np.random.default_rng(row))
            yield found.astype(np.float32) / np.float32(255)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--model",
        type=Path,
        default=SHIPPED,
        help="a model file; by default the one that comes along",
    )
    default = "synth:document?split=val&count=400&seed=11&min=2&max=7"
    parser.add_argument("--data", default=default, metavar="SOURCE", help="as of hwr eval")
    parser.add_argument("--looks", type=int, default=1, choices=range(1, len(LOOKS) + 1))
    parser.add_argument("--examples", type=Path, metavar="OUT.png")
    arguments = parser.parse_args()
    recognizer = Recognizer(arguments.model, looks=arguments.looks)
    source = open_source(arguments.data, recognizer.card.image.height)
    examples = []
    for name, change in CHANGES.items():
        changed = Changed(source, change)
        with tqdm(total=len(source.texts), desc=name, leave=False) as bar:

            def done(count: int, bar: Any = bar) -> None:
                bar.update(count)

            found = rates(evaluate(recognizer, changed, done).scores)
        print(f"{name:20}  CER {found.cer:7.2%}  right {found.accuracy:6.1%}", flush=True)
        grey = next(changed.greys([0]))
        if not isinstance(grey, PictureError):
            said = f"{name}: {found.accuracy:.1%} right"
            examples.append((light(255 - 255 * grey), said, None))
    if arguments.examples:
        page = sheet(examples, columns=4)
        with written(arguments.examples) as beside:
            page.save(beside, "PNG")


if __name__ == "__main__":
    run(main)
