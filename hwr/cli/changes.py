"""`hwr synth --data`: lines of one's own as a training would see them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwr.errors import PictureError
from hwr.images.normalise import normalise
from hwr.lines.sources import open_source

EXAMPLES = 3
"""Of each line, beside the line as it is."""

Cell = tuple[NDArray[np.uint8], str, None]


def changed_lines(data: str, config: Path, count: int, seed: int) -> Iterator[Cell]:
    """Some lines of a source made ready and, after each, `EXAMPLES` of what augmentation makes of
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
    from hwr.training.real import least_width

    options = load_options(config)
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
