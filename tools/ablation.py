"""What each trick brings the seq2seq head: short runs of one budget, several seeds each.

    python tools/ablation.py [--budget "1 minute"] [--seeds 0 1 2] [--out runs/ablation]

A CTC run of the same seed comes first; all others begin with its encoder, unless they say
otherwise. Every run trains on touching lines of 1 to 6 digits, and is measured on validation lines:
what the seq2seq head alone reads wrong at the end. Finished runs are kept in --out and not trained
again. Prints a table, mean and standard deviation over the seeds, and draws it.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import statistics
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import torch
from started import run
from tqdm import tqdm

from hwr.cli.write import written
from hwr.training.config import load_options
from hwr.training.run import fit

Overrides = list[tuple[str, str]]

SHORT: Overrides = [
    ("lines.max_length", "6"),
    ("training.batch", "16"),
    ("network.seq2seq.feedback", "true"),
    ("lines.grow", "0"),
    ("training.average", "0.98"),
    ("training.warmup", "0.1"),
    ("training.validate_every", "100000"),
    ("lines.validation", "1000"),
]
"""What makes the config's long training a short one."""

SCRATCH = "from scratch"
"""Variants so named do not begin with the encoder of the CTC run."""

VARIANTS: dict[str, Overrides] = {
    "plain": [],
    SCRATCH: [],
    f"{SCRATCH}, no CTC loss beside": [("heads", "{seq2seq: 1.0}")],
    "no CTC loss beside": [("heads", "{seq2seq: 1.0}")],
    "columns not merged": [("network.seq2seq.merge", "1")],
    "forward only": [("network.seq2seq.directions", "forward")],
    "source reversed (backward only)": [("network.seq2seq.directions", "backward")],
    "short strings first": [("lines.grow", "300")],
    "larger state (384)": [
        ("network.seq2seq.image_hidden", "384"),
        ("network.seq2seq.hidden", "384"),
    ],
    "deeper bridge (512)": [("network.seq2seq.bridge", "[512]")],
    "scheduled sampling (to 0.25)": [
        ("training.sampling", "0.25"),
        ("training.sampling_rise", "400"),
    ],
    "vector beside every symbol": [("network.seq2seq.context", "true")],
    "vector at every step, no feedback": [("network.seq2seq.feedback", "false")],
}


def once(config: Path, folder: Path, overrides: Overrides, start: Path | None = None) -> Path:
    """A run's best checkpoint; trained unless the same run is there already."""
    options = load_options(config, [*SHORT, *overrides])
    kept = folder / "config.yaml"
    if not ((folder / "done").exists() and load_options(kept) == options):
        shutil.rmtree(folder, ignore_errors=True)
        fit(options, folder, start=start)
        (folder / "done").touch()
    return folder / "best.ckpt"


def result(folder: Path) -> tuple[float, int]:
    """The seq2seq head's validation CER at the end of a run, and its steps."""
    with (folder / "metrics.csv").open(encoding="utf-8", newline="") as file:
        last = [row for row in csv.DictReader(file) if row["val_cer"]][-1]
    return float(last.get("val_cer_seq2seq") or last["val_cer"]), int(last["step"])


def draw(table: dict[str, list[float]], path: Path) -> None:
    """A bar for each variant, a dot for each seed."""
    figure, axes = plt.subplots(figsize=(8, 0.42 * len(table) + 1), layout="constrained")
    names = list(table)[::-1]
    means = [100 * statistics.mean(table[name]) for name in names]
    axes.barh(
        names, means, color=["tab:blue" if name in names[:-1] else "tab:gray" for name in names]
    )
    for row, name in enumerate(names):
        axes.plot([100 * cer for cer in table[name]], [row] * len(table[name]), "k.", markersize=5)
    axes.axvline(means[-1], color="gray", linewidth=0.8, linestyle=":")
    axes.set(xlabel="validation CER of the seq2seq head (%)")
    axes.spines[["top", "right"]].set_visible(False)
    with written(path) as beside:
        figure.savefig(beside, dpi=130, format="png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, default=Path("configs/joint.yaml"))
    parser.add_argument("--budget", default="1 minute", help="of each run")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    parser.add_argument("--out", type=Path, default=Path("runs/ablation"))
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    budget = ("training.budget", arguments.budget)
    found: dict[str, list[tuple[float, int]]] = {name: [] for name in VARIANTS}
    runs = [(seed, name) for seed in arguments.seeds for name in VARIANTS]
    for seed, name in tqdm(runs, "runs", leave=False):
        folder = arguments.out / f"{name.replace(' ', '-')}-{seed}"
        of_run = [budget, ("training.seed", str(seed))]
        start = None
        if not name.startswith(SCRATCH):
            ctc = [*of_run, ("heads", "{ctc: 1.0}")]
            start = once(arguments.config, arguments.out / f"ctc-{seed}", ctc)
        overrides = [*of_run, *VARIANTS[name]]
        once(arguments.config, folder, overrides, start)
        found[name].append(result(folder))
    print(f"| variant | CER, mean ± standard deviation of {len(arguments.seeds)} | steps |")
    print("|---|---:|---:|")
    for name, of_seeds in found.items():
        cer = [value for value, _ in of_seeds]
        spread = statistics.stdev(cer) if len(cer) > 1 else 0.0
        steps = statistics.mean(count for _, count in of_seeds)
        print(f"| {name} | {statistics.mean(cer):.1%} ± {spread:.1%} | {steps:.0f} |")
    table = {name: [cer for cer, _ in of_seeds] for name, of_seeds in found.items()}
    draw(table, arguments.out / "ablation.png")
    print(f"drawn: {arguments.out / 'ablation.png'}")


if __name__ == "__main__":
    run(main)
