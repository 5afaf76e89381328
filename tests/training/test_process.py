"""What a process is told that trains: of processes of their own, since it is not taken back."""

import platform
import subprocess
import sys
from unittest.mock import Mock

import pytest

from hwr.training.process import give_memory_back

glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")

STEPS = """
import resource, sys, torch
from hwr.training.process import prepare_process
if sys.argv[1:]:
    prepare_process()
def step():
    return torch.ones(10_000_000).add_(1).add(1)  # 40 MB each
for _ in range(5):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""

GIVEN_BACK = """
import os, torch
from hwr.training.process import give_memory_back, prepare_process
def megabytes():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
prepare_process()
del (tensors := [torch.ones(1_000_000) for _ in range(100)])[:]  # 4 MB each
kept = megabytes()
give_memory_back()
print(kept - megabytes())
"""

NEAR_ZERO = """
import torch
from hwr.training.process import prepare_process
prepare_process()
print((torch.full((1,), 1e-38) / 1000).item())
"""


def printed(program: str, *words: str) -> float:
    command = [sys.executable, "-c", program, *words]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@glibc
def test_memory_of_a_step_is_kept_for_the_next() -> None:
    # Now and then more room is taken still, where what is free does not lie together.
    assert printed(STEPS, "prepared") < printed(STEPS) / 4


@glibc
def test_memory_is_given_back_in_the_end() -> None:
    assert printed(GIVEN_BACK) > 300


def test_numbers_near_zero_are_zero() -> None:
    assert printed(NEAR_ZERO) == 0


@pytest.mark.parametrize("library", [Mock(return_value=object()), Mock(side_effect=TypeError)])
def test_other_c_libraries_are_let_be(library: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.CDLL", library)
    give_memory_back()
    library.assert_called_once()
