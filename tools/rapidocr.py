"""RapidOCR's recognizer held to digits, on what `hwr eval` measures: something to compare with.

    pip install rapidocr    # for models/PP-OCRv6_rec_small.onnx in it; nothing else of it is used
    python tools/rapidocr.py --model PP-OCRv6_rec_small.onnx --data SOURCE

Pictures are made ready as RapidOCR does it: 48 rows high, padded to 320 columns at least. Of what
the network says only the blank and the ten digits are looked at, and the best path is read.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray
from started import run
from tqdm import tqdm

from hwr.decoding.paths import greedy
from hwr.errors import HwrError, ModelFileError
from hwr.images.grey import Grey
from hwr.lines.presets import DIGITS
from hwr.lines.sources import open_source
from hwr.scoring.rates import rates, score_line

ROWS, COLUMNS = 48, 320


def picture(grey: Grey) -> NDArray[np.float32]:
    """As the network takes it, [1, 3, 48, width], -1 to 1, padded with 0."""
    width = max(1, int(np.ceil(ROWS * grey.shape[1] / grey.shape[0])))
    row = np.zeros((ROWS, max(width, COLUMNS)), np.float32)
    row[:, :width] = cv2.resize(grey, (width, ROWS)) * 2 - 1
    return np.broadcast_to(row, (1, 3, *row.shape)).copy()


class Reader:
    """RapidOCR's network, held to digits."""

    def __init__(self, model: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(str(model), options)
            characters = self._session.get_modelmeta().custom_metadata_map["character"].splitlines()
        except Exception as error:  # onnxruntime's exceptions share no base class of their own
            raise ModelFileError(f"{model}: missing, or not a recognizer of RapidOCR's") from error
        # The blank comes first.
        self._classes = [0, *(1 + characters.index(digit) for digit in DIGITS)]
        self._input = self._session.get_inputs()[0].name

    def read(self, grey: Grey) -> tuple[str, float]:
        """The digits read, and how probable the symbols of the best path are."""
        (said,) = self._session.run(None, {self._input: picture(grey)})
        path = greedy(np.log(np.maximum(said[0][:, self._classes], 1e-9)))
        text = "".join(DIGITS[symbol - 1] for symbol in path.ids)
        return text, float(np.prod(path.confidences))


def opened(greys: Iterator[Grey | HwrError]) -> Iterator[Grey]:
    """All pictures; the first that cannot be opened ends it."""
    for grey in greys:
        if isinstance(grey, HwrError):
            raise grey
        yield grey


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", required=True, metavar="SOURCE", help="as of hwr eval")
    arguments = parser.parse_args()
    reader = Reader(arguments.model)
    source = open_source(arguments.data, ROWS)
    count = len(source.texts)
    started, scores = time.monotonic(), []
    greys = tqdm(opened(source.greys(range(count))), "reading", count, leave=False)
    for name, text, grey in zip(source.names, source.texts, greys, strict=True):
        scores.append(score_line(name, text, *reader.read(grey)))
    found, seconds = rates(scores), time.monotonic() - started
    print(f"{arguments.data}: {count} lines, {count / seconds:.0f} lines/s on one core")
    print(f"  CER  {found.cer:.2%} (95 %: {found.cer_low:.2%} to {found.cer_high:.2%})")
    right = f"{found.accuracy_low:.1%} to {found.accuracy_high:.1%}"
    print(f"  right  {found.accuracy:.1%} (95 %: {right})")


if __name__ == "__main__":
    run(main)
