"""Lines composed of MNIST digits, whole batches at once, as tensor operations on any device.

`Composer.plan` draws by lot what the lines say and where every digit goes; `Composer.render` draws
the pictures of any rows of a plan. The same (preset, split, seed) gives the same lines, and a
longer plan begins with the lines of a shorter one.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from hwr.decoding.paths import frames_needed
from hwr.errors import DataError
from hwr.images.grey import Grey
from hwr.images.normalise import ImageSettings, normalise
from hwr.lines.batch import LineBatch, join_batches, to_batch
from hwr.lines.digits import DIGIT_SIZE, Digits, Split
from hwr.lines.document.composer import DocumentComposer
from hwr.lines.document.conditions import CONDITIONS
from hwr.lines.document.photo import Photo
from hwr.lines.draw import draw
from hwr.lines.numbers import draw_numbers
from hwr.lines.plan import Plan
from hwr.lines.presets import BASE_HEIGHT, PRESETS, LineSpec

_DOCUMENT_PITCH = 0.6
# From one digit to the next in a document, about, as a share of the height.
_LEAST_PITCH = 5
# Pixels to a character of a document, and between repeats: CTC needs a frame for each.
_VISIBLE_INK = 32
# Fainter pixels (of 255) do not count where a digit's ink columns are found: nobody sees them.
_GOLDEN = (5**0.5 - 1) / 2
# Its multiples lie evenly between whole numbers.


class Composer:
    """Composes lines from the digits of one split.

    Args:
        digits: the digits of `split`.
        device: where lines are drawn. What is drawn there is planned on the CPU, so that a seed
            gives the same lines on every device.
        image: how pictures of documents are made ready for a network, and how all are cleaned.
        kept: the digits of so many documents written last are kept for their other takes.
        uncropped: the share of documents, of those that are cropped to their writing when they are
            made ready, that keep all rows of their pictures.
    """

    def __init__(
        self,
        digits: Digits,
        split: Split,
        device: torch.device | str = "cpu",
        image: ImageSettings | None = None,
        kept: int = 0,
        uncropped: float = 0.0,
    ) -> None:
        self.split = split
        self._digits = digits
        self._image = image or ImageSettings()
        self._kept = kept
        self._uncropped = uncropped
        self.device = torch.device(device)
        images = torch.from_numpy(digits.images.copy())
        labels = torch.from_numpy(digits.labels.astype("int64"))
        self._images = images.to(self.device)
        self._by_class = torch.argsort(labels, stable=True)
        self._class_count = torch.bincount(labels, minlength=10)
        self._class_start = self._class_count.cumsum(0) - self._class_count
        ink = images >= _VISIBLE_INK
        self._first_column, self._last_column = _extent(ink.any(1))
        self._first_row, self._last_row = _extent(ink.any(2))

    def plan(
        self, spec: LineSpec, count: int, seed: int, height: int = BASE_HEIGHT, take: int = 0
    ) -> Plan:
        """Draws `count` lines of `spec`, `height` pixels high. Of another take, documents are the
        same digits of the same hands, set and photographed anew; other lines are the same."""
        if spec.split != self.split:
            raise DataError(f"digits of split {self.split!r} cannot make {spec.split!r} lines")
        preset, longest = PRESETS[spec.preset], spec.max_length
        # One draw, a row for each line: so a longer plan begins with the lines of a shorter one.
        draws = torch.rand(count, 3 + 5 * longest, generator=_generator(spec, seed))
        length_draw, margin_left, margin_right = draws[:, 0], draws[:, 1], draws[:, 2]
        lots = draws[:, 3:].reshape(count, 5, longest)
        _, digit_draw, scale_draw, jitter_draw, gap_draw = lots.unbind(1)

        spread = spec.max_length - spec.min_length + 1
        lengths = spec.min_length + (length_draw * spread).long()
        labels = draw_numbers(spec, preset, lengths, lots)
        chosen = (digit_draw * self._class_count[labels]).long()
        digits = self._by_class[self._class_start[labels] + chosen]

        names = [f"{spec.preset}/{spec.split} seed {seed} line {row}" for row in range(count)]
        if preset.document is not None:
            seeds = (margin_left * 2**24).long() * 2**24 + (margin_right * 2**24).long()
            unset = torch.zeros(count, longest)
            widths = (lengths * (_DOCUMENT_PITCH * height)).long()
            return Plan(
                names, lengths, labels, digits, unset, unset, unset,
                unset.long(), unset.long(), widths, seeds, torch.full_like(seeds, take),
                torch.full_like(seeds, CONDITIONS.index(preset.document)), height,
            )  # fmt: skip

        scale = _uniform(scale_draw, preset.scale)
        if preset.cut_to_ink:
            first_column = self._first_column[digits]
            columns = self._last_column[digits] - first_column + 1
        else:
            first_column = torch.zeros_like(digits)
            columns = torch.full_like(digits, DIGIT_SIZE)
        width = columns * scale

        gap = _uniform(gap_draw, preset.gap, preset.whole_pixels)[:, 1:]
        narrower = torch.minimum(width[:, 1:], width[:, :-1])
        gap = torch.maximum(gap, -preset.max_overlap * narrower)
        different, same = preset.min_pitch
        pitch = torch.where(labels[:, 1:] == labels[:, :-1], same, different)
        gap = torch.maximum(gap, pitch - width[:, :-1])
        start = _uniform(margin_left, preset.margin, preset.whole_pixels)[:, None]
        steps = torch.cat([start, width[:, :-1] + gap], dim=1)
        left = steps.cumsum(1)

        top = (BASE_HEIGHT - DIGIT_SIZE * scale) / 2 + preset.jitter * (2 * jitter_draw - 1)
        # Ink stays inside the line: a digit shifted too far is shifted less.
        top = torch.maximum(top, -self._first_row[digits] * scale)
        top = torch.minimum(top, BASE_HEIGHT - (self._last_row[digits] + 1) * scale)

        zoom = height / BASE_HEIGHT
        end = (left + width).gather(1, lengths[:, None] - 1).squeeze(1)
        end = end + _uniform(margin_right, preset.margin, preset.whole_pixels)
        return Plan(
            names=names,
            lengths=lengths,
            labels=labels,
            digits=digits,
            scale=scale * zoom,
            left=left * zoom,
            top=top * zoom,
            first_column=first_column,
            columns=columns,
            widths=(end * zoom).ceil().long(),
            seeds=torch.full((count,), -1),
            takes=torch.zeros(count, dtype=torch.int64),
            conditions=torch.zeros(count, dtype=torch.int64),
            height=height,
        )

    def render(self, plan: Plan) -> LineBatch:
        """Draws every line of a plan as a network reads it, in the plan's order: documents made
        ready, other lines as they are unless they are to be cleaned."""
        documents = plan.seeds >= 0
        if not documents.any():
            return self._rendered(plan)
        drawn = documents.nonzero().flatten().tolist()
        parts = [self._render_documents(plan.rows(drawn))]
        if others := (~documents).nonzero().flatten().tolist():
            parts.append(self._rendered(plan.rows(others)))
        joined = join_batches(parts)
        order = [0] * len(plan)
        for place, row in enumerate(drawn + others):
            order[row] = place
        return joined.rows(order)

    def pictures(self, plan: Plan) -> Iterator[NDArray[np.uint8]]:
        """The lines of a plan as pictures, uint8 [height, width] each, ink high: documents as they
        are photographed, of any height."""
        drawn = plan.seeds >= 0
        found = iter(self._photos(plan.rows(drawn.nonzero().flatten().tolist())))
        others = (~drawn).nonzero().flatten().tolist()
        lines = draw(self._images, plan.rows(others)) if others else None
        row = 0
        for document in drawn.tolist():
            if document:
                yield 255 - next(found).pixels
            elif lines is not None:
                yield lines.line(row)
                row += 1

    @cached_property
    def _documents(self) -> DocumentComposer:
        return DocumentComposer(self._digits, kept=self._kept)

    def _photos(self, plan: Plan) -> list[Photo]:
        if not len(plan):
            return []
        lengths = plan.lengths.tolist()
        digits = [row[:n].numpy() for row, n in zip(plan.digits, lengths, strict=True)]
        conditions = [CONDITIONS[which] for which in plan.conditions.tolist()]
        seeds, takes = plan.seeds.tolist(), plan.takes.tolist()
        texts, orders = plan.first_texts, plan.orders
        return self._documents.pictures(texts, digits, seeds, takes, orders, conditions)

    def _render_documents(self, plan: Plan) -> LineBatch:
        photos = self._photos(plan)
        greys = [photo.pixels.astype(np.float32) / np.float32(255) for photo in photos]
        return self._ready(greys, plan, photos)

    def _rendered(self, plan: Plan) -> LineBatch:
        batch = draw(self._images, plan)
        if not self._image.clean.any:
            return batch
        inks = [batch.line(row).astype(np.float32) for row in range(len(batch))]
        return self._ready([1 - ink / np.float32(255) for ink in inks], plan)

    def _ready(
        self,
        greys: Sequence[Grey],
        plan: Plan,
        photos: Sequence[Photo] | None = None,
    ) -> LineBatch:
        """Pictures of a plan's lines, dark on light, made ready for a network as those of real
        lines are; of photographs, too, where in them the characters are, and how far they lean,
        unless cleaning shears them upright."""
        # Why find out that ink is dark? It takes a twelfth of composing's time. (It is found out as
        # with real lines where that is measured.)
        dark = True if self.split == "train" else None
        image = dataclasses.replace(self._image, height=plan.height)
        lines: list[NDArray[np.uint8]] = []
        places: list[NDArray[np.floating]] = []
        slants: list[float] = []
        uncropped = (plan.seeds >= 0) & (_lots(plan) < self._uncropped)
        for row, (grey, text) in enumerate(zip(greys, plan.texts, strict=True)):
            made = normalise(grey, image, dark=dark, whole=bool(uncropped[row]))
            made = made.whole or made
            line = made.pixels
            # Numbers small in their picture: wide enough to be told apart all the same.
            least = _LEAST_PITCH * frames_needed(text)
            if line.shape[1] < least:
                stretched = Image.fromarray(line).resize((least, plan.height))
                line = np.asarray(stretched)
            lines.append(line)
            if photos is not None:
                zoom = line.shape[1] / made.pixels.shape[1]
                places.append(zoom * (photos[row].boxes - made.left) / made.step)
                slants.append(zoom * photos[row].slant)
        leaning = None if image.clean.moves else slants or None
        batch = to_batch(lines, plan.texts, plan.names, places or None, leaning)
        return batch.to(self.device)


def _extent(ink: Tensor) -> tuple[Tensor, Tensor]:
    """First and last index with ink in each row of a bool tensor [digits, 28]."""
    first = ink.int().argmax(1)
    last = ink.shape[1] - 1 - ink.flip(1).int().argmax(1)
    return first, last


def _lots(plan: Plan) -> Tensor:
    """A number for each line of a plan, from 0 to 1: of each document's takes its own, and the same
    with whatever other lines it is drawn."""
    # Of their seeds, since a generator for each would take longer than what is drawn here.
    return ((plan.seeds % 2**24) / 2**24 + plan.takes * _GOLDEN) % 1


def _uniform(draw: Tensor, bounds: tuple[float, float], whole: bool = False) -> Tensor:
    low, high = bounds
    if whole:
        return low + (draw * (high - low + 1)).floor()
    return low + draw * (high - low)


def _generator(spec: LineSpec, seed: int) -> torch.Generator:
    key = f"{spec.preset}/{spec.split}/{seed}".encode()
    digest = hashlib.blake2b(key, digest_size=8).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest, "big") >> 1)
