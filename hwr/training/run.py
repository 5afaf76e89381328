"""One function: options in, a trained model in its folder out."""

from __future__ import annotations

import errno
import logging
import math
import warnings
from collections.abc import Callable
from pathlib import Path

import pytorch_lightning as pl
import yaml
from pytorch_lightning.loggers import TensorBoardLogger

from hwr.errors import ConfigError, HwrError
from hwr.files import is_file, is_there, real, whole_file
from hwr.lines.digits import load_digits
from hwr.training.ahead import ended
from hwr.training.average import MovingAverage
from hwr.training.checkpoints import (
    Kept,
    WholeCheckpoints,
    budget_is_over,
    changed,
    read_checkpoint,
    resumable,
)
from hwr.training.curve import draw_curve
from hwr.training.data import Data
from hwr.training.finish import finish
from hwr.training.freeze import Freeze
from hwr.training.gather import Gathered, gather, write_left_out
from hwr.training.machine import ahead_processes, device_of, half_precision, own_part
from hwr.training.metrics import METRICS, error_rate_before, metrics_logger
from hwr.training.options import Options
from hwr.training.pace import LOG_EVERY, Pace, make_pace
from hwr.training.parallel import Parallel
from hwr.training.process import (
    alone_in,
    give_memory_back,
    on_interrupt,
    prepare_process,
    writing_in,
)
from hwr.training.progress import ProgressBar
from hwr.training.real import RealLines
from hwr.training.rescue import Rescue
from hwr.training.same_lines import SameLines
from hwr.training.start import Source, read_source, start_from
from hwr.training.task import ReadingTask

LAST, BEST, MODEL = "last.ckpt", "best.ckpt", "model.onnx"


class InterruptedTrainingError(HwrError):
    """The user stopped the training; what was reached is kept."""

    status = 130


def train(
    options: Options,
    folder: Path,
    resume: Path | None = None,
    start: Path | Source | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Path:
    """Trains, and leaves in `folder`: `config.yaml`, `metrics.csv`, TensorBoard's events,
    `best.ckpt` and `last.ckpt`, `curve.png`, `model.onnx`, and where lines were left out,
    `left-out.tsv`.

    Args:
        options: of the experiment.
        folder: the run's own; made if need be.
        resume: a checkpoint of the same experiment, to go on from with all its state.
        start: the checkpoint or model file of another experiment, with whose weights this one
            begins as far as they fit (`hwr.training.start`).
        say: told what the user may want to know before and behind the training.

    Returns:
        The model file.

    Raises:
        ConfigError: the folder holds another training, or the checkpoint does not fit.
        InterruptedTrainingError: Ctrl-C; the message says where the checkpoint is.
        DataError: a line that cannot be trained on, or damaged MNIST files.
    """
    best, lines = fit(options, folder, resume, start, say)
    # (The checkpoint's own looks are those of the day when it was written.)
    looks = options.looks if "ctc" in options.heads else None
    model = finish(best, folder / MODEL, lines=lines, say=say, looks=looks)
    with writing_in(folder):
        draw_curve(folder / METRICS, folder / "curve.png")
    before = error_rate_before(folder)
    if before is not None:
        after = read_checkpoint(best)["scores"].get("val_cer", math.nan)
        say(f"validation CER before: {before:.2%}, after: {after:.2%}")
    return model


def fit(
    options: Options,
    folder: Path,
    resume: Path | None = None,
    start: Path | Source | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> tuple[Path, RealLines]:
    """What `train` does up to the best checkpoint: that, and the lines of one's own."""
    options = _checked(options, folder, resume, start)
    if resume is not None and (told := changed(resume, options)):
        # (An experiment's file may have been changed, or left as it was where the command line
        # had said otherwise.)
        say(f"goes on by other options: {told}")
    _quieten()
    prepare_process()
    device_of(options)
    source = read_source(start) if isinstance(start, Path) else start
    gathered = gather(options, source.options.characters if source else None, say)
    options = gathered.options
    pl.seed_everything(options.training.seed, verbose=False)
    real = None if gathered.lines.train is None else len(gathered.lines.train)
    digits = len(load_digits("train").labels) if options.composes else 0
    pace = make_pace(options, digits, real, own_part(options))
    try:
        task = ReadingTask(options)
    except ValueError as error:
        raise ConfigError(f"network: {error}") from error
    if source is not None:
        say(f"from {source.path}: {', '.join(start_from(task.network, options, source))}")
    taught = resume is not None or (source is not None and source.options.network.encoder.upright)
    if options.network.encoder.upright and not taught and not options.tells_slants:
        say("upright: composed documents alone teach it; without any, lines stay as they are")
    with alone_in(folder):
        with writing_in(folder):
            _write_config(options, folder)
            write_left_out(gathered.left_out, folder)
        if resume is None or not budget_is_over(resume, pace):
            same = SameLines(gathered.lines, say)
            _run(task, gathered, folder, resume, pace, same, validate_first=source is not None)
    give_memory_back()
    best = folder / BEST
    if not is_file(best):
        raise ConfigError(
            f"{best}: is not there, and the training is over: make a model file of what it came to"
            f" by  hwr export {folder / LAST}"
        )
    return best, gathered.lines


def _checked(
    options: Options, folder: Path, resume: Path | None, start: Path | Source | None
) -> Options:
    """The options to train with. Raises ConfigError where the folder is not one to train in."""
    if resume is not None and start is not None:
        raise ConfigError("--resume goes on with a training, --from begins another: give one")
    if resume is not None:
        options = resumable(resume, options)
        if real(resume).parent != real(folder):
            raise ConfigError(
                f"{resume}: is not in {folder}: a run goes on in its own folder, so leave out --out"
            )
    elif any(is_there(folder / name) for name in (LAST, BEST, MODEL)):
        raise ConfigError(
            f"{folder}: holds a training already: go on with it by  --resume {folder / LAST},"
            " or give another folder with --out"
        )
    return options


def _write_config(options: Options, folder: Path) -> None:
    text = yaml.safe_dump(options.to_dict(), sort_keys=False, allow_unicode=True)
    with whole_file(folder / "config.yaml") as beside:
        beside.write_text(text, encoding="utf-8")


def _run(
    task: ReadingTask,
    gathered: Gathered,
    folder: Path,
    resume: Path | None,
    pace: Pace,
    same: SameLines,
    validate_first: bool,
) -> None:
    options = task.options
    task.network.encoder.half_precision = half_precision(options, resume)
    rescue = Rescue(folder / LAST)
    monitor = f"val_{options.training.keep}"
    best = Kept(folder, "best", monitor=monitor, enable_version_counter=False)
    # Its own `save_last` leaves out validations that bring nothing better.
    last = Kept(folder, "last", enable_version_counter=False)
    part = own_part(options)
    parallel = Parallel(task, gathered.lines, part.shares)
    with writing_in(folder):
        metrics = metrics_logger(folder, resume)
    trainer = pl.Trainer(
        accelerator=device_of(options),
        devices=1,
        max_epochs=-1,
        gradient_clip_val=options.training.clip,
        num_sanity_val_steps=0,
        log_every_n_steps=LOG_EVERY,
        logger=[metrics, TensorBoardLogger(folder, name="", version="")],
        # (What else happens at a step's end, other processes need not wait for.)
        callbacks=[parallel, pace, MovingAverage(options.training.average), best, last, rescue,
                   Freeze(options.training.freeze), same, ProgressBar(pace)],
        plugins=[WholeCheckpoints()],
        enable_model_summary=False,
        default_root_dir=folder,
    )  # fmt: skip
    data = Data(
        options,
        pace.over,
        gathered.lines,
        part,
        ahead_processes(options),
        echoes=device_of(options) == "cuda",
    )
    try:
        with on_interrupt(rescue.stop), parallel:
            if validate_first:
                trainer.validate(task, data, verbose=False)
            trainer.fit(task, data, ckpt_path=resume, weights_only=True)
    except SystemExit as stop:  # what Lightning makes of Ctrl-C
        raise InterruptedTrainingError(f"stopped at step {pace.step}: {rescue.advice}") from stop
    except HwrError as error:
        error.args = (f"{error} ({rescue.advice})",)
        raise
    except Exception as error:
        why = ended(error)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            why = f"{folder}: cannot be written ({error.strerror}): make room for it"
        if why is not None:
            raise HwrError(f"{why} ({rescue.advice})") from error
        # The cause is no fault of the user's: the traceback stays, with the way out beside it.
        error.add_note(rescue.advice)
        raise
    finally:
        data.close()


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
    ):
        warnings.filterwarnings("ignore", message=remark)
