"""Batches made ahead by a process of their own, so that making lines and training on them go on
side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from torch.utils.data import DataLoader, IterableDataset

from hwr.errors import HwrError
from hwr.lines.batch import Batch

_WAITING = 16
# Batches that may wait: two pools, of which the first batch of each takes the longest to make.

Make = Callable[[int], Iterator[Batch]]
"""Makes the training batches from a step on."""


class Ahead(Iterator[Batch]):
    """The training batches from a step on, without end.

    The process ends with the object. It is spawned, not forked: a fork would take over locks of
    threads that it does not take over.

    Args:
        make: makes them; goes to the other process, so it must be one that pickles.
        step: of the first.
    """

    def __init__(self, make: Make, step: int) -> None:
        self.step = step
        """Of the next one."""
        loader = DataLoader(
            _Batches(make, step),
            batch_size=None,
            num_workers=1,
            prefetch_factor=_WAITING,
            multiprocessing_context="spawn",
        )
        self._batches: Iterator[Batch | HwrError] = iter(loader)

    def __next__(self) -> Batch:
        """Raises HwrError, as what makes the batches raised it."""
        batch = next(self._batches)
        if isinstance(batch, HwrError):
            raise batch
        self.step += 1
        return batch


class _Batches(IterableDataset[Batch | HwrError]):
    """What the other process does."""

    def __init__(self, make: Make, step: int) -> None:
        self._make, self._step = make, step

    def __iter__(self) -> Iterator[Batch | HwrError]:
        try:
            yield from self._make(self._step)
        except HwrError as error:
            # Sent as it is: torch would wrap it in its traceback.
            yield error
