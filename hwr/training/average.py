"""The moving average of the weights."""

from __future__ import annotations

import torch
from pytorch_lightning.callbacks import WeightAveraging
from torch import Tensor


class MovingAverage(WeightAveraging):
    """Averages weights and the statistics of normalisation, exponentially.

    Lightning's own keeps the same share from the first step on, so that a short run would still
    carry its random start; here the share grows with the steps, up to `share`, as in TensorFlow's
    `ExponentialMovingAverage`.
    """

    def __init__(self, share: float) -> None:
        def mix(averages: list[Tensor], currents: list[Tensor], averaged: Tensor | int) -> None:
            steps = float(averaged)
            kept = min(share, (1 + steps) / (10 + steps))
            if averages[0].is_floating_point():
                torch._foreach_lerp_(averages, currents, 1 - kept)
            else:  # counters
                torch._foreach_copy_(averages, currents)

        super().__init__(use_buffers=True, multi_avg_fn=mix)
