"""Batches made ahead by processes of their own, so that making lines and training on them go on
side by side."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from itertools import count, islice

from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from hwr.errors import HwrError
from hwr.lines.batch import Batch
from hwr.training.process import SCRIPTS, left_alone

_WAITING = 2
# Pools that may wait, of all processes; but one of each.

_TORCH_SAYS = "DataLoader worker (pid"
# And a number, where one has ended; where it has sent an error, other words.

Make = Callable[[int], Iterator[Batch]]
"""Makes the training batches from a step on."""


class Ahead(Iterator[Batch]):
    """The training batches from a step on, without end.

    The processes end with the object, or when it is closed. They are spawned, not forked: a fork
    would take over locks of threads that it does not take over.

    Args:
        make: makes them; goes to the other processes, so it must be one that pickles.
        step: of the first.
        size: batches in a pool.
        processes: so many make them, a pool (`hwr.training.pools`) each in turn.
    """

    def __init__(self, make: Make, step: int, size: int, processes: int = 1) -> None:
        loader = DataLoader(
            _Pools(make, step, size),
            batch_size=None,
            num_workers=processes,
            prefetch_factor=max(_WAITING // processes, 1),
            multiprocessing_context="spawn",
        )
        with left_alone():
            self._pools: Iterator[bytes | HwrError] = iter(loader)
        self._batches: Iterator[Batch] = iter(())

    def close(self) -> None:
        """Ends the processes."""
        self._pools = iter(())
        self._batches = iter(())

    def __next__(self) -> Batch:
        """Raises HwrError, as what makes the batches raised it."""
        while (batch := next(self._batches, None)) is None:
            pool = next(self._pools)
            if isinstance(pool, HwrError):
                raise pool
            self._batches = iter(pickle.loads(pool))
        return batch


def ended(error: Exception) -> str | None:
    """What happened, where torch says by an error that a process has ended that makes batches; it
    does so at once, whatever the training is at. None for all other errors."""
    if not isinstance(error, RuntimeError) or not str(error).startswith(_TORCH_SAYS):
        return None
    return (
        "a process that makes lines has ended: was memory short? set training.ahead lower;"
        f" {SCRIPTS}"
    )


class _Pools(IterableDataset[bytes | HwrError]):
    """What each of the other processes does.

    Pools go as bytes: of tensors, each would hold a file open, and many wait.
    """

    def __init__(self, make: Make, step: int, size: int) -> None:
        self._make, self._step, self._size = make, step, size

    def __iter__(self) -> Iterator[bytes | HwrError]:
        import cv2

        cv2.setNumThreads(0)  # there are processes enough
        here = get_worker_info()
        assert here is not None
        try:
            for pool in count(self._step // self._size + here.id, here.num_workers):
                start = max(pool * self._size, self._step)  # the first may be begun
                end = (pool + 1) * self._size
                yield pickle.dumps(list(islice(self._make(start), end - start)))
        except HwrError as error:
            # Sent as it is: torch would wrap it in its traceback.
            yield error
