"""Files that commands write besides what they print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hwr.errors import DataError
from hwr.files import whole_file


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Writes a JSON file, whole or not at all. Raises DataError where it cannot be written."""
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    try:
        if path.exists() and not path.is_file():  # a pipe, or /dev/stdout
            path.write_text(text, encoding="utf-8")
            return
        with whole_file(path) as beside:
            beside.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DataError(f"{path}: cannot be written ({error.strerror})") from error
