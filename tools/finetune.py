"""What fine-tuning brings: a model before and after a few minutes on a few hundred other lines.

    python tools/finetune.py --model MODEL [--train PLACE --test PLACE] [--budget "4 minutes"]

Without places, the other lines are 400 numbers as documents show them, composed of training digits
and written as pictures, and 1,000 of test digits to measure on. Prints the character error rate and
the lines right before and after, each with its 95 % interval, and how long it took, all in. What
the model cannot write counts as an error before.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from started import run

from hwr.errors import HwrError
from hwr.evaluate import evaluate
from hwr.lines.sources import open_source
from hwr.recognizer import Recognizer
from hwr.scoring.rates import rates

COMPOSED = (("train", 400), ("test", 1000))


def measured(model: Path, place: str) -> str:
    """A model's error rates on lines, as a line of text."""
    recognizer = Recognizer(model)
    lines = open_source(place, recognizer.card.image.height)
    found = rates(evaluate(recognizer, lines, count_unknown=True).scores)
    return (
        f"CER {found.cer:.2%} ({found.cer_low:.2%} to {found.cer_high:.2%}), lines right"
        f" {found.accuracy:.1%} ({found.accuracy_low:.1%} to {found.accuracy_high:.1%})"
    )


def hwr(*words: str) -> None:
    """Runs a command of hwr as a user would, and ends where that fails, which has said why."""
    status = subprocess.run([sys.executable, "-m", "hwr", *words], check=False).returncode
    if status:
        raise HwrError(f"hwr {words[0]} ended with status {status}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--train")
    parser.add_argument("--test")
    parser.add_argument("--budget", default="4 minutes")
    arguments = parser.parse_args()
    if (arguments.train is None) != (arguments.test is None):
        parser.error("give both --train and --test, or neither")
    Recognizer(arguments.model)  # or lines would be composed before it is missed
    with tempfile.TemporaryDirectory() as folder:
        places = {"train": arguments.train, "test": arguments.test}
        if arguments.train is None:
            for split, count in COMPOSED:
                places[split] = f"{folder}/{split}"
                hwr("synth", "--preset", "document", "--split", split, "--count", str(count),
                    "--out", places[split])  # fmt: skip
        before = measured(arguments.model, places["test"])
        start = time.monotonic()
        hwr("train", "--from", str(arguments.model), "--data.train", places["train"],
            "--training.budget", arguments.budget, "--on-bad-line", "skip",
            "--out", f"{folder}/tuned")  # fmt: skip
        minutes = (time.monotonic() - start) / 60
        after = measured(Path(folder) / "tuned" / "model.onnx", places["test"])
    print(f"before: {before}\nafter:  {after}\n{minutes:.1f} minutes, all in")


if __name__ == "__main__":
    run(main)
