"""Matrices changed by Muon, the rest by AdamW."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from hwr.training.config import parse_options
from hwr.training.muon import Matrices, Muon, matrices_of, orthogonal
from hwr.training.options import Options
from hwr.training.task import ReadingTask


@pytest.mark.parametrize("shape", [(1, 5, 40), (3, 40, 5), (2, 16, 24)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_singular_values_come_near_to_one(shape: tuple[int, int, int], dtype: torch.dtype) -> None:
    torch.manual_seed(1)
    # Given with singular values of 3 and far below: none is left out.
    left, right = torch.linalg.qr(torch.randn(shape))[0], torch.linalg.qr(torch.randn(shape).mT)[0]
    least = min(shape[1:])
    values = torch.logspace(0.5, -1.5, least)
    given = left[..., :least] * values @ right[..., :least].mT
    found = orthogonal(given, dtype)
    assert found.dtype == dtype
    assert found.shape == shape
    singular = torch.linalg.svdvals(found.float())
    assert singular.max() < 1.3
    assert singular.min() > 0.5
    # In the same directions.
    turned = left[..., :least].mT @ found.float() @ right[..., :least]
    aside = turned - torch.diag_embed(turned.diagonal(dim1=1, dim2=2))
    assert torch.linalg.matrix_norm(aside).max() < (0.05 if dtype is torch.float32 else 0.5)


@pytest.mark.parametrize("rows", [2, 5])
def test_few_rows_that_outweigh_all_others_do_not_put_it_out_of_bounds(rows: int) -> None:
    torch.manual_seed(1)
    given = 0.1 * torch.randn(4, 48, 96)
    given[:, :rows] += torch.randn(4, rows, 1) @ torch.randn(4, 1, 96)
    assert torch.linalg.svdvals(orthogonal(given, torch.bfloat16).float()).max() < 1.3


def test_of_nothing_comes_nothing() -> None:
    assert not orthogonal(torch.zeros(1, 3, 4)).any()


def muon(matrices: list[Matrices], others: list[nn.Parameter], **options: Any) -> Muon:
    groups = [{"params": others, "weight_decay": 0.1}]
    return Muon(matrices, groups, **{"learning_rate": 0.01, "weight_decay": 0.1,
                                     "momentum": 0.95, "betas": (0.9, 0.99)} | options)  # fmt: skip


def test_a_step_changes_each_matrix_by_an_orthogonal_one_of_the_size_of_adamws() -> None:
    torch.manual_seed(2)
    kernel = nn.Parameter(torch.randn(6, 4, 3, 3).to(memory_format=torch.channels_last))
    gates = nn.Parameter(torch.randn(4 * 5, 7))
    before = [kernel.detach().clone(), gates.detach().clone()]
    kernel.grad, gates.grad = torch.randn_like(kernel), torch.randn_like(gates)
    muon([Matrices(kernel, 1), Matrices(gates, 4)], []).step()
    for weight, old, gradient, count in zip(
        (kernel, gates), before, (kernel.grad, gates.grad), (1, 4), strict=True
    ):
        step = (old * (1 - 0.01 * 0.1) - weight.detach()).reshape(count, -1, weight[0].numel())
        gradient = gradient.reshape(step.shape)
        assert (step * gradient).sum() > 0  # downhill
        size = 0.01 * 0.2 * math.sqrt(max(step.shape[1:]))
        wanted = orthogonal(gradient) * size
        torch.testing.assert_close(step, wanted, atol=1e-6, rtol=1e-3)


def test_momentum_outlives_a_gradient() -> None:
    weight = nn.Parameter(torch.zeros(3, 3))
    optimizer = muon([Matrices(weight, 1)], [], weight_decay=0)
    weight.grad = torch.eye(3)
    optimizer.step()
    after = weight.detach().clone()
    weight.grad = torch.zeros(3, 3)
    optimizer.step()
    assert (weight.diagonal() < after.diagonal()).all()


def test_momentum_is_as_much_as_is_asked_for() -> None:
    """A second step is down the second gradient without momentum, and still down the first with."""
    steps = {}
    for momentum in (0.0, 0.9):
        weight = nn.Parameter(torch.zeros(3, 3))
        optimizer = muon([Matrices(weight, 1)], [], weight_decay=0, momentum=momentum)
        weight.grad = torch.eye(3)
        optimizer.step()
        before = weight.detach().clone()
        weight.grad = torch.diag(torch.tensor([1.0, 1.0, -0.1]))
        optimizer.step()
        steps[momentum] = weight.detach() - before
    assert steps[0.0][2, 2] > 0 > steps[0.9][2, 2]


def test_the_momentum_of_the_options_is_the_optimizers() -> None:
    def moved(momentum: float) -> Tensor:
        torch.manual_seed(5)
        task = ReadingTask(options(training={"optimizer": "muon", "momentum": momentum}))
        optimizer = task.configure_optimizers()
        for _ in range(2):
            for weight in task.parameters():
                weight.grad = torch.randn_like(weight)
            optimizer.step()
        return task.network.encoder.stem[1].convolution.weight.detach()

    assert not torch.equal(moved(0.9), moved(0.5))


def test_the_rest_goes_as_by_adamw_alone() -> None:
    torch.manual_seed(3)
    start = torch.randn(4)
    mine, theirs = nn.Parameter(start.clone()), nn.Parameter(start.clone())
    matrix = nn.Parameter(torch.randn(2, 3))
    optimizer = muon([Matrices(matrix, 1)], [mine])
    reference = torch.optim.AdamW([theirs], lr=0.01, betas=(0.9, 0.99), weight_decay=0.1)
    for _ in range(5):
        mine.grad = torch.randn(4)
        theirs.grad, matrix.grad = mine.grad.clone(), torch.randn(2, 3)
        for each in (optimizer, reference):
            for group in each.param_groups:
                group["lr"] *= 0.9  # as a schedule does
            each.step()
    torch.testing.assert_close(mine, theirs)


def test_what_stands_still_is_left_alone() -> None:
    held = nn.Parameter(torch.randn(2, 3))
    before = held.detach().clone()
    muon([Matrices(held, 1)], [nn.Parameter(torch.zeros(1))]).step()
    assert torch.equal(held, before)


def test_state_is_kept_as_a_whole() -> None:
    def run(reloaded: bool) -> list[Tensor]:
        torch.manual_seed(4)
        weights = [nn.Parameter(torch.randn(4, 3)), nn.Parameter(torch.randn(5))]

        def new() -> Muon:
            return muon([Matrices(weights[0], 2)], [weights[1]])

        optimizer = new()
        for number in range(6):
            if reloaded and number == 3:
                kept = optimizer.state_dict()
                optimizer = new()
                optimizer.load_state_dict(kept)
            for weight in weights:
                weight.grad = torch.randn_like(weight)
            optimizer.step()
        return [weight.detach() for weight in weights]

    for whole, parts in zip(run(False), run(True), strict=True):
        assert torch.equal(whole, parts)


def options(**content: Any) -> Options:
    encoder = {"stem": [{"channels": 4, "pool": [8, 2]}, {"channels": 6}], "hidden": 5}
    return parse_options(
        {"network": {"encoder": encoder}, "training": {"optimizer": "muon"}} | content, "test"
    )


def test_every_weight_is_somebodys() -> None:
    task = ReadingTask(options(heads={"ctc": 1.0, "seq2seq": 1.0}))
    optimizer = task.configure_optimizers()
    assert isinstance(optimizer, Muon)
    given = [id(weight) for group in optimizer.param_groups for weight in group["params"]]
    assert sorted(given) == sorted(map(id, task.parameters()))
    names = {id(weight): name for name, weight in task.named_parameters()}
    found = {names[id(weight)] for weight, _ in matrices_of(task.network)}
    assert "network.encoder.stem.1.convolution.weight" in found
    assert "network.encoder.stem.0.convolution.weight" not in found  # of one channel
    assert {"network.encoder.recurrent.0.ahead.weight_ih_l0",
            "network.encoder.recurrent.0.back.weight_hh_l0"} <= found  # fmt: skip
    assert not [name for name in found if "bias" in name or "linear" in name]
