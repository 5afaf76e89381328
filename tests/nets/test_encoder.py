"""Padding and batch size never change a result, and one formula gives the frames."""

from unittest.mock import Mock

import pytest
import torch

from hwr.nets.encoder import Encoder, EncoderOptions, computes_bfloat16
from hwr.nets.network import Network, NetworkOptions
from hwr.nets.stem import StemLayer, zero_behind
from hwr.nets.upright import Lean

SHAPES = {
    "stem": EncoderOptions(
        stem=(StemLayer(4, pool=(2, 2)), StemLayer(6, kernel=5, pool=(2, 2)), StemLayer(6)),
        hidden=5,
        layers=2,
    ),
    "residual": EncoderOptions(
        stem=(StemLayer(4, pool=(2, 2)), StemLayer(4, residual=True), StemLayer(6)), hidden=5
    ),
    "kernels": EncoderOptions(
        stem=(
            StemLayer(4, kernel=(1, 5), pool=(2, 2)),
            StemLayer(4, kernel=(4, 3)),
            StemLayer(6, kernel=(2, 3), pool=(3, 2)),
            StemLayer(6, kernel=(2, 1)),
        ),
        hidden=5,
    ),
    "maximum of columns": EncoderOptions(
        stem=(StemLayer(4, pool=(2, 3)),), collapse="max", hidden=5
    ),
    "raw columns": EncoderOptions(hidden=5),
    "upright": EncoderOptions(stem=(StemLayer(4, pool=(2, 2)),), hidden=5, upright=True),
    "one direction": EncoderOptions(hidden=5, layers=2, directions="forward"),
    "the other direction": EncoderOptions(hidden=5, directions="backward"),
}


@pytest.fixture(params=SHAPES.values(), ids=SHAPES.keys())
def network(request: pytest.FixtureRequest) -> Network:
    torch.manual_seed(0)
    network = Network(NetworkOptions(request.param), height=16, classes=4)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            # As after training: what normalisation makes of a blank pixel is not zero.
            torch.nn.init.uniform_(module.bias, 0.2, 0.5)
            torch.nn.init.uniform_(module.weight, 0.5, 1.0)
            module.running_mean.uniform_(-0.5, 0.5)
        elif isinstance(module, Lean):
            torch.nn.init.uniform_(module.slant.weight, -0.3, 0.3)
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
    together, frames = network(*batch(lines, width)).values()
    for row, line in enumerate(lines):
        alone, own = network(*batch([line], line.shape[1])).values()
        assert own.item() == frames[row].item() == alone.shape[1]
        torch.testing.assert_close(together[row, : own.item()], alone[0], rtol=1e-5, atol=1e-5)


@torch.no_grad()
def test_one_formula_for_frames(network: Network) -> None:
    for width in range(1, 60):
        outputs = network(torch.rand(1, 16, width), torch.tensor([width]))
        log_probs, frames = outputs["log_probs"], outputs["frames"]
        assert frames.item() == log_probs.shape[1] == network.options.frames(width)


def test_a_stem_that_leaves_nothing_is_refused() -> None:
    options = EncoderOptions(stem=(StemLayer(4, pool=(32, 1)),))
    with pytest.raises(ValueError, match="16 pixels high"):
        Network(NetworkOptions(options), height=16, classes=3)


def test_a_kernel_two_rows_high_makes_one_row_of_two_and_of_both() -> None:
    stem = (StemLayer(4, pool=(8, 1)), StemLayer(6, kernel=(2, 3)))
    encoder = Encoder(EncoderOptions(stem), height=16).eval()
    assert encoder.stem_features == 6
    images = torch.zeros(3, 16, 9)
    images[1, 2:6, 3] = images[2, 10:14, 3] = 1.0
    blank, upper, lower = encoder.convolve(images, torch.tensor([9] * 3))[0].unbind(1)
    assert (upper != blank).any()
    assert (lower != blank).any()


@pytest.mark.parametrize("kernel", [0, 2, (0, 3), (2, 2), (3, 0)])
def test_kernels_that_have_no_middle_column_are_refused(kernel: int | tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="kernel must"):
        StemLayer(4, kernel=kernel)


@pytest.mark.parametrize(
    "layer",
    [{"channels": 5}, {"channels": 4, "pool": (1, 2)}, {"channels": 4, "kernel": (2, 3)}],
)
def test_a_residual_layer_that_cannot_add_what_it_is_given_is_refused(layer: dict) -> None:
    with pytest.raises(ValueError, match="residual"):
        EncoderOptions(stem=(StemLayer(4), StemLayer(**layer, residual=True)))


@pytest.mark.parametrize("half", [False, True], ids=["single", "half"])
def test_training_rectifies_and_cuts_at_once_what_reading_does_one_by_one(
    network: Network, lines: list[torch.Tensor], half: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    images, widths = batch(lines, max(WIDTHS))
    network.train()
    network.encoder.half_precision = half

    def slopes() -> list[torch.Tensor]:
        network.zero_grad()
        features, _ = network.encoder(images, widths)
        features.square().sum().backward()
        # What tells how far lines lean learns nothing of what is read.
        weights = network.encoder.named_parameters()
        learnt = (weight.grad for name, weight in weights if not name.startswith("lean."))
        return [features.detach(), *learnt]

    at_once = slopes()
    one_by_one = Mock(side_effect=lambda made, columns: zero_behind(torch.relu(made), columns))
    monkeypatch.setattr("hwr.nets.stem._Rectified.apply", one_by_one)
    for found, wanted in zip(at_once, slopes(), strict=True):
        assert torch.equal(found, wanted)
    assert one_by_one.call_count == len(network.encoder.stem)


def test_half_precision_changes_training_little_and_reading_not_at_all(network: Network) -> None:
    torch.manual_seed(0)
    images, widths = torch.rand(len(WIDTHS), 16, max(WIDTHS)), torch.tensor(WIDTHS)

    def encoded(half: bool) -> tuple[torch.Tensor, torch.Tensor]:
        network.encoder.half_precision = half
        network.zero_grad()
        features, _ = network.encoder(images, widths)
        features.square().sum().backward()
        return features.detach(), torch.cat(
            [weight.grad.flatten() for weight in network.encoder.recurrent.parameters()]
        )

    (one, _), (other, _) = (encoded(half) for half in (False, True))
    assert torch.equal(one, other)
    network.train()
    (one, slope), (other, coarse) = (encoded(half) for half in (False, True))
    assert other.dtype == torch.float32
    changed = (one - other).abs().max().item()
    assert changed < 0.05
    # LSTMs compute in it only where the processor has instructions for it.
    assert (changed > 0) == (len(network.encoder.stem) > 0 or computes_bfloat16())
    assert torch.nn.functional.cosine_similarity(slope, coarse, dim=0) > 0.99
