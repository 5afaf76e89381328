"""Features set to zero by lot."""

import pytest
import torch

from hwr.nets.dropout import Dropout


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.9999])
def test_so_many_are_dropped_and_the_mean_stays(share: float) -> None:
    torch.manual_seed(0)
    features = torch.ones(75, 33, 101)
    dropped = Dropout(share)(features)
    assert (dropped == 0).float().mean().item() == pytest.approx(share, abs=0.005)
    assert dropped.mean().item() == pytest.approx(1, abs=0.05)
    assert len(dropped.unique()) == 2


def test_neighbours_have_lots_of_their_own() -> None:
    torch.manual_seed(0)
    kept = (Dropout(0.5)(torch.ones(8 * 20_000)) > 0).view(-1, 8).float()
    together = torch.corrcoef(kept.T) - torch.eye(8)
    assert together.abs().max() < 0.03


@pytest.mark.parametrize("shape", [(1,), (7,), (3, 5), (2, 0)])
def test_any_shape_will_do(shape: tuple[int, ...]) -> None:
    assert Dropout(0.5)(torch.ones(shape)).shape == shape


def test_the_seed_says_which() -> None:
    features = torch.rand(40, 9)
    drawn = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        drawn.append(Dropout(0.5)(features))
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


def test_what_is_dropped_learns_nothing() -> None:
    features = torch.rand(40, 9, requires_grad=True)
    dropped = Dropout(0.25)(features)
    dropped.sum().backward()
    torch.testing.assert_close(features.grad, (dropped > 0) * (4 / 3))


def test_nothing_is_dropped_where_it_reads_or_is_told_so() -> None:
    features = torch.rand(40, 9)
    assert torch.equal(Dropout(0.5).eval()(features), features)
    assert torch.equal(Dropout(0)(features), features)
