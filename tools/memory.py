"""Peak memory of training on many lines of one's own.

    python tools/memory.py [--lines 100000] [--steps 300] [--config configs/ctc.yaml]

Writes so many composed lines as pictures with a list into a temporary folder, trains on them by
`hwr train` with a cache of its own, first with nothing made ready and then once more, and prints
the highest memory of the process and its children together (resident pages, as /proc tells, looked
at ten times a second; pages that they share count for each) and the seconds until the training
began. Linux only.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from started import run

from hwr.errors import HwrError
from hwr.lines.sources import SynthSource
from hwr.training.config import load_options

CHUNK = 1000
PAGE = 1 / 2**20 * os.sysconf("SC_PAGE_SIZE")
LINES_OF_A_PAGE = 25


def write(folder: Path, count: int) -> Path:
    """Writes composed lines and the list of them, which it gives."""
    (folder / "images").mkdir()
    lines = SynthSource("touching", CHUNK, split="train")
    with (folder / "lines.csv").open("w", encoding="utf-8") as table:
        table.write("file_name,text,page\n")
        for start in range(0, count, CHUNK):
            source = SynthSource(lines.preset, CHUNK, start, lines.split).compose(32)
            wanted = range(min(CHUNK, count - start))
            for row, picture in zip(wanted, source.pictures(wanted), strict=True):
                number = start + row
                Image.fromarray(255 - picture).save(folder / "images" / f"{number}.png")
                page = number // LINES_OF_A_PAGE
                table.write(f"{number}.png,{source.texts[row]},{page}\n")
    return folder / "lines.csv"


def resident(process: int) -> float:
    """MiB of a process and its children; 0 where it has ended."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        children = [child for task in tasks for child in (task / "children").read_text().split()]
    except (OSError, IndexError):
        return 0.0
    return pages * PAGE + sum(resident(int(child)) for child in children)


def train(table: Path, arguments: argparse.Namespace, out: Path) -> tuple[float, float, float]:
    """Peak MiB before and in training, and the seconds until it began."""
    words = ["train", "--config", str(arguments.config), "--data.train", str(table)]
    words += ["--out", str(out), "--training.budget", f"{arguments.steps} steps"]
    words += ["--training.validate_every", str(arguments.steps)]
    environment = os.environ | {"HWR_CACHE": str(table.parent / "cache")}
    started = time.monotonic()
    peaks, began = [0.0, 0.0], 0.0
    with subprocess.Popen([sys.executable, "-m", "hwr", *words], env=environment) as process:
        while process.poll() is None:
            if not began and (out / "config.yaml").exists():
                began = time.monotonic() - started
            peaks[bool(began)] = max(peaks[bool(began)], resident(process.pid))
            time.sleep(0.1)
    if process.returncode:
        raise HwrError(f"hwr train ended with status {process.returncode}")
    return peaks[0], peaks[1], began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--config", type=Path, default=Path("configs/ctc.yaml"))
    arguments = parser.parse_args()
    if not resident(os.getpid()):
        parser.error("needs /proc, which tells how much memory processes have: Linux only")
    load_options(arguments.config)  # or all pictures would be written before it is missed
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        table = write(Path(folder), arguments.lines)
        print(f"{arguments.lines} pictures written in {time.monotonic() - started:.0f} s")
        for name in ("first", "again"):
            before, within, began = train(table, arguments, Path(folder) / name)
            print(
                f"{name}: {began:.0f} s until the training began; peak {before:.0f} MiB before it,"
                f" {within:.0f} MiB in it"
            )


if __name__ == "__main__":
    run(main)
