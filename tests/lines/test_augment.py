"""Each change changes something, in bounds, and the same generator makes the same line."""

import dataclasses

import numpy as np
import pytest

from hwr.lines.augment import AugmentOptions, augment

STRENGTHS = {
    "shear": 30.0,
    "rotation": 5.0,
    "stretch": 0.4,
    "scale": 0.4,
    "shift": 0.3,
    "elastic": 0.05,
    "thickness": 1.0,
    "blur": 1.5,
    "noise": 0.3,
    "contrast": 0.6,
    "gamma": 2.0,
    "background": 0.2,
    "erase": 5,
}
EVERYTHING = AugmentOptions(**STRENGTHS)  # type: ignore[arg-type]


@pytest.fixture
def line() -> np.ndarray:
    """Upright strokes of several tones, with a margin of some columns."""
    line = np.zeros((32, 200), np.uint8)
    for column in range(10, 190, 9):
        line[8:26, column : column + 3] = 100 + column % 150
    return line


def changed(line: np.ndarray, options: AugmentOptions, seed: int = 0, **words: int) -> np.ndarray:
    return augment(line, options, np.random.default_rng(seed), **words)


def test_the_same_generator_gives_the_same_line(line: np.ndarray) -> None:
    before = line.copy()
    first, second, other = (changed(line, EVERYTHING, seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, second)
    assert first.shape != other.shape or (first != other).any()
    np.testing.assert_array_equal(line, before)


def test_nothing_asked_for_changes_nothing(line: np.ndarray) -> None:
    same = changed(line, AugmentOptions())
    np.testing.assert_array_equal(same, line)
    assert not np.shares_memory(same, line)


def test_every_option_is_tried_here() -> None:
    fields = {field.name for field in dataclasses.fields(AugmentOptions)}
    assert fields == STRENGTHS.keys() | {"chance"}


@pytest.mark.parametrize("name", STRENGTHS)
def test_each_change_changes_something(line: np.ndarray, name: str) -> None:
    options = AugmentOptions(**{name: STRENGTHS[name]}, chance=1.0)  # type: ignore[arg-type]
    differing = 0
    for seed in range(6):
        now = changed(line, options, seed)
        assert (now.dtype, now.shape[0]) == (np.uint8, 32)
        differing += now.shape != line.shape or bool((now != line).any())
        # Reading it still is possible: most of the ink is there.
        assert now.astype(float).sum() > 0.3 * line.sum()
    # Patches may fall between strokes.
    assert differing >= (3 if name == "erase" else 6)


def test_chance(line: np.ndarray) -> None:
    never = AugmentOptions(noise=0.3, chance=0.0)
    np.testing.assert_array_equal(changed(line, never), line)
    half = AugmentOptions(noise=0.3, chance=0.5)
    untouched = sum((changed(line, half, seed) == line).all() for seed in range(40))
    assert 8 < untouched < 32


def test_stretch_is_of_the_width(line: np.ndarray) -> None:
    options = AugmentOptions(stretch=0.25)
    widths = []
    for seed in range(60):
        columns = np.flatnonzero(changed(line, options, seed).any(axis=0))
        widths.append(columns[-1] + 1 - columns[0])
    # The ink is 174 columns wide.
    assert 0.74 * 174 < min(widths) < 0.8 * 174
    assert 1.2 * 174 < max(widths) < 1.27 * 174


def test_no_ink_is_lost_at_the_ends(line: np.ndarray) -> None:
    line[:, :3] = line[:, -3:] = 255
    ink = line.sum(dtype=float)
    for seed in range(20):
        # A shear keeps areas.
        now = changed(line, AugmentOptions(shear=45.0), seed)
        assert now.sum(dtype=float) == pytest.approx(ink, rel=0.03)


def test_a_line_gets_no_narrower_than_told(line: np.ndarray) -> None:
    options = AugmentOptions(stretch=0.9)
    narrow = [changed(line, options, seed).shape[1] for seed in range(30)]
    wide = [changed(line, options, seed, least_width=180) for seed in range(30)]
    assert min(narrow) < 180 <= min(now.shape[1] for now in wide)
    # Nor is its ink pressed together and the width made up by margins.
    ink = [np.flatnonzero(now.any(axis=0)) for now in wide]
    assert min(columns[-1] - columns[0] for columns in ink) > 0.85 * 174


def test_a_blank_line_stays_one() -> None:
    blank = np.zeros((32, 40), np.uint8)
    moved = changed(blank, AugmentOptions(shear=30, stretch=0.3, erase=3, thickness=1.0, blur=1.0))
    assert moved.shape[0] == 32
    assert not moved.any()


@pytest.mark.parametrize(
    ("name", "value"),
    [("blur", -1.0), ("shear", 80.0), ("stretch", 0.95), ("background", 0.3), ("chance", 2.0)],
)
def test_bad_options_are_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=name):
        AugmentOptions(**{name: value})  # type: ignore[arg-type]
