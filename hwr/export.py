"""From a network to a model file."""

from __future__ import annotations

import logging
import os
import tempfile
import warnings
from pathlib import Path

import onnx
import torch
from torch.jit._trace import TracerWarning

from hwr.model_file import METADATA_KEY, ModelCard
from hwr.nets.network import Network

OPSET = 17


def export(network: Network, card: ModelCard, path: Path) -> None:
    """Writes a network and its card as a model file (see `hwr.model_file`)."""
    network = network.eval().cpu()
    images = torch.zeros(2, card.image.height, 64)
    widths = torch.tensor([64, 40])
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        graph = Path(folder) / "graph.onnx"
        with warnings.catch_warnings():
            # The older exporter is the one that writes LSTMs of any batch and any length; that it
            # is deprecated matters little while torch is pinned.
            warnings.filterwarnings("ignore", category=DeprecationWarning)
            # It warns of torch's own checks of sizes, which hold for every size.
            warnings.filterwarnings("ignore", category=TracerWarning)
            # It warns of LSTMs whose batch is not 1 or dynamic: this one's is dynamic.
            warnings.filterwarnings("ignore", category=UserWarning, module="torch.onnx")
            logging.getLogger("torch.onnx").setLevel(logging.ERROR)
            torch.onnx.export(
                network,
                (images, widths),
                str(graph),
                dynamo=False,
                opset_version=OPSET,
                input_names=["images", "widths"],
                output_names=["log_probs", "frames"],
                dynamic_axes={
                    "images": {0: "lines", 2: "width"},
                    "widths": {0: "lines"},
                    "log_probs": {0: "lines", 1: "frames"},
                    "frames": {0: "lines"},
                },
            )
        model = onnx.load(str(graph))
        model.producer_name, model.producer_version = "hwr", card.version
        onnx.helper.set_model_props(model, {METADATA_KEY: card.to_json()})
        onnx.checker.check_model(model)
        written = Path(folder) / path.name
        onnx.save(model, str(written))
        os.replace(written, path)
