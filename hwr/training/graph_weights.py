"""The weights of a model file, taken back from its graphs.

The exporter turns, joins and reorders weights on their way into a graph (LSTM gates, say), so a
network of the same shape is exported once more, with a number of its own for every weight; where
that number turns up in the graph, there the weight is.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor

from hwr.errors import ModelFileError
from hwr.export import graphs
from hwr.model_file import LABEL_KEY, ModelCard, open_model
from hwr.nets.network import HEADS, Network
from hwr.training.config import parse_options

_FIRST, _MOST = 2**10, 2**22
# The numbers are these and a half, which float32 holds exactly, and no graph holds otherwise.
_TELLING = {"LogSoftmax", "MaxPool", "ReduceMax", "Relu", "Sigmoid", "Softmax", "Tanh"}
# Operations that, like those on weights, tell one network from another. All others cast, move and
# count, which other versions of this program may do by others, to the same end.

Graphs = list[onnx.ModelProto]


def read_weights(path: Path) -> tuple[ModelCard, dict[str, Tensor]]:
    """What a model file says about itself, and the weights of its network, by their names in
    `hwr.nets.network.Network`, exactly as they were exported. (Not among them: counters, and what
    only training needs.)

    Raises:
        ModelFileError: not a model file, or one whose graph is made of other operations than here.
    """
    card = open_model(path).card
    written = _graphs_of(path)
    options = parse_options(card.trained.get("options", {}), str(path))
    heads = [head for head in HEADS if head in card.heads]
    network = Network(options.network, card.image.height, card.alphabet.classes, heads)
    # Training only, and not in the graph.
    network.shortcut = None
    state = network.state_dict()
    weights = {name: value for name, value in state.items() if value.is_floating_point()}
    total = sum(value.numel() for value in weights.values())
    first, codes = _FIRST, {}
    for name, value in weights.items():
        codes[name] = torch.arange(first, first + value.numel()).view(value.shape) + 0.5
        first += value.numel()
    network.load_state_dict(codes, strict=False)
    found = np.full(total, np.nan, np.float32)
    if total <= _MOST:
        for numbers, values in _pairs(graphs(network, card.image.height), written):
            places = np.floor(numbers).astype(np.int64) - _FIRST
            ours = (numbers % 1 == 0.5) & (places >= 0) & (places < total)
            found[places[ours]] = values[ours]
    if np.isnan(found).any():
        raise ModelFileError(
            f"{path}: its weights cannot be taken back from its graph, which is too large or made"
            " of other operations than by this version: give the checkpoint (.ckpt) instead"
        )
    taken = torch.from_numpy(found)
    return card, {name: taken[code.long() - _FIRST] for name, code in codes.items()}


def _graphs_of(path: Path) -> Graphs:
    model = onnx.load(str(path))
    label = {entry.key: entry.value for entry in model.metadata_props}.get(LABEL_KEY)
    return [model] + ([onnx.load_from_string(base64.b64decode(label))] if label else [])


def _pairs(numbered: Graphs, written: Graphs) -> Iterator[tuple[NDArray[np.float32], ...]]:
    """The tensors that stand at the same places of graphs of the same `_uses`; none of others."""
    for ours, theirs in zip(numbered, written, strict=False):
        mine, other = _uses(ours), _uses(theirs)
        if [operation for operation, _ in mine] != [operation for operation, _ in other]:
            continue
        for (_, one), (_, two) in zip(mine, other, strict=True):
            for place in one.keys() & two.keys():
                numbers, values = map(numpy_helper.to_array, (one[place], two[place]))
                if numbers.shape == values.shape:
                    yield numbers, values


def _uses(model: onnx.ModelProto) -> list[tuple[str, dict[int, onnx.TensorProto]]]:
    """Each operation of a graph that takes weights or is telling, with its weights by their places
    among its inputs.

    Weights that are equal are stored once; the others are nodes that say of which they are.
    """
    weights = {
        weight.name: weight
        for weight in model.graph.initializer
        if weight.data_type == onnx.TensorProto.FLOAT
    }
    found: list[tuple[str, dict[int, onnx.TensorProto]]] = []
    for node in model.graph.node:
        taken = {at: weights[name] for at, name in enumerate(node.input) if name in weights}
        if taken and node.op_type == "Identity":
            weights[node.output[0]] = taken[0]
        elif taken or node.op_type in _TELLING:
            found.append((node.op_type, taken))
    return found
