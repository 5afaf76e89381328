"""What frames are taught where the places of characters are known."""

import math

import pytest
import torch
from torch import Tensor

from hwr.nets.framewise import frame_targets, framewise_loss

ANY = -100


def targets(boxes: list[tuple[float, float]], text: list[int], frames: int = 12) -> list[int]:
    found = frame_targets(torch.tensor([frames]), frames, [text], torch.tensor([boxes]))
    return found[0].tolist()


def test_frames_of_a_character_say_it_and_those_beside_it_the_blank() -> None:
    # Around its middle, 5.8, it is said as far as 3.5, and as far as 5.75 it may be.
    assert targets([(0.8, 10.8)], [3]) == [ANY, ANY, *[3] * 7, ANY, ANY, ANY]
    assert targets([(4, 8)], [3]) == [0, 0, 0, 0, ANY, 3, 3, ANY, 0, 0, 0, 0]
    assert targets([(4.5, 8.5)], [3]) == [0, 0, 0, 0, ANY, 3, 3, 3, ANY, 0, 0, 0]


def test_characters_that_overlap_share_their_frames() -> None:
    assert targets([(0, 6), (4, 10)], [1, 2], 10) == [ANY, 1, 1, 1, 1, 2, 2, 2, 2, ANY]


@pytest.mark.parametrize("middle", [0.1, 3.0, 5.49, 9.9])
def test_however_narrow_a_character_has_a_frame(middle: float) -> None:
    found = targets([(middle, middle)], [7])
    assert found.count(7) == 1
    assert found.index(7) in (math.floor(middle), math.floor(middle) - 1)
    # And a narrow one keeps its own beside a wide one that reaches over it.
    assert 5 in targets([(0, 12), (5.4, 5.6)], [3, 5])


def test_frames_behind_the_line_and_characters_that_are_not_there_say_nothing() -> None:
    nan = math.nan
    boxes = torch.tensor(
        [[(1.0, 3.0), (4.0, 6.0), (nan, nan)], [(2.0, 4.0), (nan, nan), (nan, nan)]]
    )
    found = frame_targets(torch.tensor([6, 5]), 7, [[1, 2], [4]], boxes)
    assert found.tolist() == [[0, 1, 1, 0, 2, 2, ANY], [0, 0, 4, 4, 0, ANY, ANY]]


def test_the_loss_is_the_mean_over_frames_that_are_to_say_something() -> None:
    scores = torch.randn(1, 7, 4, generator=torch.Generator().manual_seed(0)).log_softmax(2)
    boxes = torch.tensor([[(1.5, 5.5)]])
    told = {0: 0, 2: 3, 3: 3, 4: 3}
    expected = -torch.stack([scores[0, frame, symbol] for frame, symbol in told.items()]).mean()
    torch.testing.assert_close(framewise_loss(scores, torch.tensor([6]), [[3]], boxes), expected)


def test_it_teaches_a_line() -> None:
    scores: Tensor = torch.zeros(1, 12, 4, requires_grad=True)
    descent = torch.optim.SGD([scores], lr=50.0)
    for _ in range(20):
        loss = framewise_loss(
            scores.log_softmax(2), torch.tensor([12]), [[1, 2]], torch.tensor([[(1, 5), (6, 10)]])
        )
        descent.zero_grad()
        loss.backward()
        descent.step()
    assert [int(symbol) for symbol in scores[0].argmax(1)[[0, 2, 3, 7, 8, 11]]] == [
        0,
        1,
        1,
        2,
        2,
        0,
    ]
