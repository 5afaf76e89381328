"""Weighted cross-entropy, the loss of the seq2seq and the digit head."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from hwr.alphabet import END


@dataclass(frozen=True)
class CrossEntropyOptions:
    """The weights of the seq2seq and the digit head's loss.

    Attributes:
        end: weight of the end symbol; characters weigh 1. What stands behind it weighs nothing.
        classes: weights of single characters, such as `{"1": 2.0}`; the others weigh 1.
        positions: weights of the first, the second, ... symbol of a line; those behind weigh as the
            last one given. None: all weigh 1.
        smoothing: share of the target spread evenly over all classes (Szegedy et al. 2016).
    """

    end: float = 1.0
    classes: dict[str, float] = field(default_factory=dict)
    positions: tuple[float, ...] = ()
    smoothing: float = 0.0

    def __post_init__(self) -> None:
        for name, weight in [("end", self.end), *self.classes.items()]:
            if not 0 <= weight < float("inf"):
                raise ValueError(f"the weight of {name!r} must be 0 or more")
        if any(not 0 <= weight < float("inf") for weight in self.positions):
            raise ValueError("weights of positions must be 0 or more")
        if not 0 <= self.smoothing < 1:
            raise ValueError("smoothing must be at least 0 and below 1")

    def of(self, characters: str) -> list[float]:
        """The weight of each character."""
        return [self.classes.get(character, 1.0) for character in characters]


def ended(texts: list[list[int]]) -> tuple[Tensor, Tensor]:
    """Texts as targets: int64 [lines, longest + 1], each text followed by end symbols; and how many
    symbols of each line count, its first end symbol included, int64 [lines]."""
    lengths = torch.tensor([len(text) + 1 for text in texts])
    targets = torch.full((len(texts), int(lengths.max())), END)
    for row, text in enumerate(texts):
        targets[row, : len(text)] = torch.tensor(text, dtype=torch.int64)
    return targets, lengths


def symbol_weights(
    targets: Tensor,
    lengths: Tensor,
    class_weights: Tensor,
    position_weights: Tensor | None = None,
) -> Tensor:
    """The weight of each symbol, float [lines, steps]: that of its class times that of its place.

    Args:
        targets: int64 [lines, steps].
        lengths: int64 [lines], the steps of each line that count; the others, padding, weigh 0.
        class_weights: float [classes].
        position_weights: float, one or more; the last one stands for all steps behind.
    """
    steps = torch.arange(targets.shape[1], device=targets.device)
    weights = class_weights[targets] * (steps < lengths[:, None])
    if position_weights is not None:
        weights = weights * position_weights[steps.clamp_max(len(position_weights) - 1)]
    return weights


def weighted_cross_entropy(
    log_probs: Tensor, targets: Tensor, weights: Tensor, smoothing: float = 0.0
) -> Tensor:
    r"""Cross-entropy of symbols, each with its weight, over the sum of the weights:

    .. math:: L = \frac{-\sum_{i,s} w_{is} \left[ (1-\epsilon) \ln y^{is}_{t_{is}}
              + \frac{\epsilon}{C} \sum_c \ln y^{is}_c \right]}{\sum_{i,s} w_{is}},
              \quad w_{is} = u_{t_{is}} v_s [s < n_i]

    with lines :math:`i` of :math:`n_i` symbols, the end symbol's included, steps :math:`s`, targets
    :math:`t`, :math:`C` classes, class weights :math:`u`, position weights :math:`v` and smoothing
    :math:`\epsilon`.

    Args:
        log_probs: float [lines, steps, classes].
        targets: int64 [lines, steps].
        weights: float [lines, steps], as `symbol_weights` gives them.
        smoothing: at least 0, below 1.

    Returns:
        A scalar; 0 where nothing weighs.
    """
    of_target = log_probs.gather(2, targets[:, :, None]).squeeze(2)
    spread = log_probs.mean(dim=2)
    cross = -((1 - smoothing) * of_target + smoothing * spread)
    # Padding may have probability 0; 0 times infinity would be no number.
    total = torch.where(weights > 0, weights * cross, 0).sum()
    return total / weights.sum().clamp_min(torch.finfo(weights.dtype).tiny)
