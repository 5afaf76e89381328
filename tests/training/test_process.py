"""What a process is told that trains."""

import platform
import subprocess
import sys

import pytest

STEPS = """
import resource, sys, torch
if sys.argv[1:]:
    from hwr.training.process import prepare_process
    prepare_process()
def step():
    return torch.ones(10_000_000).add_(1).add(1)  # 40 MB each
step()
step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_memory_of_a_step_is_kept_for_the_next() -> None:
    def pages(*prepared: str) -> int:
        command = [sys.executable, "-c", STEPS, *prepared]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    assert pages() > 1000
    assert pages("prepared") < 100


def test_numbers_near_zero_are_zero() -> None:
    told = (
        "import torch; from hwr.training.process import prepare_process; prepare_process();"
        "print((torch.full((1,), 1e-38) / 1000).item())"
    )
    done = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True)
    assert float(done.stdout) == 0
