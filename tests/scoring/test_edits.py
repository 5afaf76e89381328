import itertools
import random
import sys

import jiwer
import pytest

from hwr.errors import MissingExtraError
from hwr.scoring.edits import Edit, align, distance, words


def random_pairs(count, alphabet="ab é漢😀", longest=12, seed=0):
    draw = random.Random(seed)
    for _ in range(count):
        truth = "".join(draw.choices(alphabet, k=draw.randint(0, longest)))
        if draw.random() < 0.5:
            read = "".join(draw.choices(alphabet, k=draw.randint(0, longest)))
        else:
            read = "".join(
                draw.choice(["", sign, sign + "b", "a"]) if draw.random() < 0.3 else sign
                for sign in truth
            )
        yield read, truth


@pytest.mark.parametrize(
    ("read", "truth", "edits"),
    [("", "", 0), ("123", "", 3), ("", "123", 3), ("kitten", "sitting", 3), ("22", "2", 1)],
)
def test_distance_by_hand(read, truth, edits):
    assert distance(read, truth) == edits


def test_distance_of_words():
    assert distance(words("the  cat\tsat "), words("the cat sits down")) == 2


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "editdistance", None)
    with pytest.raises(MissingExtraError, match="editdistance"):
        distance("1", "2")


@pytest.mark.parametrize(
    ("read", "truth", "expected"),
    [
        ("12", "12", [("match", "1", "1"), ("match", "2", "2")]),
        ("ba", "ab", [("substitution", "a", "b"), ("substitution", "b", "a")]),
        ("13", "123", [("match", "1", "1"), ("deletion", "2", ""), ("match", "3", "3")]),
        ("1x2", "12", [("match", "1", "1"), ("insertion", "", "x"), ("match", "2", "2")]),
        ("", "7", [("deletion", "7", "")]),
        ("7", "", [("insertion", "", "7")]),
        ("", "", []),
    ],
)
def test_align_by_hand(read, truth, expected):
    assert align(read, truth) == [Edit(*step) for step in expected]


def enumerated(read, truth):
    """(edits, insertions and deletions) of every alignment, by trying them all."""
    if not read or not truth:
        yield len(read) + len(truth), len(read) + len(truth)
        return
    for edits, gaps in enumerated(read[1:], truth[1:]):
        yield edits + (read[0] != truth[0]), gaps
    for edits, gaps in enumerated(read[1:], truth):
        yield edits + 1, gaps + 1
    for edits, gaps in enumerated(read, truth[1:]):
        yield edits + 1, gaps + 1


def test_align_finds_the_best_of_all_alignments():
    texts = ["".join(t) for n in range(5) for t in itertools.product("ab", repeat=n)]
    for read, truth in itertools.product(texts, repeat=2):
        steps = align(read, truth)
        edits = sum(step.kind != "match" for step in steps)
        gaps = sum(step.kind in ("insertion", "deletion") for step in steps)
        assert (edits, gaps) == min(enumerated(read, truth)), (read, truth)


def test_align_spells_both_texts_and_names_each_step():
    for read, truth in random_pairs(300, longest=25):
        steps = align(read, truth)
        assert "".join(step.read for step in steps) == read
        assert "".join(step.truth for step in steps) == truth
        assert sum(step.kind != "match" for step in steps) == distance(read, truth)
        for step in steps:
            kind = (
                "insertion" if not step.truth
                else "deletion" if not step.read
                else "match" if step.truth == step.read
                else "substitution"
            )  # fmt: skip
            assert step.kind == kind


def test_align_counts_as_jiwer_does():
    same_kinds = 0
    pairs = [(r, t) for r, t in random_pairs(400, alphabet="abcdé漢😀") if t]
    for read, truth in pairs:
        theirs = jiwer.process_characters(truth, read)
        kinds = [step.kind for step in align(read, truth)]
        substitutions, insertions, deletions = (
            kinds.count(kind) for kind in ("substitution", "insertion", "deletion")
        )
        all_theirs = theirs.substitutions + theirs.insertions + theirs.deletions
        assert substitutions + insertions + deletions == all_theirs
        assert insertions - deletions == theirs.insertions - theirs.deletions
        # Of equally cheap alignments jiwer takes any, we one with most substitutions.
        assert substitutions >= theirs.substitutions
        same_kinds += substitutions == theirs.substitutions
    assert same_kinds > 0.8 * len(pairs)


def test_a_long_line_with_few_errors_is_quickly_aligned():
    truth = "".join(random.Random(0).choices("0123456789", k=5_000))
    kinds = [step.kind for step in align(truth[1:] + "x", truth)]
    assert len(kinds) - kinds.count("match") == 2
