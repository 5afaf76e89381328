"""In which encoding what is read is printed."""

from __future__ import annotations

import io

import pytest

from hwr.cli.main import _encoding


class Stream(io.TextIOWrapper):
    terminal = False

    def isatty(self) -> bool:
        return self.terminal


class Terminal(Stream):
    terminal = True


@pytest.mark.parametrize(
    ("kind", "platform", "environment", "found"),
    [
        (Stream, "win32", {}, "utf-8"),
        (Terminal, "win32", {}, None),  # whose encoding it is already
        (Stream, "win32", {"PYTHONIOENCODING": "cp437"}, None),
        (Stream, "win32", {"PYTHONUTF8": "0"}, None),
        (Stream, "linux", {}, None),
    ],
)
def test_redirected_on_windows_it_is_utf_8(
    kind: type[Stream], platform: str, environment: dict[str, str], found: str | None
) -> None:
    below = io.BytesIO()
    stream = kind(below, encoding="cp1252")
    assert _encoding(stream, platform, environment) == found
    stream.reconfigure(encoding=_encoding(stream, platform, environment), errors="backslashreplace")
    print("字", end="", file=stream, flush=True)
    assert below.getvalue() == ("字".encode() if found else b"\\u5b57")
