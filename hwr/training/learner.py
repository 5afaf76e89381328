"""What learns: a network with its loss. Processes that share in a training have one each, without
Lightning, which takes long to import."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from hwr.alphabet import Alphabet
from hwr.lines.batch import Batch, LineBatch
from hwr.nets.network import DIGIT, HeadName, Network
from hwr.nets.upright import narrowed, slant_loss
from hwr.training.heads import Encoded, HeadTask, head_tasks
from hwr.training.options import Options


class Learner(nn.Module):
    """A network and the loss by which it learns.

    Args:
        options: of the experiment.
    """

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        self.alphabet = Alphabet(options.characters)
        self.network = Network(
            options.network, options.image.height, self.alphabet.classes, options.heads
        )

    def seed(self, step: int, part: int = 0) -> int:
        """Of what is left to chance in one process's part of a step."""
        training = self.options.training
        return (training.seed * 1_000_003 + step) * training.processes + part

    def encoded(self, batch: LineBatch) -> Encoded:
        """What the encoder makes of pictures."""
        encoder = self.network.encoder
        teach = batch.slants is not None and bool(batch.slants.isfinite().any())
        leaning = batch.images.float() / 255
        images, slants = encoder.stand(leaning, batch.widths, teach)
        stem, columns = encoder.convolve(images, batch.widths)
        boxes = batch.boxes
        if boxes is not None:
            if slants is not None:
                boxes = narrowed(boxes, slants.detach(), leaning)
            boxes = boxes / encoder.options.stride
        return Encoded(
            stem, encoder.recur(stem, columns), columns, boxes, slants if teach else None
        )

    def loss(self, batch: Batch, step: int = 0) -> Tensor:
        """The sum of the heads' losses for a step's batch, each with its weight, and, in training,
        of what is told of how far its lines lean."""
        losses: list[Tensor] = []
        leaning: list[Tensor] = []
        for name, head, part, ids, encoded in self.seen(batch):
            losses.append(self.options.heads[name] * head.loss(encoded, ids, step).mean)
            # (Of lines alone, never of single digits; and the same for each head that reads them.)
            if self.training and encoded.slants is not None and part.slants is not None:
                leaning = [slant_loss(encoded.slants, part.slants)]
        return torch.stack([*losses, *leaning]).sum()

    def seen(
        self, batch: Batch
    ) -> Iterator[tuple[HeadName, HeadTask, LineBatch, list[list[int]], Encoded]]:
        """Each head with the pictures that it looks at, the ids of their texts, and what the
        encoder makes of them."""
        heads = head_tasks(self.network, self.options.training, self.alphabet)
        for part, single in ((batch.lines, False), (batch.digits, True)):
            looking = {name: head for name, head in heads.items() if (name == DIGIT) == single}
            if part is not None and looking:
                encoded = self.encoded(part)
                ids = list(map(self.alphabet.encode, part.texts, part.names))
                for name, head in looking.items():
                    yield name, head, part, ids, encoded


def hold(learner: nn.Module, learns: bool) -> None:
    """Holds the encoder of a learner still, or lets it go."""
    encoder = learner.get_submodule("network.encoder")
    encoder.requires_grad_(learns)
    for module in encoder.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.train(learns)


def is_finite(learner: nn.Module) -> bool:
    """Whether all weights are numbers; where a training has come to nothing, they are not."""
    return all(bool(weight.isfinite().all()) for weight in learner.parameters())
