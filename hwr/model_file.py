"""The one file a user carries: an ONNX graph, and in its metadata all that reading needs.

The graph takes `images` float32 [lines, height, width] (0 to 1, ink high, zero right of each line)
and `widths` int64 [lines], and gives what `hwr.nets.network.Network` gives, by the same names. Any
number of lines, any width. The metadata is JSON; nothing is ever unpickled.

A Label-RNN that is fed its own symbols goes step by step, outside of the graph: it is a second
graph, in the metadata of the first as base64. It takes `symbols` int64 [rows, steps] and `state`
float32 [states, rows, hidden], and gives `log_probs` [rows, steps, classes] and `next_state`.
A language model (`hwr.decoding.language`), where there is one, stands there too.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hwr.alphabet import Alphabet
from hwr.decoding.language import LanguageModel
from hwr.errors import ConfigError, ModelFileError
from hwr.images.normalise import ImageSettings
from hwr.version import __version__

if TYPE_CHECKING:
    import onnxruntime

FORMAT = 4
"""Raised when older programs can no longer read newer files."""

MODEL_ENDING = ".onnx"

METADATA_KEY = "hwr"
LABEL_KEY = "hwr.label_rnn"
LANGUAGE_KEY = "hwr.language"

SHIPPED = Path(__file__).parent / "models" / "document.onnx"
"""The model that comes with the program: digit strings as documents show them."""

OUTPUTS = {
    "ctc": ("log_probs", "frames"),
    "seq2seq": ("state", "symbol_log_probs"),
    "digit": ("class_log_probs",),
    "joint": ("log_probs", "frames", "state", "symbol_log_probs"),
}
"""What the network puts out for each way of reading."""


@dataclass(frozen=True)
class ModelCard:
    """What a model file says about itself.

    Attributes:
        alphabet: the characters it writes.
        image: how a picture is made ready for it.
        stride: columns of the made-ready picture to one frame.
        heads: those that the graph has, of `ctc`, `seq2seq` and `digit`.
        max_length: the most characters that the seq2seq head can write.
        longest: characters in the longest text that the seq2seq head was trained on.
        share: the CTC head's say in joint reading, from 0 to 1 (`hwr.decoding.joint`).
        looks: how many times the CTC head looks at a doubtful line (`hwr.images.looks`).
        version: of the program that wrote it.
        scores: what was measured in training, by name, as fractions.
        trained: how it was trained, as plain JSON.
    """

    alphabet: Alphabet
    image: ImageSettings
    stride: float
    heads: tuple[str, ...] = ("ctc",)
    max_length: int | None = None
    longest: int | None = None
    share: float | None = None
    looks: int = 1
    version: str = __version__
    scores: dict[str, float] = field(default_factory=dict)
    trained: dict[str, Any] = field(default_factory=dict)

    @property
    def frames(self) -> Callable[[int], int] | None:
        """How many frames a line of so many pixels has, as its network counts them; None without a
        CTC head."""
        if "ctc" not in self.heads:
            return None
        network = self.trained.get("options", {}).get("network", {})
        split = network.get("ctc", {}).get("split", 1)
        column = round(self.stride * split)
        return lambda width: -(-width // column) * split

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
        heads = tuple(content.pop("heads", ("ctc",)))
        return cls(alphabet=alphabet, image=image, heads=heads, **content)


@dataclass(frozen=True)
class Model:
    """A model file, opened.

    Attributes:
        card: what it says about itself.
        network: its graph.
        label_rnn: the graph of a Label-RNN that is fed its own symbols, if it has one.
        language: has its say when lines are read by a beam, if it has one.
    """

    card: ModelCard
    network: onnxruntime.InferenceSession
    label_rnn: onnxruntime.InferenceSession | None
    language: LanguageModel | None = None

    def run(self, head: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """The outputs, by name, that reading by a head, or by both together, needs."""
        # Late, as below.
        import onnxruntime

        there = [output.name for output in self.network.get_outputs()]
        names = [name for name in OUTPUTS[head] if name in there]
        options = onnxruntime.RunOptions()
        # Or it would compute what the other head says too.
        options.only_execute_path_to_fetches = True
        return dict(zip(names, self.network.run(names, inputs, options), strict=True))


def open_model(path: Path, threads: int = 0) -> Model:
    """Opens a model file. `threads` 0 means all cores.

    Raises:
        ModelFileError: missing, cut short, not a model, or written by a later program.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelFileError(
            f"{path}: cannot be read ({error.strerror}): give another with --model FILE,"
            " or make one with  hwr train"
        ) from error
    network = _session(content, path, threads)
    metadata = network.get_modelmeta().custom_metadata_map
    if METADATA_KEY not in metadata:
        raise ModelFileError(
            f"{path}: an ONNX file, but not one that  hwr train  wrote: it holds no alphabet"
        )
    try:
        card = ModelCard.from_json(metadata[METADATA_KEY])
        label_rnn = base64.b64decode(metadata.get(LABEL_KEY, ""), validate=True)
        told = metadata.get(LANGUAGE_KEY)
        language = None if told is None else LanguageModel.from_text(told)
    except (ValueError, KeyError, TypeError, AttributeError, ConfigError) as error:
        raise ModelFileError(f"{path}: this program cannot use it: {error}") from error
    label_session = _session(label_rnn, path, threads) if label_rnn else None
    return Model(card, network, label_session, language)


def _session(content: bytes, path: Path, threads: int) -> onnxruntime.InferenceSession:
    # Late, so that `import hwr` and `hwr --help` stay quick.
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's exceptions share no base class of their own
        raise ModelFileError(
            f"{path}: not a model file, or damaged or cut short: copy it anew, or train it again"
        ) from error
