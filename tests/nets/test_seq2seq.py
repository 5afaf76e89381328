"""The seq2seq head: one vector passes, padding never does, teaching equals writing step by step."""

import itertools

import pytest
import torch

from hwr.alphabet import END
from hwr.nets.label_rnn import FedLabelRNN, VectorLabelRNN
from hwr.nets.seq2seq import Seq2seqHead, Seq2seqOptions, merged

FEATURES, CLASSES = 6, 4
SMALL = {"image_hidden": 5, "hidden": 4, "embedding": 3, "max_length": 6}
SHAPES = {
    "fed back": Seq2seqOptions(**SMALL),
    "fed back, deep": Seq2seqOptions(
        **SMALL | {"image_layers": 2, "layers": 2, "merge": 3, "bridge": (7, 5)}
    ),
    "fed back, with the vector": Seq2seqOptions(**SMALL | {"context": True, "layers": 2}),
    "states of the encoder itself": Seq2seqOptions(**SMALL | {"image_layers": 0}),
    "source reversed": Seq2seqOptions(**SMALL | {"directions": "backward"}),
    "one direction": Seq2seqOptions(**SMALL | {"directions": "forward", "merge": 2}),
    "vector at every step": Seq2seqOptions(**SMALL | {"feedback": False}),
    "both ways along the steps": Seq2seqOptions(
        **SMALL | {"feedback": False, "bidirectional": True, "layers": 2}
    ),
}
COLUMNS = torch.tensor([9, 1, 5, 7])


@pytest.fixture(params=SHAPES.values(), ids=SHAPES.keys())
def head(request: pytest.FixtureRequest) -> Seq2seqHead:
    torch.manual_seed(0)
    head = Seq2seqHead(request.param, FEATURES, "both", CLASSES).eval()
    for parameter in head.parameters():  # as after training: weights that make a difference
        parameter.data.mul_(3)
    return head


@pytest.fixture
def features() -> torch.Tensor:
    return torch.randn(9, len(COLUMNS), FEATURES, generator=torch.Generator().manual_seed(1))


@torch.no_grad()
def test_a_line_alone_equals_a_line_in_a_batch(head: Seq2seqHead, features: torch.Tensor) -> None:
    targets = torch.tensor([[1, 2, 0], [3, 0, 0], [2, 2, 0], [1, 1, 0]])
    vector, state = head(features, COLUMNS)
    taught = head.teach(features, COLUMNS, targets, 0.0)
    for row, count in enumerate(COLUMNS.tolist()):
        own = features[:count, row : row + 1], COLUMNS[row : row + 1]
        own_vector, own_state = head(*own)
        torch.testing.assert_close(own_vector[0], vector[row])
        torch.testing.assert_close(own_state[:, 0], state[:, row])
        torch.testing.assert_close(head.teach(*own, targets[row : row + 1], 0.0)[0], taught[row])


def test_every_column_of_the_line_counts_and_none_behind_it(
    head: Seq2seqHead, features: torch.Tensor
) -> None:
    if not head.options.image_layers:
        pytest.skip("sees the columns through the encoder only")
    features.requires_grad_()
    vector, _ = head(features, COLUMNS)
    vector.sum().backward()
    for row, count in enumerate(COLUMNS.tolist()):
        strength = features.grad[:, row].abs().sum(1)
        assert (strength[:count] > 0).all()
        assert (strength[count:] == 0).all()


@torch.no_grad()
def test_only_the_vector_passes(
    head: Seq2seqHead, features: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other lines with the same final states are written alike."""
    vector, _ = head(features, COLUMNS)
    targets = torch.tensor([[1, 2, 0], [3, 0, 0], [2, 2, 0], [1, 1, 0]])
    expected = head.teach(features, COLUMNS, targets, 0.0)
    monkeypatch.setattr("hwr.nets.seq2seq.final_states", lambda *_: vector)
    others = torch.randn(30, len(COLUMNS), FEATURES), COLUMNS + 20
    assert torch.equal(head.teach(*others, targets, 0.0), expected)


@torch.no_grad()
def test_teaching_equals_reading_symbol_by_symbol(
    head: Seq2seqHead, features: torch.Tensor
) -> None:
    targets = torch.tensor([[1, 2, 3, 0], [3, 0, 0, 0], [2, 2, 0, 0], [1, 1, 3, 0]])
    taught = head.teach(features, COLUMNS, targets, 0.0)
    torch.testing.assert_close(taught.exp().sum(2), torch.ones(4, 4))
    if not isinstance(head.label, FedLabelRNN):
        return
    _, state = head(features, COLUMNS)
    told = torch.full((4, 1), head.label.begin)
    for step in range(4):
        log_probs, state = head.label(told, state)
        torch.testing.assert_close(log_probs[:, 0], taught[:, step])
        told = targets[:, step : step + 1]


@torch.no_grad()
def test_writing_is_greedy_and_ends(head: Seq2seqHead, features: torch.Tensor) -> None:
    written = head.write(features, COLUMNS)
    assert written.shape[1] <= head.options.max_length
    if isinstance(head.label, VectorLabelRNN):
        return
    for row in written.tolist():
        text = list(itertools.takewhile(lambda symbol: symbol != END, row))
        assert all(symbol == END for symbol in row[len(text) :])
    # What it is taught of its own text puts each of its symbols first.
    best = head.teach(features, COLUMNS, written, 0.0).argmax(2)
    for row, own in zip(written.tolist(), best.tolist(), strict=True):
        count = row.index(END) + 1 if END in row else len(row)
        assert own[:count] == row[:count]


def test_scheduled_sampling_tells_its_own_symbols_in_training_only() -> None:
    torch.manual_seed(0)
    label = FedLabelRNN(CLASSES, embedding=3, hidden=4, layers=1, context=False, dropout=0.0)
    for parameter in label.parameters():
        parameter.data.mul_(5)
    state, targets = torch.randn(2, 50, 4), torch.randint(1, CLASSES, (50, 6))
    true = label.eval().teach(state, targets, 1.0)
    torch.testing.assert_close(true, label.teach(state, targets, 0.0))
    always = label.train().teach(state, targets, 1.0)
    half = label.teach(state, targets, 0.5)
    torch.testing.assert_close(always[:, 0], true[:, 0])  # the begin symbol is always told
    own = torch.cat([torch.full((50, 1), label.begin), true.argmax(2)[:, :-1]], dim=1)
    torch.testing.assert_close(always, label(own, state)[0])
    swapped = ((half - true).abs().amax(2) > 1e-6)[:, 1].float().mean()
    differs = (true.argmax(2) != targets)[:, 0].float().mean()
    assert 0.2 * differs < swapped < 0.8 * differs


def test_merged_columns_keep_their_order() -> None:
    features = torch.arange(10.0).view(5, 2, 1)
    joined, columns = merged(features, torch.tensor([5, 3]), 2)
    assert columns.tolist() == [3, 2]
    assert joined[:, 0].tolist() == [[0, 2], [4, 6], [8, 0]]
    assert joined[:, 1].tolist() == [[1, 3], [5, 0], [0, 0]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hidden": 0}, "hidden"),
        ({"image_layers": -1}, "image_layers"),
        ({"bridge": (0,)}, "bridge"),
        ({"dropout": 1.0}, "dropout"),
        ({"bidirectional": True}, "feedback: false"),
        ({"feedback": False, "context": True}, "context needs"),
        ({"image_layers": 0, "merge": 2}, "merge needs"),
    ],
)
def test_shapes_that_cannot_be(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Seq2seqOptions(**options)
