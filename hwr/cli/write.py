"""Files that commands write besides what they print."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from hwr.errors import DataError


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Writes a JSON file, whole or not at all. Raises DataError where it cannot be written."""
    beside = path.with_name(path.name + ".part")
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    try:
        if path.exists() and not path.is_file():  # a pipe, or /dev/stdout
            path.write_text(text, encoding="utf-8")
            return
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    except OSError as error:
        raise DataError(f"{path}: cannot be written ({error.strerror})") from error
