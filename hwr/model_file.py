"""The one file a user carries: an ONNX graph, and in its metadata all that reading needs.

The graph takes `images` float32 [lines, height, width] (0 to 1, ink high, zero right of each line)
and `widths` int64 [lines], and gives `log_probs` float32 [lines, frames, classes] and `frames`
int64 [lines]. Any number of lines, any width. The metadata is JSON; nothing is ever unpickled.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hwr.alphabet import Alphabet
from hwr.errors import ConfigError, ModelFileError
from hwr.images.normalise import ImageSettings
from hwr.version import __version__

if TYPE_CHECKING:
    import onnxruntime

FORMAT = 1
"""Raised when older programs can no longer read newer files."""

METADATA_KEY = "hwr"


@dataclass(frozen=True)
class ModelCard:
    """What a model file says about itself.

    Attributes:
        alphabet: the characters it writes.
        image: how a picture is made ready for it.
        stride: columns of the made-ready picture to one frame.
        version: of the program that wrote it.
        scores: what was measured in training, by name, as fractions.
        trained: how it was trained, as plain JSON.
    """

    alphabet: Alphabet
    image: ImageSettings
    stride: float
    version: str = __version__
    scores: dict[str, float] = field(default_factory=dict)
    trained: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """The text kept in the file's metadata."""
        content = asdict(self) | {"format": FORMAT, "alphabet": self.alphabet.characters}
        return json.dumps(content | {"image": self.image.to_dict()}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> ModelCard:
        """The card that `to_json` wrote.

        Raises:
            ValueError: not such a card, or one of a later format.
        """
        content = json.loads(text)
        written = content.pop("format")
        if written > FORMAT:
            raise ValueError(f"it is of format {written}, this program knows up to {FORMAT}")
        alphabet = Alphabet(content.pop("alphabet"))
        image = ImageSettings.from_dict(content.pop("image"))
        return cls(alphabet=alphabet, image=image, **content)


def open_model(path: Path, threads: int = 0) -> tuple[onnxruntime.InferenceSession, ModelCard]:
    """Opens a model file. `threads` 0 means all cores.

    Raises:
        ModelFileError: missing, cut short, not a model, or written by a later program.
    """
    # Late, so that `import hwr` and `hwr --help` stay quick.
    import onnxruntime

    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelFileError(
            f"{path}: cannot be read ({error.strerror}): give another with --model FILE,"
            " or make one with  hwr train"
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's exceptions share no base class of their own
        raise ModelFileError(
            f"{path}: not a model file, or damaged or cut short: copy it anew, or train it again"
        ) from error
    text = session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
    if text is None:
        raise ModelFileError(
            f"{path}: an ONNX file, but not one that  hwr train  wrote: it holds no alphabet"
        )
    try:
        return session, ModelCard.from_json(text)
    except (ValueError, KeyError, TypeError, AttributeError, ConfigError) as error:
        raise ModelFileError(f"{path}: this program cannot use it: {error}") from error
