"""`hwr synth --config`: lines as a training would see them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwr.errors import ConfigError, PictureError
from hwr.images.normalise import normalise
from hwr.lines.sources import SynthSource, open_source

EXAMPLES = 3
"""Of each line, beside the line as it is."""

Cell = tuple[NDArray[np.uint8], str, None]


def changed_own(data: str, config: Path, count: int, seed: int) -> Iterator[Cell]:
    """Some lines of one's own made ready and, after each, `EXAMPLES` of what augmentation makes of
    it: (picture, ink high; text; None), as `hwr.scoring.sheet.sheet` draws them.

    Args:
        data: the source, as `open_source` knows it.
        config: the experiment whose image settings and augmentation are shown.
        count: lines at most, evenly from the whole source.
        seed: draws the changes.

    Raises:
        HwrError: no such source or experiment, or a picture that cannot be read.
    """
    # Late: these bring in what only a training needs.
    from hwr.lines.augment import augment
    from hwr.training.config import load_options
    from hwr.training.lines import least_width

    options = load_options(config)
    _refuse_unchanged(options.data.augment.changes, config, "data.augment")
    source = open_source(data, options.image.height)
    total = len(source.texts)
    rows = [place * total // min(count, total) for place in range(min(count, total))]
    for row, grey in zip(rows, source.greys(rows), strict=True):
        if isinstance(grey, PictureError):
            raise grey
        line = normalise(grey, options.image, source.names[row]).pixels
        text = source.texts[row]
        yield line, text, None
        least = least_width(text, options)
        for example in range(EXAMPLES):
            random = np.random.default_rng([seed, row, example])
            yield augment(line, options.data.augment, random, least), text, None


def changed_composed(source: SynthSource, config: Path) -> Iterator[Cell]:
    """Composed lines and, after each, what augmentation makes of it; see `changed_own`.

    Raises:
        HwrError: no such experiment, or the source asks for what cannot be.
    """
    from hwr.lines.augment_batch import augment_batch
    from hwr.training.config import load_options
    from hwr.training.lines import least_width

    options = load_options(config)
    _refuse_unchanged(options.lines.augment.changes, config, "lines.augment")
    lines = source.compose(options.image.height, options.image).batch()
    least = [least_width(text, options) for text in lines.texts]
    seeds = range(EXAMPLES * source.seed, EXAMPLES * (source.seed + 1))
    changed = [augment_batch(lines, options.lines.augment, seed, least) for seed in seeds]
    for row, text in enumerate(lines.texts):
        yield lines.line(row), text, None
        for batch in changed:
            yield batch.line(row), text, None


def _refuse_unchanged(changes: bool, config: Path, option: str) -> None:
    if not changes:
        raise ConfigError(f"{config}: changes no such lines: it gives no {option}")
