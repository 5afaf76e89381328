"""How numbers are cut out of their pages."""

import numpy as np
import pytest

from hwr.lines.document.crop import crop, crop_tightly


@pytest.mark.parametrize("tightly", [False, True])
@pytest.mark.parametrize("width", [1, 2, 5, 60])
def test_a_number_s_columns_are_not_cut_away(width: int, tightly: bool) -> None:
    ink = np.ones((28, width), np.float32)
    cut_off = []
    for seed in range(2000):
        rng = np.random.default_rng(seed)
        found, _, before, behind = crop_tightly(ink, rng) if tightly else crop(ink, False, 0.8, rng)
        assert found.shape[1] == before + width + behind
        cut_off += [before < 0, behind < 0]
        assert found.max(axis=0).sum() >= width - width // 4
    # Of one broader than a stroke, a little is at times.
    assert any(cut_off) == (width == 60)


@pytest.mark.parametrize("loose", [False, True])
def test_pictures_are_no_higher_than_asked_for(loose: bool) -> None:
    ink, heights = np.ones((20, 60), np.float32), []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        found, above, _, _ = crop(ink, loose, 0.8, rng, highest=26)
        heights.append(len(found))
        assert above <= len(found) - 19
    assert max(heights) == 26
    assert min(heights) < 23 or loose
    # What is higher by itself is cut to its ink.
    assert len(crop(ink, loose, 0.8, np.random.default_rng(0), highest=10)[0]) == 20
