"""Whether strings and single digits help each other: an encoder for each, and one for both.

    python tools/tasks.py [--steps 4000] [--seeds 0 1] [--out runs/tasks]

Trains `configs/mixed.yaml` with both heads, with the CTC head alone, and with the digit head alone,
for the same number of steps, so that each task sees the same lines or digits with and without the
other; of each run the model file counts, which is that of its lowest validation loss. Finished runs
are kept in --out and not trained again. Prints the character error rates on validation and on test
data, mean over the seeds and each. Single digits are read by the digit head where there is one,
else as lines of one digit by the CTC head.
"""

from __future__ import annotations

import argparse
import statistics
from pathlib import Path

import torch
from started import run
from tqdm import tqdm

from hwr.evaluate import evaluate
from hwr.lines.sources import is_single, open_source
from hwr.recognizer import Recognizer
from hwr.scoring.rates import rates
from hwr.training.config import load_options
from hwr.training.run import LAST, MODEL, train

VARIANTS = {
    "lines alone": "{ctc: 1.0}",
    "digits alone": "{digit: 1.0}",
    "both": "{ctc: 1.0, digit: 0.3}",
}

SOURCES = {
    "touching": "synth:touching?split={split}&count=4000",
    "plain": "synth:plain?split={split}&count=4000",
    "single digits": "mnist?split={split}",
}


def trained(config: Path, folder: Path, overrides: list[tuple[str, str]]) -> Path:
    """A run's model file; trained unless the same run is there already."""
    options = load_options(config, overrides)
    kept = folder / "config.yaml"
    if not ((folder / MODEL).exists() and load_options(kept) == options):
        last = folder / LAST
        train(options, folder, resume=last if last.exists() else None)
    return folder / MODEL


def error(model: Path, source: str) -> float:
    """The character error rate of a model on a source: by the digit head on single digits, where
    there is one."""
    recognizer = Recognizer(model, single=is_single(source))
    lines = open_source(source, recognizer.card.image.height)
    return rates(evaluate(recognizer, lines).scores, resamples=0).cer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, default=Path("configs/mixed.yaml"))
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    parser.add_argument("--out", type=Path, default=Path("runs/tasks"))
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    models: dict[str, list[Path]] = {name: [] for name in VARIANTS}
    runs = [(seed, name) for seed in arguments.seeds for name in VARIANTS]
    for seed, name in tqdm(runs, "runs", leave=False):
        overrides = [
            ("heads", VARIANTS[name]),
            ("training.budget", f"{arguments.steps} steps"),
            ("training.seed", str(seed)),
        ]
        folder = arguments.out / f"{name.replace(' ', '-')}-{seed}"
        models[name].append(trained(arguments.config, folder, overrides))
    for split in ("val", "test"):
        print(f"| character errors, {split} | {' | '.join(SOURCES)} |")
        print("|---|" + "---:|" * len(SOURCES))
        for name, files in models.items():
            cells = []
            for source in SOURCES.values():
                if name == "digits alone" and not is_single(source):
                    cells.append("")
                    continue
                found = [error(file, source.format(split=split)) for file in files]
                each = ", ".join(f"{value:.2%}" for value in found)
                cells.append(f"{statistics.mean(found):.2%} ({each})")
            print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    run(main)
