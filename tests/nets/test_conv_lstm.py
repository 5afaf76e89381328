"""The convolutional LSTM against torch's LSTM, and against its formulas step by step."""

import pytest
import torch
from torch import Tensor

from hwr.nets.conv_lstm import ConvLSTM

STEPS, BATCH, FEATURES, HIDDEN, WIDTH = 5, 3, 2, 4, 7


def steps(width: int = WIDTH) -> Tensor:
    torch.manual_seed(0)
    return torch.randn(STEPS, BATCH, FEATURES, width, dtype=torch.float64)


@torch.no_grad()
def test_of_one_pixel_it_is_the_lstm_of_torch() -> None:
    mine = ConvLSTM(FEATURES, HIDDEN, kernel=1).double()
    theirs = torch.nn.LSTM(FEATURES, HIDDEN).double()
    theirs.weight_ih_l0.copy_(mine.of_step.weight[:, :, 0])
    theirs.weight_hh_l0.copy_(mine.of_output.weight[:, :, 0])
    theirs.bias_ih_l0.copy_(mine.of_step.bias)
    theirs.bias_hh_l0.zero_()
    expected, (expected_output, expected_cell) = theirs(steps(1)[..., 0])
    found, (output, cell) = mine(steps(1))
    torch.testing.assert_close(found[..., 0], expected)
    torch.testing.assert_close(output[..., 0], expected_output[0])
    torch.testing.assert_close(cell[..., 0], expected_cell[0])


@torch.no_grad()
def test_equals_its_formulas_pixel_by_pixel() -> None:
    lstm = ConvLSTM(FEATURES, HIDDEN, kernel=3).double()
    of_step, of_output, bias = lstm.of_step.weight, lstm.of_output.weight, lstm.of_step.bias
    given = steps()
    output = torch.zeros(BATCH, HIDDEN, WIDTH, dtype=torch.float64)
    cell, expected = output, []
    for step in given:
        gates = torch.zeros(BATCH, 4 * HIDDEN, WIDTH, dtype=torch.float64)
        for pixel in range(WIDTH):
            gates[:, :, pixel] = bias
            for tap in range(3):
                beside = pixel + tap - 1
                if 0 <= beside < WIDTH:
                    gates[:, :, pixel] += step[:, :, beside] @ of_step[:, :, tap].T
                    gates[:, :, pixel] += output[:, :, beside] @ of_output[:, :, tap].T
        entry, forget, new, out = gates.split(HIDDEN, dim=1)
        cell = forget.sigmoid() * cell + entry.sigmoid() * new.tanh()
        output = out.sigmoid() * cell.tanh()
        expected.append(output)
    found, (last, last_cell) = lstm(given)
    torch.testing.assert_close(found, torch.stack(expected))
    torch.testing.assert_close(last, output)
    torch.testing.assert_close(last_cell, cell)


@torch.no_grad()
def test_the_state_carries_on() -> None:
    lstm = ConvLSTM(FEATURES, HIDDEN, kernel=3).double()
    first, state = lstm(steps()[:2])
    together = torch.cat([first, lstm(steps()[2:], state)[0]])
    torch.testing.assert_close(together, lstm(steps())[0])


@pytest.mark.parametrize("kernel", [0, 2])
def test_an_even_kernel_is_refused(kernel: int) -> None:
    with pytest.raises(ValueError, match="kernel must be odd"):
        ConvLSTM(FEATURES, HIDDEN, kernel)
