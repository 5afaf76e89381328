"""The options of a training: frozen dataclasses that check themselves."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import BeforeValidator, TypeAdapter

from hwr.alphabet import Alphabet
from hwr.errors import ConfigError, HwrError
from hwr.images.looks import LOOKS
from hwr.images.normalise import ImageSettings
from hwr.lines.augment import AugmentOptions
from hwr.lines.distort import DistortOptions
from hwr.lines.presets import DIGITS, PRESETS, check_digits
from hwr.nets.cross_entropy import CrossEntropyOptions
from hwr.nets.network import DIGIT, HEADS, HeadName, NetworkOptions
from hwr.training.data_options import DataOptions
from hwr.training.pools import Part

Unit = Literal["steps", "epochs", "minutes"]


def _as_text(value: Any) -> Any:
    """32 is a number to YAML."""
    return str(value) if isinstance(value, int) else value


Precision = Annotated[Literal["auto", "32", "bf16"], BeforeValidator(_as_text)]


@dataclass(frozen=True)
class Budget:
    """How long to train.

    Attributes:
        amount: more than nothing.
        unit: of what; see `TrainingOptions`.
    """

    amount: float
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Budget:
        """The budget of a text like `4 minutes` or `2000 steps`. Raises ValueError."""
        amount, _, unit = text.strip().partition(" ")
        unit = unit.strip() if unit.strip().endswith("s") else unit.strip() + "s"
        try:
            number = float(amount)
        except ValueError:
            number = math.nan
        if not (number > 0 and math.isfinite(number)) or unit not in get_args(Unit):
            raise ValueError(f"{text!r} is no budget: write  2000 steps,  10 epochs  or  4 minutes")
        return cls(number, unit)  # type: ignore[arg-type]  # checked above


@dataclass(frozen=True)
class LinesOptions:
    """The composed lines to train on and to validate with.

    Attributes:
        presets: how lines are composed, each preset with its share (`hwr synth --help` names them).
        min_length, max_length: characters in a line, drawn uniformly.
        alphabet: the digits that occur, in lines and as single ones.
        grow: steps over which the longest lines grow from `min_length` to `max_length`.
        validation: how many lines to validate with, of the validation digits.
        uncropped: of the documents to train on that are cropped to their writing when they are made
            ready, so great a share keeps all rows of their pictures. (Where writing is not found as
            it is, lines look like that.)
        augment: how lines to train on are changed, beyond what a preset does itself.
    """

    presets: dict[str, float] = field(default_factory=lambda: {"touching": 1.0})
    min_length: int = 1
    max_length: int = 10
    alphabet: str = DIGITS
    grow: int = 0
    validation: int = 1000
    uncropped: float = 0.0
    augment: AugmentOptions = field(default_factory=AugmentOptions)

    def __post_init__(self) -> None:
        for preset, share in self.presets.items():
            if preset not in PRESETS:
                raise ValueError(f"no such preset: {preset!r} (there are {', '.join(PRESETS)})")
            if not 0 <= share < math.inf:
                raise ValueError(f"the share of {preset!r} must be a number, and not negative")
        if sum(self.presets.values()) <= 0:
            raise ValueError("presets must hold at least one with a share above zero")
        if not 1 <= self.min_length <= self.max_length:
            raise ValueError("min_length must be at least 1 and not above max_length")
        try:
            check_digits(self.alphabet)
        except HwrError as error:
            raise ValueError(str(error)) from error
        if self.grow < 0:
            raise ValueError("grow must not be negative")
        if self.validation < 1:
            raise ValueError("validation must be at least 1 line")
        if not 0 <= self.uncropped <= 1:
            raise ValueError("uncropped is a share, from 0 to 1")


def _ahead(said: object) -> object:
    """Once it was told by yes or no, and the command line tells all as text."""
    known = {"true": 1, "false": 0}.get(said, said) if isinstance(said, str) else said
    text = str(int(known) if isinstance(known, bool) else known)
    if text != "auto" and not text.isdecimal():
        raise ValueError("must be auto, or a number that is not negative")
    return text if text == "auto" else int(text)


@dataclass(frozen=True)
class EchoOptions:
    """Lines seen once more (`hwr.training.echo`), on a GPU that learns faster than lines are made;
    on the CPU there is no echo.

    Attributes:
        behind: so many steps later; 0 for never. A step's batch then holds as many lines more, and
            so many batches wait in the GPU's memory.
        augment: how they are changed.
    """

    behind: int = 0
    augment: AugmentOptions = field(default_factory=AugmentOptions)

    def __post_init__(self) -> None:
        if self.behind < 0:
            raise ValueError("behind must not be negative")


@dataclass(frozen=True)
class TrainingOptions:
    """How to train.

    Attributes:
        budget: how long, such as `2000 steps` of one batch each, `10 epochs`, or `4 minutes` by the
            clock, validation included. In an epoch every line of one's own comes once; where there
            are none, as many digits are drawn as the training split holds (those of lines count,
            where there are lines).
        batch: lines in a step, or single digits; with heads for both, so many of each.
        optimizer: `adamw` (Loshchilov and Hutter 2019), or `muon` (Jordan et al. 2024) for the
            encoder's kernels and all LSTMs, with AdamW for the rest: it learns more from each line,
            and takes a little longer for a step.
        momentum: of `muon`: how much of the mean of gradients each step keeps.
        learning_rate: the highest, of either.
        warmup: share of the budget in which the rate rises to it; then it falls as a cosine to
            almost nothing (one cycle, Smith and Topin 2018).
        weight_decay: on weights that are matrices or kernels.
        clip: gradients longer than this (Euclidean norm) are shortened to it.
        average: share of the old kept in the moving average of the weights at each step; the
            average is what is validated and exported. Less is kept in the first steps.
        cross_entropy: the weights of the seq2seq and the digit head's loss.
        sampling: the chance that the Label-RNN is told a symbol of its own instead of the true one
            (scheduled sampling, Bengio et al. 2015).
        sampling_rise: steps over which that chance rises from nothing.
        ahead: so many processes make the batches, ahead of the steps: for lines that take long to
            make, where a GPU does the steps; 0 for none. `auto` takes one for each core but one,
            15 at most, on a GPU, and none on the CPU.
        echo: lines seen once more.
        photographs: so many takes of each document: digits written once are set side by side some
            64 steps later (two pools, if these are more), in an order drawn anew, and photographed,
            which takes less time than writing others. One, whatever is asked for, where several
            processes make batches ahead: twins would seldom be the same process's. Where lines
            grow, twins are as long as the first. (Mixed with other presets, a resumed training's
            photographs may differ from an uninterrupted one's in their last bit.)
        pool: batches made of lines drawn together, those of like width in one batch: more of them
            leave less padding, but the first step waits until a pool is drawn, and where there are
            few lines of one's own, one may come twice in a batch. A resumed training keeps its own.
        processes: so many share in a step on the CPU, each with its part of the batch, lines made
            and gradients computed, and none is ahead; on a GPU one does all.
        spared: share of its part of a batch that the first process is spared, and the others have
            instead, as it also makes the optimizer's step; nothing where one process does all.
        freeze: the first steps, in which the encoder stands still and only the heads learn.
        validate_every: steps from one validation to the next.
        keep: by what the best weights are told: the validation loss, or the CER, which is too
            coarse where it is low (of a thousand lines, luck would choose), but goes on falling
            behind the least loss where few lines are trained on.
        precision: of the convolutions in training, and on the CPU of the encoder's LSTMs; `auto`
            takes bf16 (bfloat16) where that is faster, which on a CPU is tried out: about 1.25
            times as fast on AMD's that compute with it, twice where there is a matrix unit, 0.8
            times on Intel's without one. It reads as well.
        device: where to train; `auto` takes a GPU where there is one.
        seed: of weights and lines. A resumed training keeps its own.
    """

    budget: str = "4 minutes"
    batch: int = 64
    optimizer: Literal["adamw", "muon"] = "adamw"
    momentum: float = 0.95
    learning_rate: float = 4e-3
    warmup: float = 0.1
    weight_decay: float = 1e-2
    clip: float = 1.0
    average: float = 0.98
    cross_entropy: CrossEntropyOptions = field(default_factory=CrossEntropyOptions)
    sampling: float = 0.0
    sampling_rise: int = 0
    ahead: Annotated[int | Literal["auto"], BeforeValidator(_ahead)] = 0
    echo: EchoOptions = field(default_factory=EchoOptions)
    photographs: int = 1
    pool: int = 16
    processes: int = 1
    spared: float = 0.0
    freeze: int = 0
    validate_every: int = 250
    keep: Literal["loss", "cer"] = "loss"
    precision: Precision = "auto"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    seed: int = 0

    def __post_init__(self) -> None:
        Budget.parse(self.budget)
        for name in ("batch", "photographs", "validate_every", "pool", "processes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        for name in ("sampling_rise", "freeze"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative")
        if self.batch < self.processes:
            raise ValueError(f"batch ({self.batch}) is too small for {self.processes} processes")
        for name in ("learning_rate", "clip"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be above zero")
        if not 0 <= self.seed < 2**31:
            raise ValueError("seed must be at least 0 and below 2 to the 31st")
        if not self.weight_decay >= 0:
            raise ValueError("weight_decay must not be negative")
        for name in ("momentum", "warmup", "average", "sampling", "spared"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 0 and below 1")

    @property
    def shares(self) -> tuple[int, ...]:
        """How many lines of a batch each process has."""
        others = self.processes - 1
        if not others:
            return (self.batch,)
        first = max(int(self.batch / self.processes * (1 - self.spared)), 1)
        each, more = divmod(self.batch - first, others)
        return (first, *[each + 1] * more, *[each] * (others - more))


@dataclass(frozen=True)
class LanguageOptions:
    """The language model (`hwr.decoding.language`) made of the texts of one's own lines, for the
    CTC head; its weight is chosen on validation lines. Without such lines, or that head, there is
    none: numbers composed by lot have no language.

    Attributes:
        order: characters that it looks at together; 0 is without one.
    """

    order: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.order <= 10:
            raise ValueError("order must be from 0 to 10")


@dataclass(frozen=True)
class Options:
    """A whole experiment: what to read, with which network, trained how.

    Attributes:
        image: how pictures are made ready.
        heads: on the one encoder, each with the weight of its loss.
        alphabet: the characters that the model can write. Without it, those of the lines to train
            on and to validate with; of composed ones, `lines.alphabet`. (What becomes of another
            model's characters, where a training begins with it, says `data.alphabet`.)
        data: lines of one's own.
        lines: composed ones.
        digits: how single digits are distorted in training, where there is a digit head.
        network: its shape.
        language: of the language model beside it.
        looks: how many times the CTC head looks at a doubtful line, when it reads by the model file
            (`hwr.images.looks`); validation in training looks once.
        training: how to train it.
    """

    # pydantic takes this over to the dataclasses inside.
    __pydantic_config__: ClassVar = {"extra": "forbid"}

    image: ImageSettings = field(default_factory=ImageSettings)
    heads: dict[HeadName, float] = field(default_factory=lambda: {"ctc": 1.0})
    alphabet: str | None = None
    data: DataOptions = field(default_factory=DataOptions)
    lines: LinesOptions = field(default_factory=LinesOptions)
    digits: DistortOptions = field(default_factory=DistortOptions)
    network: NetworkOptions = field(default_factory=NetworkOptions)
    language: LanguageOptions = field(default_factory=LanguageOptions)
    looks: int = 1
    training: TrainingOptions = field(default_factory=TrainingOptions)

    def __post_init__(self) -> None:
        if not self.heads:
            raise ValueError("heads must hold at least one of " + ", ".join(HEADS))
        for head, weight in self.heads.items():
            if not 0 < weight < math.inf:
                raise ValueError(f"heads: the weight of {head!r} must be above zero")
        if self.data.given and self.reads_digits:
            raise ValueError(
                "heads: the digit head learns MNIST's digits alone: lines of your own (data.train,"
                " data.val) need other heads, such as  --heads '{ctc: 1.0}'"
            )
        if 0 < self.data.composed_share < 1 and self.training.batch < 2:
            raise ValueError("training.batch must be at least 2 to mix two kinds of lines")
        composed = self.data.composed_lines(self.training.batch)
        own = self.training.batch - composed
        shares = self.training.shares
        for kind, before in ((own, 0), (composed, own)):
            parts = (Part(number, shares) for number in range(len(shares)))
            if kind and not all(part.rows(list(range(kind)), before) for part in parts):
                raise ValueError(
                    f"training.batch ({self.training.batch}) has {kind} lines of one kind, too few"
                    f" for {len(shares)} processes: take fewer processes, or a larger batch"
                    + (", or training.spared 0" if self.training.spared else "")
                )
        if (
            "seq2seq" in self.heads
            and self.composes
            and self.network.seq2seq.max_length < self.lines.max_length
        ):
            raise ValueError(
                f"network.seq2seq.max_length ({self.network.seq2seq.max_length}) must not be below"
                f" lines.max_length ({self.lines.max_length})"
            )
        if not 1 <= self.looks <= len(LOOKS):
            raise ValueError(f"looks must be from 1 to {len(LOOKS)}")
        if self.image.clean.any and not self.reads_lines:
            raise ValueError("image.clean: cleans lines, and single digits are not cleaned")
        self._check_characters()

    def _check_characters(self) -> None:
        if self.alphabet is not None:
            try:
                Alphabet(self.alphabet)
            except ConfigError as error:
                raise ValueError(f"alphabet: {error}") from error
            strange = set(self.lines.alphabet) - set(self.alphabet)
            if strange and self.composes:
                raise ValueError(
                    f"alphabet: lacks {min(strange)!r}, which composed lines hold: see"
                    " lines.alphabet"
                )
        if self.alphabet is not None or not self.data.train:
            strange = set(self.training.cross_entropy.classes) - set(self.characters)
            if strange:
                raise ValueError(
                    f"training.cross_entropy.classes: {min(strange)!r} is not in the alphabet"
                )

    @property
    def characters(self) -> str:
        """The characters that the model can write: the alphabet, or where none is given, the digits
        of composed lines. (`hwr.training.gather` gives lines of one's own their alphabet.)"""
        return self.lines.alphabet if self.alphabet is None else self.alphabet

    @property
    def frames(self) -> Callable[[int], int] | None:
        """How many frames CTC has for a line of so many pixels; None without a CTC head."""
        return self.network.frames if "ctc" in self.heads else None

    @property
    def composes(self) -> bool:
        """Whether any of the lines or digits to train on are made of MNIST's."""
        return self.reads_digits or self.data.composed_share > 0

    @property
    def tells_slants(self) -> bool:
        """Whether of any lines to train on it is known how far they lean: of composed documents."""
        documents = any(s > 0 and PRESETS[name].document for name, s in self.lines.presets.items())
        composed = self.reads_lines and self.data.composed_share > 0
        return composed and documents and not self.image.clean.moves

    @property
    def reads_lines(self) -> bool:
        """Whether any head reads lines."""
        return any(head != DIGIT for head in self.heads)

    @property
    def reads_digits(self) -> bool:
        """Whether a head reads single digits."""
        return DIGIT in self.heads

    def to_dict(self) -> dict[str, Any]:
        """The options as JSON and YAML know them; `hwr.training.config.parse_options` takes them
        back."""
        plain: dict[str, Any] = TypeAdapter(Options).dump_python(self, mode="json")
        return plain
