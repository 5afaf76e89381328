"""Error rates by the length of the line: are long lines, and single digits, read as well?

    python tools/lengths.py --model runs/demo/model.onnx [--out docs]

For each length, lines of just so many digits are composed of test digits, and measured as
`hwr eval --data 'synth:PRESET?min=N&max=N'` does. Prints a table and draws it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import LogLocator
from started import make_folder, run

from hwr.cli.write import written
from hwr.evaluate import evaluate
from hwr.lines.sources import SynthSource
from hwr.recognizer import Recognizer
from hwr.scoring.rates import Rates, rates

LENGTHS = (1, 2, 3, 5, 8, 10, 12, 15, 20, 25)
PRESETS = ("plain", "touching")


def measure(recognizer: Recognizer, preset: str, length: int, characters: int) -> Rates:
    """Rates on lines of one length, as many as make about so many characters."""
    count = max(characters // length, 1)
    source = SynthSource(preset, count=count, min=length, max=length)
    return rates(evaluate(recognizer, source.compose(recognizer.card.image.height)).scores)


def draw(
    lengths: Sequence[int], curves: dict[str, list[Rates]], path: Path, trained: int | None = None
) -> None:
    """CER and lines right by length, a curve for each name; a mark behind the longest lines that
    were trained on."""
    figure, panels = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    for name, found in curves.items():
        for axes, parts in zip(
            panels,
            (
                [(r.cer, r.cer_low, r.cer_high) for r in found],
                [(r.accuracy, r.accuracy_low, r.accuracy_high) for r in found],
            ),
            strict=True,
        ):
            value, low, high = ([100 * part for part in row] for row in zip(*parts, strict=True))
            axes.plot(lengths, value, marker="o", markersize=3.5, label=name)
            axes.fill_between(lengths, low, high, alpha=0.15)
    highest = max(found.cer for row in curves.values() for found in row)
    if highest > 0.1:
        panels[0].set_yscale("log")
        panels[0].yaxis.set_major_formatter("{x:g}")
        panels[0].yaxis.set_minor_locator(LogLocator(subs=(2, 5)))
        panels[0].yaxis.set_minor_formatter("{x:g}")
    else:
        panels[0].set_ylim(bottom=0)
    panels[1].set_ylim(bottom=0, top=100)
    for axes, label in zip(panels, ("CER (%)", "lines right (%)"), strict=True):
        axes.set(xlabel="digits in the line", ylabel=label)
        axes.set_xticks([n for n in lengths if n in LENGTHS])
        if trained is not None:
            axes.axvline(trained + 0.5, color="gray", linewidth=0.8, linestyle=":")
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
    panels[1].legend(frameon=False, loc="center right" if highest > 0.1 else "lower left")
    with written(path) as beside:
        figure.savefig(beside, dpi=130, format="png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--characters", type=int, default=10_000, help="for each length")
    parser.add_argument("--out", type=Path, default=Path("reports"))
    arguments = parser.parse_args()
    recognizer = Recognizer(arguments.model)
    make_folder(arguments.out)

    print("| digits | " + " | ".join(f"{p}: CER (95 %) | lines right" for p in PRESETS) + " |")
    print("|---:|" + "---:|---:|" * len(PRESETS))
    table = {
        preset: [measure(recognizer, preset, n, arguments.characters) for n in LENGTHS]
        for preset in PRESETS
    }
    for row, length in enumerate(LENGTHS):
        cells = [
            f"{found.cer:.2%} ({found.cer_low:.2%} to {found.cer_high:.2%}) | {found.accuracy:.1%}"
            for found in (table[preset][row] for preset in PRESETS)
        ]
        print(f"| {length} | {' | '.join(cells)} |")
    draw(LENGTHS, table, arguments.out / "lengths.png", recognizer.card.longest)
    print(f"drawn: {arguments.out / 'lengths.png'}")


if __name__ == "__main__":
    run(main)
