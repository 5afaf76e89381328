"""Files that commands write besides what they print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hwr.errors import DataError
from hwr.files import is_special, whole_file


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Writes a JSON file, whole or not at all, into a folder that is made where there is none.
    Raises DataError where it cannot be written."""
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    # (Names of files need not be text; what is not becomes an escape that JSON knows.)
    encoded = text.encode(errors="backslashreplace")
    try:
        if is_special(path):  # such as /dev/stdout
            path.write_bytes(encoded)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as beside:
            beside.write_bytes(encoded)
    except OSError as error:
        raise DataError(f"{path}: cannot be written ({error.strerror})") from error
