"""How a process computes that trains: what the processor and the C library are told once."""

from __future__ import annotations

import ctypes
from contextlib import suppress

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
    for option, value in ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, _NEVER), (_TOP_PAD, _PAD)):
        _call("mallopt", option, value)


def give_memory_back() -> None:
    """What was kept between steps, for the rest of a program that has trained."""
    _call("malloc_trim", 0)


def _call(function: str, *arguments: int) -> None:
    """Calls a function of glibc's; where there is another C library, nothing happens."""
    with suppress(AttributeError, OSError, TypeError):
        getattr(ctypes.CDLL(None), function)(*arguments)
