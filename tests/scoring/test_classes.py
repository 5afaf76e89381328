import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from hwr.scoring.classes import MANY, OTHER, classification, worst_classified
from hwr.scoring.rates import score_line


def scored(pairs, confidence=0.5):
    return [score_line(f"{row}", *pair, confidence) for row, pair in enumerate(pairs)]


def test_against_scikit_learn():
    generator = np.random.default_rng(0)
    truths = generator.integers(0, 5, 400)
    reads = np.where(generator.random(400) < 0.7, truths, generator.integers(0, 5, 400))
    found = classification(scored(zip(map(str, truths), map(str, reads), strict=True)))
    assert np.array_equal(found.counts, confusion_matrix(truths, reads))
    precision, recall, _, written = precision_recall_fscore_support(truths, reads)
    assert [row.precision for row in found.rates] == pytest.approx(precision.tolist())
    assert [row.recall for row in found.rates] == pytest.approx(recall.tolist())
    assert [row.written for row in found.rates] == written.tolist()


def test_lines_are_no_classification():
    assert classification([]) is None
    assert classification(scored([("1", "1"), ("12", "12")])) is None
    assert classification(scored([("1", "1"), ("", "")])) is None


def test_nothing_or_several_characters_read_are_other():
    found = classification(scored([("1", ""), ("1", "17"), ("2", "2")]))
    assert found.classes == ["1", "2"]
    assert found.columns == ["1", "2", OTHER]
    assert found.counts.tolist() == [[0, 0, 2], [0, 1, 0]]
    assert found.rates[0].recall == 0
    assert found.rates[0].precision is None


def test_a_class_that_is_only_read_has_a_row_of_its_own():
    found = classification(scored([("1", "3")]))
    assert found.classes == ["1", "3"]
    assert found.counts.tolist() == [[0, 1], [0, 0]]
    assert found.to_dict()["classes"]["3"] == {
        "written": 0, "read": 1, "precision": 0.0, "recall": None,
    }  # fmt: skip


def many(*wrong):
    """One more class than a matrix is written of, each read right once, and some wrong."""
    right = [(chr(0x4E00 + row),) * 2 for row in range(MANY + 1)]
    return classification(scored(right + list(wrong)))


def test_of_very_many_classes_the_matrix_has_no_zeros():
    found = many(("一", "丁"), ("一", "丁"), ("丂", ""))
    assert found.many
    content = found.to_dict()
    assert len(content["classes"]) == MANY + 1
    assert "counts" not in content["confusion"]
    cells = content["confusion"]["nonzero"]
    assert cells[:3] == [["一", "一", 1], ["一", "丁", 2], ["丁", "丁", 1]]
    assert ["丂", OTHER, 1] in cells
    assert sum(count for _, _, count in cells) == MANY + 4
    few = classification(scored([("1", "1")] * 3)).to_dict()
    assert few["confusion"] == {"columns": ["1"], "counts": [[3]]}


def test_the_classes_with_most_errors():
    found = many(("三", "丁"), ("三", "丁"), ("三", "丂"), ("丂", "七"), ("丂", ""))
    # Of three: 3 missed; 丂: 2 missed, 1 too many; 丁: 2 too many.
    assert [row.name for row in found.worst(3)] == ["丂", "三", "丁"]
    part = found.part(3)
    assert part.classes == ["丁", "丂", "三"]
    assert part.columns == ["丁", "丂", "三", OTHER]
    assert part.counts.tolist() == [[1, 0, 0, 0], [0, 1, 0, 2], [2, 1, 1, 0]]


def test_the_surest_of_the_wrong_come_first_then_the_least_sure_of_the_right():
    lines = [("1", "1", 0.9), ("1", "2", 0.6), ("1", "1", 0.4), ("1", "2", 0.8)]
    scores = [score_line(f"{row}", *line) for row, line in enumerate(lines)]
    assert worst_classified(scores, 10) == [3, 1, 2, 0]
    assert worst_classified(scores, 2) == [3, 1]
