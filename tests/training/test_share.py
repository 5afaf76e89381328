"""The share in joint reading, on lines where it is plain which one is right."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from hwr.alphabet import END, Alphabet
from hwr.decoding.labels import table_labels
from hwr.lines.batch import LineBatch
from hwr.training.share import SHARES, _middle_of_the_longest_row, choose_share


class Fake:
    """Reads lines whose first pixel is their number: "1" or "2", CTC sure to 0.6 or 0.9."""

    card = SimpleNamespace(alphabet=Alphabet("12"), longest=3)

    def __init__(self, ctc: list[int], labels: list[int], certainty: float) -> None:
        self._ctc, self._labels, self._certainty = ctc, labels, certainty

    def outputs(self, lines: list[np.ndarray]) -> dict[str, np.ndarray]:
        rows = [int(line[0, 0]) for line in lines]
        log_probs = np.full((len(rows), 1, 3), 1e-6)
        table = np.full((len(rows), 2, 3), 1e-6)
        for place, row in enumerate(rows):
            log_probs[place, 0, 1:] = 1 - self._certainty
            log_probs[place, 0, self._ctc[row]] = self._certainty
            table[place, 0, 1:] = 0.2
            table[place, 0, self._labels[row]] = 0.8
            table[place, 1, END] = 1.0
        return {
            "log_probs": np.log(log_probs).astype(np.float32),
            "frames": np.ones(len(rows), dtype=np.int64),
            "table": np.log(table).astype(np.float32),
        }

    def labels(self, outputs: dict[str, np.ndarray]) -> object:
        return table_labels(outputs["table"], begin=3)


def lines(texts: list[str]) -> LineBatch:
    images = torch.zeros(len(texts), 1, 4, dtype=torch.uint8)
    images[:, 0, 0] = torch.arange(len(texts))
    return LineBatch(images, torch.full((len(texts),), 4), texts, texts)


def test_the_head_that_is_right_gets_the_say() -> None:
    batches = [lines(["1", "2"]), lines(["1", "2"])]
    # At a share of 0.5 both texts score the same, and rounding chooses.
    assert choose_share(Fake([1, 2], [2, 1], 0.8), batches) == (pytest.approx(0.75, abs=0.06), 0)
    assert choose_share(Fake([2, 1], [1, 2], 0.8), batches) == (pytest.approx(0.25, abs=0.06), 0)
    share, cer = choose_share(Fake([2, 2], [2, 2], 0.8), batches)
    assert (share, cer) == (0.5, 0.5)


def test_a_head_less_sure_needs_a_larger_share_to_win() -> None:
    # ln(0.8/0.2) of the Label-RNN against ln(0.6/0.4) of CTC: even at a share of 0.774.
    share, _ = choose_share(Fake([1], [2], 0.6), [lines(["1"])])
    winning = [s for s in SHARES if s * np.log(1.5) > (1 - s) * np.log(4)]
    assert share == pytest.approx((winning[0] + winning[-1]) / 2, abs=0.03)


@pytest.mark.parametrize(
    ("marks", "middle"), [([1, 0, 1, 1, 1], 3), ([1, 1, 0, 1], 0), ([0, 0, 1], 2), ([1] * 5, 2)]
)
def test_middle_of_the_longest_row(marks: list[int], middle: int) -> None:
    assert _middle_of_the_longest_row(np.array(marks, dtype=bool)) == middle
