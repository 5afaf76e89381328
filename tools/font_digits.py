"""The digits of fonts that look handwritten, as pictures: other hands, for measuring alone.

    npm install $(sed 's,^,@fontsource/,' tools/font_digits.txt)
    python tools/font_digits.py --fonts node_modules/@fontsource --out digits
    python tools/other_hands.py --digits digits --lean 0.25 --count 1500 --out strings

The fonts of the list beside this file are Fontsource's, each free to use. Of each, the picture of
every digit is written, with `labels.tsv`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from started import run

from hwr.errors import DataError
from hwr.files import new_folder
from hwr.lines.presets import DIGITS

NAMES = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").split()

TALL = 60
"""Rows of a font's digits, the median of them."""

_TRIED = 100
# Pixels to the em by which a font's digits are measured.
_ROOM = 12
# Pixels of paper around a digit.
_INKED = 100
# Of 255.


def _file(folder: Path, name: str) -> Path:
    """Of a font's files with Latin letters the regular one, or the lightest of others."""
    if not (found := sorted(folder.glob(f"{name}/files/{name}-latin-[0-9]*-normal.woff"))):
        raise DataError(f"{folder}: lacks the font {name} ({name}/files/{name}-latin-…)")
    return next((path for path in found if "-400-" in path.name), found[0])


def digits_of(path: Path) -> list[NDArray[np.uint8]]:
    """The ten digits of a font, uint8 [rows, columns], dark on white."""
    tried = _font(path, _TRIED)
    heights = [len(_ink(tried, digit)) for digit in DIGITS]
    font = _font(path, max(round(_TRIED * TALL / float(np.median(heights))), 5))
    return [255 - np.pad(_ink(font, digit), _ROOM) for digit in DIGITS]


def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    try:
        return ImageFont.truetype(path, size)
    except OSError as error:
        raise DataError(f"{path}: cannot be read as a font ({error})") from error


def _ink(font: ImageFont.FreeTypeFont, digit: str) -> NDArray[np.uint8]:
    """A digit, light on black, cut to its ink."""
    size = round(8 * font.size)
    page = Image.new("L", (size, size))
    ImageDraw.Draw(page).text((size // 3, size // 3), digit, font=font, fill=255)
    if (box := page.point([255 * (grey > _INKED) for grey in range(256)]).getbbox()) is None:
        raise DataError(f"{font.path}: has no digit {digit}")
    return np.asarray(page.crop(box))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fonts", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    paths = [_file(arguments.fonts, name) for name in NAMES]
    with new_folder(arguments.out) as folder:
        (folder / "images").mkdir()
        rows = []
        for name, path in zip(NAMES, paths, strict=True):
            for digit, picture in zip(DIGITS, digits_of(path), strict=True):
                file = f"images/{name}-{digit}.png"
                Image.fromarray(picture).save(folder / file)
                rows.append(f"{file}\t{digit}\n")
        (folder / "labels.tsv").write_text("".join(rows), encoding="utf-8")
    print(f"{len(NAMES)} fonts' digits in {arguments.out}")


if __name__ == "__main__":
    run(main)
