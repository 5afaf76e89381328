"""The peephole LSTM against its formulas step by step, and against torch's LSTM."""

import math

import pytest
import torch

from hwr.nets.peephole import PeepholeLSTM

STEPS, BATCH, FEATURES, HIDDEN = 6, 3, 4, 5


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def by_hand(lstm: PeepholeLSTM, steps: list[list[float]]) -> tuple[list[list[float]], list[float]]:
    """The formulas of Gers et al. on one line, number by number: outputs, and the last cell."""
    from_step, from_output = lstm.weight_ih_l0.tolist(), lstm.weight_hh_l0.tolist()
    bias_of_step, bias_of_output = lstm.bias_ih_l0.tolist(), lstm.bias_hh_l0.tolist()
    see_in, see_forget, see_out = lstm.peepholes.tolist()
    output, cell = [0.0] * HIDDEN, [0.0] * HIDDEN
    outputs = []
    for step in steps:

        def gate(row: int, step: list[float] = step, output: list[float] = output) -> float:
            total = bias_of_step[row] + bias_of_output[row]
            total += sum(w * number for w, number in zip(from_step[row], step, strict=True))
            return total + sum(w * h for w, h in zip(from_output[row], output, strict=True))

        new_output, new_cell = [], []
        for unit in range(HIDDEN):
            entry = sigmoid(gate(unit) + see_in[unit] * cell[unit])
            forget = sigmoid(gate(HIDDEN + unit) + see_forget[unit] * cell[unit])
            now = forget * cell[unit] + entry * math.tanh(gate(2 * HIDDEN + unit))
            out = sigmoid(gate(3 * HIDDEN + unit) + see_out[unit] * now)
            new_cell.append(now)
            new_output.append(out * math.tanh(now))
        output, cell = new_output, new_cell
        outputs.append(output)
    return outputs, cell


@pytest.fixture
def steps() -> torch.Tensor:
    torch.manual_seed(0)
    return torch.randn(STEPS, BATCH, FEATURES, dtype=torch.float64)


def test_equals_the_formulas_step_by_step(steps: torch.Tensor) -> None:
    lstm = PeepholeLSTM(FEATURES, HIDDEN).double()
    outputs, (last, cell) = lstm(steps)
    for line in range(BATCH):
        expected, last_cell = by_hand(lstm, steps[:, line].tolist())
        expected_outputs = torch.tensor(expected, dtype=torch.float64)
        torch.testing.assert_close(outputs[:, line], expected_outputs, rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(last[0, line], expected_outputs[-1], rtol=1e-12, atol=1e-12)
        expected_cell = torch.tensor(last_cell, dtype=torch.float64)
        torch.testing.assert_close(cell[0, line], expected_cell, rtol=1e-12, atol=1e-12)


def test_without_peepholes_it_is_the_lstm_of_torch(steps: torch.Tensor) -> None:
    theirs = torch.nn.LSTM(FEATURES, HIDDEN).double()
    mine = PeepholeLSTM(FEATURES, HIDDEN).double()
    missing = mine.load_state_dict(theirs.state_dict(), strict=False)
    assert (missing.missing_keys, missing.unexpected_keys) == (["peepholes"], [])
    torch.nn.init.zeros_(mine.peepholes)
    start = tuple(torch.randn(1, BATCH, HIDDEN, dtype=torch.float64) for _ in range(2))
    for state in (None, start):
        expected, (expected_output, expected_cell) = theirs(steps, state)
        found, (output, cell) = mine(steps, state)
        torch.testing.assert_close(found, expected)
        torch.testing.assert_close(output, expected_output)
        torch.testing.assert_close(cell, expected_cell)
    for network in (mine, theirs):
        network(steps)[0].square().sum().backward()
    for name, weight in theirs.named_parameters():
        torch.testing.assert_close(getattr(mine, name).grad, weight.grad)


def test_the_state_carries_on(steps: torch.Tensor) -> None:
    lstm = PeepholeLSTM(FEATURES, HIDDEN).double()
    whole, _ = lstm(steps)
    first, state = lstm(steps[:2])
    torch.testing.assert_close(torch.cat([first, lstm(steps[2:], state)[0]]), whole)


def test_gradients_of_the_peepholes(steps: torch.Tensor) -> None:
    lstm = PeepholeLSTM(FEATURES, HIDDEN).double()
    assert torch.autograd.gradcheck(lambda _: lstm(steps)[0], (lstm.peepholes,))
