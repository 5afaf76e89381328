"""Trains one of the paper's models on single digits, and tests it once, at the end."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytorch_lightning as pl
import torch
from torch import Tensor, nn

from hwr.lines.digits import Split, load_digits
from hwr.nets.paper import MLP, DigitNetwork, RecurrentClassifier
from hwr.training.average import MovingAverage
from hwr.training.pace import one_cycle
from hwr.training.paper_options import PaperModel, PaperTraining, SVCOptions
from hwr.training.process import prepare_process

Advance = Callable[[float], None]
"""Told, as a training goes on, by what share of the whole it went on."""

TEST_BATCH = 1000


@dataclass(frozen=True)
class PaperResult:
    """What came of one training.

    Attributes:
        validation: share of the validation digits right, after each epoch.
        test: share of the test digits right, after the last; None: not tested.
        parameters: numbers that were learned.
        seconds: that the training took, validation included.
    """

    validation: list[float]
    test: float | None
    parameters: int
    seconds: float


def train_model(
    model: PaperModel, seed: int, advance: Advance = lambda share: None, test: bool = True
) -> PaperResult:
    """Trains a model on the training digits.

    Args:
        model: which, and how.
        seed: of weights and order.
        advance: told of progress.
        test: whether to test it at the end. While options are still being chosen, it must not be.

    Raises:
        DataError: damaged MNIST files.
    """
    prepare_process()
    if model.svc is not None:
        return _train_svc(model.svc, seed, advance, test)
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    torch.manual_seed(seed)
    train, validation = Batches("train", model.training.batch, seed), Batches("val", TEST_BATCH)
    task = PaperTask(make_network(model), model.training, len(train))
    callbacks: list[pl.Callback] = [Progress(advance, len(train) * model.training.epochs)]
    if model.training.average:
        callbacks.append(MovingAverage(model.training.average))
    start = time.monotonic()
    with warnings.catch_warnings():
        for remark in (
            r".*does not have many workers.*",  # one tensor in memory
            r".*LeafSpec.*",  # Lightning's own use of torch
            r".*not supported with oneDNN.*",  # an LSTM with projection
        ):
            warnings.filterwarnings("ignore", message=remark)
        pl.Trainer(
            accelerator="cpu",  # what the table's seconds are of
            devices=1,
            max_epochs=model.training.epochs,
            gradient_clip_val=model.training.clip,
            num_sanity_val_steps=0,
            callbacks=callbacks,
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        ).fit(task, train, validation)
    seconds = time.monotonic() - start
    return PaperResult(
        task.accuracies,
        accuracy(task.network, Batches("test", TEST_BATCH)) if test else None,
        sum(weight.numel() for weight in task.network.parameters()),
        seconds,
    )


def make_network(model: PaperModel) -> nn.Module:
    """The network of a model that is one, its weights drawn from torch's own generator."""
    if model.recurrent is not None:
        return RecurrentClassifier(model.recurrent)
    if model.mlp is not None:
        return MLP(model.mlp)
    if model.encoder is not None:
        return DigitNetwork(model.encoder.network, model.encoder.height)
    raise ValueError(f"{model.title} is no network")


class Batches:
    """The digits of one split in batches: float [digits, 28, 28], 0 to 1, and int64 [digits].

    Args:
        split: which.
        size: digits in a batch; the last may be smaller.
        seed: of the order, another in every epoch; None: as they stand in the file.
    """

    def __init__(self, split: Split, size: int, seed: int | None = None) -> None:
        digits = load_digits(split)
        self.images = torch.tensor(digits.images).float() / 255
        self.labels = torch.tensor(digits.labels).long()
        self._size = size
        self._order = None if seed is None else torch.Generator().manual_seed(seed)

    def __len__(self) -> int:
        return -(-len(self.labels) // self._size)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        rows = torch.arange(len(self.labels))
        if self._order is not None:
            rows = torch.randperm(len(self.labels), generator=self._order)
        for batch in torch.split(rows, self._size):
            yield self.images[batch], self.labels[batch]


class PaperTask(pl.LightningModule):
    """Cross-entropy of a network's classes, AdamW in one cycle; keeps the accuracies.

    Args:
        network: digits to logits.
        training: how.
        steps: in an epoch.
    """

    def __init__(self, network: nn.Module, training: PaperTraining, steps: int) -> None:
        super().__init__()
        self.network, self.training_options = network, training
        self.steps = steps * training.epochs
        self.accuracies: list[float] = []
        """Share of the validation digits right, after each epoch."""
        self._right, self._seen = 0, 0

    def configure_optimizers(self) -> pl.utilities.types.OptimizerLRScheduler:
        options = self.training_options
        optimizer = torch.optim.AdamW(
            self.network.parameters(), options.learning_rate, weight_decay=options.weight_decay
        )
        rate = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step: one_cycle(step / self.steps, options.warmup)
        )
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": rate, "interval": "step"},
        }

    def training_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> Tensor:
        images, labels = batch
        return nn.functional.cross_entropy(self.network(images), labels)

    def validation_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> None:
        images, labels = batch
        self._right += int((self.network(images).argmax(dim=1) == labels).sum())
        self._seen += len(labels)

    def on_validation_epoch_end(self) -> None:
        self.accuracies.append(self._right / self._seen)
        self._right, self._seen = 0, 0


class Progress(pl.Callback):
    """Passes on each step as a share of all steps."""

    def __init__(self, advance: Advance, steps: int) -> None:
        self._advance, self._steps = advance, steps

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: object,
        batch: object,
        batch_idx: int,
    ) -> None:
        self._advance(1 / self._steps)


@torch.no_grad()
def accuracy(network: nn.Module, batches: Batches) -> float:
    """Share of the digits that a network gives the right class."""
    network.eval()
    right = sum(int((network(images).argmax(dim=1) == labels).sum()) for images, labels in batches)
    return right / len(batches.labels)


def _train_svc(options: SVCOptions, seed: int, advance: Advance, test: bool) -> PaperResult:
    from sklearn.svm import LinearSVC  # takes a second to import

    def pixels(split: Split) -> tuple[object, object]:
        digits = load_digits(split)
        return digits.images.reshape(len(digits.labels), -1) / 255.0, digits.labels

    train, validation = pixels("train"), pixels("val")
    start = time.monotonic()
    svc = LinearSVC(
        C=options.c,
        multi_class=options.multi_class,
        # More digits than pixels: the primal problem is the quick one, and no chance is in it.
        # All classes in one problem know only the dual.
        dual=options.multi_class == "crammer_singer",
        max_iter=options.iterations,
        random_state=seed,
    ).fit(*train)
    seconds = time.monotonic() - start
    result = PaperResult(
        [float(svc.score(*validation))],
        float(svc.score(*pixels("test"))) if test else None,
        svc.coef_.size + svc.intercept_.size,
        seconds,
    )
    advance(1.0)
    return result
