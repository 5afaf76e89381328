"""The paper's networks for single digits, and their relatives (Yadav et al., "Handwriting
Recognition using LSTM Networks").

A digit of 28 rows of 28 pixels is 28 steps of 28 numbers, from the top down. The state after the
last row is what the digit is told by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from hwr.images.digit import FRAME
from hwr.nets.conv_lstm import ConvLSTM
from hwr.nets.network import Network, NetworkOptions
from hwr.nets.peephole import PeepholeLSTM

SIZE, CLASSES = FRAME, 10

Unit = Literal["rnn", "lstm", "gru", "peephole", "projected", "conv_lstm"]


@dataclass(frozen=True)
class RecurrentOptions:
    """The shape of a RecurrentClassifier.

    Attributes:
        unit: plain tanh `rnn`; `lstm`; `gru` (Cho et al. 2014); `peephole`, an LSTM whose gates see
            the cell (Gers et al. 2003); `projected`, an LSTM whose outputs are projected to fewer
            numbers (Sak et al. 2014); `conv_lstm`, an LSTM of convolutions along each row (Shi et
            al. 2015).
        hidden: units of each layer, or channels of a `conv_lstm`.
        layers: recurrent ones. The paper counts the output layer too.
        bidirectional: whether as many layers again go from the bottom up. The two see each other
            only in the output layer.
        projection: numbers that a `projected` LSTM puts out.
        kernel: pixels that a `conv_lstm` sees at once.
        truncate: steps back from the last through which gradients go (truncated backpropagation
            through time); all of them where it is not given.
    """

    unit: Unit = "lstm"
    hidden: int = 128
    layers: int = 1
    bidirectional: bool = False
    projection: int | None = None
    kernel: int | None = None
    truncate: int | None = None

    def __post_init__(self) -> None:
        for name in ("hidden", "layers", "projection", "kernel", "truncate"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} must be at least 1")
        for name, unit in (("projection", "projected"), ("kernel", "conv_lstm")):
            if (getattr(self, name) is not None) != (self.unit == unit):
                raise ValueError(f"{name} goes with  unit: {unit}  and with no other")
        if self.projection is not None and self.projection >= self.hidden:
            raise ValueError("projection must be below hidden")
        if self.kernel is not None and self.kernel % 2 == 0:
            raise ValueError("kernel must be odd")

    @property
    def puts_out(self) -> int:
        """Numbers that a layer puts out at each step, or channels of them."""
        return self.projection or self.hidden


class RecurrentClassifier(nn.Module):
    """A digit's rows through recurrent layers, the last state through a linear layer to a class."""

    def __init__(self, options: RecurrentOptions) -> None:
        super().__init__()
        self.options = options
        self.down = RecurrentStack(options)
        self.up = RecurrentStack(options) if options.bidirectional else None
        features = options.puts_out * (SIZE if options.unit == "conv_lstm" else 1)
        self.linear = nn.Linear(features * (2 if options.bidirectional else 1), CLASSES)

    def forward(self, digits: Tensor) -> Tensor:
        """Digits float [digits, 28, 28], 0 to 1 -> logits [digits, 10]."""
        rows = digits.transpose(0, 1)
        last = self.down(rows)
        if self.up is not None:
            last = torch.cat([last, self.up(rows.flip(0))], dim=1)
        logits: Tensor = self.linear(last)
        return logits


class RecurrentStack(nn.Module):
    """Recurrent layers one above the other, from the first step to the last."""

    def __init__(self, options: RecurrentOptions) -> None:
        super().__init__()
        self.truncate = options.truncate
        self.one_channel = options.unit == "conv_lstm"
        self.layers = nn.ModuleList()
        features = 1 if self.one_channel else SIZE
        for _ in range(options.layers):
            self.layers.append(_layer(options, features))
            features = options.puts_out

    def forward(self, steps: Tensor) -> Tensor:
        """Steps [steps, batch, numbers] -> what the last layer puts out at the last, [batch,
        features].

        The loss stands at the last step, so that truncation is to take all steps but the last few
        without gradients: these begin with states that count as given.
        """
        if self.one_channel:
            steps = steps[:, :, None]
        states: list[Any] = [None] * len(self.layers)
        before = 0 if self.truncate is None else max(len(steps) - self.truncate, 0)
        if before:
            with torch.no_grad():
                _, states = self._run(steps[:before], states)
        outputs, _ = self._run(steps[before:], states)
        return outputs[-1].flatten(1)

    def _run(self, steps: Tensor, states: list[Any]) -> tuple[Tensor, list[Any]]:
        after = []
        for layer, state in zip(self.layers, states, strict=True):
            steps, state = layer(steps, state)
            after.append(state)
        return steps, after


def _layer(options: RecurrentOptions, features: int) -> nn.Module:
    hidden = options.hidden
    match options.unit:
        case "rnn":
            return nn.RNN(features, hidden)
        case "lstm":
            return nn.LSTM(features, hidden)
        case "gru":
            return nn.GRU(features, hidden)
        case "projected":
            return nn.LSTM(features, hidden, proj_size=options.puts_out)
        case "peephole":
            return PeepholeLSTM(features, hidden)
        case "conv_lstm":
            assert options.kernel is not None  # RecurrentOptions sees to it
            return ConvLSTM(features, hidden, options.kernel)


@dataclass(frozen=True)
class MLPOptions:
    """The shape of an MLP.

    Attributes:
        hidden: units of its one hidden layer.
        dropout: share of them set to zero, in training.
    """

    hidden: int = 512
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if self.hidden < 1:
            raise ValueError("hidden must be at least 1")
        if not 0 <= self.dropout < 1:
            raise ValueError("dropout must be at least 0 and below 1")


class MLP(nn.Sequential):
    """A perceptron of two layers, as the paper counts them: 784 pixels, hidden units, 10 classes.

    Digits float [digits, 28, 28], 0 to 1 -> logits [digits, 10].
    """

    def __init__(self, options: MLPOptions) -> None:
        super().__init__(
            nn.Flatten(),
            nn.Linear(SIZE * SIZE, options.hidden),
            nn.ReLU(),
            nn.Dropout(options.dropout),
            nn.Linear(options.hidden, CLASSES),
        )


class DigitNetwork(nn.Module):
    """Our own network, convolutions below an LSTM over the columns, with nothing but the digit
    head.

    Args:
        options: its shape.
        height: of the pictures it takes, in pixels; the digit stands in their middle.
    """

    def __init__(self, options: NetworkOptions, height: int) -> None:
        super().__init__()
        self.margin = (height - SIZE) // 2
        self.network = Network(options, height, CLASSES + 1, ("digit",))

    def forward(self, digits: Tensor) -> Tensor:
        """Digits float [digits, 28, 28], 0 to 1 -> log-probabilities [digits, 10]."""
        images = nn.functional.pad(digits, [self.margin] * 4)
        widths = torch.full((len(images),), images.shape[2], device=images.device)
        outputs: dict[str, Tensor] = self.network(images, widths)
        return outputs["class_log_probs"]
