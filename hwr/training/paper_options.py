"""The paper's models and their relatives: which there are, their shapes, how each is trained."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import TypeAdapter, ValidationError

from hwr.errors import ConfigError
from hwr.images.digit import LINE_HEIGHT
from hwr.nets.network import NetworkOptions
from hwr.nets.paper import MLPOptions, RecurrentOptions
from hwr.training.config import load_options, read_yaml


@dataclass(frozen=True)
class SVCOptions:
    """scikit-learn's linear SVC on the 784 pixels.

    Attributes:
        c: weight of the errors against the squared weights.
        multi_class: `ovr`, each class against the rest by squared hinge loss, or
            `crammer_singer`, all classes in one problem (Crammer and Singer 2001).
        iterations: the most, of the solver.
    """

    c: float = 1.0
    multi_class: Literal["ovr", "crammer_singer"] = "ovr"
    iterations: int = 1000

    def __post_init__(self) -> None:
        if not self.c > 0:
            raise ValueError("c must be above zero")
        if self.iterations < 1:
            raise ValueError("iterations must be at least 1")


@dataclass(frozen=True)
class NetworkShape:
    """Our own network, with the digit head alone.

    Attributes:
        network: its shape.
        height: of the pictures it takes, in pixels.
    """

    network: NetworkOptions
    height: int

    def __post_init__(self) -> None:
        if self.height != LINE_HEIGHT:
            raise ValueError(f"height must be {LINE_HEIGHT}: digits are taken as they are")


@dataclass(frozen=True)
class PaperTraining:
    """How a network is trained, by AdamW (Loshchilov and Hutter 2019) in one cycle.

    Attributes:
        epochs: times that all digits are seen.
        batch: digits in a step.
        learning_rate: the highest.
        warmup: share of the steps in which the rate rises to it (`hwr.training.pace.one_cycle`).
        weight_decay: of AdamW.
        clip: gradients longer than this (Euclidean norm) are shortened to it.
        average: share of the old kept in the moving average of the weights at each step; 0: none.
    """

    epochs: int = 10
    batch: int = 128
    learning_rate: float = 3e-3
    warmup: float = 0.2
    weight_decay: float = 1e-2
    clip: float = 1.0
    average: float = 0.0

    def __post_init__(self) -> None:
        for name in ("epochs", "batch"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        for name in ("learning_rate", "clip"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be above zero")
        if not self.weight_decay >= 0:
            raise ValueError("weight_decay must not be negative")
        for name in ("warmup", "average"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 0 and below 1")


@dataclass(frozen=True)
class PaperModel:
    """A model of single digits: exactly one of `recurrent`, `mlp`, `svc` and `encoder`.

    Attributes:
        title: what tables and graphs call it.
        paper: the paper's figure, % of the test digits right; None: a relative, not in the paper.
        note: why our figure differs from the paper's, where it does.
        cost: seconds one training takes on one core, about: what the progress bar goes by.
        training: of a network.
    """

    # pydantic takes this over to the dataclasses inside.
    __pydantic_config__: ClassVar = {"extra": "forbid"}

    title: str
    paper: float | None = None
    note: str = ""
    cost: float = 1.0
    recurrent: RecurrentOptions | None = None
    mlp: MLPOptions | None = None
    svc: SVCOptions | None = None
    encoder: NetworkShape | None = None
    training: PaperTraining = field(default_factory=PaperTraining)

    def __post_init__(self) -> None:
        shapes = (self.recurrent, self.mlp, self.svc, self.encoder)
        if sum(shape is not None for shape in shapes) != 1:
            raise ValueError("give exactly one of recurrent, mlp, svc and encoder")
        if not self.cost > 0:
            raise ValueError("cost must be above zero")

    def trained_by(self) -> dict[str, Any]:
        """All that a training depends on but its seed, as JSON knows it."""
        plain: dict[str, Any] = TypeAdapter(PaperModel).dump_python(self, mode="json")
        return {
            name: value
            for name, value in plain.items()
            if name not in ("title", "paper", "note", "cost") and value is not None
        }


def load_models(path: Path, overrides: Sequence[tuple[str, object]] = ()) -> dict[str, PaperModel]:
    """Reads a file of models, each under its name.

    For `encoder` the file names an experiment file, from its own folder; network and height are
    taken from there.

    Args:
        path: of a YAML file.
        overrides: (dotted option, value) pairs that replace what the file says, such as
            `("mlp.mlp.hidden", 512)`.

    Raises:
        ConfigError: a file cannot be read, or an option is unknown or unfit; it is named.
    """
    content = read_yaml(path)
    if not isinstance(content, dict) or not all(isinstance(one, dict) for one in content.values()):
        raise ConfigError(f"{path}: not a set of models, each with its options")
    for option, value in overrides:
        *sections, key = option.split(".")
        # What YAML's references share would change for all.
        at = content = copy.deepcopy(content)
        for section in sections:
            at = at.setdefault(section, {})
            if not isinstance(at, dict):
                raise ConfigError(f"{option}: {section!r} is a value, not a section")
        if not sections:
            raise ConfigError(f"{option}: is a model: give one of its options, as MODEL.OPTION")
        at[key] = value
    for model in content.values():
        if isinstance(experiment := model.get("encoder"), str):
            options = load_options(path.parent / experiment).to_dict()
            model["encoder"] = {
                "network": options["network"],
                "height": options["image"]["height"],
            }
    try:
        models: dict[str, PaperModel] = TypeAdapter(dict[str, PaperModel]).validate_python(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        option = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise ConfigError(f"{path}: {option}: {reason[0].lower()}{reason[1:]}") from error
    return models
