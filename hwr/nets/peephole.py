"""The LSTM with peepholes: its gates see the cell."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class PeepholeLSTM(nn.Module):
    r"""One layer of LSTM whose gates see the cell (Gers, Schraudolph and Schmidhuber 2003):

    .. math:: i_t = \sigma(W_i x_t + U_i h_{t-1} + p_i c_{t-1} + b_i), \quad
              f_t = \sigma(W_f x_t + U_f h_{t-1} + p_f c_{t-1} + b_f)
    .. math:: c_t = f_t c_{t-1} + i_t \tanh(W_g x_t + U_g h_{t-1} + b_g)
    .. math:: o_t = \sigma(W_o x_t + U_o h_{t-1} + p_o c_t + b_o), \quad h_t = o_t \tanh(c_t)

    Called as a torch.nn.LSTM of one layer; names, shapes and order (i, f, g, o) of its weights are
    those of torch, so that they copy over. The peepholes stand beside them.

    Args:
        features: of each step.
        hidden: units.
    """

    def __init__(self, features: int, hidden: int) -> None:
        super().__init__()
        self.hidden = hidden
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * hidden, features))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * hidden, hidden))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * hidden))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * hidden))
        self.peepholes = nn.Parameter(torch.empty(3, hidden))
        """Of the input, the forget and the output gate."""
        for weight in self.parameters():
            nn.init.uniform_(weight, -1 / math.sqrt(hidden), 1 / math.sqrt(hidden))

    def forward(
        self, steps: Tensor, state: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Steps [steps, batch, features], from the state (output, cell), each [1, batch, hidden],
        or from zeros -> outputs [steps, batch, hidden], and the state after the last."""
        if state is None:
            zeros = steps.new_zeros(1, steps.shape[1], self.hidden)
            state = zeros, zeros
        output, cell = state[0][0], state[1][0]
        # What the steps bring to the gates needs no recurrence.
        brought = nn.functional.linear(steps, self.weight_ih_l0, self.bias_ih_l0 + self.bias_hh_l0)
        recurrent, see_both, see_out = self.weight_hh_l0.t(), self.peepholes[:2], self.peepholes[2]
        outputs = []
        for gates in brought.unbind():
            gates = torch.addmm(gates, output, recurrent).view(-1, 4, self.hidden)
            both = torch.sigmoid(gates[:, :2] + see_both * cell[:, None])
            cell = both[:, 1] * cell + both[:, 0] * torch.tanh(gates[:, 2])
            output = torch.sigmoid(gates[:, 3] + see_out * cell) * torch.tanh(cell)
            outputs.append(output)
        return torch.stack(outputs), (output[None], cell[None])
