"""The metrics that a training writes, row by row."""

from __future__ import annotations

import csv
from pathlib import Path

from pytorch_lightning.loggers import CSVLogger

from hwr.files import is_file
from hwr.training.checkpoints import read_checkpoint

METRICS = "metrics.csv"


def metrics_logger(folder: Path, resume: Path | None) -> CSVLogger:
    """Lightning's CSV logger starts its file anew; a resumed run keeps the rows up to where it
    goes on from."""
    logger = CSVLogger(folder, name="", version="")
    metrics = folder / METRICS
    if resume is not None:
        step = read_checkpoint(resume)["global_step"]
        kept = [row for row in rows_of(metrics) if int(row["step"]) <= step]
        if kept:
            logger.experiment.metrics = [
                {name: value for name, value in row.items() if value} for row in kept
            ]
            logger.experiment.save()  # at once: the file is gone until then
    return logger


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
    return bool(values) and row["step"].isdigit()


def error_rate_before(folder: Path) -> float | None:
    """The validation CER, as a fraction, with which a training began that began with another's
    weights; None for others."""
    for row in rows_of(folder / METRICS):
        if int(row["step"]) == 0 and row.get("val_cer"):
            return float(row["val_cer"])
    return None
