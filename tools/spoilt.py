"""Pictures of numbers, spoilt as users spoil theirs: what a sheet of `hwr read` shows of them.

python tools/spoilt.py --out spoilt
hwr read --model hwr/models/document.onnx spoilt --sheet docs/sheet.png
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from started import run

from hwr.files import new_folder
from hwr.lines.sources import SynthSource

ROWS = 8


def low(picture: Image.Image) -> Image.Image:
    return picture.resize((max(1, picture.width * ROWS // picture.height), ROWS))


def two_lines(picture: Image.Image) -> Image.Image:
    page = Image.new("L", (picture.width, 2 * picture.height))
    for top in (0, picture.height):
        page.paste(picture, (0, top))
    return page


WAYS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "as-it-should-be": lambda picture: picture,
    f"{ROWS}-rows": low,
    "two-lines": two_lines,
    "upside-down": lambda picture: picture.rotate(180),
    "on-its-side": lambda picture: picture.rotate(90, expand=True),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=4, help="of the numbers")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    arguments = parser.parse_args()
    lines = SynthSource("document", len(WAYS), arguments.seed, "test", 4, 6).compose(40)
    with new_folder(arguments.out) as folder:
        for ink, text, (name, way) in zip(
            lines.pictures(range(len(WAYS))), lines.texts, WAYS.items(), strict=True
        ):
            way(Image.fromarray(np.uint8(255) - ink)).save(folder / f"{name}-{text}.png")
    print(f"{len(WAYS)} pictures in {arguments.out}, named by what was done and what they say")


if __name__ == "__main__":
    run(main)
