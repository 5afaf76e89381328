"""In which of two precisions a processor trains faster, found out by trying."""

from __future__ import annotations

import time
from functools import cache

import torch
from torch import Tensor, nn

from hwr.nets.encoder import computes_bfloat16

_ROUNDS = 5
_LINES, _CHANNELS, _ROWS, _COLUMNS = 8, 64, 10, 80
# Of a convolution as a line recognizer's stem has them: a tenth of a second in all, of which
# others on the same cores disturb a few rounds, but hardly the best of each kind.


@cache
def faster_in_bfloat16() -> bool:
    """Whether this processor trains convolutions faster in bfloat16 than in single precision.

    That it has the instructions does not tell: AMD's gain by them, but an Intel Xeon of 2023 whose
    matrix unit a virtual machine hides takes half as long again.
    """
    if not computes_bfloat16():
        return False
    layer = nn.Conv2d(_CHANNELS, _CHANNELS, 3, padding=1)
    features = torch.zeros(_LINES, _CHANNELS, _ROWS, _COLUMNS, requires_grad=True)
    seconds: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(_ROUNDS):
        for half, taken in seconds.items():
            taken.append(_seconds(layer, features, half))
    return min(seconds[True]) < min(seconds[False])


def _seconds(layer: nn.Module, features: Tensor, half: bool) -> float:
    """How long the layer's features and gradients take."""
    begin = time.perf_counter()
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        out = layer(features)
    out.float().sum().backward()
    return time.perf_counter() - begin
