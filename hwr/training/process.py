"""How a process computes that trains: what the processor and the C library are told once."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import torch

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4
# What glibc's malloc.h calls M_...
_NEVER = -1
_PAD = 2**26
# Bytes by which memory grows at least.


def prepare_process() -> None:
    """Tells this process that it is to train: before the first step, since it changes how memory
    is handed out from then on.

    Numbers near zero, as of long saturated units, would slow the processor down: they are taken as
    zero. And memory that a step has freed is kept for the next one, up to the most that any step
    took. Otherwise glibc gives it back, and each page of it is looked for and made zero again at
    every step.
    """
    torch.set_flush_denormal(True)
    with _glibc() as libc:
        for option, value in ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, _NEVER), (_TOP_PAD, _PAD)):
            libc.mallopt(option, value)


def give_memory_back() -> None:
    """What was kept between steps, for the rest of a program that has trained."""
    with _glibc() as libc:
        libc.malloc_trim(0)


@contextmanager
def _glibc() -> Iterator[ctypes.CDLL]:
    """The C library; where there is another, it is as it is, and nothing happens."""
    with suppress(AttributeError, OSError, TypeError):
        yield ctypes.CDLL(None)
