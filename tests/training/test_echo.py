"""Lines seen once more."""

from collections.abc import Iterator
from itertools import islice
from types import SimpleNamespace

import pytest
import torch

from hwr.lines.batch import Batch
from hwr.training.batches import BatchMaker
from hwr.training.config import parse_options
from hwr.training.data import Data
from hwr.training.echo import echoed
from hwr.training.options import TrainingOptions
from hwr.training.pools import WHOLE
from hwr.training.real import RealLines

POOL = TrainingOptions().pool
OPTIONS = parse_options(
    {
        "lines": {"presets": {"touching": 1}, "max_length": 3, "validation": 20},
        "training": {
            "batch": 4,
            "validate_every": 8,
            "echo": {"behind": 5, "augment": {"shear": 20, "stretch": 0.2}},
        },
    },
    "test",
)


def batches(step: int) -> Iterator[Batch]:
    return echoed(BatchMaker(OPTIONS).training, step, OPTIONS)


def test_a_batch_holds_the_lines_of_an_earlier_one_changed() -> None:
    new = [batch.lines for batch in islice(BatchMaker(OPTIONS).training(0), 12)]
    for step, batch in enumerate(islice(batches(0), 12)):
        lines = batch.lines
        assert torch.equal(lines.images[:4, :, : new[step].images.shape[2]], new[step].images)
        assert lines.texts[:4] == new[step].texts
        if step < 5:
            assert len(lines) == 4
        else:
            assert lines.texts[4:] == new[step - 5].texts
            before, after = ((of.images > 99).sum((1, 2)) for of in (new[step - 5], lines))
            assert not torch.equal(lines.widths[4:], new[step - 5].widths)
            assert ((after[4:] / before - 1).abs() < 0.35).all()


def test_it_is_a_function_of_the_step_alone() -> None:
    from_the_start = list(islice(batches(0), POOL + 8))
    for step in (3, POOL + 2):
        for here, there in zip(from_the_start[step:], batches(step), strict=False):
            assert here.lines.texts == there.lines.texts
            assert torch.equal(here.lines.images, there.lines.images)


@pytest.mark.parametrize(("echoes", "ahead"), [(False, 0), (True, 0), (True, 1)])
def test_epochs_go_on_by_one_stream(
    echoes: bool, ahead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = Data(OPTIONS, lambda step: step == 14, RealLines(), WHOLE, ahead, echoes)
    data.trainer = SimpleNamespace(
        global_step=0, strategy=SimpleNamespace(root_device=torch.device("cpu"))
    )
    begun = []
    stream = Data._stream
    monkeypatch.setattr(
        Data, "_stream", lambda self, step: begun.append(step) or stream(self, step)
    )
    seen: list[Batch] = []
    while len(seen) < 14:
        data.trainer.global_step = len(seen)
        seen += data.epoch()
    assert begun == [0]
    expected = batches(0) if echoes else BatchMaker(OPTIONS).training(0)
    for here, there in zip(seen, expected, strict=False):
        assert here.lines.texts == there.lines.texts
    data.trainer.global_step = 3
    next(data.epoch())
    assert begun == [0, 3]
    data.close()
