import pytest

from hwr.scoring.shown import percent, visible


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (None, "-"), (0, "0.00 %"), (1, "100.00 %"), (0.12345, "12.35 %"), (1.5, "150.00 %"),
        (1e-9, "< 0.01 %"), (29_999 / 30_000, "> 99.99 %"),
    ],
)  # fmt: skip
def test_a_share_is_never_rounded_to_none_or_all(share, shown):
    assert percent(share) == shown


def test_what_nobody_would_see_is_shown():
    assert visible("a b\t\n\x00") == "a␣b⇥⏎U+0000"
    assert visible("") == ""


@pytest.mark.parametrize("mark", ["\u0303", "\u20dd"])
def test_a_mark_that_stands_alone_gets_something_to_stand_on(mark):
    assert visible(mark) == f"\u25cc{mark}"
    assert visible(f"a{mark}") == f"a{mark}"
