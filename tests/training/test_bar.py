import io
import sys

import pytest

from hwr.training.bar import bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "seconds"), [(Terminal(), 0.5), (io.StringIO(), 15)])
def test_a_log_file_gets_a_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, seconds: float
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    with bar(range(3), desc="counting") as shown:
        assert list(shown) == [0, 1, 2]
    assert shown.mininterval == seconds
    assert "counting: 100%" in stream.getvalue()


def test_without_standard_error_there_is_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    assert list(bar(range(3), desc="counting")) == [0, 1, 2]
    with bar(total=2) as shown:
        shown.set_postfix_str("some", refresh=False)
        shown.update(1)
        shown.refresh()
