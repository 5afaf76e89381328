"""Encoder and heads, put together."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor, nn

from hwr.nets.ctc import CTCHead, CTCOptions
from hwr.nets.encoder import Encoder, EncoderOptions


@dataclass(frozen=True)
class NetworkOptions:
    """The shape of the whole network.

    Attributes:
        encoder: what turns pictures into features.
        ctc: the CTC head.
    """

    encoder: EncoderOptions = field(default_factory=EncoderOptions)
    ctc: CTCOptions = field(default_factory=CTCOptions)

    @property
    def stride(self) -> float:
        """Columns of the picture to one frame."""
        return self.encoder.stride / self.ctc.split

    def frames(self, width: int) -> int:
        """Frames for a line `width` pixels wide: the one formula, which the network follows."""
        return self.encoder.columns(width) * self.ctc.split


class Network(nn.Module):
    """Pictures to log-probabilities.

    Args:
        options: its shape.
        height: of the pictures, in pixels.
        classes: characters and blank.
    """

    def __init__(self, options: NetworkOptions, height: int, classes: int) -> None:
        super().__init__()
        self.options = options
        self.encoder = Encoder(options.encoder, height)
        self.ctc = CTCHead(options.ctc, self.encoder.features, classes)

    def forward(self, images: Tensor, widths: Tensor) -> tuple[Tensor, Tensor]:
        """Images float [lines, height, width], 0 to 1, ink high, and widths int64 [lines] in pixels
        -> log-probabilities [lines, frames, classes], and each line's true frames."""
        log_probs, frames = self.ctc(*self.encoder(images, widths))
        return log_probs, frames
