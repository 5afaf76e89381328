"""Joint reading against all texts there are, scored by the definition."""

import itertools

import numpy as np
import pytest

from hwr.alphabet import END
from hwr.decoding.confidence import text_log_probabilities
from hwr.decoding.ctc import read_ctc
from hwr.decoding.joint import propose, read_joint
from hwr.decoding.labels import Labels, table_labels

LINES, FRAMES, CLASSES, MOST = 12, 6, 3, 4


def log_softmax(scores: np.ndarray) -> np.ndarray:
    return (scores - np.log(np.exp(scores).sum(-1, keepdims=True))).astype(np.float32)


@pytest.fixture(params=[1.0, 6.0], ids=["unsure", "sure"])
def heads(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray, Labels, np.ndarray]:
    generator = np.random.default_rng(3)
    log_probs = log_softmax(request.param * generator.normal(size=(LINES, FRAMES, CLASSES)))
    table = log_softmax(request.param * generator.normal(size=(LINES, MOST + 1, CLASSES)))
    # Half of the lines: both heads read alike.
    for line, found in enumerate(read_ctc(log_probs, np.full(LINES, FRAMES))[: LINES // 2]):
        for step, symbol in enumerate([*found.ids, END][: MOST + 1]):
            table[line, step] = np.log(0.02)
            table[line, step, symbol] = np.log(0.96)
    return log_probs, np.full(LINES, FRAMES), table_labels(table, CLASSES), table


def by_definition(
    log_probs: np.ndarray, table: np.ndarray, share: float
) -> list[tuple[list[int], float]]:
    texts = [
        list(text)
        for length in range(MOST + 1)
        for text in itertools.product(range(1, CLASSES), repeat=length)
    ]
    best = []
    for row, steps in zip(log_probs, table, strict=True):
        of_ctc = text_log_probabilities(
            np.repeat(row[None], len(texts), 0), np.full(len(texts), FRAMES), texts
        )
        of_labels = [steps[range(len(text) + 1), [*text, END]].sum() for text in texts]
        scores = share * np.maximum(of_ctc, -1e9) + (1 - share) * np.array(of_labels)
        best.append((texts[int(scores.argmax())], float(scores.max())))
    return best


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_it_reads_the_text_with_the_highest_score(heads: tuple, share: float) -> None:
    log_probs, frames, labels, table = heads
    found = read_joint(log_probs, frames, labels, share, longest=MOST, beam=1000)
    for line, (text, score) in enumerate(by_definition(log_probs, table, share)):
        if len(read_ctc(log_probs[line : line + 1], frames[:1])[0].ids) > MOST:
            continue  # that line is the CTC head's own: below
        assert found[line].ids == text
        assert found[line].log_probability == pytest.approx(score, rel=1e-4, abs=1e-5)
        assert len(found[line].confidences) == len(text)
        assert all(0 < confidence <= 1 + 1e-6 for confidence in found[line].confidences)


def test_where_both_are_sure_of_the_same_text_there_is_one_candidate(heads: tuple) -> None:
    log_probs, frames, labels, _ = heads
    alone = []
    for line, found in enumerate(propose(log_probs, frames, labels, beam=50)):
        best = [int(np.argmax(scores)) for scores in (found.ctc, found.labels)]
        sure = min(found.ctc[best[0]], found.labels[best[1]]) > np.log(0.5) and best[0] == best[1]
        alone.append(len(found.texts) == 1)
        assert alone[-1] == sure, line
    certain = log_probs.max(2).mean() > np.log(0.8)
    assert any(alone) == certain
    assert not all(alone)


def test_the_whole_share_to_one_head_is_that_head(heads: tuple) -> None:
    log_probs, frames, labels, table = heads
    by_ctc = read_joint(log_probs, frames, labels, 1.0, longest=MOST, beam=50)
    for mine, other in zip(by_ctc, read_ctc(log_probs, frames, beam=50), strict=True):
        assert mine.ids == other.ids
        assert mine.log_probability == pytest.approx(other.log_probability)
    by_labels = read_joint(log_probs, frames, labels, 0.0, longest=FRAMES, beam=1000)
    for line, (text, _) in enumerate(by_definition(log_probs, table, 0.0)):
        assert by_labels[line].ids == text


def test_lines_longer_than_the_label_rnn_has_seen_are_the_ctc_heads_own() -> None:
    path = np.full((1, 7), 1)
    path[0, 1::2] = 0
    log_probs = log_softmax(9 * np.eye(CLASSES)[path])  # "1111"
    table = log_softmax(9 * np.eye(CLASSES)[np.array([[2, 2, END, END, END, END]])])
    labels, frames = table_labels(table, CLASSES), np.array([7])
    (short,) = read_joint(log_probs, frames, labels, 0.1, longest=4)
    (long,) = read_joint(log_probs, frames, labels, 0.1, longest=3)
    assert short.ids == [2, 2]
    assert long.ids == [1, 1, 1, 1]


def test_what_ctc_takes_for_impossible_counts_nothing_without_its_say() -> None:
    log_probs = np.zeros((1, 4, 3), np.float32)
    log_probs[:, :, 1] = -120.0
    log_probs[:, :, 2] = -130.0
    steps = np.full((3, 3), -50.0, np.float32)
    steps[0, 1] = steps[1, END] = -0.01
    labels = table_labels(steps[None], 3)
    with np.errstate(divide="raise", invalid="raise"):
        (found,) = read_joint(log_probs, np.array([4]), labels, 0.0, 9)
    assert found.ids == [1]
    assert found.confidences == pytest.approx([np.exp(-0.01)])


def test_padding_is_not_looked_at(heads: tuple) -> None:
    log_probs, _, labels, _ = heads
    frames = np.arange(LINES) % FRAMES + 1
    together = read_joint(log_probs, frames, labels, 0.5, longest=MOST)
    for line, count in enumerate(frames):
        own = Labels(labels.state[:, line : line + 1], labels.step, labels.begin, labels.most)
        (alone,) = read_joint(
            log_probs[line : line + 1, :count], np.array([count]), own, 0.5, longest=MOST
        )
        assert alone.ids == together[line].ids
        assert alone.log_probability == pytest.approx(together[line].log_probability)
