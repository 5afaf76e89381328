"""What each step of cleaning does to the character error rate.

    python tools/clean.py --model runs/ctc/model.onnx --data 'synth:touching?split=val&count=1000'
    python tools/clean.py --model A.onnx --data lines/ --model B.onnx --data 'synth:document'
    python tools/clean.py --train 10 --config configs/ctc.yaml --set lines.presets '{document: 1}'
        --data 'synth:document?split=val'

With --model, trained models read pictures that are cleaned before, which they have not learnt: that
tells which steps are harmless, or help at no cost. With --train, a model is trained for so many
minutes (or `'1000 steps'`, which is fairer where other work goes on) with each step among its image
settings, and one with none, and each reads pictures cleaned in the same way: the fair comparison.
With --from too, each goes on from a trained model: a few hundred steps serve, and not thousands.
(Steps act on pictures: on lines of one's own and on those of the preset `document`, not on lines
that are composed just as the network sees them.) Finished trainings are kept in --runs and not done
again. Prints a table, and draws it to --out.
"""

from __future__ import annotations

import argparse
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from started import run
from tqdm import tqdm

from hwr.cli.write import written
from hwr.evaluate import evaluate
from hwr.images.clean import CleanOptions
from hwr.images.clean.options import STEPS, parse_steps
from hwr.lines.sources import is_single, open_source
from hwr.recognizer import Recognizer
from hwr.scoring.rates import rates
from hwr.training.config import load_options
from hwr.training.options import Budget
from hwr.training.run import MODEL, train

NONE = "none"

Rates = tuple[float, float, float, float]
"""CER, its 95 % interval, and the share of lines right."""
Variants = dict[str, dict[str, Any]]


def measured(model: Path, source: str, steps: dict[str, Any] | None) -> Rates:
    """How a model reads a source, with other steps than it was trained with if they are given."""
    recognizer = Recognizer(model)
    if steps is not None:
        image = replace(recognizer.card.image, clean=CleanOptions(**steps))
        recognizer.card = replace(recognizer.card, image=image)
    lines = open_source(source, recognizer.card.image.height)
    found = rates(evaluate(recognizer, lines, count_unknown=True).scores)
    return found.cer, found.cer_low, found.cer_high, found.accuracy


def trained(arguments: argparse.Namespace, name: str, steps: dict[str, Any], seed: int) -> Path:
    """The model file of a training with some steps; trained unless it is there already."""
    overrides = [
        *((option, value) for option, value in arguments.set),
        *((f"image.clean.{option}", str(value).lower()) for option, value in steps.items()),
        ("training.budget", arguments.train),
        ("training.seed", str(seed)),
    ]
    options = load_options(arguments.config, overrides)
    folder = arguments.runs / f"{name.replace('=', '-')}-{seed}"
    done, said = folder / "done", f"{options} {arguments.start}"
    # What was asked for and not what the run's own file says, which a training may complete.
    if not (done.exists() and done.read_text(encoding="utf-8") == said):
        shutil.rmtree(folder, ignore_errors=True)
        train(options, folder, start=arguments.start)
        done.write_text(said, encoding="utf-8")
    return folder / MODEL


def budget(text: str) -> str:
    """Minutes where it is a number, else what a budget is written as."""
    text = f"{text} minutes" if text.replace(".", "", 1).isdigit() else text
    Budget.parse(text)
    return text


def table_of(arguments: argparse.Namespace, variants: Variants) -> dict[str, list[list[Rates]]]:
    """For each variant and each column of the table, the rates of each seed."""
    found: dict[str, list[list[Rates]]] = {}
    if arguments.train is None:
        pairs = paired(arguments)
        for name, steps in tqdm(variants.items(), "steps", leave=False):
            found[name] = [[measured(model, source, steps)] for model, source in pairs]
        return found
    runs = [(name, seed) for name in variants for seed in arguments.seeds]
    for name, seed in tqdm(runs, "trainings", leave=False):
        model = trained(arguments, name, variants[name], seed)
        columns = found.setdefault(name, [[] for _ in arguments.data])
        for column, source in zip(columns, arguments.data, strict=True):
            column.append(measured(model, source, None))
    return found


def paired(arguments: argparse.Namespace) -> list[tuple[Path, str]]:
    """The columns of the table: each --model with its --data, or one model with all."""
    models, sources = arguments.model, arguments.data
    if len(models) == 1:
        models = models * len(sources)
    return list(zip(models, sources, strict=True))


def cell(of_seeds: list[Rates]) -> str:
    """One cell of the table: with its interval, or over the seeds with their spread."""
    cer, accuracy = (float(np.mean([found[at] for found in of_seeds])) for at in (0, 3))
    if len(of_seeds) > 1:
        spread = np.std([found[0] for found in of_seeds], ddof=1)
        return f"{cer:.2%} ± {spread:.2%} | {accuracy:.1%}"
    return f"{cer:.2%} ({of_seeds[0][1]:.2%} to {of_seeds[0][2]:.2%}) | {accuracy:.1%}"


def draw(table: dict[str, list[list[Rates]]], sources: list[str], path: Path) -> None:
    """A panel for each column, a bar for each step."""
    size = (5 * len(sources) + 1, 0.35 * len(table) + 1.2)
    figure, panels = plt.subplots(
        1, len(sources), figsize=size, layout="constrained", squeeze=False, sharey=True
    )
    names = list(table)[::-1]
    for column, (source, axes) in enumerate(zip(sources, panels[0], strict=True)):
        found = [[100 * cer for cer, *_ in table[name][column]] for name in names]
        means = [float(np.mean(of_seeds)) for of_seeds in found]
        axes.barh(names, means, color=["tab:blue"] * (len(names) - 1) + ["tab:gray"])
        for row, of_seeds in enumerate(found):
            axes.plot(of_seeds, [row] * len(of_seeds), "k.", markersize=5)
        axes.axvline(means[-1], color="gray", linewidth=0.8, linestyle=":")
        axes.set(xlabel="CER (%)")
        axes.set_title(source, fontsize=9)
        axes.spines[["top", "right"]].set_visible(False)
    with written(path) as beside:
        figure.savefig(beside, dpi=130, format="png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument("--data", action="append", required=True, metavar="SOURCE")
    parser.add_argument("--steps", nargs="+", default=list(STEPS), metavar="NAME[=AMOUNT]")
    parser.add_argument("--together", help="a variant of several steps, as  flatten,stroke=0.1")
    parser.add_argument(
        "--train", type=budget, metavar="MINUTES", help="for each step; or a budget as '1000 steps'"
    )
    parser.add_argument("--config", type=Path, default=Path("configs/ctc.yaml"))
    parser.add_argument("--from", dest="start", type=Path, metavar="MODEL", help="train on from it")
    parser.add_argument("--set", nargs=2, action="append", default=[], metavar=("OPTION", "VALUE"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--runs", type=Path, default=Path("runs/clean"))
    parser.add_argument("--out", type=Path, metavar="PNG")
    arguments = parser.parse_args()
    if arguments.train is None and len(arguments.model) not in (1, len(arguments.data)):
        parser.error("give one --model, or one for each --data, or --train")
    if arguments.train is not None and arguments.model:
        parser.error("--train makes models of its own: leave out --model")
    if any(map(is_single, arguments.data)):
        parser.error("--data: no step acts on single digits: give lines")
    variants: Variants = {NONE: {}}
    try:
        # Each by itself: two ways of one step may both be asked for.
        for step in arguments.steps:
            variants |= parse_steps([step])
        if arguments.together:
            steps = parse_steps(arguments.together.split(","))
            variants[arguments.together] = {k: v for of in steps.values() for k, v in of.items()}
    except ValueError as error:
        parser.error(str(error))
    table = table_of(arguments, variants)
    columns = arguments.data
    print(f"| step | {' | '.join(f'CER, {source} | lines right' for source in columns)} |")
    print("|---|" + "---:|---:|" * len(columns))
    for name, cells in table.items():
        print(f"| {name} | {' | '.join(cell(of_seeds) for of_seeds in cells)} |")
    if arguments.out:
        draw(table, columns, arguments.out)
        print(f"drawn: {arguments.out}")


if __name__ == "__main__":
    run(main)
