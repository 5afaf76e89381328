"""How a process trains: what the processor and the C library are told once, and how it gets along
with others."""

from __future__ import annotations

import ctypes
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from types import FrameType

import torch

from hwr.errors import ConfigError

Interrupted = Callable[[int, FrameType | None], None] | signal.Handlers
"""What a signal does."""

SCRIPTS = 'in a script, train() must stand behind its  if __name__ == "__main__":'
"""What may be wrong where another process has ended: it begins by running the script, too."""

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


@contextmanager
def writing_in(folder: Path) -> Iterator[None]:
    """Around what writes to a run's folder. Raises ConfigError where that cannot be done."""
    try:
        yield
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be written ({error.strerror})") from error


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Makes a run's folder if need be, and holds it: two trainings would write over each other's
    files. (Where the system or the file system can tell.)

    Raises:
        ConfigError: another training goes on there, or the folder cannot be made.
    """
    with writing_in(folder):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ModuleNotFoundError:  # on Windows
        yield
        return
    held = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigError(
                f"{folder}: another training goes on there: give another folder with --out"
            ) from error
        except OSError:  # so some file systems say that they cannot
            pass
        for left in folder.glob("*.ckpt.*.part"):  # of one that was killed
            left.unlink(missing_ok=True)
        yield
    finally:
        os.close(held)


def left_alone() -> AbstractContextManager[None]:
    """Processes that begin here do not hear Ctrl-C, which goes to all: the first one ends them."""
    return on_interrupt(signal.SIG_IGN)


@contextmanager
def on_interrupt(do: Interrupted) -> Iterator[None]:
    """What Ctrl-C does here; as before, where this is not the main thread, which alone may say so,
    or where it is not heard: shells let what they begin in the background not hear it."""
    before = signal.getsignal(signal.SIGINT)
    main = threading.current_thread() is threading.main_thread()
    if not main or before is signal.SIG_IGN:
        yield
        return
    signal.signal(signal.SIGINT, do)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.default_int_handler)


def _call(function: str, *arguments: int) -> None:
    """Calls a function of glibc's; where there is another C library, nothing happens."""
    with suppress(AttributeError, OSError, TypeError):
        getattr(ctypes.CDLL(None), function)(*arguments)
