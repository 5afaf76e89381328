"""The CTC loss against the definition: the sum over all paths that spell the text."""

import itertools

import pytest
import torch

from hwr.decoding.paths import frames_needed
from hwr.nets.ctc import CTCHead, CTCOptions, ctc_loss


def collapse(path: tuple[int, ...]) -> list[int]:
    return [symbol for symbol, _ in itertools.groupby(path) if symbol != 0]


def by_enumeration(log_probs: torch.Tensor, text: list[int]) -> torch.Tensor:
    paths = itertools.product(range(log_probs.shape[1]), repeat=len(log_probs))
    spelling = [
        log_probs[range(len(path)), list(path)].sum() for path in paths if collapse(path) == text
    ]
    return torch.stack(spelling).logsumexp(0)


@pytest.mark.parametrize("text", [[1], [1, 1], [2, 1], [1, 2, 2], [1, 2, 1]])
def test_loss_equals_enumeration(text: list[int]) -> None:
    log_probs = torch.randn(1, 5, 3, generator=torch.Generator().manual_seed(0)).log_softmax(2)
    expected = -by_enumeration(log_probs[0], text) / len(text)
    torch.testing.assert_close(ctc_loss(log_probs, torch.tensor([5]), [text]), expected)


def test_loss_is_a_sum_over_lines_by_characters_not_a_mean_of_means() -> None:
    log_probs = torch.randn(2, 6, 3, generator=torch.Generator().manual_seed(0)).log_softmax(2)
    texts, frames = [[1], [2, 1, 2]], torch.tensor([4, 6])
    total = by_enumeration(log_probs[0, :4], texts[0]) + by_enumeration(log_probs[1], texts[1])
    torch.testing.assert_close(ctc_loss(log_probs, frames, texts), -total / 4)


def test_gradient_equals_finite_differences() -> None:
    scores = torch.randn(1, 5, 3, generator=torch.Generator().manual_seed(0)).double()

    def loss(scores: torch.Tensor) -> torch.Tensor:
        # `ctc_loss` goes by way of float32, too coarse for differences: its definition here.
        return -by_enumeration(scores.log_softmax(2)[0], [1, 1]) / 2

    mine = scores.clone().requires_grad_()
    ctc_loss(mine.float().log_softmax(2), torch.tensor([5]), [[1, 1]]).backward()
    theirs = scores.clone().requires_grad_()
    loss(theirs).backward()
    torch.testing.assert_close(mine.grad, theirs.grad, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "needed"), [([], 0), ([1], 1), ([1, 2], 2), ([1, 1], 3), ([2, 2, 2, 1], 6)]
)
def test_frames_needed_is_the_shortest_path(text: list[int], needed: int) -> None:
    assert frames_needed(text) == needed
    for frames in range(needed):
        assert not any(
            collapse(path) == text for path in itertools.product(range(3), repeat=frames)
        )
    assert any(collapse(path) == text for path in itertools.product(range(3), repeat=needed))


def test_head_splits_columns_into_frames_in_order() -> None:
    torch.manual_seed(0)
    head = CTCHead(CTCOptions(split=2), features=4, classes=3)
    features = torch.randn(5, 2, 4)
    log_probs, frames = head(features, torch.tensor([5, 3]))
    assert log_probs.shape == (2, 10, 3)
    assert frames.tolist() == [10, 6]
    both = head.linear(features[1, 0])
    torch.testing.assert_close(log_probs[0, 2], both[:3].log_softmax(0))
    torch.testing.assert_close(log_probs[0, 3], both[3:].log_softmax(0))
