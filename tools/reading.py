"""How fast lines are read: pictures with .gt.txt, PAGE XML, the store made and the store reused.

    python tools/reading.py [--lines 5000] [--per-page 30] [--times 3]

Composed lines of preset `touching` (test digits, 3 to 10 of them) are written as PNG with their
texts, and set into pages with polygons around them. Every way goes from files to lines made ready,
`--times` times; medians are printed, by the clock and for each second that a core was at work: that
says more on a machine that has other work. After the first time the files are in memory.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from started import run

from hwr.images.normalise import ImageSettings, normalise
from hwr.lines.cache.decode import cores
from hwr.lines.cache.store import LineStore, open_store
from hwr.lines.crops import Opener
from hwr.lines.folders import read_folder
from hwr.lines.sources import SynthSource

SETTINGS = ImageSettings()
PAGE_WIDTH, LINE_HEIGHT = 800, 48


def write_lines(folder: Path, pictures: list[np.ndarray], texts: list[str]) -> None:
    """A PNG and a text for each line."""
    folder.mkdir()
    for row, (ink, text) in enumerate(zip(pictures, texts, strict=True)):
        Image.fromarray(255 - ink).save(folder / f"{row:06}.png")
        (folder / f"{row:06}.gt.txt").write_text(text)


def write_pages(folder: Path, pictures: list[np.ndarray], texts: list[str], size: int) -> None:
    """PAGE XML and a PNG for each so many lines."""
    folder.mkdir()
    for page, start in enumerate(range(0, len(pictures), size)):
        canvas = np.full((LINE_HEIGHT * size, PAGE_WIDTH), 255, np.uint8)
        lines = []
        for place, row in enumerate(range(start, min(start + size, len(pictures)))):
            ink, top = pictures[row], LINE_HEIGHT * place + 8
            height, width = ink.shape
            canvas[top : top + height, 8 : 8 + width] = 255 - ink
            right, bottom = 8 + width, top + height
            points = f"8,{top} {right // 2},{top - 2} {right},{top} {right},{bottom} 8,{bottom}"
            lines.append(
                f'<TextLine id="l{place}"><Coords points="{points}"/>'
                f"<TextEquiv><Unicode>{texts[row]}</Unicode></TextEquiv></TextLine>"
            )
        Image.fromarray(canvas).save(folder / f"{page:04}.png")
        (folder / f"{page:04}.xml").write_text(
            '<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15">'
            f'<Page imageFilename="{page:04}.png" imageWidth="{PAGE_WIDTH}"'
            f' imageHeight="{len(canvas)}"><TextRegion id="r">{"".join(lines)}</TextRegion>'
            "</Page></PcGts>"
        )


def from_files(folder: Path) -> int:
    """Lines made ready one by one, nothing kept."""
    opener = Opener()
    return sum(
        normalise(opener.open(line), SETTINGS).pixels.shape[0] > 0 for line in read_folder(folder)
    )


def looked_at(store: LineStore) -> int:
    """Every line of a store."""
    return sum(store.line(row).shape[0] > 0 for row in range(len(store)))


def speeds(work: Callable[[int], int], times: int) -> str:
    """Medians of lines a second, by the clock and by the time that cores were at work."""
    by_clock, by_cores = [], []
    for turn in range(times):
        clock, busy = time.perf_counter(), time.process_time()
        lines = work(turn)
        by_clock.append(lines / (time.perf_counter() - clock))
        by_cores.append(lines / (time.process_time() - busy))
    return f"{statistics.median(by_clock):9,.0f} {statistics.median(by_cores):9,.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=5000)
    parser.add_argument("--per-page", type=int, default=30)
    parser.add_argument("--times", type=int, default=3)
    arguments = parser.parse_args()
    source = SynthSource("touching", count=arguments.lines).compose(SETTINGS.height)
    pictures = list(source.pictures(range(arguments.lines)))
    with tempfile.TemporaryDirectory() as place:
        lines, pages, cache = (Path(place) / name for name in ("lines", "pages", "cache"))
        write_lines(lines, pictures, source.texts)
        write_pages(pages, pictures, source.texts, arguments.per_page)
        ways: dict[str, Callable[[int], int]] = {
            "folder of .gt.txt: texts and names alone": lambda turn: len(read_folder(lines)),
            "folder of .gt.txt, one by one": lambda turn: from_files(lines),
            f"PAGE XML, {arguments.per_page} lines a page, one by one": (
                lambda turn: from_files(pages)
            ),
            f"store of the folder, made ({cores()} threads)": lambda turn: len(
                open_store(read_folder(lines), SETTINGS, folder=cache / str(turn))
            ),
            "store of the folder, reused, all lines looked at": lambda turn: looked_at(
                open_store(read_folder(lines), SETTINGS, folder=cache / "0")
            ),
        }
        print(f"{'lines/s':55} {'by clock':>9} {'a core':>9}")
        for name, work in ways.items():
            print(f"{name:55} {speeds(work, arguments.times)}", flush=True)
        store = open_store(read_folder(lines), SETTINGS, folder=cache / "0")
        looking = speeds(lambda turn: looked_at(store), arguments.times)
        print(f"{'lines of an open store':55} {looking}")
        print(f"{'store on disk':55} {store.file.stat().st_size / len(store):9,.0f} bytes/line")


if __name__ == "__main__":
    run(main)
