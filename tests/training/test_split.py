from collections import Counter

import pytest

from hwr.errors import DataError
from hwr.training.split import split_by_page

PAGES = [f"page {row % 40}" for row in range(1000)]


@pytest.mark.parametrize("seed", range(3))
def test_no_page_stands_on_both_sides(seed: int) -> None:
    train, val, by_page = split_by_page(PAGES, 0.1, seed)
    assert by_page
    assert sorted(train + val) == list(range(1000))
    assert not {PAGES[row] for row in train} & {PAGES[row] for row in val}
    assert len(val) == 100


def test_the_same_seed_keeps_the_same_pages_apart_whatever_their_order() -> None:
    def apart(pages: list[str], seed: int) -> set[str]:
        return {pages[row] for row in split_by_page(pages, 0.1, seed)[1]}

    assert apart(PAGES, 0) == apart(PAGES[::-1], 0) != apart(PAGES, 1)


def test_a_page_far_too_large_for_its_share_is_trained_on() -> None:
    pages = ["large"] * 90 + ["a"] * 5 + ["b"] * 5
    for seed in range(5):
        _, val, _ = split_by_page(pages, 0.1, seed)
        assert Counter(pages[row] for row in val).keys() <= {"a", "b"}


def test_there_is_always_something_on_both_sides() -> None:
    for share in (0.001, 0.999):
        train, val, by_page = split_by_page(["a"] * 50 + ["b"] * 50, share)
        assert by_page
        assert len(train) == len(val) == 50


def test_lines_of_a_single_page_are_parted_one_by_one() -> None:
    train, val, by_page = split_by_page(["a"] * 50, 0.2)
    assert not by_page
    assert len(val) == 10
    assert sorted(train + val) == list(range(50))


def test_one_line_cannot_be_parted() -> None:
    with pytest.raises(DataError, match=r"1 line is too few .*--data\.val"):
        split_by_page(["a"], 0.1)
