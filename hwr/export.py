"""From a network to a model file."""

from __future__ import annotations

import base64
import io
import logging
import warnings
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn
from torch.jit._trace import TracerWarning

from hwr.decoding.language import LanguageModel
from hwr.files import whole_file
from hwr.model_file import LABEL_KEY, LANGUAGE_KEY, METADATA_KEY, ModelCard
from hwr.nets.label_rnn import FedLabelRNN
from hwr.nets.network import Network

OPSET = 17

DYNAMIC = {
    "images": {0: "lines", 2: "width"},
    "widths": {0: "lines"},
    "log_probs": {0: "lines", 1: "frames"},
    "frames": {0: "lines"},
    "state": {1: "lines"},
    "symbol_log_probs": {0: "lines"},
    "class_log_probs": {0: "lines"},
}
LABEL_DYNAMIC = {
    "symbols": {0: "rows", 1: "steps"},
    "state": {1: "rows"},
    "log_probs": {0: "rows", 1: "steps"},
    "next_state": {1: "rows"},
}
"""The sizes that may change from call to call."""


def export(
    network: Network, card: ModelCard, path: Path, language: LanguageModel | None = None
) -> None:
    """Writes a network and its card as a model file (see `hwr.model_file`), and a language model
    where there is one."""
    model, *label = graphs(network, card.image.height)
    properties = {METADATA_KEY: card.to_json()}
    if label:
        properties[LABEL_KEY] = base64.b64encode(label[0].SerializeToString()).decode()
    if language is not None:
        properties[LANGUAGE_KEY] = language.to_text()
    model.producer_name, model.producer_version = "hwr", card.version
    onnx.helper.set_model_props(model, properties)
    with whole_file(path) as beside:
        onnx.save(model, str(beside))


def graphs(network: Network, height: int) -> list[onnx.ModelProto]:
    """The graph of a network for lines of a height in pixels, and that of its Label-RNN where this
    is fed its own symbols."""
    network = network.eval().cpu()
    inputs = {"images": torch.zeros(2, height, 64), "widths": torch.tensor([64, 40])}
    with torch.no_grad():
        outputs = network(*inputs.values())
    found = [_graph(_Outputs(network).eval(), inputs, list(outputs), DYNAMIC)]
    if network.seq2seq is not None and isinstance(network.seq2seq.label, FedLabelRNN):
        inputs = {"symbols": torch.zeros(2, 3, dtype=torch.int64), "state": outputs["state"]}
        names = ["log_probs", "next_state"]
        found.append(_graph(network.seq2seq.label, inputs, names, LABEL_DYNAMIC))
    return found


class _Outputs(nn.Module):
    """A network that gives its outputs one by one, as the exporter wants them."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor, widths: Tensor) -> tuple[Tensor, ...]:
        return tuple(self.network(images, widths).values())


def _graph(
    module: nn.Module,
    inputs: dict[str, Tensor],
    outputs: list[str],
    dynamic: dict[str, dict[int, str]],
) -> onnx.ModelProto:
    written = io.BytesIO()
    with warnings.catch_warnings():
        # The older exporter is the one that writes LSTMs of any batch and any length; that it is
        # deprecated matters little while torch is pinned.
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        # It warns of torch's own checks of sizes, which hold for every size.
        warnings.filterwarnings("ignore", category=TracerWarning)
        # It warns of LSTMs whose batch is not 1 or dynamic: this one's is dynamic.
        warnings.filterwarnings("ignore", category=UserWarning, module="torch.onnx")
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        torch.onnx.export(
            module,
            tuple(inputs.values()),
            written,  # type: ignore[arg-type]  # the older exporter writes into a file, too
            dynamo=False,
            # Or convolution and normalisation would be made one, where they stand side by side:
            # no quicker, as onnxruntime does the same, and nobody could train on.
            training=torch.onnx.TrainingMode.PRESERVE,
            opset_version=OPSET,
            input_names=list(inputs),
            output_names=outputs,
            dynamic_axes={name: dynamic[name] for name in [*inputs, *outputs]},
        )
    model = onnx.load_from_string(written.getvalue())
    onnx.checker.check_model(model)
    return model
