"""How fast training is: where a step's time goes, lines a second, seconds to 2 % CER on touching.

    python tools/throughput.py [--config configs/ctc.yaml] [--steps 192] [--budget "3 minutes"]
    python tools/throughput.py --config configs/document.yaml --budget none     # the steps alone
    python tools/throughput.py --config configs/document.yaml --budget none --skip 1772 --steps 128

Steps are timed in one process, one after the other, parts by the clock; means are printed, since
the batches of a pool are of many widths, and composed at once. Then a training on touching
lines alone, 3 to 10 digits, is validated every 100 steps, and the seconds are printed after which
it first read the validation lines with at most 2 % CER (validation included).
With --skip, so many batches are only composed, not trained on, before the steps are timed: what
composing makes once and keeps is then there, as in the later part of a training. (20 more steps,
which are not timed either, come behind them.) Where documents are written and then shown once more,
by `training.photographs`, steps are dear and cheap in rounds, of 128 of them by
`configs/document.yaml`; it is told where the timed ones are not as many of either kind. By
--precision 32, the network takes as long as on processors without a unit for bfloat16.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import torch
from started import run
from tqdm import tqdm

from hwr.lines.batch import Batch
from hwr.lines.presets import PRESETS
from hwr.training.batches import BatchMaker
from hwr.training.config import load_options
from hwr.training.lines import first_pool, twin_pools
from hwr.training.options import LinesOptions, Options
from hwr.training.process import prepare_process
from hwr.training.run import MODEL, half_precision, train
from hwr.training.task import ReadingTask

WARMUP = 20
TARGET = 0.02


def timed_steps(options: Options, steps: int, skip: int = 0) -> dict[str, float]:
    """Mean milliseconds of each part of a step, and lines a second over all of them; behind the
    composing of `skip` batches."""
    prepare_process()  # as a training does
    task = ReadingTask(options)
    task.network.encoder.half_precision = half_precision(options)
    optimizer = task.configure_optimizers()
    batches = BatchMaker(options).training(0)
    for _ in tqdm(islice(batches, skip), "composing", skip, disable=not skip):
        pass
    parts: dict[str, list[float]] = {}

    def clocked(name: str, start: float) -> float:
        now = time.perf_counter()
        parts.setdefault(name, []).append(1000 * (now - start))
        return now

    def drawn() -> Iterator[Batch]:
        while True:
            start = time.perf_counter()
            batch = next(batches)
            clocked("composing", start)
            yield batch

    lines = 0
    for number, batch in enumerate(islice(drawn(), WARMUP + steps)):
        if number == WARMUP:
            parts = {"composing": parts["composing"][-1:]}
            began, lines = time.perf_counter() - parts["composing"][0] / 1000, 0
        lines += len(batch)
        start = time.perf_counter()
        loss = task.loss(batch)
        start = clocked("network and loss", start)
        optimizer.zero_grad()
        loss.backward()
        start = clocked("gradients", start)
        torch.nn.utils.clip_grad_norm_(task.parameters(), options.training.clip)
        optimizer.step()
        clocked("optimizer", start)
    means = {name: statistics.mean(times) for name, times in parts.items()}
    return means | {"lines/s": lines / (time.perf_counter() - began)}


def uneven(options: Options, steps: int, skip: int = 0) -> str | None:
    """What to know of the timed steps where of the documents composed in them not as many are new
    as in a training; else None."""
    training, presets = options.training, options.lines.presets
    takes = training.photographs
    if takes == 1 or not any(PRESETS[name].document for name in presets):
        return None
    size, apart = training.pool, twin_pools(training.pool)
    # Those that begin in these steps: a pool is composed, whole, when its first batch is asked for.
    begins, ends = (-(-step // size) for step in (skip + WARMUP, skip + WARMUP + steps))
    new = sum(first_pool(pool, takes, apart)[1] == 0 for pool in range(begins, ends))
    composed = ends - begins
    if composed * size == steps and new * takes == composed:
        return None
    whole = size * apart * takes
    return (
        f"not whole rounds of {whole} steps: in these {steps} steps, {composed * size} batches are"
        f" composed, {new * size} of them of numbers not written before, in a training 1 of"
        f" {takes}: give  --steps {-(-steps // whole) * whole}"
    )


def seconds_to_target(options: Options, budget: str) -> tuple[float | None, float]:
    """Seconds until validation CER on touching lines was first at most 2 %, and the last CER."""
    training = dataclasses.replace(options.training, budget=budget, validate_every=100)
    lines = LinesOptions(presets={"touching": 1.0}, min_length=3, max_length=10, validation=1000)
    with tempfile.TemporaryDirectory() as folder:
        options = dataclasses.replace(options, training=training, lines=lines)
        train(options, Path(folder) / "run")
        with (Path(folder) / "run" / "metrics.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert (Path(folder) / "run" / MODEL).exists()
    reached = None
    for row in rows:
        if row["val_cer"]:
            cer, seconds = float(row["val_cer"]), float(row["val_seconds"])
            if cer <= TARGET and reached is None:
                reached = seconds
    return reached, cer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, default=Path("configs/ctc.yaml"))
    parser.add_argument("--steps", type=int, default=192)
    parser.add_argument("--budget", default="3 minutes")
    parser.add_argument("--skip", type=int, default=0, metavar="BATCHES")
    parser.add_argument("--precision", choices=("auto", "32", "bf16"))
    arguments = parser.parse_args()
    precision = [("training.precision", f"'{arguments.precision}'")] if arguments.precision else []
    options = load_options(arguments.config, precision)

    if remark := uneven(options, arguments.steps, arguments.skip):
        print(remark, flush=True)
    figures = timed_steps(options, arguments.steps, arguments.skip)
    speed = figures.pop("lines/s")
    whole = sum(figures.values())
    print(f"a step of {options.training.batch} lines, {torch.get_num_threads()} threads:")
    for name, milliseconds in figures.items():
        print(f"  {name:18} {milliseconds:7.1f} ms  {milliseconds / whole:6.1%}")
    print(f"  {speed:.0f} lines/s")

    if arguments.budget == "none":
        return
    reached, cer = seconds_to_target(options, arguments.budget)
    after = "not reached" if reached is None else f"after {reached:.0f} s"
    print(
        f"touching lines, budget {arguments.budget}: validation CER of 2 % {after},"
        f" {cer:.2%} at the end"
    )


if __name__ == "__main__":
    run(main)
