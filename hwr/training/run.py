"""One function: options in, a trained model in its folder out."""

from __future__ import annotations

import csv
import logging
import warnings
from collections.abc import Callable
from pathlib import Path

import pytorch_lightning as pl
import torch
import yaml
from pytorch_lightning.callbacks import ModelCheckpoint
from pytorch_lightning.loggers import CSVLogger, TensorBoardLogger

from hwr.errors import ConfigError, HwrError
from hwr.lines.digits import load_digits
from hwr.training.average import MovingAverage
from hwr.training.checkpoints import (
    Rescue,
    budget_is_over,
    check_resumable,
    read_checkpoint,
    start_from,
)
from hwr.training.curve import draw_curve
from hwr.training.data import Data
from hwr.training.finish import finish
from hwr.training.options import Options
from hwr.training.pace import LOG_EVERY, Pace, make_pace
from hwr.training.progress import ProgressBar
from hwr.training.task import ReadingTask

LAST, BEST, MODEL = "last.ckpt", "best.ckpt", "model.onnx"


class InterruptedTrainingError(HwrError):
    """The user stopped the training; what was reached is kept."""

    status = 130


def train(
    options: Options,
    folder: Path,
    resume: Path | None = None,
    start: Path | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Path:
    """Trains, and leaves in `folder`: `config.yaml`, `metrics.csv`, TensorBoard's events,
    `best.ckpt` and `last.ckpt`, `curve.png`, and `model.onnx`.

    Args:
        options: of the experiment.
        folder: the run's own; made if need be.
        resume: a checkpoint of the same experiment, to go on from with all its state.
        start: a checkpoint of another experiment, whose encoder, and heads as far as they fit, this
            one begins with (`hwr.training.checkpoints.start_from`).
        say: told what the user may want to know before the training begins.

    Returns:
        The model file.

    Raises:
        ConfigError: the folder holds another training, or the checkpoint does not fit.
        InterruptedTrainingError: Ctrl-C; the message says where the checkpoint is.
        DataError: a line that cannot be trained on, or damaged MNIST files.
    """
    best = fit(options, folder, resume, start, say)
    draw_curve(folder / "metrics.csv", folder / "curve.png")
    return finish(best, folder / MODEL)


def fit(
    options: Options,
    folder: Path,
    resume: Path | None = None,
    start: Path | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Path:
    """What `train` does up to the best checkpoint, which it gives."""
    if resume is not None and start is not None:
        raise ConfigError("--resume goes on with a training, --from begins another: give one")
    if resume is not None:
        check_resumable(resume, options)
        if resume.resolve().parent != folder.resolve():
            raise ConfigError(
                f"{resume}: is not in {folder}: a run goes on in its own folder, so leave out --out"
            )
    elif any((folder / name).exists() for name in (LAST, BEST, MODEL)):
        raise ConfigError(
            f"{folder}: holds a training already: go on with it by  --resume {folder / LAST},"
            " or give another folder with --out"
        )
    _quieten()
    # Numbers near zero, as of long saturated units, would slow the processor down.
    torch.set_flush_denormal(True)
    pl.seed_everything(options.training.seed, verbose=False)
    pace = make_pace(options, digits=len(load_digits("train").labels))
    try:
        task = ReadingTask(options)
    except ValueError as error:
        raise ConfigError(f"network: {error}") from error
    if start is not None:
        say(f"from {start}: {', '.join(start_from(task, start))}")
    _device(options)
    _write_config(options, folder)
    if resume is None or not budget_is_over(resume, pace):
        _run(task, options, folder, resume, pace)
    return folder / BEST


def _write_config(options: Options, folder: Path) -> None:
    text = yaml.safe_dump(options.to_dict(), sort_keys=False, allow_unicode=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.yaml").write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be written ({error.strerror})") from error


def _run(
    task: ReadingTask, options: Options, folder: Path, resume: Path | None, pace: Pace
) -> None:
    task.network.encoder.half_precision = half_precision(options)
    rescue = Rescue(folder / LAST)
    # Not the CER: on a thousand lines it is so coarse that luck would choose.
    best = ModelCheckpoint(folder, "best", monitor="val_loss", enable_version_counter=False)
    # Its own `save_last` leaves out validations that bring nothing better.
    last = ModelCheckpoint(folder, "last", enable_version_counter=False)
    trainer = pl.Trainer(
        accelerator=_device(options),
        devices=1,
        max_epochs=-1,
        gradient_clip_val=options.training.clip,
        num_sanity_val_steps=0,
        log_every_n_steps=LOG_EVERY,
        logger=[_metrics_logger(folder, resume), TensorBoardLogger(folder, name="", version="")],
        callbacks=[pace, MovingAverage(options.training.average), best, last, rescue,
                   ProgressBar(pace)],
        enable_model_summary=False,
        default_root_dir=folder,
    )  # fmt: skip
    try:
        trainer.fit(task, Data(options, pace.over), ckpt_path=resume, weights_only=True)
    except SystemExit as stop:  # what Lightning makes of Ctrl-C
        raise InterruptedTrainingError(f"stopped at step {pace.step}: {rescue.advice}") from stop
    except HwrError as error:
        error.args = (f"{error} ({rescue.advice})",)
        raise
    except Exception as error:
        # The cause is no fault of the user's: the traceback stays, with the way out beside it.
        error.add_note(rescue.advice)
        raise


def half_precision(options: Options) -> bool:
    """Whether to compute the convolutions of a training in bfloat16."""
    if options.training.precision != "auto":
        return options.training.precision == "bf16"
    if _device(options) == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return bool(torch.cpu.get_capabilities().get("avx512_bf16", False))


def _device(options: Options) -> str:
    """Never Apple's GPU: torch has no CTC loss there."""
    asked, there = options.training.device, torch.cuda.is_available()
    if asked == "cuda" and not there:
        raise ConfigError("training.device: cuda: torch finds no such GPU here: take cpu or auto")
    return "cuda" if there and asked != "cpu" else "cpu"


def _metrics_logger(folder: Path, resume: Path | None) -> CSVLogger:
    """Lightning's CSV logger starts its file anew; a resumed run keeps the rows up to where it
    goes on from."""
    logger = CSVLogger(folder, name="", version="")
    metrics = folder / "metrics.csv"
    if resume is not None and metrics.exists():
        step = read_checkpoint(resume)["global_step"]
        with metrics.open(encoding="utf-8", newline="") as file:
            kept = [row for row in csv.DictReader(file) if int(row["step"]) <= step]
        logger.experiment.metrics = [
            {name: value for name, value in row.items() if value} for row in kept
        ]
    return logger


def _quieten() -> None:
    """Lightning's remarks that say nothing to a user of this program, one by one."""
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    for remark in (
        r".*does not have many workers.*",  # lines are composed, not loaded
        r".*Checkpoint directory .* exists and is not empty.*",  # so it is on resuming
        r".*LeafSpec.*",  # Lightning's own use of torch
        r".*you didn't set a .*log_every_n_steps.*",
        r".*Experiment logs directory .* exists.*",  # both loggers share the run's folder
        r".*mid-epoch.*",  # a batch is a function of the step: any step can go on
        r".*dirpath has changed.*",  # a run's folder may be moved
    ):
        warnings.filterwarnings("ignore", message=remark)
