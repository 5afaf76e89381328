"""The composed lines that a training sees, as a function of the step alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import torch

from hwr.alphabet import Alphabet
from hwr.decoding.paths import frames_needed
from hwr.errors import DataError
from hwr.lines.augment_batch import augment_batch
from hwr.lines.batch import LineBatch, join_batches
from hwr.lines.compose import Composer
from hwr.lines.digits import Split, load_digits
from hwr.lines.plan import Plan, join_plans
from hwr.lines.presets import PRESETS, LineSpec
from hwr.nets.network import NetworkOptions
from hwr.training.options import LinesOptions, Options
from hwr.training.pools import WHOLE, Lot, Part, by_width, mixed, pool_seed

TWIN_STEPS = 64
"""From one take of a document to the next, at least, but for what shuffling does: further apart
than the steps that an optimizer's momentum joins (20 or so), twins count as two."""

VALIDATION_BATCH = 100


def twin_pools(size: int) -> int:
    """How many pools, of so many batches each, a document's next take comes behind it: those of
    `TWIN_STEPS`, and two at least. As batches are shuffled within a pool, twins are up to a pool
    less apart, or more."""
    return max(-(-TWIN_STEPS // size), 2)


def first_pool(pool: int, takes: int, apart: int) -> tuple[int, int]:
    """The pool whose documents a pool shows in another take, itself where they are new, and which
    take that is, from 0.

    So many pools of new ones as takes are apart are followed by as many for each of their other
    takes, so many with the first.
    """
    take = pool // apart % takes
    return pool - take * apart, take


class Lines:
    """Composed lines.

    Args:
        options: of the experiment.
        device: where they are drawn.
        size: lines in a training batch; without it, those of the options.
        part: of every training batch, that is to be made.
    """

    def __init__(
        self,
        options: Options,
        device: torch.device | str = "cpu",
        size: int | None = None,
        part: Part = WHOLE,
    ) -> None:
        self._part = part
        self._options = options
        self._size = options.training.batch if size is None else size
        self._device = device
        self._alphabet = Alphabet(options.characters)
        self._composers: dict[Split, Composer] = {}
        self._ahead: tuple[int, _Drawing] | None = None
        """The number of a pool that comes next, and as much of it as is drawn."""
        self._apart = twin_pools(options.training.pool)

    def validation(self, seed: int = 0) -> Iterator[LineBatch]:
        """Batches of validation lines; 0 is the seed of those that a training validates with."""
        lines = self._options.lines
        plan = self._plan("val", lines.validation, seed, lines.max_length)
        order = torch.argsort(plan.widths).tolist()
        starts = range(0, len(order), VALIDATION_BATCH)
        lots = [order[start : start + VALIDATION_BATCH] for start in starts]
        yield from self._drawing("val", plan, lots).batches()

    def batches(self, step: int) -> Iterator[LineBatch]:
        """Training batches from a step on, without end."""
        training = self._options.training
        return mixed([self], training.seed, step, training.pool)

    def lots(self, pool: int) -> list[Lot]:
        """See LotSource."""
        training, part = self._options.training, self._part
        seed = pool_seed(training.seed, pool)
        drawn = cache(self._begun(pool).batches)

        def lot(number: int) -> Lot:
            place = (seed * training.pool + number) * part.of + part.number
            return lambda: self._changed(drawn()[number], place)

        return [lot(number) for number in range(training.pool)]

    def draw_ahead(self, pool: int, lots: int) -> None:
        """See LotSource."""
        drawing = self._begun(pool)
        drawing.draw(lots)
        self._ahead = pool, drawing

    def _begun(self, pool: int) -> _Drawing:
        """A pool, as far as it is drawn; it is drawn ahead no longer."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead[0] == pool:
            return ahead[1]
        training, size = self._options.training, self._size
        first, take = first_pool(pool, training.photographs, self._apart)
        longest = longest_text(self._options.lines, first * training.pool)
        seed = pool_seed(training.seed, pool)
        plan = self._plan("train", training.pool * size, seed, longest, take)
        order, before = torch.argsort(plan.widths).tolist(), training.batch - size
        starts = range(0, len(order), size)
        rows = [self._part.rows(order[start : start + size], before) for start in starts]
        return self._drawing("train", plan, rows)

    def _drawing(self, split: Split, plan: Plan, lots: list[list[int]]) -> _Drawing:
        render = self._composer(split).render
        return _Drawing(lots, lambda rows: self._checked(render(plan.rows(rows))))

    def _composer(self, split: Split) -> Composer:
        if split not in self._composers:
            digits, image = load_digits(split), self._options.image
            training, kept, uncropped = self._options.training, 0, 0.0
            if split == "train":
                uncropped = self._options.lines.uncropped
                if training.photographs > 1:
                    # As many as are written before the last take of the first of them.
                    lot = self._part.rows(list(range(self._size)), training.batch - self._size)
                    kept = self._apart * training.pool * len(lot)
            composer = Composer(digits, split, self._device, image, kept, uncropped)
            self._composers[split] = composer
        return self._composers[split]

    def _plan(self, split: Split, count: int, seed: int, longest: int, take: int = 0) -> Plan:
        options, plans, share_left = (
            self._options.lines,
            [],
            sum(self._options.lines.presets.values()),
        )
        for preset, share in options.presets.items():
            # The last preset takes what rounding left over.
            lines = round(count * share / share_left) if share_left else 0
            share_left -= share
            count -= lines
            if lines:
                spec = LineSpec(preset, split, options.min_length, longest, options.alphabet)
                height = self._options.image.height
                # Documents are those of their first pool; seeds are apart as pools are.
                again = take if PRESETS[preset].document else 0
                first = seed - again * self._apart
                plan = self._composer(split).plan(spec, lines, first, height, again)
                plans.append(plan)
        return join_plans(plans)

    def _changed(self, batch: LineBatch, seed: int) -> LineBatch:
        least = [least_width(text, self._options) for text in batch.texts]
        return augment_batch(batch, self._options.lines.augment, seed, least)

    def _checked(self, batch: LineBatch) -> LineBatch:
        if "ctc" in self._options.heads:
            check_frames(batch, self._alphabet, self._options.network)
        return batch


class _Drawing:
    """Lines as they are drawn, lot by lot, and then parted by how wide they came out.

    How wide a document is shows when it is there: of those planned as alike some are three times as
    wide as others. So all are drawn before they are parted.

    Args:
        lots: rows of a plan.
        draw: the lines of one lot.
    """

    def __init__(self, lots: list[list[int]], draw: Callable[[list[int]], LineBatch]) -> None:
        self._lots, self._draw = lots, draw
        self._drawn: list[LineBatch] = []

    def draw(self, lots: int) -> None:
        """So many of them, if they are not drawn yet."""
        for rows in self._lots[len(self._drawn) : lots]:
            self._drawn.append(self._draw(rows))

    def batches(self) -> list[LineBatch]:
        """All lines, as as many batches as lots; to be asked for once."""
        self.draw(len(self._lots))
        drawn, self._drawn = self._drawn, []  # batches live longer: these need not
        return by_width(join_batches(drawn), len(self._lots))


def least_width(text: str, options: Options) -> int:
    """Pixels that a line needs for its text: one, or what CTC's frames ask for."""
    if "ctc" not in options.heads:
        return 1
    network = options.network
    columns = -(-frames_needed(text) // network.ctc.split)
    return max(columns * network.encoder.stride, 1)


def longest_text(lines: LinesOptions, step: int) -> int:
    """Characters in the longest lines at a step."""
    grown = min(step / lines.grow, 1.0) if lines.grow else 1.0
    return lines.min_length + round(grown * (lines.max_length - lines.min_length))


def check_frames(batch: LineBatch, alphabet: Alphabet, network: NetworkOptions) -> None:
    """Raises DataError that names the first line with fewer frames than CTC needs for its text."""
    for name, text, width in zip(batch.names, batch.texts, batch.widths.tolist(), strict=True):
        needed, frames = frames_needed(alphabet.encode(text, name)), network.frames(width)
        if frames < needed:
            raise DataError(
                f"{name}: {text!r} needs {needed} frames (characters and repeats), but {width}"
                f" pixels give {frames}: use a smaller stride, a larger  network.ctc.split,"
                " or wider lines"
            )
