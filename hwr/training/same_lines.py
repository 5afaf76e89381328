"""Whether a training goes on with the lines that it began with."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytorch_lightning as pl

from hwr.lines.cache.store import LineStore
from hwr.training.real import RealLines


class SameLines(pl.Callback):
    """Notes in checkpoints which lines of one's own a training has, and tells where it goes on with
    others: they would not come in the order begun.

    Args:
        lines: those of now.
        say: told of it.
    """

    def __init__(self, lines: RealLines, say: Callable[[str], None]) -> None:
        stores = {"train": lines.train, "val": lines.val}
        self._now = {
            name: None if store is None else _told(store) for name, store in stores.items()
        }
        self._say = say

    def state_dict(self) -> dict[str, Any]:
        """Of each split, how many lines, and a hash of what they show and say; None without any."""
        return dict(self._now)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Compares."""
        for name in ("train", "val"):
            before, now = state_dict.get(name), self._now.get(name)
            if before != now:
                counts = [0 if told is None else told[0] for told in (now, before)]
                self._say(
                    f"data.{name}: other lines than this training began with ({counts[0]},"
                    f" before {counts[1]}): it goes on, but not as if it had never stopped"
                )


def _told(store: LineStore) -> tuple[int, str]:
    told = hashlib.sha256(store.digests.tobytes())
    told.update("\n".join(store.texts).encode("utf-8", "surrogatepass"))
    return len(store), told.hexdigest()
