"""Lines seen once more, changed, where making new ones takes longer than learning from them: data
echoing (Choi et al. 2019)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from hwr.lines.augment_batch import augment_batch
from hwr.lines.batch import Batch, LineBatch, join_batches
from hwr.training.lines import least_width
from hwr.training.options import Options
from hwr.training.pools import pool_seed

_SALT = 0x5EE2
# So that an echo is changed otherwise than the lines of its step were, if these were.


def echoed(
    stream: Callable[[int], Iterator[Batch]], step: int, options: Options
) -> Iterator[Batch]:
    """Training batches from a step on, without end, each with the lines of an earlier one.

    Args:
        stream: gives the batches without echoes, from a step on.
        step: the first one. What is echoed there, and so whatever this gives, is a function of the
            step alone: so many steps before it are drawn anew.
        options: of the experiment.
    """
    behind = options.training.echo.behind
    first = max(step - behind, 0)
    waiting: deque[LineBatch] = deque()
    for number, batch in enumerate(stream(first), first):
        again = waiting.popleft() if len(waiting) == behind else None
        if batch.lines is not None:
            waiting.append(batch.lines)
        if number < step:
            continue
        if batch.lines is None or again is None:
            yield batch
            continue
        least = [least_width(text, options) for text in again.texts]
        seed = pool_seed(options.training.seed, number) ^ _SALT  # a step's as a pool's
        changed = augment_batch(again, options.training.echo.augment, seed, least)
        yield Batch(join_batches([batch.lines, changed]), batch.digits)
