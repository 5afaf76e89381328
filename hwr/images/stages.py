"""Pictures at several stages, one under the other, with what was done to each."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw

from hwr.images.font import Font, drawable, font
from hwr.images.grey import Grey, picture_of

Labelled = tuple[str, Image.Image]
"""What was done to a picture, and how it looks then, as large as sheets show it."""

_PAGE_WIDTH = 1400
_WIDTH, _HEIGHT = 1200, 72
# Pixels that a picture has at most on a sheet; a smaller one is enlarged to one of them.
_FONT_SIZE = 16
_LABELS = 110  # pixels left of the pictures
_GAP = 6
_PAPER, _INK, _FRAME = "#f6f7f9", "#1d2433", "#d5dae3"


def draw_stages(lines: Sequence[tuple[str, Sequence[Labelled]]]) -> Image.Image:
    """One picture of lines: each with its name over its labelled pictures, one under the other;
    short lines side by side."""
    drawn_with = font(_FONT_SIZE)
    cells = [_cell(drawable(name), parts, drawn_with) for name, parts in lines]
    width = max(cell.width for cell in cells)
    columns = min(len(cells), max(1, _PAGE_WIDTH // width))
    rows = [cells[start : start + columns] for start in range(0, len(cells), columns)]
    heights = [max(cell.height for cell in row) for row in rows]
    page = Image.new("RGB", (columns * width, sum(heights)), _PAPER)
    top = 0
    for row, height in zip(rows, heights, strict=True):
        for column, cell in enumerate(row):
            page.paste(cell, (column * width, top))
        top += height
    return page


def _cell(name: str, parts: Sequence[Labelled], drawn_with: Font) -> Image.Image:
    beside = round(drawn_with.getlength(name)) - _LABELS
    across = max(beside, *(picture.width for _, picture in parts))
    down = sum(picture.height + _GAP for _, picture in parts)
    cell = Image.new("RGB", (_LABELS + across + 2 * _GAP, 3 * _FONT_SIZE + down), _PAPER)
    draw = ImageDraw.Draw(cell)
    draw.text((_GAP, 2 * _FONT_SIZE), name, fill=_INK, font=drawn_with, anchor="ls")
    top = 3 * _FONT_SIZE
    for label, picture in parts:
        draw.text((_GAP, top + picture.height // 2), label, fill=_INK, font=drawn_with, anchor="lm")
        cell.paste(picture, (_LABELS, top))
        frame = (_LABELS - 1, top - 1, _LABELS + picture.width, top + picture.height)
        draw.rectangle(frame, outline=_FRAME)
        top += picture.height + _GAP
    return cell


def scaled(grey: Grey) -> Image.Image:
    """A picture as large as sheets show it."""
    height, width = grey.shape
    scale = min(_WIDTH / width, _HEIGHT / height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    picture = picture_of(grey)
    return picture.resize(size, Image.Resampling.BICUBIC)
