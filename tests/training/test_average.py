import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from hwr.training.average import MovingAverage


def test_the_average_follows_its_formula() -> None:
    callback = MovingAverage(share=0.5)
    network = nn.BatchNorm1d(1)
    average = AveragedModel(network, use_buffers=True, **callback._kwargs)
    expected = 0.0
    for step in range(30):
        value = torch.randn(1)
        network.weight.data.copy_(value)
        network.running_mean.copy_(value)
        network.num_batches_tracked.fill_(step)
        average.update_parameters(network)
        kept = 0.0 if step == 0 else min(0.5, (1 + step) / (10 + step))
        expected = kept * expected + (1 - kept) * value.item()
        assert average.module.weight.item() == pytest.approx(expected, abs=1e-6)
        assert average.module.running_mean.item() == pytest.approx(expected, abs=1e-6)
        assert average.module.num_batches_tracked.item() == step
