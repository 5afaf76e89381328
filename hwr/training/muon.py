"""Muon: steps in which every direction of a weight matrix counts alike, for convolutions and LSTMs;
AdamW for all else.

Most of a gradient lies in few directions of its matrix; by the gradient alone, the others would be
learnt last.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

_GATES = 4
# Matrices that an LSTM's weight is of, one above the other.
_COEFFICIENTS = (3.4445, -4.7750, 2.0315)
_ITERATIONS = (2, 2, 1)
# Of Newton and Schulz: so many at a time by one product of rows, which is then computed anew, since
# its rounding errors grow: where few rows outweigh all others, three at a time end far off in
# bfloat16.
_SIZE = 0.2
# Root mean square of a step's entries, as a share of the learning rate: about AdamW's, so that one
# learning rate does for both (Liu et al. 2025).


class Matrices(NamedTuple):
    """A weight that is one matrix, or several one above the other.

    Attributes:
        weight: its first dimension counts what is put out; all others are the matrices' columns.
        parts: how many matrices.
    """

    weight: Tensor
    parts: int


def matrices_of(network: nn.Module) -> list[Matrices]:
    """The weights of a network that Muon is made for: of its LSTMs and convolutions, but for those
    of the picture itself, whose single channel leaves no matrix to speak of."""
    found = []
    for module in network.modules():
        if isinstance(module, nn.Conv2d) and module.in_channels > 1:
            found.append(Matrices(module.weight, 1))
        elif isinstance(module, nn.LSTM):
            found += [
                Matrices(weight, _GATES) for weight in module.parameters() if weight.dim() > 1
            ]
    return found


class Muon(torch.optim.Optimizer):
    """Momentum made orthogonal (Jordan et al. 2024) for matrices, AdamW for the rest.

    Args:
        matrices: what Muon changes.
        others: groups of parameters for AdamW, with their options.
        learning_rate: the steps' size, in AdamW's measure.
        weight_decay: of the matrices.
        momentum: how much of the mean of the matrices' gradients each step keeps.
        betas: of AdamW.
        dtype: to compute in what makes matrices orthogonal: they need no more than bfloat16.
    """

    def __init__(
        self,
        matrices: list[Matrices],
        others: list[dict[str, Any]],
        learning_rate: float,
        weight_decay: float,
        momentum: float,
        betas: tuple[float, float],
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self._adamw = torch.optim.AdamW(others, lr=learning_rate, betas=betas, fused=True)
        self._momentum, self._dtype = momentum, dtype
        groups = [
            {"params": [weight], "parts": parts, "weight_decay": weight_decay}
            for weight, parts in matrices
        ]
        super().__init__([*groups, *self._adamw.param_groups], {"lr": learning_rate})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step, as `torch.optim.Optimizer.step`."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        mine = [group for group in self.param_groups if "parts" in group]
        # Both look at one state, which is saved and read back as a whole.
        self._adamw.state = self.state
        self._adamw.param_groups = [group for group in self.param_groups if "parts" not in group]
        self._adamw.step()
        # Many small matrices of one shape are made orthogonal faster at once.
        alike: dict[torch.Size, list[tuple[dict[str, Any], Tensor]]] = {}
        for group in mine:
            (weight,) = group["params"]
            if weight.grad is not None:
                moved = self._moved(weight).reshape(group["parts"], -1, weight[0].numel())
                alike.setdefault(moved.shape[1:], []).append((group, moved))
        for shape, items in alike.items():
            groups, moved = zip(*items, strict=True)
            steps = orthogonal(torch.cat(moved), self._dtype)
            parts = torch.split(steps, [group["parts"] for group in groups])
            for group, step in zip(groups, parts, strict=True):
                (weight,) = group["params"]
                weight.mul_(1 - group["lr"] * group["weight_decay"])
                size = group["lr"] * _SIZE * math.sqrt(max(shape))
                weight.add_(step.reshape(weight.shape).to(weight.dtype), alpha=-size)
        return loss

    def _moved(self, weight: Tensor) -> Tensor:
        """The mean of a weight's gradients by Nesterov's momentum."""
        assert weight.grad is not None
        state = self.state[weight]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(weight)
        momentum: Tensor = state["momentum"]
        momentum.lerp_(weight.grad, 1 - self._momentum)
        return weight.grad.lerp(momentum, self._momentum)


def orthogonal(matrices: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """Nearly the closest matrices whose singular values are all 1, by Newton and Schulz's iteration
    with the coefficients of Jordan et al. (2024), which bring small ones up fast and leave all
    between about 0.7 and 1.2.

    Args:
        matrices: [matrices, rows, columns].
        dtype: to compute in.

    Returns:
        As many, of `dtype`; zeros where a matrix is all zero.
    """
    tall = matrices.shape[1] > matrices.shape[2]
    x: Tensor = (matrices.mT if tall else matrices).to(dtype)
    x = x / x.norm(dim=(1, 2), keepdim=True).clamp_min(1e-7)
    for iterations in _ITERATIONS:
        x = _iterated(x @ x.mT, iterations) @ x
    return x.mT if tall else x


def _iterated(square: Tensor, iterations: int) -> Tensor:
    """What so many iterations multiply matrices by, given their products with their own transposes:
    all is [matrices, rows, rows], however many columns there are."""
    product = factor = _factor(square)
    for _ in range(iterations - 1):
        square = factor @ square @ factor
        factor = _factor(square)
        product = factor @ product
    return product


def _factor(square: Tensor) -> Tensor:
    """What one iteration multiplies matrices by, given the same products."""
    a, b, c = _COEFFICIENTS
    factor: Tensor = torch.baddbmm(square, square, square, beta=b, alpha=c)
    factor.diagonal(dim1=1, dim2=2).add_(a)
    return factor
