"""Pictures before and after cleaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hwr.images.clean.options import STEPS, CleanOptions
from hwr.images.clean.steps import clean
from hwr.images.grey import Grey
from hwr.images.stages import Labelled, scaled


def each_alone(grey: Grey) -> list[Labelled]:
    """The picture, and what each step makes of it by itself."""
    steps = (
        (name, scaled(clean(grey, CleanOptions(**options)))) for name, options in STEPS.items()
    )
    return [("as it is", scaled(grey)), *steps]


def one_after_another(grey: Grey, steps: Mapping[str, dict[str, Any]]) -> list[Labelled]:
    """The picture, and what is left of it after each step.

    Args:
        grey: float32 [height, width], 0..1.
        steps: as `parse_steps` gives them.
    """
    found, options = [("as it is", scaled(grey))], CleanOptions()
    for name, of_step in steps.items():
        options = replace(options, **of_step)
        found.append((name, scaled(clean(grey, options))))
    return found
