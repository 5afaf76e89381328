"""Writing with a Label-RNN, of which a table of conditional probabilities takes the part."""

import itertools

import numpy as np
import pytest

from hwr.alphabet import END
from hwr.decoding.labels import Labels, normalised, table_labels, write
from hwr.decoding.seq2seq import read_seq2seq

CLASSES, MOST = 3, 4


class Toy:
    """Symbols that depend on the line and on all symbols before them."""

    def __init__(self, lines: int, end: float = 1.0) -> None:
        generator = np.random.default_rng(0)
        self.table: dict[tuple[int, ...], np.ndarray] = {}
        for line in range(lines):
            for length in range(MOST + 2):
                for text in itertools.product(range(CLASSES), repeat=length):
                    scores = generator.normal(size=CLASSES) * 2
                    scores[END] += end
                    self.table[(line, *text)] = scores - np.log(np.exp(scores).sum())

    def labels(self, lines: int) -> Labels:
        # The state: the line, how many symbols were read, and they themselves.
        state = np.zeros((MOST + 4, lines, 1), dtype=np.float32)
        state[0, :, 0] = np.arange(lines)

        def step(symbols: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            state = state.copy()
            out = np.zeros((*symbols.shape, CLASSES), dtype=np.float32)
            for row, told in enumerate(symbols):
                for place, symbol in enumerate(told):
                    count = int(state[1, row, 0])
                    state[2 + count, row, 0] = symbol
                    state[1, row, 0] = count + 1
                    read = state[3 : 3 + count, row, 0].astype(int)  # without the begin symbol
                    # Behind a text stands padding, of which nothing is asked.
                    key = (int(state[0, row, 0]), *read)
                    out[row, place] = self.table.get(key, np.zeros(CLASSES))
            return out, state

        return Labels(state, step, begin=CLASSES, most=MOST)

    def probability(self, line: int, text: tuple[int, ...]) -> float:
        told = [*text, END]
        return sum(self.table[(line, *told[:place])][symbol] for place, symbol in enumerate(told))


LINES = 6


@pytest.fixture
def toy() -> Toy:
    return Toy(LINES)


def all_texts() -> list[tuple[int, ...]]:
    return [
        text
        for length in range(MOST + 1)
        for text in itertools.product(range(1, CLASSES), repeat=length)
    ]


def test_a_wide_beam_finds_the_best_of_all_texts(toy: Toy) -> None:
    for line, found in enumerate(write(toy.labels(LINES), 1000)):
        best = max(
            all_texts(), key=lambda text: normalised(toy.probability(line, text), len(text) + 1)
        )
        ended = [text for text in found if not text.cut]
        assert tuple(ended[0].ids) == best
        for text in ended:
            expected = toy.probability(line, tuple(text.ids))
            assert text.log_probability == pytest.approx(expected, rel=1e-5)


def test_one_is_greedy(toy: Toy) -> None:
    for line, found in enumerate(write(toy.labels(LINES), 1)):
        text: list[int] = []
        while len(text) <= MOST:
            symbol = int(toy.table[(line, *text)].argmax())
            if symbol == END:
                break
            text.append(symbol)
        assert found[0].ids == text[:MOST]
        assert found[0].cut == (len(text) > MOST)


def test_it_stops_at_the_most_symbols_and_says_so() -> None:
    toy = Toy(2, end=-50.0)
    for found in read_seq2seq(toy.labels(2), beam=2) + read_seq2seq(toy.labels(2)):
        assert found.cut
        assert len(found.ids) == len(found.confidences) == MOST
    assert not any(found.cut for found in read_seq2seq(Toy(2, end=50.0).labels(2)))


@pytest.mark.parametrize("beam", [1, 2, 1000])
def test_ended_texts_that_nobody_would_read_do_not_hide_that_it_goes_on(beam: int) -> None:
    toy = Toy(4, end=-9.0)  # every ended text is in a wide beam, and unlikely
    for found in read_seq2seq(toy.labels(4), beam):
        assert found.cut
        assert len(found.ids) == MOST


def test_a_text_that_ends_just_in_time_is_not_cut() -> None:
    table = np.full((1, MOST + 1, CLASSES), np.log(0.01), dtype=np.float32)
    table[0, :MOST, 1] = table[0, MOST, END] = np.log(0.98)
    for beam in (1, 2, 1000):
        (found,) = read_seq2seq(table_labels(table, CLASSES), beam)
        assert found.ids == [1] * MOST
        assert not found.cut


def test_what_was_cut_is_no_alternative() -> None:
    """It may be the very text that is read, or the beginning of one that cannot be written."""
    table = np.full((1, MOST + 1, CLASSES), np.log(0.01), dtype=np.float32)
    table[0, :MOST, 1] = table[0, MOST, END] = np.log(0.98)
    labels = table_labels(table, CLASSES)
    assert any(text.cut and text.ids == [1] * MOST for text in write(labels, 8)[0])
    (found,) = read_seq2seq(labels, 8)
    texts = [found.ids, *(ids for ids, _ in found.alternatives)]
    assert len(texts) > 1
    assert len({tuple(ids) for ids in texts}) == len(texts)


def test_lines_do_not_disturb_each_other(toy: Toy) -> None:
    together = write(toy.labels(LINES), 3)
    whole = toy.labels(LINES)
    for line, found in enumerate(together):
        alone = Labels(whole.state[:, line : line + 1], whole.step, whole.begin, whole.most)
        assert write(alone, 3) == [found]


def test_confidences_are_the_probabilities_of_the_symbols(toy: Toy) -> None:
    for line, found in enumerate(read_seq2seq(toy.labels(LINES), beam=4)):
        assert found.spans is None
        assert found.cut or found.log_probability == pytest.approx(
            toy.probability(line, tuple(found.ids)), rel=1e-5
        )
        for place, confidence in enumerate(found.confidences):
            of_step = toy.table[(line, *found.ids[:place])]
            assert confidence == pytest.approx(np.exp(of_step[found.ids[place]]), rel=1e-5)
        likelier = [log_probability for _, log_probability in found.alternatives]
        assert likelier == sorted(likelier, reverse=True)


def test_a_table_is_written_step_by_step() -> None:
    """Without feedback each step stands for itself."""
    generator = np.random.default_rng(1)
    table = generator.normal(size=(3, MOST + 1, CLASSES)) * 2
    table = (table - np.log(np.exp(table).sum(2, keepdims=True))).astype(np.float32)
    labels = table_labels(table, CLASSES)
    assert labels.most == MOST
    for line, found in enumerate(write(labels, 1000)):

        def score(text: tuple[int, ...], line: int = line) -> float:
            symbols = [*text, END]
            return float(table[line, range(len(symbols)), symbols].sum())

        best = max(all_texts(), key=lambda text: normalised(score(text), len(text) + 1))
        ended = [text for text in found if not text.cut]
        assert tuple(ended[0].ids) == best
        assert ended[0].log_probability == pytest.approx(score(best), rel=1e-5)
    scored = labels.score(np.array([2, 0]), [[1, 2], []])
    assert scored[0].tolist() == pytest.approx(table[2, range(3), [1, 2, END]].tolist())
    assert scored[1].tolist() == pytest.approx([table[0, 0, END]])


def test_no_lines() -> None:
    labels = table_labels(np.zeros((0, 3, CLASSES), dtype=np.float32), CLASSES)
    assert write(labels, 4) == []
