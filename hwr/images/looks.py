"""Other looks at a line: as if a narrower, wider, taller or more upright hand had written it, and
with more of its picture."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hwr.images.normalise import LEAST_WIDTH, Line


class Look(NamedTuple):
    """How a line is changed before it is read once more.

    Attributes:
        width: times as wide.
        lean: columns to a row by which upper rows move to the left and lower ones to the right.
        tall: times as tall; above 1, rows at the top and at the bottom are cut off.
        whole: whether all rows of the picture are seen, where the line has fewer and knows them.
    """

    width: float
    lean: float
    tall: float = 1.0
    whole: bool = False


LOOKS = (
    Look(1.0, 0.0),
    Look(1.0, 0.4),
    Look(0.85, 0.0),
    Look(1.2, 0.2, 1.15),
    Look(1.0, 0.0, whole=True),
)
"""The line as it is; as a more upright, a narrower, a larger hand might have written it; and all
rows of its picture."""


def seen(line: Line, look: Look) -> NDArray[np.uint8]:
    """A line changed; the very same where nothing is.

    Args:
        line: of any kind.
        look: how.

    Returns:
        uint8 [height, about width times `look.width`], wider where it is sheared: no column is cut.
    """
    pixels = (line.whole if line.whole and look.whole else line).pixels
    if (look.width, look.lean, look.tall) == (1.0, 0.0, 1.0):
        return pixels
    height, width = pixels.shape
    more = math.ceil(abs(look.lean) * height / 2)
    columns = max(LEAST_WIDTH, round((width + 2 * more) * look.width))
    # Where each pixel comes from: the middle row stays.
    above = (1 - 1 / look.tall) * height / 2
    data = (1 / look.width, -look.lean, look.lean * height / 2 - more, 0, 1 / look.tall, above)
    picture = Image.fromarray(pixels).transform(
        (columns, height), Image.Transform.AFFINE, data, Image.Resampling.BILINEAR
    )
    return np.asarray(picture)
