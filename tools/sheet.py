"""A picture of test lines with what was read under each, wrong ones marked.

    python tools/sheet.py --model runs/demo/model.onnx --out runs/demo/lines.png

Half of the lines are plain, half touching; they are the first ones of `synth:PRESET?split=test`,
not chosen ones.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from started import run

from hwr.cli.write import written
from hwr.evaluate import evaluate, line_picture
from hwr.lines.sources import SynthSource
from hwr.recognizer import Recognizer
from hwr.scoring.sheet import sheet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--out", type=Path, required=True, metavar="PNG")
    arguments = parser.parse_args()
    if arguments.count < 2 or arguments.count % 2:
        parser.error("--count must be even, 2 or more: half of the lines are of either kind")
    recognizer = Recognizer(arguments.model)
    columns = []
    for preset in ("plain", "touching"):
        source = SynthSource(preset, arguments.count // 2).compose(recognizer.card.image.height)
        columns.append(
            [
                (line_picture(recognizer, source, row), score.truth, score.read)
                for row, score in enumerate(evaluate(recognizer, source).scores)
            ]
        )
    lines = [line for row in zip(*columns, strict=True) for line in row]
    page = sheet(lines)
    with written(arguments.out) as beside:
        page.save(beside, "PNG")
    wrong = sum(truth != read for _, truth, read in lines)
    print(f"{arguments.out}: {len(lines)} test lines, {wrong} read wrong")


if __name__ == "__main__":
    run(main)
