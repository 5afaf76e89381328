import warnings

import numpy as np
from PIL import Image

from hwr.scoring import matrix
from hwr.scoring.classes import MANY, Classification, classification
from hwr.scoring.matrix import draw_matrix
from hwr.scoring.rates import score_line


def test_a_class_that_no_font_can_draw_is_named_by_its_number(tmp_path):
    pairs = [("漢", "字"), ("a", "a"), (" ", ""), ("\u0303", "a"), ("$", "$")]
    found = classification([score_line("", *pair) for pair in pairs])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draw_matrix(found, tmp_path / "one.png")
    labels = matrix._labels(found.columns)
    assert labels == ["␣", "$", "a", "\u25cc\u0303", "U+5B57", "U+6F22", "other"]


def test_of_very_many_classes_the_most_confused_are_drawn(tmp_path, monkeypatch):
    names = [chr(0x4E00 + row) for row in range(MANY + 1)]
    counts = np.diag(np.full(len(names), 5))
    counts[70, 3] = 2
    drawn = []
    monkeypatch.setattr(matrix, "_labels", lambda shown: drawn.extend(shown) or shown)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        draw_matrix(Classification(names, names, counts), tmp_path / "many.png")
    assert len(drawn) == 30 + 1  # and what was read as any other
    assert {names[3], names[70]} < set(drawn)
    with Image.open(tmp_path / "many.png") as picture:
        assert max(picture.size) < 3000
