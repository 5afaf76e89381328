"""The weighted cross-entropy against cases worked out by hand."""

import math

import pytest
import torch

from hwr.nets.cross_entropy import (
    CrossEntropyOptions,
    ended,
    symbol_weights,
    weighted_cross_entropy,
)

# Two lines of two classes and three steps; probabilities of class 1.
ONES = torch.tensor([[0.5, 0.25, 0.9], [0.8, 0.5, 0.1]])
LOG_PROBS = torch.stack([1 - ONES, ONES], dim=2).log()
TARGETS = torch.tensor([[1, 1, 0], [1, 0, 0]])
LENGTHS = torch.tensor([3, 2])
EVEN = torch.ones(2)


def loss(
    log_probs: torch.Tensor,
    targets: torch.Tensor,
    lengths: torch.Tensor,
    classes: torch.Tensor,
    positions: torch.Tensor | None = None,
    smoothing: float = 0.0,
) -> torch.Tensor:
    weights = symbol_weights(targets, lengths, classes, positions)
    return weighted_cross_entropy(log_probs, targets, weights, smoothing)


def test_texts_get_an_end_and_padding() -> None:
    targets, lengths = ended([[3, 1], [], [2, 2, 2]])
    assert targets.tolist() == [[3, 1, 0, 0], [0, 0, 0, 0], [2, 2, 2, 0]]
    assert lengths.tolist() == [3, 1, 4]


def test_without_weights_it_is_the_mean_over_symbols_and_ends() -> None:
    by_hand = -(math.log(0.5) + math.log(0.25) + math.log(0.1) + math.log(0.8) + math.log(0.5)) / 5
    found = loss(LOG_PROBS, TARGETS, LENGTHS, EVEN)
    assert found.item() == pytest.approx(by_hand)


def test_padding_weighs_nothing_whatever_is_said_of_it() -> None:
    whole = loss(LOG_PROBS, TARGETS, LENGTHS, EVEN)
    other = LOG_PROBS.clone()
    other[1, 2] = torch.tensor([-math.inf, 0.0])
    other.requires_grad_()
    changed = loss(other, TARGETS, LENGTHS, EVEN)
    assert changed.item() == pytest.approx(whole.item())
    changed.backward()
    assert other.grad[1, 2].tolist() == [0, 0]
    assert torch.isfinite(other.grad).all()


def test_end_symbol_with_a_weight_of_its_own() -> None:
    ends = -0.25 * (math.log(0.1) + math.log(0.5))
    characters = -(math.log(0.5) + math.log(0.25) + math.log(0.8))
    found = loss(LOG_PROBS, TARGETS, LENGTHS, torch.tensor([0.25, 1.0]))
    assert found.item() == pytest.approx((ends + characters) / 3.5)


def test_classes_and_positions_multiply() -> None:
    # Class 1 weighs 2; the first position 1, all behind it 3.
    parts = [
        (2 * 1, 0.5), (2 * 3, 0.25), (1 * 3, 0.1),
        (2 * 1, 0.8), (1 * 3, 0.5),
    ]  # fmt: skip
    by_hand = -sum(w * math.log(p) for w, p in parts) / sum(w for w, _ in parts)
    found = loss(LOG_PROBS, TARGETS, LENGTHS, torch.tensor([1.0, 2.0]), torch.tensor([1.0, 3.0]))
    assert found.item() == pytest.approx(by_hand)


def test_smoothing_spreads_a_share_of_the_target() -> None:
    one = loss(LOG_PROBS[:1, 1:2], torch.tensor([[1]]), torch.tensor([1]), EVEN, smoothing=0.2)
    by_hand = -(0.8 * math.log(0.25) + 0.1 * math.log(0.25) + 0.1 * math.log(0.75))
    assert one.item() == pytest.approx(by_hand)


def test_equals_torch_where_torch_knows_it() -> None:
    scores = torch.randn(6, 5, 4, generator=torch.Generator().manual_seed(0))
    targets = torch.randint(0, 4, (6, 5), generator=torch.Generator().manual_seed(1))
    weights = torch.tensor([0.5, 1.0, 2.0, 3.0])
    expected = torch.nn.functional.cross_entropy(scores.transpose(1, 2), targets, weights)
    found = loss(scores.log_softmax(2), targets, torch.full((6,), 5), weights)
    torch.testing.assert_close(found, expected)


def test_all_weights_zero_is_zero() -> None:
    found = loss(LOG_PROBS, TARGETS, LENGTHS, torch.zeros(2))
    assert found.item() == 0


@pytest.mark.parametrize(
    "options",
    [{"end": -1}, {"classes": {"1": -2.0}}, {"positions": (1.0, -1.0)}, {"smoothing": 1.0}],
)
def test_options_that_cannot_be(options: dict) -> None:
    with pytest.raises(ValueError, match=r"weight|smoothing"):
        CrossEntropyOptions(**options)
