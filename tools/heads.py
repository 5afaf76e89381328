"""The heads side by side: error rates by length, on touching lines, and lines a second.

    python tools/heads.py --joint runs/joint/model.onnx [--vector runs/vector/model.onnx]

Reads test lines with each head of a model of both heads, and with the seq2seq head of a second
model, one trained with `--network.seq2seq.feedback false`. Prints the figures on 3 to 10 digits, as
`hwr eval --data 'synth:touching?split=test'` does, and a table for each length from 1 to 25, and
draws it. Then times some training steps with each head.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from lengths import draw, measure
from started import make_folder, run
from throughput import timed_steps

from hwr.evaluate import evaluate
from hwr.lines.sources import SynthSource
from hwr.recognizer import Recognizer
from hwr.scoring.rates import Rates, rates
from hwr.training.config import load_options

LENGTHS = tuple(range(1, 26))

TRAINED = {
    "CTC alone": [("heads", "{ctc: 1.0}")],
    "seq2seq, feedback, alone": [("heads", "{seq2seq: 1.0}")],
    "seq2seq, vector at every step, alone": [
        ("heads", "{seq2seq: 1.0}"),
        ("network.seq2seq.feedback", "false"),
    ],
    "CTC and seq2seq": [],
}


def overall(recognizer: Recognizer, count: int) -> tuple[Rates, float]:
    """Rates on touching test lines of 3 to 10 digits, and lines read a second, composing
    included."""
    source = SynthSource("touching", count=count).compose(recognizer.card.image.height)
    found = evaluate(recognizer, source)
    return rates(found.scores), count / found.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--joint", type=Path, required=True)
    parser.add_argument("--vector", type=Path)
    parser.add_argument("--config", type=Path, default=Path("configs/joint.yaml"))
    parser.add_argument("--steps", type=int, default=60, help="of training, for each head")
    parser.add_argument("--count", type=int, default=5_000, help="lines of 3 to 10 digits")
    parser.add_argument("--characters", type=int, default=4_000, help="for each length")
    parser.add_argument("--out", type=Path, default=Path("reports"))
    arguments = parser.parse_args()

    readers = {
        "CTC": Recognizer(arguments.joint, head="ctc"),
        "seq2seq, feedback": Recognizer(arguments.joint, head="seq2seq"),
        "joint": Recognizer(arguments.joint, head="joint"),
    }
    if arguments.vector is not None:
        readers["seq2seq, vector at every step"] = Recognizer(arguments.vector, head="seq2seq")
    make_folder(arguments.out)

    print(f"share of the CTC head in joint reading: {readers['joint'].card.share}")
    print("| touching, 3 to 10 digits | CER (95 %) | lines right (95 %) | lines/s |")
    print("|---|---:|---:|---:|")
    for name, recognizer in readers.items():
        found, speed = overall(recognizer, arguments.count)
        print(
            f"| {name} | {found.cer:.2%} ({found.cer_low:.2%} to {found.cer_high:.2%})"
            f" | {found.accuracy:.1%} ({found.accuracy_low:.1%} to {found.accuracy_high:.1%})"
            f" | {speed:.0f} |"
        )

    curves: dict[str, list[Rates]] = {name: [] for name in readers}
    print()
    print("| digits | " + " | ".join(f"{name}: CER | lines right" for name in readers) + " |")
    print("|---:|" + "---:|---:|" * len(readers))
    for length in LENGTHS:
        for name, recognizer in readers.items():
            curves[name].append(measure(recognizer, "touching", length, arguments.characters))
        cells = [f"{found[-1].cer:.2%} | {found[-1].accuracy:.1%}" for found in curves.values()]
        print(f"| {length} | {' | '.join(cells)} |", flush=True)
    trained = readers["joint"].card.longest
    draw(LENGTHS, curves, arguments.out / "heads.png", trained)
    print(f"drawn: {arguments.out / 'heads.png'}")

    print()
    print("| training | lines/s |")
    print("|---|---:|")
    for name, overrides in TRAINED.items():
        speed = timed_steps(load_options(arguments.config, overrides), arguments.steps)["lines/s"]
        print(f"| {name} | {speed:.0f} |", flush=True)


if __name__ == "__main__":
    run(main)
