"""The metrics that a training writes, row by row."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from pytorch_lightning.loggers import CSVLogger

from hwr.files import is_file, whole_file
from hwr.training.checkpoints import is_validating, read_checkpoint

METRICS = "metrics.csv"


def metrics_logger(folder: Path, resume: Path | None) -> CSVLogger:
    """Lightning's CSV logger starts its file anew; a resumed run keeps the rows up to where it
    goes on from. Raises OSError, and the file stays as it was."""
    logger = CSVLogger(folder, name="", version="")
    metrics = folder / METRICS
    if resume is not None:
        content = read_checkpoint(resume)
        kept = [row for row in rows_of(metrics) if _stays(row, content)]
        if kept:
            with whole_file(metrics) as beside:
                names = _write(kept, beside)
                # Only now: where it begins, the file of before is gone.
                logger.experiment.metrics_keys = names
    return logger


def _stays(row: dict[str, str], checkpoint: dict[str, Any]) -> bool:
    """Whether a training that goes on from a checkpoint does not write a row again."""
    step, last = int(row["step"]), int(checkpoint["global_step"])
    if step == last and is_validating(checkpoint):
        return not row.get("val_loss")
    return step <= last


def _write(rows: list[dict[str, str]], file: Path) -> list[str]:
    """Writes rows to a file. Returns the names of its columns, in the logger's order."""
    names = sorted(rows[0])
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, names)
        writer.writeheader()
        writer.writerows(rows)
    return names


def rows_of(metrics: Path) -> list[dict[str, str]]:
    """The rows of a run's metrics, but for those cut short; none where the file is not there."""
    if not is_file(metrics):
        return []
    with metrics.open(encoding="utf-8", newline="", errors="replace") as file:
        return [row for row in csv.DictReader(file) if _is_whole(row)]


def _is_whole(row: dict[str, str]) -> bool:
    """Whether all columns are there, and hold a number or nothing."""
    try:
        values = [float(value) for value in row.values() if value != ""]
    except (ValueError, TypeError):
        return False
    return bool(values) and row.get("step", "").isdigit()


def error_rate_before(folder: Path) -> float | None:
    """The validation CER, as a fraction, with which a training began that began with another's
    weights; None for others."""
    for row in rows_of(folder / METRICS):
        if int(row["step"]) == 0 and row.get("val_cer"):
            return float(row["val_cer"])
    return None
