"""The convolutional LSTM: its gates are convolutions along the step."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ConvLSTM(nn.Module):
    """One layer of LSTM whose steps, outputs and cells are rows of pixels (Shi et al. 2015).

    The products of the LSTM's gates with step and output are convolutions along the row, padded
    with zeros to keep its width. As most later work, it leaves out that paper's peepholes.

    Args:
        features: channels of each step.
        hidden: channels of outputs and cells.
        kernel: pixels a convolution sees at once; odd.
    """

    def __init__(self, features: int, hidden: int, kernel: int) -> None:
        super().__init__()
        if kernel < 1 or kernel % 2 == 0:
            raise ValueError("kernel must be odd and at least 1")
        self.hidden = hidden
        # Gates in torch's order: input, forget, cell, output.
        self.of_step = nn.Conv1d(features, 4 * hidden, kernel, padding=kernel // 2)
        self.of_output = nn.Conv1d(hidden, 4 * hidden, kernel, padding=kernel // 2, bias=False)

    def forward(
        self, steps: Tensor, state: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Steps [steps, batch, features, width], from the state (output, cell), each [batch,
        hidden, width], or from zeros -> outputs [steps, batch, hidden, width], and the state after
        the last."""
        if state is None:
            zeros = steps.new_zeros(steps.shape[1], self.hidden, steps.shape[3])
            state = zeros, zeros
        output, cell = state
        # What the steps bring to the gates needs no recurrence.
        brought = self.of_step(steps.flatten(0, 1)).unflatten(0, steps.shape[:2])
        outputs = []
        for gates in brought.unbind():
            entry, forget, new, out = (gates + self.of_output(output)).chunk(4, dim=1)
            cell = torch.sigmoid(forget) * cell + torch.sigmoid(entry) * torch.tanh(new)
            output = torch.sigmoid(out) * torch.tanh(cell)
            outputs.append(output)
        return torch.stack(outputs), (output, cell)
