"""The option --model, as `eval` and `read` share it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from hwr.errors import ModelFileError

RUNS = Path("runs")

option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--model",
    "given",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The model file. Without it, the newest runs/*/model.onnx.",
)


def find_model(given: Path | None) -> Path:
    """The model file given, else the newest of the runs here. Raises ModelFileError."""
    if given is not None:
        return given
    found = sorted(RUNS.glob("*/model.onnx"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise ModelFileError(
            "no model: give one with --model FILE, or make one with"
            "  hwr train --config configs/ctc.yaml"
        )
    return found[-1]
