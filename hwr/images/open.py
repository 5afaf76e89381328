"""Opens a picture file as grey values, or says in one line why it cannot be read."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from hwr.errors import PictureError
from hwr.files import is_folder
from hwr.images.grey import Grey

PICTURE_ENDINGS = (
    ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".pgm", ".ppm", ".pbm",
    ".pnm", ".pfm", ".jfif", ".jpe",
)  # fmt: skip
"""Endings, in lower case, of the files that are taken for pictures in a folder."""

UNREAD_ENDINGS = (
    ".heic", ".heif", ".avif", ".jp2", ".jxl", ".pdf", ".djvu", ".dng", ".tga", ".dib",
)  # fmt: skip
"""Those of files that hold pictures, too, which are not read."""

_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP", "PPM")
# Named, for Pillow would try every format it knows, and start Ghostscript for some.

_SMALLEST_SIDE = 3
_DARK_SHARE = 0.005
_PAGE, _WRITTEN = 0.5, 0.1
# Of the pixels are opaque, of tones so far apart: a page, and no writing alone.
_BEYOND_ONE, _FEW = 2.0, 0.01
# Of floating-point values, and so few of the pixels.
_THUMBNAIL = 0.5
# The shorter side of one, to that of the picture, at most.
_KIND, _NO_PAGE = 254, 0b101
# Of TIFF: what a picture is; the bits of one that is another's at less resolution, or its mask.
_LIGHTER_THAN_ONE = 8.0
# At most: so are floating-point pictures that were divided by their paper's light.
_ORIENTATION = 0x0112


class _NotFiniteError(Exception):
    """Of floating-point values."""


def open_picture(source: Path | bytes, name: str | None = None, as_kept: bool = False) -> Grey:
    """The grey values of a picture, float32 [height, width], 0 (black) to 1 (white).

    Of a file with several pictures, the first. Turned upright as its EXIF orientation says.
    Transparent parts become white paper, or black where everything opaque is light.

    Args:
        source: a file, or its content.
        name: what to call the picture in a message; the file's path where not given.
        as_kept: leave it as the file keeps it, whatever its orientation (but for TIFF).

    Raises:
        PictureError: missing, empty, no picture, damaged, or too small to hold a line.
    """
    if isinstance(source, bytes):
        name, content = name or "picture", source
    else:
        name = name or str(source)
        content = content_of(Path(source), name)
    if not content:
        raise PictureError(f"{name}: the file is empty (0 bytes): save or copy the picture anew")
    try:
        with warnings.catch_warnings():
            # Pillow warns of odd metadata, which does not concern us, and of more pixels than any
            # line has, which does: that one becomes an error.
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
                picture.load()
                grey = _grey(picture) if as_kept else _upright(_grey(picture), picture)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise PictureError(
            f"{name}: more than {Image.MAX_IMAGE_PIXELS} pixels: cut out a single line of text, or"
            " make the page smaller, and where its lines stand with it"
        ) from error
    except UnidentifiedImageError as error:
        raise PictureError(
            f"{name}: not a picture that hwr can open, or its first bytes are damaged:"
            f" give a picture ({', '.join(ending[1:] for ending in PICTURE_ENDINGS)})"
        ) from error
    except _NotFiniteError:
        raise PictureError(
            f"{name}: holds values that are not finite numbers: give these, such as those of no"
            " data, the paper's value"
        ) from None
    except Exception as error:  # Pillow lets nearly everything through from its decoders
        reason = " ".join(str(error).split()) or type(error).__name__
        raise PictureError(
            f"{name}: damaged or cut short, cannot be decoded ({reason}):"
            " save or copy the picture anew"
        ) from error
    height, width = grey.shape
    if min(height, width) < _SMALLEST_SIDE:
        raise PictureError(
            f"{name}: too small to hold a line ({width} x {height} pixels):"
            " give a picture of a whole line of text"
        )
    return grey


def content_of(path: Path, name: str) -> bytes:
    """What a picture's file holds. Raises PictureError, which calls it `name`."""
    if is_folder(path):
        raise PictureError(f"{name}: is a folder, not a picture: name the picture files in it")
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise PictureError(f"{name}: there is no such file: check the path") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise PictureError(
            f"{name}: cannot be read ({reason}): check the path and its permissions"
        ) from error


def _grey(picture: Image.Image) -> Grey:
    mode = picture.mode
    if mode.startswith("I;16") or mode in ("I", "F"):
        values = np.asarray(picture)
        luminance, see_through = _scaled(values), picture.info.get("transparency")
        if not isinstance(see_through, int):
            return luminance
        return _on_paper(luminance, (values != see_through).astype(np.float32))
    if mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in picture.info:
        return _composited(picture.convert("RGBA"))
    if mode not in ("1", "L"):
        # By way of RGB, because not every mode (CMYK, palettes) turns grey rightly by itself.
        picture = picture.convert("RGB")
    return np.asarray(picture.convert("L"), np.float32) / np.float32(255)


def _scaled(values: NDArray[np.generic]) -> Grey:
    """Values of 16 and 32 bits may be of any scale: the least usual one that holds them all, but
    for a few that filters leave beyond 1; else their range."""
    numbers = values.astype(np.float64)
    low, high = float(numbers.min()), float(numbers.max())
    if not np.isfinite(high - low):
        raise _NotFiniteError
    if values.dtype.kind == "f":
        if low >= -1 and high <= _BEYOND_ONE and np.mean((numbers < 0) | (numbers > 1)) < _FEW:
            numbers = numbers.clip(0, 1)
            low, high = 0.0, 1.0
        lighter = (high,) if 1 < high <= _LIGHTER_THAN_ONE else ()
        usual: tuple[float, ...] = (1, *lighter, 255, 65535)
    else:
        usual = (2**8 - 1, 2**10 - 1, 2**12 - 1, 2**14 - 1, 2**16 - 1)
    for white in usual:
        if low >= 0 and high <= white:
            return (numbers / white).astype(np.float32)
    return ((numbers - low) / max(high - low, 1.0)).astype(np.float32)


def _composited(picture: Image.Image) -> Grey:
    """Grey of RGBA."""
    luminance = np.asarray(picture.convert("L"), np.float32) / np.float32(255)
    return _on_paper(luminance, np.asarray(picture.getchannel("A"), np.float32) / np.float32(255))


def _on_paper(luminance: Grey, alpha: Grey) -> Grey:
    """Grey that is partly transparent on white paper, or on black where all that shows is light and
    no page, such as one whose corners are transparent. Both are [height, width], 0 to 1."""
    shown = luminance[alpha > 0.5]
    light_only = np.count_nonzero(shown < 0.5) < _DARK_SHARE * shown.size
    # A page shows paper, and what is on it.
    page = shown.size > _PAGE * alpha.size and np.ptp(shown) > _WRITTEN
    luminance = luminance * alpha
    if shown.size == alpha.size or not light_only or page or not shown.size:
        luminance += 1 - alpha
    return luminance


@contextmanager
def header_of(source: Path | bytes) -> Iterator[Image.Image]:
    """A picture, a file or its content, whose pixels are not asked for: its size, its kind, what is
    told beside them. Raises what Pillow does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        given = io.BytesIO(source) if isinstance(source, bytes) else source
        with Image.open(given, formats=_FORMATS) as opened:
            yield opened


def holds_several(source: Path | bytes) -> bool:
    """Whether a file, or its content, holds several pictures, of TIFF, that are no thumbnails of
    the first. (Phones' JPEG may hold one twice.)"""
    try:
        with header_of(source) as opened:
            if opened.format != "TIFF":
                return False
            most = min(opened.size) * _THUMBNAIL + 1
            for frame in range(1, getattr(opened, "n_frames", 1)):
                opened.seek(frame)
                kind = int(getattr(opened, "tag_v2", {}).get(_KIND, 0))
                if min(opened.size) > most and not kind & _NO_PAGE:
                    return True
            return False
    except Exception:  # what is wrong with the picture is told where it is read
        return False


def orientation_of(picture: Image.Image) -> int:
    """Of EXIF: 1 is upright, from 5 on height and width change places. (Pillow turns a TIFF by
    itself when it loads it, and strikes the tag out.)"""
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # a damaged tag must not cost the user a sound picture
        return 1


def _upright(grey: Grey, picture: Image.Image) -> Grey:
    orientation = orientation_of(picture)
    if orientation in (5, 6, 7, 8):
        grey = grey.T
    # Row by row of the tag: 2 mirrored, 3 half a turn, 4 upside down, 5 to 8 the same, transposed.
    if orientation in (2, 3, 6, 7):
        grey = grey[:, ::-1]
    if orientation in (3, 4, 7, 8):
        grey = grey[::-1]
    return np.ascontiguousarray(grey)
