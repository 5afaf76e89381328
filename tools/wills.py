"""Cuts the numbers out of lines of French wills: real ones by 37 hands, to measure on.

The wills are CREMMA-AN-TestamentsDePoilus of HTR-United, CC BY; our digit models never saw them.

    python tools/wills.py --lines LINES/images --out numbers
    hwr eval --model hwr/models/document.onnx --data numbers

`wills.tsv` says where they stand: file, first and last column of the line brought to 60 rows, and
what is written there; found by eye. They come from 37 wills, and as far as known from as many
hands.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from PIL import Image
from started import run
from tqdm import tqdm

from hwr.errors import DataError, PictureError
from hwr.files import is_file, new_folder

PLACES = Path(__file__).with_name("wills.tsv")
ROWS = 60


def read_lines(folder: Path, names: set[str]) -> dict[str, Image.Image]:
    """The pictures of lines by their names, grey. (Before a folder is made: what is wrong with them
    is not wrong with that.)"""
    if missing := sorted(name for name in names if not is_file(folder / name)):
        raise DataError(
            f"--lines: {folder} lacks {len(missing)} of {len(names)} pictures, such as {missing[0]}"
        )
    lines = {}
    for name in names:
        try:
            lines[name] = Image.open(folder / name).convert("L")
        except OSError as error:
            raise PictureError(f"{folder / name}: cannot be read as a picture") from error
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=Path, required=True, help="the folder of the line pictures")
    parser.add_argument("--out", type=Path, required=True, help="the folder to make")
    arguments = parser.parse_args()
    with PLACES.open(encoding="utf-8", newline="") as file:
        places = list(csv.reader(file, delimiter="\t"))
    lines = read_lines(arguments.lines, {name for name, *_ in places})
    with new_folder(arguments.out) as folder:
        for number, (name, left, right, text) in enumerate(tqdm(places, "cutting", leave=False)):
            line = lines[name]
            scale = line.height / ROWS
            columns = round(int(left) * scale), min(round(int(right) * scale), line.width)
            line.crop((columns[0], 0, columns[1], line.height)).save(folder / f"{number:03}.png")
            (folder / f"{number:03}.gt.txt").write_text(text + "\n", encoding="utf-8")
    print(f"{len(places)} numbers in {arguments.out}")


if __name__ == "__main__":
    run(main)
