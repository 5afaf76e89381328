"""Lines side by side keep what is known of each."""

import math

import numpy as np
import torch

from hwr.lines.batch import Batch, LineBatch, join_batches, to_batch


def lines(count: int, width: int, known: bool) -> LineBatch:
    pictures = [np.full((8, width - row), 200, np.uint8) for row in range(count)]
    texts = ["1" * (row + 1) for row in range(count)]
    boxes = [np.array([(n, n + 1) for n in range(row + 1)]) for row in range(count)]
    slants = [0.1 * row for row in range(count)]
    if known:
        return to_batch(pictures, texts, texts, boxes, slants)
    return to_batch(pictures, texts, texts)


def test_joined_lines_keep_what_is_known_of_each() -> None:
    joined = join_batches([lines(2, 20, True), lines(3, 30, False)])
    assert joined.images.shape == (5, 8, 30)
    assert joined.widths.tolist() == [20, 19, 30, 29, 28]
    assert joined.boxes is not None
    assert joined.slants is not None
    assert joined.boxes[:2].isfinite().all(2).sum(1).tolist() == [1, 2]
    nan = torch.full((3,), math.nan)
    expected = torch.cat([torch.tensor([0.0, 0.1]), nan])
    torch.testing.assert_close(joined.slants, expected, equal_nan=True)
    assert joined.boxes[2:].isnan().all()
    unknown = join_batches([lines(2, 20, False), lines(3, 30, False)])
    assert unknown.boxes is None
    assert unknown.slants is None


def test_some_lines_keep_theirs_on_any_device() -> None:
    some = Batch(lines(4, 20, True).rows([3, 1])).to("cpu").lines
    assert some is not None
    assert some.texts == ["1111", "11"]
    assert some.widths.tolist() == [17, 19]
    assert some.slants is not None
    torch.testing.assert_close(some.slants, torch.tensor([0.3, 0.1]))
    assert lines(4, 20, False).rows([3, 1]).slants is None
    assert some.to("meta").slants.device.type == "meta"
