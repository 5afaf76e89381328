"""The paper's table, and its graph of epoch against accuracy, with our figures: `make paper`.

    python tools/paper.py [--seeds 3] [--relatives 1] [--models lstm,gru] [--out runs/paper]
        [--docs docs]
    python tools/paper.py --search lstm.training.learning_rate 2e-3 4e-3 8e-3

Trains the paper's four models, with --relatives also those that it names or leaves to the future,
each with several seeds (so many of the relatives as --relatives says), on the 55,000 training
digits; measures after every epoch on the 5,000 validation digits, and once, after the last epoch,
on the 10,000 test digits. Finished trainings are kept in --out and not done again. Prints the
table, and leaves it there beside the graph.

With --search: how the options were chosen that the paper leaves open. Trains one model with each
value of one option, seed 0, and prints the validation accuracy after the last epoch. The test
digits are not read.
"""

from __future__ import annotations

import argparse
import math
import shutil
import statistics
from itertools import cycle
from pathlib import Path
from typing import NoReturn

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import torch
import yaml
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator
from started import make_folder, run
from tqdm import tqdm

from hwr.cli.write import written
from hwr.errors import HwrError
from hwr.training.paper import Advance, PaperResult, train_model
from hwr.training.paper_options import PaperModel, load_models
from hwr.training.paper_runs import finished, kept_result

Table = dict[str, tuple[PaperModel, list[PaperResult]]]

LARGE = 0.5
"""Points from the paper's figure to ours that want an explanation."""

COLORS = (*(f"C{number}" for number in range(10)), "black", "navy")

TICKS = (0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70)
"""Where the graph is labelled, % wrong."""


def train_all(models: dict[str, PaperModel], seeds: dict[str, int], folder: Path) -> Table:
    """Results of every model and seed, kept ones and new ones, under one progress bar."""
    runs = [(seed, name) for name in models for seed in range(seeds[name])]
    runs.sort(key=lambda run: run[0])
    paths = {(seed, name): folder / f"{name}-seed{seed}.json" for seed, name in runs}
    missing = [run for run in runs if kept_result(paths[run], models[run[1]], run[0]) is None]
    table: Table = {name: (model, []) for name, model in models.items()}
    cost = sum(models[name].cost for _, name in missing)
    look = "{desc} {percentage:3.0f}% |{bar}| {elapsed} gone, {remaining} left"
    with tqdm(total=cost, bar_format=look, disable=not missing, smoothing=0.05) as bar:
        for seed, name in runs:
            model = models[name]
            if (seed, name) in missing:
                bar.set_description(f"{missing.index((seed, name)) + 1}/{len(missing)} {name}")
            path = paths[seed, name]
            result = finished(path, model, seed, advancing(bar, model.cost))
            table[name][1].append(result)
    return table


def advancing(bar: tqdm[NoReturn], cost: float) -> Advance:
    """Moves a bar on by shares of a cost, never past its end: sums of shares are not exact."""

    def advance(share: float) -> None:
        bar.update(min(share * cost, (bar.total or 0) - bar.n))

    return advance


def markdown(table: Table) -> str:
    """The table, and a sentence for each of our figures that is far from the paper's."""
    lines = [
        "| model | paper | ours, mean ± standard deviation | seeds | parameters | seconds |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    notes = []
    for model, results in table.values():
        tests = [100 * result.test for result in results if result.test is not None]
        mean, seconds = statistics.mean(tests), statistics.mean(r.seconds for r in results)
        paper = "" if model.paper is None else f"{model.paper:g} %"
        deviation = f" ± {statistics.stdev(tests):.2f}" if len(tests) > 1 else ""
        lines.append(
            f"| {model.title} | {paper} | {mean:.2f}{deviation} % | {len(tests)} |"
            f" {results[0].parameters:,} | {seconds:.0f} |"
        )
        if model.paper is not None and abs(mean - model.paper) > LARGE:
            notes.append(f"{model.title}, {mean - model.paper:+.2f} points: {model.note or '?'}")
    return "\n".join([*lines, *(f"\n{note}" for note in notes)]) + "\n"


def draw(table: Table, path: Path) -> None:
    """Epoch against validation accuracy, on a logarithmic scale of what is wrong: the mean of the
    seeds, and a band from the lowest to the highest. Relatives of the paper's models are dashed;
    what has no epochs is dotted."""
    figure, axes = plt.subplots(figsize=(8.5, 5), layout="constrained")
    ends = []
    worst = best = 5.0
    for (model, results), color in zip(table.values(), cycle(COLORS)):
        wrong = [[100 - 100 * share for share in result.validation] for result in results]
        mean = [statistics.mean(epoch) for epoch in zip(*wrong, strict=True)]
        worst, best = max(worst, *map(max, wrong)), min(best, *map(min, wrong))
        ends.append([mean[-1], model.title, color])
        if len(mean) == 1:
            axes.axhline(mean[0], color=color, linewidth=1.2, linestyle=":")
            continue
        epochs = range(1, len(mean) + 1)
        look = "-" if model.paper else "--"
        axes.plot(epochs, mean, color=color, linewidth=1.8, linestyle=look)
        low, high = zip(
            *((min(epoch), max(epoch)) for epoch in zip(*wrong, strict=True)), strict=True
        )
        axes.fill_between(epochs, low, high, color=color, alpha=0.18, linewidth=0)
    last = max(len(results[0].validation) for _, results in table.values())
    axes.set(
        yscale="log", ylim=(worst * 1.08, best / 1.1), xlim=(1, last),
        xlabel="epoch", ylabel="validation digits read right (%)",
    )  # fmt: skip
    axes.yaxis.set_major_locator(FixedLocator(TICKS))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(lambda wrong, _: f"{100 - wrong:g}")
    axes.xaxis.set_major_locator(FixedLocator(range(1, last + 1)))
    # Names at the ends of their lines, moved apart where they would overlap.
    top, bottom, height = best / 1.1, worst * 1.08, 0.045
    free = 1.0
    for wrong_at_end, title, color in sorted(ends):
        place = 1 - _log_share(wrong_at_end, top, bottom)
        free = min(place, free - height)
        axes.annotate(
            f"{title}  {100 - wrong_at_end:.2f}", (1.0, place), xytext=(1.025, free),
            xycoords="axes fraction", textcoords="axes fraction", color=color, va="center",
            arrowprops={"arrowstyle": "-", "color": color, "linewidth": 0.6, "relpos": (0, 0.5)},
            annotation_clip=False,
        )  # fmt: skip
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    with written(path) as beside:
        figure.savefig(beside, dpi=130, format="png")
    plt.close(figure)


def _log_share(value: float, low: float, high: float) -> float:
    return math.log(value / low) / math.log(high / low)


def search(config: Path, option: str, values: list[str]) -> None:
    """Validation accuracy after the last epoch, for each value of one option of one model."""
    name = option.split(".")[0]
    print(f"{option}: validation digits read right after the last epoch, seed 0")
    for value in values:
        model = load_models(config, [(option, yaml.safe_load(value))])[name]
        with tqdm(total=1.0, desc=value, leave=False, bar_format="{desc} |{bar}|") as bar:
            result = train_model(model, 0, advancing(bar, 1.0), test=False)
        print(f"{value}: {result.validation[-1]:.2%} ({result.seconds:.0f} s)", flush=True)


def chosen(models: dict[str, PaperModel], names: str, relatives: bool) -> dict[str, PaperModel]:
    if not names:
        return {
            name: model for name, model in models.items() if relatives or model.paper is not None
        }
    for name in names.split(","):
        if name not in models:
            raise HwrError(f"no such model: {name!r} (there are {', '.join(models)})")
    return {name: models[name] for name in names.split(",")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, default=Path("configs/paper/models.yaml"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--relatives", type=int, default=0, metavar="SEEDS", help="not only the paper's four"
    )
    parser.add_argument("--models", default="", help="only these, as  lstm,gru")
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    parser.add_argument("--out", type=Path, default=Path("runs/paper"))
    parser.add_argument("--docs", type=Path, help="a folder that the graph is copied to")
    parser.add_argument("--search", nargs="+", metavar=("OPTION", "VALUE"))
    arguments = parser.parse_args()
    if arguments.seeds < 1:
        parser.error("--seeds must be at least 1")
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    if arguments.search:
        search(arguments.config, arguments.search[0], arguments.search[1:])
        return
    models = chosen(load_models(arguments.config), arguments.models, arguments.relatives > 0)
    seeds = {
        name: arguments.seeds if model.paper or not arguments.relatives else arguments.relatives
        for name, model in models.items()
    }
    make_folder(arguments.out)
    table = train_all(models, seeds, arguments.out)
    text = markdown(table)
    with written(arguments.out / "table.md") as beside:
        beside.write_text(text, encoding="utf-8")
    draw(table, arguments.out / "paper.png")
    print(text)
    print(f"left in {arguments.out}: table.md, paper.png")
    if arguments.docs:
        with written(arguments.docs / "paper.png") as beside:
            shutil.copy(arguments.out / "paper.png", beside)


if __name__ == "__main__":
    run(main)
