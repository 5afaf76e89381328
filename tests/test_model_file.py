"""The model file: equal to the network, any batch, any width; and nothing else is taken for one."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from hwr.alphabet import Alphabet
from hwr.errors import ModelFileError
from hwr.export import export
from hwr.images.normalise import ImageSettings
from hwr.model_file import METADATA_KEY, ModelCard, open_model
from hwr.nets.ctc import CTCOptions
from hwr.nets.encoder import EncoderOptions, StemLayer
from hwr.nets.network import Network, NetworkOptions
from hwr.recognizer import Recognizer

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
}


@torch.no_grad()
@pytest.mark.parametrize("options", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("widths", [[64, 40], [7], [1, 90, 33, 64, 65]])
def test_the_file_equals_the_network(
    options: NetworkOptions, widths: list[int], tmp_path: Path
) -> None:
    torch.manual_seed(0)
    network = Network(options, height=32, classes=4).eval()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.5, 0.5)
            torch.nn.init.uniform_(module.bias, 0.2, 0.5)
    export(
        network, ModelCard(Alphabet("abc"), ImageSettings(), options.stride), tmp_path / "m.onnx"
    )

    generator = np.random.default_rng(0)
    lines = [generator.integers(0, 256, (32, width), dtype=np.uint8) for width in widths]
    found, frames = Recognizer(tmp_path / "m.onnx").log_probs(lines)
    images = torch.zeros(len(lines), 32, max(widths))
    for row, line in enumerate(lines):
        images[row, :, : line.shape[1]] = torch.from_numpy(line) / 255
    expected, expected_frames = network(images, torch.tensor(widths))
    assert frames.tolist() == expected_frames.tolist()
    for row, count in enumerate(frames.tolist()):
        np.testing.assert_allclose(found[row, :count], expected[row, :count], atol=2e-5)


def test_the_card_comes_back(tiny_network: Network, tmp_path: Path) -> None:
    card = ModelCard(
        Alphabet("0é ∞"),
        ImageSettings(min_ink=0.5),
        stride=4.0,
        scores={"val_cer": 0.01},
        trained={"steps": 7, "options": {"lines": {}}},
    )
    export(tiny_network, card, tmp_path / "m.onnx")
    _, read = open_model(tmp_path / "m.onnx")
    assert read == card
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
        (METADATA_KEY, '{"format": 99}', "format 99, this program knows up to 1"),
        (METADATA_KEY, '{"format": 1}', "cannot use it"),
    ],
)
def test_onnx_files_of_others(tiny_model: Path, key: str, value: str, message: str) -> None:
    with pytest.raises(ModelFileError, match=message):
        open_model(rewritten(tiny_model, key, value))
