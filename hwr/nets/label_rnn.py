"""The Label-RNN: writes a text symbol by symbol from one fixed-size vector. Two forms.

Fed back, it sees its own last symbol at every step and goes on until it writes the end symbol.
Without feedback it sees the vector at every step and writes a fixed number of symbols, of which
those up to the first end symbol count.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from hwr.alphabet import END


def packed_state(h: Tensor, c: Tensor) -> Tensor:
    """An LSTM's two states as one tensor, [2 * layers, lines, hidden]: outputs, then cells."""
    return torch.cat([h, c])


def unpacked_state(state: Tensor) -> tuple[Tensor, Tensor]:
    """The inverse of `packed_state`."""
    layers = state.shape[0] // 2
    return state[:layers], state[layers:]


class FedLabelRNN(nn.Module):
    """An LSTM fed its own last symbol, or in training the true one (teacher forcing).

    Its state is one tensor, [states, lines, hidden]: the LSTM's, as `packed_state` gives it, and
    with a context one row more, which is fed beside every symbol and never changes.

    Args:
        classes: characters and the end symbol, which has id 0. The begin symbol, which is only
            read, has id `classes`.
        embedding: numbers by which a symbol is put in.
        hidden: units.
        layers: of LSTM.
        context: whether a context is fed beside every symbol (Cho et al. 2014).
        dropout: share of outputs set to zero before the last linear layer, in training.
    """

    def __init__(
        self,
        classes: int,
        embedding: int,
        hidden: int,
        layers: int,
        context: bool,
        dropout: float,
    ) -> None:
        super().__init__()
        self.begin = classes
        self.context = context
        self.embedding = nn.Embedding(classes + 1, embedding)
        self.lstm = nn.LSTM(embedding + hidden * context, hidden, layers)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(hidden, classes)

    def forward(self, symbols: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Symbols read, int64 [lines, steps], and a state [states, lines, hidden] -> what follows
        each, log-probabilities [lines, steps, classes], and the state behind the last."""
        inputs, fixed = self.embedding(symbols).transpose(0, 1), state[:0]
        if self.context:
            state, fixed = state[:-1], state[-1:]
            inputs = torch.cat([inputs, fixed.expand(inputs.shape[0], -1, -1)], dim=2)
        outputs, (h, c) = self.lstm(inputs, unpacked_state(state))
        scores = self.linear(self.dropout(outputs)).transpose(0, 1)
        return scores.log_softmax(dim=2), torch.cat([packed_state(h, c), fixed])

    def teach(self, state: Tensor, targets: Tensor, sampling: float) -> Tensor:
        """Log-probabilities [lines, steps, classes] of each next symbol, told the true ones.

        Args:
            state: the first one.
            targets: int64 [lines, steps], to be written; what stands behind an end is not looked at
                by the steps before.
            sampling: the chance for each symbol told to be the network's own instead of the true
                one (scheduled sampling, Bengio et al. 2015; all steps at once, as in Mihaylova and
                Martins 2019: its own symbols are those it would write next to the true ones).
        """
        begin = torch.full_like(targets[:, :1], self.begin)
        told = torch.cat([begin, targets[:, :-1]], dim=1)
        if sampling > 0 and self.training:
            with torch.no_grad():
                own = self(told, state)[0].argmax(dim=2)
            swap = torch.rand(told.shape, device=told.device)[:, 1:] < sampling
            mixed = torch.where(swap, own[:, :-1], told[:, 1:])
            told = torch.cat([begin, mixed], dim=1)
        log_probs: Tensor = self(told, state)[0]
        return log_probs

    @torch.no_grad()
    def write(self, state: Tensor, most: int) -> Tensor:
        """The symbols that it writes by itself, greedily, int64 [lines, steps up to `most`]; behind
        a line's first end symbol only end symbols follow."""
        symbols = state.new_full((state.shape[1], 1), self.begin, dtype=torch.int64)
        written: list[Tensor] = []
        running = torch.ones_like(symbols, dtype=torch.bool)
        for _ in range(most):
            log_probs, state = self(symbols, state)
            symbols = log_probs.argmax(dim=2)
            running = running & (symbols != END)
            written.append(symbols.where(running, END))
            if not running.any():
                break
        return torch.cat(written, dim=1)


class VectorLabelRNN(nn.Module):
    """An LSTM, or a BLSTM, fed the same vector at every step.

    Args:
        classes: characters and the end symbol, which has id 0.
        vector: numbers in the vector.
        hidden: units in each direction.
        layers: of LSTM.
        bidirectional: whether it goes along the steps both ways.
        steps: it makes, the end symbol's included.
        dropout: share of outputs set to zero before the last linear layer, in training.
    """

    def __init__(
        self,
        classes: int,
        vector: int,
        hidden: int,
        layers: int,
        bidirectional: bool,
        steps: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.steps = steps
        self.lstm = nn.LSTM(vector, hidden, layers, bidirectional=bidirectional)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(hidden * (2 if bidirectional else 1), classes)

    def forward(self, vector: Tensor, state: Tensor, steps: int | None = None) -> Tensor:
        """A vector [lines, numbers] and a first state [2 * layers * directions, lines, hidden] ->
        log-probabilities [lines, steps, classes]; of the first steps, or of all."""
        made = self.steps if steps is None or self.lstm.bidirectional else steps
        outputs, _ = self.lstm(vector.expand(made, -1, -1), unpacked_state(state))
        scores: Tensor = self.linear(self.dropout(outputs[:steps])).transpose(0, 1)
        return scores.log_softmax(dim=2)
