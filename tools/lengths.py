"""Error rates by the length of the line: are long lines, and single digits, read as well?

    python tools/lengths.py --model runs/demo/model.onnx [--out docs]

For each length, lines of just so many digits are composed of test digits, and measured as
`hwr eval --data 'synth:PRESET?min=N&max=N'` does. Prints a table and draws it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--characters", type=int, default=10_000, help="for each length")
    parser.add_argument("--out", type=Path, default=Path("reports"))
    arguments = parser.parse_args()
    recognizer = Recognizer(arguments.model)
    arguments.out.mkdir(parents=True, exist_ok=True)

    figure, axes = plt.subplots(figsize=(7, 3.8), layout="constrained")
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
    for preset in PRESETS:
        found = table[preset]
        axes.plot(LENGTHS, [100 * r.cer for r in found], marker="o", markersize=4, label=preset)
        axes.fill_between(
            LENGTHS,
            [100 * r.cer_low for r in found],
            [100 * r.cer_high for r in found],
            alpha=0.15,
        )
    axes.set(xlabel="digits in the line", ylabel="CER (%)", xticks=LENGTHS)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(arguments.out / "lengths.png", dpi=130)
    print(f"drawn: {arguments.out / 'lengths.png'}")


if __name__ == "__main__":
    main()
