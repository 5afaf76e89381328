"""How a model reads numbers set plainly of single digits, one thing about them changed at a time:
tight crops, tall ones, wide gaps, leaning hands, low pictures ...

    python tools/probes.py --digits FOLDER [--model M] [--looks 1] [--examples OUT.png]

FOLDER holds pictures of single digits in any form that hwr reads. They are set on even paper with a
little grain, by nothing of what composes lines to train on: so what these lines never show comes to
light. Each row tells how many numbers were read right, and what was most often read as what.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from started import run
from tqdm import tqdm

from hwr.cli.write import written
from hwr.errors import DataError
from hwr.images.grey import Grey
from hwr.images.ink import ink_of
from hwr.images.looks import LOOKS
from hwr.images.open import open_picture
from hwr.lines.folders import read_folder
from hwr.lines.presets import DIGITS
from hwr.model_file import SHIPPED
from hwr.recognizer import Recognizer
from hwr.scoring.edits import align
from hwr.scoring.sheet import sheet

SHOWN = 5
"""Confusions of each row."""

_INK = 0.4
# Of full ink: what is fainter is no part of a digit where it is cut out.


class Setting(NamedTuple):
    """How numbers are set. Lengths are shares of a digit's height.

    Attributes:
        count: of digits, fewest and most.
        rows: of a digit, fewest and most, in pixels.
        among: the digits that occur.
        first: the digit with which every number begins; any where empty.
        other: a digit that every number has, and its height for those of the others.
        uneven: by how much digits are lower than others, at most.
        falls: how much smaller the last digit is than the first, as a share; all on one line.
        sags: how far the line does in its middle.
        astray: how far they are above or below the line, at most.
        gap: between neighbours, least and most.
        above, below, beside: room around the number.
        slope: of the base line, rows to a column.
        slant: columns to a row, to the right where above zero, added to the hand's own.
        wide: digits, for what they are.
        thick: how much broader strokes are.
        fades: how much fainter the ink is at the number's end, as a share.
        ruled: whether lines are ruled along the picture's upper and lower edge.
        ink: how much darker than paper.
        noise, blur: standard deviations, of the paper's grain, and in pixels.
        inverted: whether ink is light on dark.
    """

    count: tuple[int, int] = (2, 7)
    rows: tuple[int, int] = (34, 69)
    among: str = "0123456789"
    first: str = ""
    other: tuple[str, float] | None = None
    uneven: float = 0.15
    falls: float = 0.0
    sags: float = 0.0
    astray: float = 0.05
    gap: tuple[float, float] = (0.08, 0.35)
    above: float = 0.15
    below: float = 0.15
    beside: float = 0.2
    slope: float = 0.0
    slant: float = 0.0
    wide: float = 1.0
    thick: float = 0.0
    fades: float = 0.0
    ruled: bool = False
    ink: float = 0.6
    noise: float = 0.015
    blur: float = 0.7
    inverted: bool = False


_TIGHT = Setting(above=0, below=0)

PROBES: dict[str, Setting] = {
    "plainly": Setting(),
    "tight above and below": _TIGHT,
    "tight on all sides": _TIGHT._replace(beside=0),
    "tight on all sides, a 1 first": _TIGHT._replace(beside=0, first="1"),
    **{f"tight, a {digit} the tallest": _TIGHT._replace(other=(digit, 1.2)) for digit in "12457"},
    "ones 1.3 times as tall": Setting(other=("1", 1.3)),
    "sevens 1.3 times as tall": Setting(other=("7", 1.3)),
    "ones 0.7 times as tall": Setting(other=("1", 0.7)),
    "zeros half as tall": Setting(other=("0", 0.5)),
    "one digit": Setting(count=(1, 1)),
    "one digit, tight on all sides": _TIGHT._replace(count=(1, 1), beside=0),
    "10 to 14 digits": Setting(count=(10, 14)),
    "ones alone": Setting(among="1"),
    "ones and sevens": Setting(among="17"),
    "touching": Setting(gap=(-0.06, 0.02)),
    "half a height to a whole one apart": Setting(gap=(0.5, 1.0)),
    "1 to 2 heights apart": Setting(gap=(1.0, 2.0)),
    "2 to 4 heights apart": Setting(gap=(2.0, 4.0)),
    "half as tall as others": Setting(uneven=0.5),
    "astray": Setting(astray=0.2),
    "uphill by 0.15": Setting(slope=-0.15),
    "downhill by 0.2": Setting(slope=0.2),
    "sizes falling by 0.4": Setting(falls=0.4),
    "sagging by 0.3": Setting(sags=0.3),
    "slanted by 0.4": Setting(slant=0.4),
    "slanted by 0.8": Setting(slant=0.8),
    "slanted by -0.3": Setting(slant=-0.3),
    "narrow": Setting(wide=0.6),
    "wide": Setting(wide=1.5),
    "thick": Setting(thick=0.12),
    "thick, tight on all sides": _TIGHT._replace(thick=0.12, beside=0),
    "running dry": Setting(fades=0.65),
    "between ruled lines": Setting(ruled=True),
    "between ruled lines, tight": _TIGHT._replace(ruled=True),
    "16 rows": Setting(rows=(15, 17)),
    "120 rows": Setting(rows=(110, 130)),
    "faint": Setting(ink=0.12),
    "grainy": Setting(noise=0.06),
    "blurred": Setting(blur=2.0),
    "light on dark": Setting(inverted=True),
}

Digits = dict[str, list[Grey]]


def read_digits(folder: Path) -> Digits:
    """Pictures of single digits by what they show, light ink on black, cut to their ink."""
    found: Digits = {}
    for labelled in read_folder(folder):
        ink = ink_of(open_picture(labelled.path), single=True)
        if (ink > _INK).any():
            found.setdefault(labelled.text, []).append(_cut_out(ink))
    if missing := [digit for digit in DIGITS if digit not in found]:
        raise DataError(f"{folder}: holds no picture of {', '.join(missing)}: all ten are needed")
    return found


def _cut_out(ink: Grey) -> Grey:
    """A picture that holds ink, cut to that."""
    rows, columns = (np.flatnonzero((ink > _INK).any(axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def drawn(digits: Digits, setting: Setting, rng: np.random.Generator) -> tuple[Grey, str]:
    """A number and its picture, float32 [height, width], 0 to 1."""
    ink, text, tall = laid_out(digits, setting, rng)
    above, below, beside = (
        round(tall * room) for room in (setting.above, setting.below, setting.beside)
    )
    return on_paper(np.pad(ink, ((above, below), (beside, beside))), setting, rng), text


def laid_out(digits: Digits, setting: Setting, rng: np.random.Generator) -> tuple[Grey, str, int]:
    """A number's ink, cut to it, what it says, and the height of its digits in pixels."""
    tall = int(rng.integers(*setting.rows, endpoint=True))
    texts = rng.choice(list(setting.among), int(rng.integers(*setting.count, endpoint=True)))
    texts[0] = setting.first or texts[0]
    if setting.other:
        texts[rng.integers(len(texts))] = setting.other[0]
    pieces: list[tuple[int, int, Grey]] = []
    x = 0
    for place, text in enumerate(texts):
        along = place / max(len(texts) - 1, 1)
        height = tall * rng.uniform(1 - setting.uneven, 1) * (1 - setting.falls * along)
        if setting.other and text == setting.other[0]:
            height = tall * setting.other[1]
        piece = _scaled(digits[text][rng.integers(len(digits[text]))], height, setting.wide)
        astray = tall * setting.astray * rng.uniform(-1, 1)
        # Those that become smaller do so above the line.
        line = 0.5 * setting.falls * along + 4 * setting.sags * along * (1 - along)
        top = (tall - len(piece)) / 2 + tall * line + astray + setting.slope * x
        pieces.append((x, round(top), piece))
        x += piece.shape[1] + round(tall * rng.uniform(*setting.gap))
    ink = _cut_out(_slanted(_thickened(_laid(pieces), tall * setting.thick), setting.slant))
    ink *= np.linspace(1, 1 - setting.fades, ink.shape[1], dtype=np.float32)
    return ink, "".join(texts), tall


def on_paper(ink: Grey, setting: Setting, rng: np.random.Generator) -> Grey:
    """The picture of ink on even paper with a little grain."""
    if setting.ruled:
        ink[[2, 3, -4, -3]] = 1
    picture = 0.85 - setting.ink * ink
    picture = cv2.GaussianBlur(picture, (0, 0), setting.blur)
    picture = (picture + rng.normal(0, setting.noise, picture.shape)).clip(0, 1).astype(np.float32)
    return 1 - picture if setting.inverted else picture


def _scaled(piece: Grey, height: float, wide: float) -> Grey:
    rows = max(round(height), 4)
    # Ones as broad as tall, as Semeion has them, would be dashes.
    columns = max(round(min(piece.shape[1] / len(piece) * wide, 1.2) * rows), 2)
    way = cv2.INTER_AREA if rows < len(piece) else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(piece, (columns, rows), interpolation=way), np.float32).clip(0, 1)


def _laid(pieces: list[tuple[int, int, Grey]]) -> Grey:
    """Pieces laid at their columns and rows."""
    first = min(top for _, top, _ in pieces)
    height = max(top + len(piece) for _, top, piece in pieces) - first
    width = max(left + piece.shape[1] for left, _, piece in pieces)
    ink = np.zeros((height, width), np.float32)
    for left, top, piece in pieces:
        part = ink[top - first : top - first + len(piece), left : left + piece.shape[1]]
        np.maximum(part, piece, out=part)
    return ink


def _thickened(ink: Grey, by: float) -> Grey:
    """With strokes broader by so many pixels."""
    size = 2 * round(by / 2) + 1
    return np.asarray(cv2.dilate(ink, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))))


def _slanted(ink: Grey, by: float) -> Grey:
    if not by:
        return ink
    height, width = ink.shape
    way = np.array([[1, -by, max(by, 0) * height], [0, 1, 0.0]])
    size = (int(width + abs(by) * height) + 1, height)
    return np.asarray(cv2.warpAffine(ink, way, size), np.float32)


def confusions(texts: list[str], read: list[str]) -> str:
    """What was most often read as what, and how often."""
    wrong = Counter(
        f"{edit.truth or '-'} as {edit.read or '-'}"
        for truth, found in zip(texts, read, strict=True)
        for edit in align(found, truth)
        if edit.kind != "match"
    )
    return ", ".join(f"{what} {often}" for what, often in wrong.most_common(SHOWN))


Drawn = Callable[[np.random.Generator], tuple[Grey, str]]
"""Draws a picture, and what it says."""


def main() -> None:
    measure(__doc__, lambda digits: {
        name: partial(drawn, digits, setting) for name, setting in PROBES.items()
    })  # fmt: skip


def measure(told: str, probes: Callable[[Digits], dict[str, Drawn]]) -> None:
    """The command line of a script that reads numbers drawn in many ways.

    Args:
        told: what it does, as its docstring says.
        probes: the ways by name, for single digits of which to draw numbers.
    """
    parser = argparse.ArgumentParser(description=told.splitlines()[0])
    parser.add_argument("--digits", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=SHIPPED)
    parser.add_argument("--looks", type=int, default=1, choices=range(1, len(LOOKS) + 1))
    parser.add_argument("--count", type=int, default=200, help="numbers of each kind")
    parser.add_argument("--examples", type=Path, metavar="OUT.png")
    arguments = parser.parse_args()
    recognizer = Recognizer(arguments.model, looks=arguments.looks)
    digits = read_digits(arguments.digits)
    examples: list[tuple[NDArray[np.uint8], str, str | None]] = []
    for name, draw in tqdm(probes(digits).items(), leave=False):
        rng = np.random.default_rng(5)
        numbers = [draw(rng) for _ in range(arguments.count)]
        texts = [text for _, text in numbers]
        read = [found.text for found in recognizer.read([picture for picture, _ in numbers])]
        right = np.mean([truth == found for truth, found in zip(texts, read, strict=True)])
        tqdm.write(f"{name:36} right {right:6.1%}  {confusions(texts, read)}")
        pixels = (255 - 255 * numbers[0][0]).astype(np.uint8)
        examples.append((pixels, f"{name}: {right:.1%} right", None))
    if arguments.examples:
        page = sheet(examples, columns=4)
        with written(arguments.examples) as beside:
            page.save(beside, "PNG")


if __name__ == "__main__":
    run(main)
