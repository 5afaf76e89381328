"""Trainings of the paper's models that are finished, each kept as one JSON file."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from hwr.files import whole_file
from hwr.training.paper import Advance, PaperResult, train_model
from hwr.training.paper_options import PaperModel


def kept_result(path: Path, model: PaperModel, seed: int) -> PaperResult | None:
    """The result of a finished training; None where there is none, or one with other options."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if (kept["model"], kept["seed"]) != (model.trained_by(), seed):
            return None
        return PaperResult(**kept["result"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def finished(
    path: Path, model: PaperModel, seed: int, advance: Advance = lambda share: None
) -> PaperResult:
    """The result kept in a file; trained and kept there if it is not yet."""
    if (result := kept_result(path, model, seed)) is not None:
        return result
    result = train_model(model, seed, advance)
    kept = {"model": model.trained_by(), "seed": seed, "result": dataclasses.asdict(result)}
    with whole_file(path) as beside:
        beside.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return result
