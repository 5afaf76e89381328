"""What composed lines say."""

import dataclasses

import pytest
import torch
from torch import Tensor

from hwr.lines.numbers import draw_numbers
from hwr.lines.presets import PRESETS, LineSpec

EVEN = dataclasses.replace(PRESETS["document"], leading=0.0, round=0.0)
COUNT = 20_000


def drawn(alphabet: str = "0123456789", **changes: float) -> tuple[Tensor, Tensor]:
    """The digits of lines of 1 to 8, and how many each has."""
    generator = torch.Generator().manual_seed(3)
    lengths = torch.randint(1, 9, (COUNT,), generator=generator)
    spec = LineSpec("document", min_length=1, max_length=8, alphabet=alphabet)
    lots = torch.rand(COUNT, 5, 8, generator=generator)
    return draw_numbers(spec, dataclasses.replace(EVEN, **changes), lengths, lots), lengths


def shares(labels: Tensor) -> list[float]:
    return (torch.bincount(labels, minlength=10) / len(labels)).tolist()


def test_all_digits_are_as_likely_where_nothing_else_is_asked_for() -> None:
    labels, _ = drawn()
    for place in (0, 7):
        assert shares(labels[:, place]) == pytest.approx([0.1] * 10, abs=0.01)


@pytest.mark.parametrize("leading", [0.5, 1.0])
def test_first_digits_are_by_benford_s_law(leading: float) -> None:
    labels, _ = drawn(leading=leading)
    benford = [0, 0.301, 0.176, 0.125, 0.097, 0.079, 0.067, 0.058, 0.051, 0.046]
    expected = [leading * of + (1 - leading) * 0.1 for of in benford]
    assert shares(labels[:, 0]) == pytest.approx(expected, abs=0.012)
    even, _ = drawn()
    assert torch.equal(labels[:, 1:], even[:, 1:])


@pytest.mark.parametrize(("alphabet", "ones"), [("018", 0.855), ("0", 0.0), ("1", 1.0)])
def test_first_digits_are_of_the_alphabet(alphabet: str, ones: float) -> None:
    # Of one and eight, eight is as much rarer as of all: 0.051 to 0.301.
    labels, _ = drawn(alphabet, leading=1.0)
    first = {int(character) for character in alphabet if character != "0"}
    assert set(labels[:, 0].tolist()) == (first or {0})
    assert (labels[:, 0] == 1).double().mean().item() == pytest.approx(ones, abs=0.012)


def test_zeros_end_as_many_lines_as_asked_for_and_never_begin_them() -> None:
    labels, lengths = drawn("123456789", round=1.0)
    assert (labels > 0).all()  # no zeros where there are none
    even, _ = drawn()
    labels, _ = drawn(round=1.0)
    ends = labels.gather(1, lengths[:, None] - 1).squeeze(1)
    long = lengths >= 5
    assert (ends[long] == 0).all()
    assert torch.equal(labels[:, 0], even[:, 0])
