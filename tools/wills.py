"""Cuts the numbers out of lines of French wills: real ones by some 45 hands, to measure on.

The wills are CREMMA-AN-TestamentsDePoilus of HTR-United, CC BY; our digit models never saw them.

    python tools/wills.py --lines LINES/images --out numbers
    hwr eval --data numbers

`wills.tsv` says where they stand: file, first and last column of the line brought to 60 rows, and
what is written there; found by eye.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from hwr.files import new_folder

PLACES = Path(__file__).with_name("wills.tsv")
ROWS = 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=Path, required=True, help="the folder of the pictures")
    parser.add_argument("--out", type=Path, required=True, help="the folder to make")
    arguments = parser.parse_args()
    with PLACES.open(encoding="utf-8", newline="") as file:
        places = list(csv.reader(file, delimiter="\t"))
    with new_folder(arguments.out) as folder:
        for number, (name, left, right, text) in enumerate(tqdm(places, "cutting", leave=False)):
            line = Image.open(arguments.lines / name).convert("L")
            scale = line.height / ROWS
            columns = round(int(left) * scale), min(round(int(right) * scale), line.width)
            line.crop((columns[0], 0, columns[1], line.height)).save(folder / f"{number:03}.png")
            (folder / f"{number:03}.gt.txt").write_text(text + "\n", encoding="utf-8")
    print(f"{len(places)} numbers in {arguments.out}")


if __name__ == "__main__":
    main()
