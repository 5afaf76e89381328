"""The metrics that a training writes, row by row."""

from __future__ import annotations

import csv
from pathlib import Path

from pytorch_lightning.loggers import CSVLogger

from hwr.training.checkpoints import read_checkpoint

METRICS = "metrics.csv"


def metrics_logger(folder: Path, resume: Path | None) -> CSVLogger:
    """Lightning's CSV logger starts its file anew; a resumed run keeps the rows up to where it
    goes on from."""
    logger = CSVLogger(folder, name="", version="")
    metrics = folder / METRICS
    if resume is not None and metrics.exists():
        step = read_checkpoint(resume)["global_step"]
        with metrics.open(encoding="utf-8", newline="") as file:
            kept = [row for row in csv.DictReader(file) if int(row["step"]) <= step]
        logger.experiment.metrics = [
            {name: value for name, value in row.items() if value} for row in kept
        ]
    return logger


def error_rate_before(folder: Path) -> float | None:
    """The validation CER, as a fraction, with which a training began that began with another's
    weights; None for others."""
    with (folder / METRICS).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if int(row["step"]) == 0 and row.get("val_cer"):
                return float(row["val_cer"])
    return None
