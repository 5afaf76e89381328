"""Text files, and what can be wrong with one."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from hwr.errors import DataError


def read_text(path: Path) -> str:
    """The content of a UTF-8 file.

    Raises:
        DataError: it cannot be read, or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 text (byte {error.start}): save it as UTF-8") from error


def reason(path: Path, error: DataError) -> str:
    """What an error says of a file, without the file's name."""
    return str(error).removeprefix(f"{path}: ")


def spellings(name: str) -> list[str]:
    """How a file's name that a list or a page tells may be spelt on disk: as it stands, its folders
    parted by slashes where Windows wrote it, and composed or decomposed, as macOS has it."""
    slashes = (name, name.replace("\\", "/"))
    forms = (unicodedata.normalize(form, each) for form in ("NFC", "NFD") for each in slashes)
    return list(dict.fromkeys((*slashes, *forms)))
