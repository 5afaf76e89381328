"""Files beside what is printed."""

from __future__ import annotations

import pytest

from hwr.cli.write import written_before
from hwr.errors import DataError


@pytest.mark.parametrize("error", [DataError, KeyboardInterrupt, ImportError, MemoryError])
def test_what_was_measured_is_told_whatever_befalls_writing(error: type[BaseException]) -> None:
    told: list[str] = []
    with pytest.raises(error), written_before(lambda: told.append("figures")):
        raise error("no file")
    assert told == ["figures"]


def test_writing_comes_first() -> None:
    told: list[str] = []
    with written_before(lambda: told.append("figures")):
        told.append("file")
    assert told == ["file", "figures"]
