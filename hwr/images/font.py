"""What names and texts are drawn with beside pictures."""

from __future__ import annotations

import contextlib
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def font(size: int) -> Font:
    """DejaVu Sans, which knows the letters of most languages, where matplotlib or the system has
    it; else Pillow's own. `size` is in pixels."""
    places = ["DejaVuSans.ttf"]
    if (found := find_spec("matplotlib")) is not None and found.origin is not None:
        fonts = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
        places.insert(0, str(fonts / places[0]))
    for place in places:
        with contextlib.suppress(OSError):
            return ImageFont.truetype(place, size)
    return ImageFont.load_default(size=size)


def drawable(text: str) -> str:
    """The text on one line; what no font can draw, a line break among it, as a replacement sign."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
