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


def test_where_the_pages_lie_changes_nothing() -> None:
    there = [f"many/{page}" for page in PAGES]
    apart = split_by_page(there, 0.1)
    assert apart == split_by_page([f"/far/away/{page}" for page in there], 0.1)
    assert apart == split_by_page([f"../{page}" for page in there], 0.1)


def test_pages_of_places_told_in_different_ways() -> None:
    _, val, by_page = split_by_page(["/a/x"] * 5 + ["b/y"] * 5, 0.5)
    assert by_page
    assert val in ([0, 1, 2, 3, 4], [5, 6, 7, 8, 9])


def test_more_pages_elsewhere_leave_the_order_of_the_others() -> None:
    few, more = ["lines/a"] * 3 + ["lines/b"] * 3, ["other/c"] * 4
    kept = {few[row] for row in split_by_page(few, 0.5)[1]}
    shared = {(few + more)[row] for row in split_by_page(few + more, 0.7)[1]}
    assert shared & set(few) == kept
    assert len(kept) == 1


def test_names_that_are_no_text_have_their_place() -> None:
    train, val, _ = split_by_page(["caf\udce9"] * 2 + ["b"] * 2, 0.5)
    assert len(train) == len(val) == 2
