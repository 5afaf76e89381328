"""Encoder and heads, put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, get_args

from torch import Tensor, nn

from hwr.nets.ctc import CTCHead, CTCOptions
from hwr.nets.digit import DigitHead, DigitOptions
from hwr.nets.encoder import Encoder, EncoderOptions
from hwr.nets.seq2seq import Seq2seqHead, Seq2seqOptions
from hwr.nets.shortcut import Shortcut, ShortcutOptions

HeadName = Literal["ctc", "seq2seq", "digit"]
HEADS: tuple[HeadName, ...] = get_args(HeadName)

DIGIT: HeadName = "digit"
"""The head that reads pictures of single digits; all others read lines."""


@dataclass(frozen=True)
class NetworkOptions:
    """The shape of the whole network.

    Attributes:
        encoder: what turns pictures into features.
        ctc: the CTC head, where there is one.
        seq2seq: the seq2seq head, where there is one.
        digit: the digit head, where there is one.
        shortcut: a second loss, of what the stem gives, beside a CTC head; in training only.
    """

    encoder: EncoderOptions = field(default_factory=EncoderOptions)
    ctc: CTCOptions = field(default_factory=CTCOptions)
    seq2seq: Seq2seqOptions = field(default_factory=Seq2seqOptions)
    digit: DigitOptions = field(default_factory=DigitOptions)
    shortcut: ShortcutOptions = field(default_factory=ShortcutOptions)

    @property
    def stride(self) -> float:
        """Columns of the picture to one frame."""
        return self.encoder.stride / self.ctc.split

    def frames(self, width: int) -> int:
        """Frames for a line `width` pixels wide: the one formula, which the network follows."""
        return self.encoder.columns(width) * self.ctc.split


class Network(nn.Module):
    """Pictures to what its heads say.

    Args:
        options: its shape.
        height: of the pictures, in pixels.
        classes: characters and blank, or end symbol.
        heads: those it has.
    """

    def __init__(
        self,
        options: NetworkOptions,
        height: int,
        classes: int,
        heads: Iterable[HeadName] = ("ctc",),
    ) -> None:
        super().__init__()
        self.options = options
        self.encoder = Encoder(options.encoder, height)
        self.ctc: CTCHead | None = None
        self.seq2seq: Seq2seqHead | None = None
        self.digit: DigitHead | None = None
        self.shortcut: Shortcut | None = None
        if "ctc" in heads:
            self.ctc = CTCHead(options.ctc, self.encoder.features, classes)
            if options.shortcut.weight:
                self.shortcut = Shortcut(
                    options.shortcut, options.ctc, self.encoder.stem_features, classes
                )
        if "seq2seq" in heads:
            self.seq2seq = Seq2seqHead(
                options.seq2seq, self.encoder.features, options.encoder.directions, classes
            )
        if "digit" in heads:
            self.digit = DigitHead(
                options.digit, self.encoder.features, options.encoder.directions, classes - 1
            )

    @property
    def heads(self) -> tuple[HeadName, ...]:
        """The heads it has, in the order of `HEADS`."""
        return tuple(name for name in HEADS if getattr(self, name) is not None)

    def keep(self, heads: Iterable[HeadName]) -> None:
        """Drops all other heads."""
        for name in HEADS:
            if name not in heads:
                setattr(self, name, None)
        if self.ctc is None:
            self.shortcut = None

    def forward(self, images: Tensor, widths: Tensor) -> dict[str, Tensor]:
        """What its heads make of lines.

        Args:
            images: float [lines, height, width], 0 to 1, ink high, zero behind each line's width.
            widths: int64 [lines], in pixels.

        Returns:
            By name: of a CTC head `log_probs` [lines, frames, classes] and true `frames` [lines];
            of a seq2seq head with feedback the Label-RNN's first `state` [states, lines, hidden],
            without feedback its `symbol_log_probs` [lines, steps, classes]; of a digit head
            `class_log_probs` [lines, characters].
        """
        features, columns = self.encoder(images, widths)
        outputs: dict[str, Tensor] = {}
        if self.ctc is not None:
            outputs["log_probs"], outputs["frames"] = self.ctc(features, columns)
        if self.seq2seq is not None:
            vector, state = self.seq2seq(features, columns)
            if self.options.seq2seq.feedback:
                outputs["state"] = state
            else:
                outputs["symbol_log_probs"] = self.seq2seq.label(vector, state)
        if self.digit is not None:
            outputs["class_log_probs"] = self.digit(features, columns)
        return outputs
