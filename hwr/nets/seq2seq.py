"""The seq2seq head: Image-RNN to Label-RNN through one fixed-size vector, without attention.

The Image-RNN is the shared encoder, and if wanted further LSTMs of the head's own above it. Its
final states, forward at the true end of the line and backward at its start, are the vector;
through the bridge they become the first state of the Label-RNN. Nothing else passes (Sutskever et
al. 2014).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from hwr.nets.label_rnn import FedLabelRNN, VectorLabelRNN
from hwr.nets.recurrent import Directions, LineLSTM, final_states


@dataclass(frozen=True)
class Seq2seqOptions:
    """The shape of the seq2seq head.

    Attributes:
        image_layers: LSTM layers of the Image-RNN above the shared encoder's; 0 takes the
            encoder's own final states.
        image_hidden: units of each in each direction.
        directions: in which they go along the line. `backward` is the source reversed.
        merge: columns of features joined into one before these layers: fewer steps to remember
            over.
        bridge: widths of the bridge's layers before its last.
        feedback: whether the Label-RNN is fed its own last symbol, or the vector at every step.
        context: whether, with feedback, the Label-RNN sees the vector beside its last symbol at
            every step, and not only as its first state.
        hidden: units of the Label-RNN.
        layers: of LSTM in the Label-RNN.
        bidirectional: whether the Label-RNN goes along its steps both ways; not with feedback.
        embedding: numbers by which a symbol is fed back.
        dropout: share of the vector and of the Label-RNN's outputs set to zero, in training.
        max_length: the most characters it can write.
    """

    image_layers: int = 1
    image_hidden: int = 256
    directions: Directions = "both"
    merge: int = 1
    bridge: tuple[int, ...] = ()
    feedback: bool = True
    context: bool = False
    hidden: int = 256
    layers: int = 1
    bidirectional: bool = False
    embedding: int = 32
    dropout: float = 0.0
    max_length: int = 30

    def __post_init__(self) -> None:
        if self.image_layers < 0:
            raise ValueError("image_layers must not be negative")
        sizes = ("image_hidden", "merge", "hidden", "layers", "embedding", "max_length")
        for name in sizes:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if self.bridge and min(self.bridge) < 1:
            raise ValueError("bridge must hold widths of at least 1")
        if not 0 <= self.dropout < 1:
            raise ValueError("dropout must be at least 0 and below 1")
        if self.feedback and self.bidirectional:
            raise ValueError("bidirectional needs  feedback: false  (no symbol is known yet)")
        if self.context and not self.feedback:
            raise ValueError("context needs  feedback: true  (without, the vector is all there is)")
        if not self.image_layers and self.merge > 1:
            raise ValueError("merge needs  image_layers  of at least 1")


class Seq2seqHead(nn.Module):
    """Features to a vector, and a vector to symbols: see Seq2seqOptions.

    Args:
        options: its shape.
        features: of each column, as the encoder puts them out.
        directions: of the encoder's last layer.
        classes: characters and the end symbol.
    """

    def __init__(
        self, options: Seq2seqOptions, features: int, directions: Directions, classes: int
    ) -> None:
        super().__init__()
        self.options = options
        self.directions: Directions = options.directions if options.image_layers else directions
        if options.merge > 1:
            self.join = nn.Sequential(nn.Linear(options.merge * features, features), nn.ReLU())
        self.image = nn.ModuleList()
        for _ in range(options.image_layers):
            layer = LineLSTM(features, options.image_hidden, options.directions)
            self.image.append(layer)
            features = layer.features
        self.dropout = nn.Dropout(options.dropout)
        # Outputs and cells of every LSTM in the Label-RNN.
        self.states = 2 * options.layers * (2 if options.bidirectional else 1)
        self.label: FedLabelRNN | VectorLabelRNN
        if options.feedback:
            self.label = FedLabelRNN(
                classes,
                options.embedding,
                options.hidden,
                options.layers,
                options.context,
                options.dropout,
            )
        else:
            self.label = VectorLabelRNN(
                classes,
                features,
                options.hidden,
                options.layers,
                options.bidirectional,
                options.max_length + 1,
                options.dropout,
            )
        bridge: list[nn.Module] = []
        for width in options.bridge:
            bridge += [nn.Linear(features, width), nn.Tanh()]
            features = width
        self.rows = self.states + options.context
        self.bridge = nn.Sequential(*bridge, nn.Linear(features, self.rows * options.hidden))

    def forward(self, features: Tensor, columns: Tensor) -> tuple[Tensor, Tensor]:
        """Features [columns, lines, features] and true columns, int64 [lines] -> the vector
        [lines, numbers], and the Label-RNN's first state [states, lines, hidden]."""
        merge = self.options.merge
        if merge > 1:
            features, columns = merged(features, columns, merge)
            features = self.join(features)
        for layer in self.image:
            features = layer(features, columns)
        vector = self.dropout(final_states(features, columns, self.directions))
        state = self.bridge(vector).view(-1, self.rows, self.options.hidden).transpose(0, 1)
        half = self.states // 2
        # Outputs of an LSTM lie between -1 and 1, its cells anywhere.
        return vector, torch.cat([torch.tanh(state[:half]), state[half:]])

    def teach(self, features: Tensor, columns: Tensor, targets: Tensor, sampling: float) -> Tensor:
        """Log-probabilities [lines, steps, classes] for targets int64 [lines, steps]: see
        `FedLabelRNN.teach`. Without feedback nothing is told, and the steps are all it makes."""
        vector, state = self(features, columns)
        if isinstance(self.label, FedLabelRNN):
            return self.label.teach(state, targets, sampling)
        log_probs: Tensor = self.label(vector, state, targets.shape[1])
        return log_probs

    @torch.no_grad()
    def write(self, features: Tensor, columns: Tensor) -> Tensor:
        """What it writes, greedily, int64 [lines, steps]; what stands behind a line's first end
        symbol, id 0, means nothing."""
        vector, state = self(features, columns)
        if isinstance(self.label, FedLabelRNN):
            return self.label.write(state, self.options.max_length)
        return self.label(vector, state, self.options.max_length).argmax(dim=2)  # type: ignore[no-any-return]


def merged(features: Tensor, columns: Tensor, merge: int) -> tuple[Tensor, Tensor]:
    """`merge` neighbouring columns joined into one, missing ones zero: [columns, lines, features]
    -> [columns / merge, lines, merge * features], and the true columns left."""
    inside = torch.arange(features.shape[0], device=features.device)[:, None] < columns
    features = features * inside[:, :, None].to(features.dtype)
    wide = (features.shape[0] + merge - 1) // merge * merge
    features = nn.functional.pad(features, (0, 0, 0, 0, 0, wide - features.shape[0]))
    lines, numbers = features.shape[1], features.shape[2]
    features = features.view(-1, merge, lines, numbers).transpose(1, 2)
    return features.reshape(-1, lines, merge * numbers), (columns + merge - 1) // merge
