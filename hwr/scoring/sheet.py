"""A contact sheet: pictures of lines with what they say, or what was read, under each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from hwr.errors import ConfigError, DataError
from hwr.images.font import Font, drawable, font

_PAPER, _FRAME, _INK, _SOFT = "#f6f7f9", "#d5dae3", "#1d2433", "#5b6475"
_RED, _GREEN = "#b3261e", "#2c7a4b"

_FONT_SIZE = 20
_MARK = 14  # width and height of the tick and the cross
_GAP = 8  # between what belongs together: picture and text, mark and text
_MARGIN = 28  # around and between lines


def sheet(
    lines: Sequence[tuple[NDArray[np.uint8], str, str | None]],
    columns: int = 2,
    scale: int = 2,
) -> Image.Image:
    """One RGB picture of lines, each dark on light over what was read.

    A wrong one has a red cross and its truth beside what was read, a right one a green tick.

    Args:
        lines: (picture uint8 [height, width], ink high; truth; read), filled in row by row; of
            lines that nobody read, with None, the truth stands there alone.
        scale: how many times the pictures are enlarged; the text is not.

    Raises:
        ConfigError: `columns` or `scale` is below 1.
        DataError: there are no lines.
    """
    if columns < 1 or scale < 1:
        raise ConfigError(f"a sheet of {columns} columns at scale {scale}: both must be at least 1")
    if not lines:
        raise DataError("a sheet needs at least one line")
    drawn_with = font(_FONT_SIZE)
    cells = [_cell(picture, truth, read, scale, drawn_with) for picture, truth, read in lines]
    columns = min(columns, len(cells))
    widths = [max(cell.width for cell in cells[column::columns]) for column in range(columns)]
    rows = [cells[start : start + columns] for start in range(0, len(cells), columns)]
    heights = [max(cell.height for cell in row) for row in rows]
    size = (
        sum(widths) + _MARGIN * (len(widths) + 1),
        sum(heights) + _MARGIN * (len(heights) + 1),
    )
    page = Image.new("RGB", size, _PAPER)
    top = _MARGIN
    for row, height in zip(rows, heights, strict=True):
        left = _MARGIN
        for cell, width in zip(row, widths, strict=False):
            page.paste(cell, (left, top))
            left += width + _MARGIN
        top += height + _MARGIN
    return page


def _cell(
    picture: NDArray[np.uint8], truth: str, read: str | None, scale: int, drawn_with: Font
) -> Image.Image:
    """One line's picture in a frame, and under it the mark and the text."""
    right = read in (truth, None)
    parts = [(drawable(truth if read is None else read) or "(nothing)", _INK if right else _RED)]
    if not right:
        parts += [("truth", _SOFT), (drawable(truth) or "(nothing)", _INK)]
    lengths = [int(np.ceil(drawn_with.getlength(text))) for text, _ in parts]

    ink = Image.fromarray(255 - np.asarray(picture, dtype=np.uint8))
    ink = ink.resize((ink.width * scale, ink.height * scale), Image.Resampling.BICUBIC)
    framed = Image.new("RGB", (ink.width + 2, ink.height + 2), _FRAME)
    framed.paste(ink, (1, 1))

    marked = 0 if read is None else _MARK + _GAP
    text_width = marked + sum(lengths) + _GAP * (len(parts) - 1)
    baseline = framed.height + _GAP + _FONT_SIZE
    size = (max(framed.width, text_width), baseline + _FONT_SIZE // 3)
    cell = Image.new("RGB", size, _PAPER)
    cell.paste(framed, (0, 0))
    if read is not None:
        cell.paste(_mark(right), (0, baseline - _MARK))
    draw = ImageDraw.Draw(cell)
    left = marked
    for (text, colour), length in zip(parts, lengths, strict=True):
        draw.text((left, baseline), text, fill=colour, font=drawn_with, anchor="ls")
        left += length + _GAP
    return cell


def _mark(right: bool) -> Image.Image:
    """A tick or a cross, drawn large and shrunk so that its edges are smooth."""
    fine = 8
    large = Image.new("RGB", (_MARK * fine, _MARK * fine), _PAPER)
    draw = ImageDraw.Draw(large)
    tick = [[(0.1, 0.55), (0.4, 0.85), (0.9, 0.2)]]
    cross = [[(0.14, 0.14), (0.86, 0.86)], [(0.86, 0.14), (0.14, 0.86)]]
    for stroke in tick if right else cross:
        points = [(large.width * across, large.height * down) for across, down in stroke]
        draw.line(points, fill=_GREEN if right else _RED, width=2 * fine, joint="curve")
    return large.resize((_MARK, _MARK), Image.Resampling.LANCZOS)
