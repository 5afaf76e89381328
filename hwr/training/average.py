"""The moving average of the weights."""

from __future__ import annotations

from pytorch_lightning.callbacks import WeightAveraging
from torch import Tensor


class MovingAverage(WeightAveraging):
    """Averages weights and the statistics of normalisation, exponentially.

    Lightning's own keeps the same share from the first step on, so that a short run would still
    carry its random start; here the share grows with the steps, up to `share`, as in TensorFlow's
    `ExponentialMovingAverage`.
    """

    def __init__(self, share: float) -> None:
        def mixed(average: Tensor, current: Tensor, averaged: Tensor | int) -> Tensor:
            steps = float(averaged)
            kept = min(share, (1 + steps) / (10 + steps))
            if not average.is_floating_point():
                return current
            return average.lerp(current.to(average.dtype), 1 - kept)

        super().__init__(use_buffers=True, avg_fn=mixed)
