"""A confusion matrix as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hwr.errors import MissingExtraError
from hwr.scoring.classes import OTHER, Classification
from hwr.scoring.shown import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_NUMBERED = 30
# Classes; with more, a number in every cell could not be read. So many are drawn of very many.


def draw_matrix(found: Classification, picture: Path) -> None:
    """Draws how often each class, written, was read as each, into a PNG.

    Errors are few, so they have a scale of colours of their own; what was read right is grey. Of
    very many classes (`Classification.many`) those with most errors are drawn, and the title says
    so.

    Raises:
        MissingExtraError: the package matplotlib is not installed.
    """
    try:
        import matplotlib

        matplotlib.use("Agg")  # draws without a screen
        import matplotlib.pyplot as plt
    except ModuleNotFoundError as error:
        raise MissingExtraError("a confusion matrix", "matplotlib") from error
    wrong = found.counts.sum() - found.counts.diagonal().sum()
    title = f"{wrong:,} of {found.counts.sum():,} wrong"
    if found.many:
        title += f"; the {_MOST_NUMBERED} classes with most errors, of {len(found.classes):,}"
        found = found.part(_MOST_NUMBERED)
    side = min(2.5 + 0.5 * len(found.columns), 20)
    figure, axes = plt.subplots(figsize=(side + 0.8, side), layout="constrained")
    right = np.eye(*found.counts.shape, dtype=np.bool_)
    errors = np.ma.masked_array(found.counts, right)
    axes.imshow(np.where(right, 0.12, np.nan), cmap="Greys", vmin=0, vmax=1)
    most = max(int(errors.max()) if errors.count() else 0, 1)
    shown = axes.imshow(errors, cmap="Reds", vmin=0, vmax=most)
    figure.colorbar(shown, ax=axes, label="errors", shrink=0.8)
    if len(found.columns) <= _MOST_NUMBERED:
        _number(axes, found, most)
    labels = _labels(found.columns)
    # (Numbers of characters side by side would run into each other.)
    turned = 90 if max(map(len, labels)) > len(OTHER) else 0
    axes.set_xticks(range(len(labels)), labels, rotation=turned)
    axes.set_yticks(range(len(found.classes)), labels[: len(found.classes)])
    axes.set(xlabel="read as", ylabel="written", title=title)
    axes.spines[:].set_visible(False)
    figure.savefig(picture, dpi=130, format="png")
    plt.close(figure)


def _number(axes: Axes, found: Classification, most: int) -> None:
    for row, column in np.argwhere(found.counts):
        count = found.counts[row, column]
        dark = row != column and count > 0.6 * most
        color = "white" if dark else "tab:green" if row == column else "black"
        axes.text(column, row, f"{count}", ha="center", va="center", color=color, fontsize=9)


def _labels(names: Sequence[str]) -> list[str]:
    """The names as they can be drawn: a character that the font lacks, which would be an empty box
    and a warning for each, by its number."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    font = get_font(findfont(FontProperties()))
    return [
        "".join(c if font.get_char_index(ord(c)) else f"U+{ord(c):04X}" for c in visible(name))
        for name in names
    ]
