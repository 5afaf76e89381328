"""Batches made ahead by processes of their own, so that making lines and training on them go on
side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from hwr.errors import HwrError
from hwr.lines.batch import Batch

_WAITING = 16
# Batches that may wait, of all processes: two pools, of which one process takes longest for the
# first batch of each.
_LEAST_WAITING = 2
# Of each process.

Make = Callable[[int, int], Iterator[Batch]]
"""Makes the training batches from a step on, those of every so many-th."""


class Ahead(Iterator[Batch]):
    """The training batches from a step on, without end.

    The processes end with the object, or when it is closed. They are spawned, not forked: a fork
    would take over locks of threads that it does not take over.

    Args:
        make: makes them; goes to the other processes, so it must be one that pickles.
        step: of the first.
        processes: so many make them, in turn.
    """

    def __init__(self, make: Make, step: int, processes: int = 1) -> None:
        loader = DataLoader(
            _Batches(make, step),
            batch_size=None,
            num_workers=processes,
            prefetch_factor=max(_WAITING // processes, _LEAST_WAITING),
            multiprocessing_context="spawn",
        )
        self._batches: Iterator[Batch | HwrError] = iter(loader)

    def close(self) -> None:
        """Ends the processes."""
        self._batches = iter(())

    def __next__(self) -> Batch:
        """Raises HwrError, as what makes the batches raised it."""
        batch = next(self._batches)
        if isinstance(batch, HwrError):
            raise batch
        return batch


class _Batches(IterableDataset[Batch | HwrError]):
    """What each of the other processes does."""

    def __init__(self, make: Make, step: int) -> None:
        self._make, self._step = make, step

    def __iter__(self) -> Iterator[Batch | HwrError]:
        import cv2

        cv2.setNumThreads(0)  # there are processes enough
        here = get_worker_info()
        assert here is not None
        try:
            yield from self._make(self._step + here.id, here.num_workers)
        except HwrError as error:
            # Sent as it is: torch would wrap it in its traceback.
            yield error
