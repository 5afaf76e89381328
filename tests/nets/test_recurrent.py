"""LSTMs over lines of different lengths against torch's own, and their final states."""

import pytest
import torch

from hwr.nets.recurrent import Directions, LineLSTM, final_states

FEATURES, COLUMNS = torch.randn(7, 3, 3, generator=torch.manual_seed(0)), torch.tensor([7, 2, 5])


def test_both_directions_equal_torch_on_packed_sequences() -> None:
    torch.manual_seed(0)
    mine = LineLSTM(3, 4)
    theirs = torch.nn.LSTM(3, 4, bidirectional=True)
    for name, value in mine.ahead.named_parameters():
        getattr(theirs, name).data.copy_(value)
    for name, value in mine.back.named_parameters():
        getattr(theirs, f"{name}_reverse").data.copy_(value)
    to_mine, to_theirs = (FEATURES.clone().requires_grad_() for _ in range(2))
    packed = torch.nn.utils.rnn.pack_padded_sequence(to_theirs, COLUMNS, enforce_sorted=False)
    outputs, (states, _) = theirs(packed)
    expected, _ = torch.nn.utils.rnn.pad_packed_sequence(outputs)
    found = mine(to_mine, COLUMNS)
    for row, count in enumerate(COLUMNS.tolist()):
        torch.testing.assert_close(found[:count, row], expected[:count, row])
        for given in (found, expected):
            (given[:count, row] ** 2).sum().backward(retain_graph=True)
    torch.testing.assert_close(to_mine.grad, to_theirs.grad)
    torch.testing.assert_close(
        final_states(found, COLUMNS, "both"), torch.cat([states[0], states[1]], dim=1)
    )


@torch.no_grad()
@pytest.mark.parametrize("directions", ["both", "forward", "backward"])
def test_final_states_are_never_of_padding(directions: Directions) -> None:
    torch.manual_seed(0)
    lstm = LineLSTM(3, 4, directions)
    together = final_states(lstm(FEATURES, COLUMNS), COLUMNS, directions)
    assert together.shape == (3, lstm.features)
    for row, count in enumerate(COLUMNS.tolist()):
        own = FEATURES[:count, row : row + 1]
        alone = final_states(lstm(own, COLUMNS[row : row + 1]), torch.tensor([count]), directions)
        torch.testing.assert_close(together[row : row + 1], alone)


@torch.no_grad()
def test_backward_is_forward_over_the_line_turned_round() -> None:
    torch.manual_seed(0)
    lstm = LineLSTM(3, 4, "backward")
    found = final_states(lstm(FEATURES, COLUMNS), COLUMNS, "backward")
    for row, count in enumerate(COLUMNS.tolist()):
        turned = FEATURES[:count, row : row + 1].flip(0)
        torch.testing.assert_close(found[row], lstm.back(turned)[1][0][0, 0])
