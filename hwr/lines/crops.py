"""Opens line pictures, and cuts lines out of the pictures of pages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from hwr.errors import PictureError
from hwr.images.grey import Grey
from hwr.images.open import open_picture
from hwr.lines.labelled import LabelledPicture, Region


class Opener:
    """Opens labelled pictures. Of a page it keeps the picture until another page is asked for, so
    that lines of one page, asked for one after the other, decode it once."""

    def __init__(self) -> None:
        self._known: tuple[Path, bool] | None = None
        self._page: Grey | PictureError | None = None

    def open(self, picture: LabelledPicture) -> Grey:
        """The grey values of a line, float32 [height, width], 0 black to 1 white.

        Raises:
            PictureError: the file cannot be opened, or does not reach to where the line stands.
        """
        if picture.region is None:
            return open_picture(picture.path)
        if self._known != (picture.path, picture.as_kept) or self._page is None:
            try:
                self._page = open_picture(picture.path, as_kept=picture.as_kept)
            except PictureError as error:
                self._page = error
            self._known = (picture.path, picture.as_kept)
        if isinstance(self._page, PictureError):
            raise self._page
        cut = cut_out(self._page, picture.region, picture.name)
        return np.ascontiguousarray(np.rot90(cut, -picture.turns))


def cut_out(page: Grey, region: Region, name: str) -> Grey:
    """The part of a page within a polygon's box; outside of the polygon it is paper: the median of
    the polygon's lighter pixels, or of its darker ones where those are the most.

    Raises:
        PictureError: less than 3 by 3 pixels of the box lie within the page.
    """
    left, top, right, bottom = region.box
    height, width = page.shape
    right, bottom = min(right, width), min(bottom, height)
    part = page[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)].copy()
    if min(part.shape) < 3:
        raise PictureError(
            f"{name}: the line's box, {region.box}, holds too little of the page"
            f" ({width} x {height} pixels): is it the picture that the line was drawn on?"
        )
    corners = region.corners - (max(left, 0), max(top, 0))
    if _is_box(region):
        return part
    canvas = Image.new("1", (part.shape[1], part.shape[0]))
    ImageDraw.Draw(canvas).polygon([(int(x), int(y)) for x, y in corners], fill=1, outline=1)
    inside = np.asarray(canvas)
    seen = part[inside]
    if seen.size:
        light = seen > (seen.min() + seen.max()) / 2
        part[~inside] = np.median(seen[light == (2 * light.sum() >= light.size)])
    return part


def _is_box(region: Region) -> bool:
    left, top, right, bottom = region.box
    corners = {(int(x), int(y)) for x, y in region.corners}
    return corners == {(x, y) for x in (left, right - 1) for y in (top, bottom - 1)}
