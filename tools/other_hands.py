"""Numbers in documents, of digits by other hands than MNIST's: for measuring, never for training.

    python tools/other_hands.py --digits FOLDER --count 1000 --out strings
    hwr eval --model hwr/models/document.onnx --data strings

FOLDER holds pictures of single digits in any form that hwr reads, such as `labels.tsv` with
`images/`. They are set side by side, laid on paper and photographed as those of the preset
`document`, or by `--conditions` of another one, `degraded` or `logbook`. The strokes stay their
writers' own: no habit of the preset is added to them. Digits of hands that lean already, such as
fonts', are leant less: `--lean 0.25`.
"""

from __future__ import annotations

import argparse
import dataclasses
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from started import run
from tqdm import tqdm

from hwr.errors import DataError
from hwr.files import new_folder
from hwr.images.digit import LINE_HEIGHT, normalise_digit
from hwr.images.open import open_picture
from hwr.lines.digits import DIGIT_SIZE, Digits
from hwr.lines.document.composer import DocumentComposer
from hwr.lines.document.hands import Hand, draw_hand
from hwr.lines.folders import read_folder
from hwr.lines.presets import DIGITS, PRESETS

SETTING = {
    "slant", "width", "pen", "nib", "uneven", "bow", "zero", "ones", "sinks", "strings", "hang",
    "joins", "slope", "spacing", "alike",
}  # fmt: skip
"""What is left to a hand that leaves the digits' shapes alone. (It draws them anew along the
middles of their strokes: these may be thinner than MNIST's, and made thinner still they would
vanish.)"""

CONDITIONS = {name: preset.document for name, preset in PRESETS.items() if preset.document}

POOL = 100


def own_hand(rng: np.random.Generator, lean: float = 1.0) -> Hand:
    """A hand that sets digits in a line, but leaves their shapes alone; it leans by so great a
    share of what hands lean."""
    hand = dataclasses.asdict(draw_hand(rng))
    hand["slant"] *= lean
    # Whatever else hands do is off at zero.
    return Hand(**{name: it if name in SETTING else type(it)() for name, it in hand.items()})


def read_digits(folder: Path) -> Digits:
    """Single digits as MNIST has them."""
    images, labels = [], []
    for labelled in tqdm(read_folder(folder), "reading", leave=False):
        if labelled.text not in set(DIGITS):
            raise DataError(f"{labelled.name}: {labelled.text!r} is not a single digit")
        grey = open_picture(labelled.path)
        # (On a line so high, a frame keeps its size.)
        line = normalise_digit(grey, LINE_HEIGHT, labelled.name).pixels
        around = (LINE_HEIGHT - DIGIT_SIZE) // 2
        images.append(line[around:-around, around:-around])
        labels.append(int(labelled.text))
    return Digits(np.stack(images), np.array(labels, np.uint8))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--digits",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="pictures of single digits, such as labels.tsv (lines of  file TAB digit) and images/",
    )
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--min", type=int, default=2, help="digits in the shortest")
    parser.add_argument("--max", type=int, default=7, help="digits in the longest")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--conditions",
        choices=CONDITIONS,
        default="document",
        help="the preset as whose documents they are photographed",
    )
    parser.add_argument(
        "--lean", type=float, default=1.0, help="digits are leant by this share of what hands lean"
    )
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    if not 1 <= arguments.min <= arguments.max:
        parser.error("--min must be at least 1, and --max no less")
    if not 0 <= arguments.lean <= 1:
        parser.error("--lean is a share, from 0 to 1")
    digits = read_digits(arguments.digits)
    rng = np.random.default_rng(arguments.seed)
    composer = DocumentComposer(digits, partial(own_hand, lean=arguments.lean))
    conditions = CONDITIONS[arguments.conditions]
    with new_folder(arguments.out) as folder:
        for start in tqdm(range(0, arguments.count, POOL), "composing", leave=False):
            count = min(POOL, arguments.count - start)
            lengths = rng.integers(arguments.min, arguments.max + 1, size=count)
            rows = [rng.integers(len(digits.labels), size=length) for length in lengths]
            texts = ["".join(str(digits.labels[row]) for row in own) for own in rows]
            seeds = rng.integers(2**62, size=count).tolist()
            photos = composer.pictures(texts, rows, seeds, conditions=[conditions] * count)
            for number, photo in enumerate(photos, start):
                Image.fromarray(photo.pixels).save(folder / f"{number:05}.png")
                text = texts[number - start] + "\n"
                (folder / f"{number:05}.gt.txt").write_text(text, encoding="utf-8")
    print(f"{arguments.count} numbers in {arguments.out}")


if __name__ == "__main__":
    run(main)
