"""Padding and batch size never change a result, and one formula gives the frames."""

import pytest
import torch

from hwr.nets.encoder import BidirectionalLSTM, EncoderOptions, StemLayer
from hwr.nets.network import Network, NetworkOptions

SHAPES = {
    "stem": EncoderOptions(
        stem=(StemLayer(4, pool=(2, 2)), StemLayer(6, kernel=5, pool=(2, 2)), StemLayer(6)),
        hidden=5,
        layers=2,
    ),
    "maximum of columns": EncoderOptions(
        stem=(StemLayer(4, pool=(2, 3)),), collapse="max", hidden=5
    ),
    "raw columns": EncoderOptions(hidden=5),
}


@pytest.fixture(params=SHAPES.values(), ids=SHAPES.keys())
def network(request: pytest.FixtureRequest) -> Network:
    torch.manual_seed(0)
    network = Network(NetworkOptions(request.param), height=16, classes=4)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            # As after training: what normalisation makes of a blank pixel is not zero.
            torch.nn.init.uniform_(module.bias, 0.2, 0.5)
            module.running_mean.uniform_(-0.5, 0.5)
    return network.eval()


WIDTHS = (37, 4, 21, 36, 1, 20)


@pytest.fixture
def lines() -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return [torch.rand(16, width, generator=generator) for width in WIDTHS]


def batch(lines: list[torch.Tensor], width: int) -> tuple[torch.Tensor, torch.Tensor]:
    images = torch.zeros(len(lines), 16, width)
    for row, line in enumerate(lines):
        images[row, :, : line.shape[1]] = line
    return images, torch.tensor([line.shape[1] for line in lines])


@torch.no_grad()
@pytest.mark.parametrize("width", [37, 38, 50, 90])
def test_a_line_alone_equals_a_line_in_a_batch(
    network: Network, lines: list[torch.Tensor], width: int
) -> None:
    together, frames = network(*batch(lines, width))
    for row, line in enumerate(lines):
        alone, own = network(*batch([line], line.shape[1]))
        assert own.item() == frames[row].item() == alone.shape[1]
        torch.testing.assert_close(together[row, : own.item()], alone[0], rtol=1e-5, atol=1e-5)


@torch.no_grad()
def test_one_formula_for_frames(network: Network) -> None:
    for width in range(1, 60):
        log_probs, frames = network(torch.rand(1, 16, width), torch.tensor([width]))
        assert frames.item() == log_probs.shape[1] == network.options.frames(width)


@torch.no_grad()
def test_bidirectional_lstm_equals_torch_on_packed_sequences() -> None:
    torch.manual_seed(0)
    mine = BidirectionalLSTM(3, 4)
    theirs = torch.nn.LSTM(3, 4, bidirectional=True)
    for name, value in mine.ahead.named_parameters():
        getattr(theirs, name).copy_(value)
    for name, value in mine.back.named_parameters():
        getattr(theirs, f"{name}_reverse").copy_(value)
    features, columns = torch.randn(7, 3, 3), torch.tensor([7, 2, 5])
    packed = torch.nn.utils.rnn.pack_padded_sequence(features, columns, enforce_sorted=False)
    expected, _ = torch.nn.utils.rnn.pad_packed_sequence(theirs(packed)[0])
    found = mine(features, columns)
    for row, count in enumerate(columns.tolist()):
        torch.testing.assert_close(found[:count, row], expected[:count, row])


def test_a_stem_that_leaves_nothing_is_refused() -> None:
    options = EncoderOptions(stem=(StemLayer(4, pool=(32, 1)),))
    with pytest.raises(ValueError, match="16 pixels high"):
        Network(NetworkOptions(options), height=16, classes=3)
