"""The model file: equal to the network, any batch, any width; and nothing else is taken for one."""

import json
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from hwr.alphabet import Alphabet
from hwr.decoding.labels import write
from hwr.errors import ModelFileError
from hwr.export import export
from hwr.images.normalise import ImageSettings
from hwr.model_file import LABEL_KEY, METADATA_KEY, ModelCard, open_model
from hwr.nets.cross_entropy import ended
from hwr.nets.ctc import CTCOptions
from hwr.nets.encoder import EncoderOptions
from hwr.nets.network import HeadName, Network, NetworkOptions
from hwr.nets.seq2seq import Seq2seqOptions
from hwr.nets.stem import StemLayer
from hwr.nets.upright import Lean
from hwr.recognizer import Recognizer
from hwr.training.options import Options

SHAPES = {
    "stem, two layers": NetworkOptions(
        EncoderOptions(
            stem=(StemLayer(4, pool=(2, 2)), StemLayer(6, kernel=5, pool=(2, 2))),
            hidden=5,
            layers=2,
        )
    ),
    "maximum of columns, split frames": NetworkOptions(
        EncoderOptions(stem=(StemLayer(4, pool=(2, 3)),), collapse="max", hidden=5),
        CTCOptions(split=2),
    ),
    "raw columns": NetworkOptions(EncoderOptions(hidden=5)),
    "residual layer": NetworkOptions(
        EncoderOptions(stem=(StemLayer(4, pool=(2, 2)), StemLayer(4, residual=True)), hidden=5)
    ),
    "upright": NetworkOptions(
        EncoderOptions(stem=(StemLayer(4, pool=(2, 2)),), hidden=5, upright=True)
    ),
    "one row of two": NetworkOptions(
        EncoderOptions(stem=(StemLayer(4, pool=(16, 2)), StemLayer(6, kernel=(2, 3))), hidden=5)
    ),
}


def randomised(options: NetworkOptions, heads: tuple[HeadName, ...]) -> Network:
    torch.manual_seed(0)
    network = Network(options, height=32, classes=4, heads=heads).eval()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.5, 0.5)
            torch.nn.init.uniform_(module.bias, 0.2, 0.5)
            torch.nn.init.uniform_(module.weight, 0.5, 1.0)
        elif isinstance(module, Lean):
            torch.nn.init.uniform_(module.slant.weight, -1, 1)
    return network


def card_of(network: Network) -> ModelCard:
    return ModelCard(
        Alphabet("abc"),
        ImageSettings(),
        network.options.stride,
        network.heads,
        max_length=network.options.seq2seq.max_length,
        longest=3,
        share=0.5 if len(network.heads) > 1 else None,
    )


def lines_of(widths: list[int]) -> tuple[list[np.ndarray], torch.Tensor]:
    """Random lines, as reading takes them and as the network does."""
    generator = np.random.default_rng(0)
    lines = [generator.integers(0, 256, (32, width), dtype=np.uint8) for width in widths]
    images = torch.zeros(len(lines), 32, max(widths))
    for row, line in enumerate(lines):
        images[row, :, : line.shape[1]] = torch.from_numpy(line) / 255
    return lines, images


WIDTHS = ([64, 40], [7], [1, 90, 33, 64, 65])


@torch.no_grad()
@pytest.mark.parametrize("options", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("widths", WIDTHS)
def test_the_file_equals_the_network(
    options: NetworkOptions, widths: list[int], tmp_path: Path
) -> None:
    network = randomised(options, ("ctc",))
    export(network, card_of(network), tmp_path / "m.onnx")
    lines, images = lines_of(widths)
    found = Recognizer(tmp_path / "m.onnx").outputs(lines)
    expected = network(images, torch.tensor(widths))
    assert found["frames"].tolist() == expected["frames"].tolist()
    for row, count in enumerate(found["frames"].tolist()):
        np.testing.assert_allclose(
            found["log_probs"][row, :count], expected["log_probs"][row, :count], atol=2e-5
        )


LABEL_RNNS = {
    "fed back": Seq2seqOptions(image_hidden=5, hidden=4, embedding=3, layers=2, merge=3),
    "encoder's own states": Seq2seqOptions(image_layers=0, hidden=4, bridge=(6,)),
    "fed back, with the vector": Seq2seqOptions(image_hidden=5, hidden=4, context=True),
    "vector at every step": Seq2seqOptions(image_hidden=5, hidden=4, feedback=False, max_length=5),
    "both ways along the steps": Seq2seqOptions(
        image_hidden=5, hidden=4, feedback=False, bidirectional=True, max_length=5
    ),
}


@torch.no_grad()
@pytest.mark.parametrize("options", LABEL_RNNS.values(), ids=LABEL_RNNS.keys())
@pytest.mark.parametrize("heads", [("seq2seq",), ("ctc", "seq2seq")])
@pytest.mark.parametrize("widths", WIDTHS)
def test_the_file_equals_the_network_with_a_label_rnn(
    options: Seq2seqOptions, heads: tuple[HeadName, ...], widths: list[int], tmp_path: Path
) -> None:
    encoder = SHAPES["maximum of columns, split frames"].encoder
    network = randomised(NetworkOptions(encoder, seq2seq=options), heads)
    assert network.seq2seq is not None
    export(network, card_of(network), tmp_path / "m.onnx")
    assert [path.name for path in tmp_path.iterdir()] == ["m.onnx"]
    recognizer = Recognizer(tmp_path / "m.onnx")
    assert recognizer.head == ("joint" if len(heads) > 1 else "seq2seq")
    lines, images = lines_of(widths)
    outputs = recognizer.outputs(lines)
    labels = recognizer.labels(outputs)
    assert labels.most == options.max_length
    texts = [[1, 3, 3], [2], [], [3, 2, 1, 1], [2, 2]][: len(lines)]
    scores = labels.score(np.arange(len(lines)), texts)

    targets, lengths = ended(texts)
    features, columns = network.encoder(images, torch.tensor(widths))
    expected = network.seq2seq.teach(features, columns, targets, 0.0)
    for row, count in enumerate(lengths.tolist()):
        of_text = expected[row, range(count), targets[row, :count]]
        np.testing.assert_allclose(scores[row], of_text, atol=2e-5)
    if "ctc" in heads:
        log_probs, _ = network.ctc(features, columns)
        np.testing.assert_allclose(outputs["log_probs"], log_probs, atol=2e-5)
    # Written step by step, outside of the graph, it is the same text.
    written = network.seq2seq.write(features, columns).tolist()
    for found, row in zip(write(labels, 1), written, strict=True):
        assert found[0].ids == list(takewhile(lambda symbol: symbol != 0, row))


def test_a_head_can_be_dropped(tmp_path: Path) -> None:
    network = randomised(NetworkOptions(SHAPES["raw columns"].encoder), ("ctc", "seq2seq"))
    sizes = []
    for kept in (("ctc", "seq2seq"), ("seq2seq",)):
        network.keep(kept)
        export(network, card_of(network), tmp_path / "m.onnx")
        sizes.append((tmp_path / "m.onnx").stat().st_size)
        assert Recognizer(tmp_path / "m.onnx").card.heads == kept
    assert sizes[0] > sizes[1]
    with pytest.raises(ModelFileError, match=r"m\.onnx: cannot read by 'ctc': it has seq2seq"):
        Recognizer(tmp_path / "m.onnx", head="ctc")


def test_the_card_comes_back(tiny_network: Network, tmp_path: Path) -> None:
    card = ModelCard(
        Alphabet("0é ∞"),
        ImageSettings(min_ink=0.5),
        stride=4.0,
        heads=("ctc", "seq2seq"),
        max_length=12,
        longest=9,
        share=0.35,
        scores={"val_cer": 0.01},
        trained={"steps": 7, "options": {"lines": {}}},
    )
    export(tiny_network, card, tmp_path / "m.onnx")
    assert open_model(tmp_path / "m.onnx").card == card
    assert onnx.load(str(tmp_path / "m.onnx")).producer_name == "hwr"


def test_exporting_leaves_nothing_else_behind(tiny_model: Path) -> None:
    assert [path.name for path in tiny_model.parent.iterdir()] == [tiny_model.name]


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"none\.onnx: cannot be read"):
        open_model(tmp_path / "none.onnx")


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.9, 0.999])
def test_cut_short(tiny_model: Path, share: float) -> None:
    content = tiny_model.read_bytes()
    tiny_model.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ModelFileError, match=r"tiny\.onnx"):
        open_model(tiny_model)


def test_something_else(tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("hello " * 100)
    with pytest.raises(ModelFileError, match="not a model file"):
        open_model(tmp_path / "text.onnx")


def rewritten(path: Path, key: str, value: str) -> Path:
    model = onnx.load(str(path))
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, {key: value})
    onnx.save(model, str(path))
    return path


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("other", "{}", "holds no alphabet"),
        (METADATA_KEY, "{", "cannot use it"),
        (METADATA_KEY, '{"format": 99}', "format 99, this program knows up to 4"),
        (METADATA_KEY, '{"format": 1}', "cannot use it"),
    ],
)
def test_onnx_files_of_others(tiny_model: Path, key: str, value: str, message: str) -> None:
    with pytest.raises(ModelFileError, match=message):
        open_model(rewritten(tiny_model, key, value))


def test_files_of_format_1_are_read(tiny_model: Path) -> None:
    card = json.loads(open_model(tiny_model).card.to_json())
    for key in ("heads", "max_length", "longest", "share", "looks"):
        del card[key]
    rewritten(tiny_model, METADATA_KEY, json.dumps(card | {"format": 1}))
    recognizer = Recognizer(tiny_model)
    assert (recognizer.head, recognizer.looks) == ("ctc", 1)


def test_a_damaged_label_rnn(tiny_model: Path) -> None:
    model = onnx.load(str(tiny_model))
    card = model.metadata_props[0].value
    onnx.helper.set_model_props(model, {METADATA_KEY: card, LABEL_KEY: "aGVsbG8="})
    onnx.save(model, str(tiny_model))
    with pytest.raises(ModelFileError, match=r"tiny\.onnx: not a model file, or damaged"):
        open_model(tiny_model)


@pytest.mark.parametrize("split", [1, 2])
def test_a_card_counts_frames_as_its_network_does(split: int) -> None:
    network = NetworkOptions(
        EncoderOptions((StemLayer(4, pool=(2, 2)), StemLayer(4, pool=(2, 2)))), CTCOptions(split)
    )
    trained = {"options": Options(network=network).to_dict()}
    card = ModelCard(Alphabet("01"), ImageSettings(), network.stride, trained=trained)
    frames = card.frames
    assert frames is not None
    assert [frames(width) for width in range(1, 40)] == [
        network.frames(width) for width in range(1, 40)
    ]
    assert replace(card, heads=("seq2seq",)).frames is None
