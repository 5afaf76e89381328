"""What befalls few pictures."""

import numpy as np
import pytest

from hwr.lines.document.degrade import Pixels, degrade

PAPER, INK = 200, 60
CHANCE = 0.03


class Lot(np.random.Generator):
    """Draws a kind of it first, then as any other."""

    def __init__(self, kind: int, seed: int) -> None:
        super().__init__(np.random.PCG64(seed))
        self.first: float | None = (kind + 0.5) * CHANCE

    def random(self, *args: object, **options: object) -> object:  # type: ignore[override]
        if self.first is not None:
            found, self.first = self.first, None
            return found
        return super().random(*args, **options)  # type: ignore[call-overload]


def stroke() -> Pixels:
    picture = np.full((40, 160), PAPER, np.uint8)
    picture[8:32, 70:76] = INK
    return picture


def found(kind: int, clear: bool = True, seeds: int = 30) -> list[tuple[Pixels, int]]:
    return [degrade(stroke(), CHANCE, clear, Lot(kind, seed)) for seed in range(seeds)]


def test_specks_are_few_and_mostly_dark() -> None:
    for picture, shifted in found(0):
        assert shifted == 0
        changed = picture != stroke()
        assert 0 < changed.mean() < 0.02
    dark = np.concatenate([p[p != stroke()] for p, _ in found(0)]) < INK
    assert 0.6 < dark.mean() < 0.9


def test_a_shadow_darkens_a_part_and_keeps_ink_darker_than_paper() -> None:
    for picture, _ in found(1):
        assert (picture <= stroke()).all()
        assert 0.02 < (picture < 0.9 * stroke()).mean() < 0.98
        rows = picture[8:32]
        assert (rows[:, 70:76].mean(1) < 0.6 * rows[:, 64:70].mean(1)).all()


def test_black_and_white_is_nothing_else() -> None:
    for picture, _ in found(2):
        assert np.array_equal(picture, np.where(stroke() == INK, 0, 255))


def test_unclear_pictures_stay_grey_and_so_do_those_whose_paper_would_get_black() -> None:
    assert all(np.array_equal(picture, stroke()) for picture, _ in found(2, clear=False))
    shaded = stroke()
    shaded[:, :80] //= 3
    picture, _ = degrade(shaded, CHANCE, True, Lot(2, 0))
    assert np.array_equal(picture, shaded)


def test_what_is_surrounded_tells_where_it_stands() -> None:
    shifts = set()
    for picture, shifted in found(3):
        row = int(np.flatnonzero(picture[:, shifted + 70] == INK)[0]) - 8
        assert np.array_equal(picture[row : row + 40, shifted : shifted + 160], stroke())
        shifts.add(shifted)
    assert len(shifts) > 5


@pytest.mark.parametrize("kind", [4, 20])
def test_most_pictures_stay_as_they_are(kind: int) -> None:
    assert all(np.array_equal(picture, stroke()) and not by for picture, by in found(kind))
