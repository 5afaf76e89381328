"""Which precision `auto` takes on a CPU."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from hwr.training import precision
from hwr.training.machine import half_precision
from hwr.training.options import Options, TrainingOptions
from hwr.training.task import ReadingTask


@pytest.fixture(autouse=True)
def _untried() -> Iterator[None]:
    precision.faster_in_bfloat16.cache_clear()
    yield
    precision.faster_in_bfloat16.cache_clear()


def asked(which: str) -> Options:
    return Options(training=TrainingOptions(precision=which, device="cpu"))  # type: ignore[arg-type]


def never(*_: object) -> float:
    raise AssertionError("tried")


def test_without_instructions_nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "computes_bfloat16", lambda: False)
    monkeypatch.setattr(precision, "_seconds", never)
    assert not half_precision(asked("auto"))


@pytest.mark.parametrize(("half", "single"), [(1.0, 1.3), (1.5, 1.0)])
def test_the_faster_one_is_taken_though_one_trial_was_disturbed(
    half: float, single: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    disturbed = iter([50.0, 50.0])  # the first trial of each

    def seconds(layer: object, features: object, by_half: bool) -> float:
        return next(disturbed, 0.0) + (half if by_half else single)

    monkeypatch.setattr(precision, "computes_bfloat16", lambda: True)
    monkeypatch.setattr(precision, "_seconds", seconds)
    assert half_precision(asked("auto")) == (half < single)


def test_a_precision_asked_for_is_taken_untried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "computes_bfloat16", lambda: True)
    monkeypatch.setattr(precision, "_seconds", never)
    assert half_precision(asked("bf16"))
    assert not half_precision(asked("32"))


def test_a_training_goes_on_as_it_was_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "_seconds", never)
    task = ReadingTask(asked("auto"))
    for half in (True, False):
        task.network.encoder.half_precision = half
        checkpoint: dict[str, Any] = {"state_dict": {}}
        task.on_save_checkpoint(checkpoint)
        torch.save(checkpoint, tmp_path / "last.ckpt")
        for can in (True, False):
            monkeypatch.setattr("hwr.training.machine.computes_bfloat16", lambda can=can: can)
            assert half_precision(asked("auto"), tmp_path / "last.ckpt") == (half and can)


def test_one_from_before_that_was_kept_is_decided_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.save({"state_dict": {}, "options": {}}, tmp_path / "last.ckpt")
    monkeypatch.setattr("hwr.training.machine.faster_in_bfloat16", lambda: True)
    assert half_precision(asked("auto"), tmp_path / "last.ckpt")


def test_a_trial_computes_in_the_precision_it_is_of() -> None:
    seen = []

    class Layer(torch.nn.Conv2d):
        def forward(self, input: torch.Tensor) -> torch.Tensor:
            out = super().forward(input)
            seen.append(out.dtype)
            return out

    features = torch.zeros(1, 2, 4, 4, requires_grad=True)
    assert precision._seconds(Layer(2, 2, 3), features, half=True) > 0
    assert precision._seconds(Layer(2, 2, 3), features, half=False) > 0
    assert seen == [torch.bfloat16, torch.float32]
    assert features.grad is not None
