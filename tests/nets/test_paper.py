"""The paper's networks: their sizes, and truncated backpropagation through time."""

import dataclasses
from typing import Any

import pytest
import torch
from torch import Tensor

from hwr.nets.encoder import EncoderOptions
from hwr.nets.network import NetworkOptions
from hwr.nets.paper import (
    MLP,
    DigitNetwork,
    MLPOptions,
    RecurrentClassifier,
    RecurrentOptions,
)
from hwr.nets.stem import StemLayer

SHAPES: dict[str, dict[str, Any]] = {
    "rnn": {"unit": "rnn", "layers": 3},
    "lstm": {"unit": "lstm"},
    "gru": {"unit": "gru", "layers": 2},
    "peephole": {"unit": "peephole", "layers": 2},
    "projected": {"unit": "projected", "projection": 3, "layers": 2},
    "conv_lstm": {"unit": "conv_lstm", "kernel": 3, "layers": 2},
    "both ways": {"unit": "lstm", "layers": 2, "bidirectional": True},
}
every_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


def classifier(shape: dict[str, Any], truncate: int | None = None) -> RecurrentClassifier:
    torch.manual_seed(0)
    options = RecurrentOptions(**{"hidden": 5, **shape}, truncate=truncate)
    return RecurrentClassifier(options).double()


def digits() -> Tensor:
    given = torch.rand(2, 28, 28, dtype=torch.float64, generator=torch.manual_seed(1))
    return given.requires_grad_()


def row_gradients(network: RecurrentClassifier) -> Tensor:
    """How much of the gradient reaches each of the 28 rows."""
    given = digits()
    network(given).square().sum().backward()
    assert given.grad is not None
    return given.grad.abs().sum(dim=(0, 2))


def gradients(network: RecurrentClassifier) -> list[Tensor]:
    network(digits()).square().sum().backward()
    return [weight.grad for weight in network.parameters() if weight.grad is not None]


@every_shape
@pytest.mark.parametrize("truncate", [1, 5])
def test_gradients_stop_where_they_should(shape: dict[str, Any], truncate: int) -> None:
    reached = row_gradients(classifier(shape, truncate)) > 0
    expected = torch.arange(28) >= 28 - truncate
    if shape.get("bidirectional"):  # the way up ends at the first row
        expected |= torch.arange(28) < truncate
    assert reached.tolist() == expected.tolist()


@every_shape
def test_in_full_they_reach_every_row(shape: dict[str, Any]) -> None:
    assert (row_gradients(classifier(shape)) > 0).all()


@every_shape
def test_truncation_leaves_the_outputs_as_they_are(shape: dict[str, Any]) -> None:
    torch.testing.assert_close(classifier(shape, 3)(digits()), classifier(shape)(digits()))


@every_shape
@pytest.mark.parametrize("truncate", [28, 40])
def test_truncated_behind_the_first_row_is_full(shape: dict[str, Any], truncate: int) -> None:
    torch.testing.assert_close(gradients(classifier(shape, truncate)), gradients(classifier(shape)))


def test_truncated_gradients_are_those_of_a_given_state() -> None:
    network = classifier({"unit": "lstm"}, truncate=4)
    lstm = network.down.layers[0]
    rows = digits().detach().transpose(0, 1)
    output, cell = lstm(rows[:24])[1]
    outputs, _ = lstm(rows[24:], (output.detach(), cell.detach()))
    network.linear(outputs[-1]).square().sum().backward()
    expected = [weight.grad for weight in network.parameters() if weight.grad is not None]
    network.zero_grad()
    torch.testing.assert_close(gradients(network), expected)


@torch.no_grad()
def test_layers_and_directions_are_those_of_torch() -> None:
    network = classifier({"unit": "rnn", "layers": 3})
    theirs = torch.nn.RNN(28, 5, num_layers=3).double()
    for number, layer in enumerate(network.down.layers):
        for name, value in layer.named_parameters():
            getattr(theirs, name.replace("l0", f"l{number}")).copy_(value)
    expected = network.linear(theirs(digits().transpose(0, 1))[0][-1])
    torch.testing.assert_close(network(digits()), expected)

    network = classifier({"unit": "lstm", "bidirectional": True})
    assert network.up is not None
    theirs = torch.nn.LSTM(28, 5, bidirectional=True).double()
    for name, value in network.down.layers[0].named_parameters():
        getattr(theirs, name).copy_(value)
    for name, value in network.up.layers[0].named_parameters():
        getattr(theirs, f"{name}_reverse").copy_(value)
    _, (states, _) = theirs(digits().transpose(0, 1))
    expected = network.linear(torch.cat([states[0], states[1]], dim=1))
    torch.testing.assert_close(network(digits()), expected)


def count(network: torch.nn.Module) -> int:
    return sum(weight.numel() for weight in network.parameters())


@pytest.mark.parametrize(
    ("options", "parameters"),
    [
        # Each gate: weights of the step, weights of the output, two biases as torch has them.
        (RecurrentOptions("lstm", 128), 4 * 128 * (28 + 128 + 2) + 129 * 10),
        (
            RecurrentOptions("rnn", 128, layers=4),
            128 * (28 + 128 + 2) + 3 * 128 * (128 + 128 + 2) + 129 * 10,
        ),
        (RecurrentOptions("gru", 128), 3 * 128 * (28 + 128 + 2) + 129 * 10),
        (RecurrentOptions("peephole", 128), 4 * 128 * (28 + 128 + 2) + 3 * 128 + 129 * 10),
        (
            RecurrentOptions("projected", 128, projection=64),
            4 * 128 * (28 + 64 + 2) + 64 * 128 + 65 * 10,
        ),
        (
            RecurrentOptions("lstm", 128, bidirectional=True),
            2 * 4 * 128 * (28 + 128 + 2) + 257 * 10,
        ),
        (
            RecurrentOptions("conv_lstm", 16, kernel=3),
            4 * 16 * (3 + 1) + 4 * 16 * 16 * 3 + (16 * 28 + 1) * 10,
        ),
    ],
)
def test_parameters(options: RecurrentOptions, parameters: int) -> None:
    assert count(RecurrentClassifier(options)) == parameters


def test_mlp() -> None:
    network = MLP(MLPOptions(hidden=6))
    assert count(network) == 785 * 6 + 7 * 10
    assert network(torch.rand(3, 28, 28)).shape == (3, 10)


def test_digit_network_puts_the_digit_in_the_middle() -> None:
    torch.manual_seed(0)
    stem = (StemLayer(channels=4, pool=(2, 2)), StemLayer(channels=4, pool=(2, 2)))
    options = NetworkOptions(encoder=EncoderOptions(stem=stem, hidden=4))
    network = DigitNetwork(options, height=32).eval()
    given = torch.rand(3, 28, 28)
    log_probs = network(given)
    torch.testing.assert_close(log_probs.exp().sum(dim=1), torch.ones(3))
    padded = torch.zeros(3, 32, 32)
    padded[:, 2:30, 2:30] = given
    expected = network.network(padded, torch.tensor([32] * 3))["class_log_probs"]
    torch.testing.assert_close(log_probs, expected)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hidden": 0}, "hidden must be at least 1"),
        ({"layers": 0}, "layers must be at least 1"),
        ({"truncate": 0}, "truncate must be at least 1"),
        ({"unit": "projected"}, "projection goes with  unit: projected"),
        ({"unit": "lstm", "projection": 3}, "projection goes with"),
        ({"unit": "projected", "hidden": 4, "projection": 4}, "projection must be below hidden"),
        ({"unit": "conv_lstm"}, "kernel goes with  unit: conv_lstm"),
        ({"unit": "gru", "kernel": 3}, "kernel goes with"),
        ({"unit": "conv_lstm", "kernel": 2}, "kernel must be odd"),
    ],
)
def test_unfit_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RecurrentOptions(**options)


def test_unfit_mlps_are_refused() -> None:
    with pytest.raises(ValueError, match="hidden"):
        MLPOptions(hidden=0)
    with pytest.raises(ValueError, match="dropout"):
        dataclasses.replace(MLPOptions(), dropout=1.0)
