"""Every kind of picture file opens as grey; every bad one costs one line that names it."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from hwr.errors import PictureError
from hwr.images.open import PICTURE_ENDINGS, open_picture

GREYS = np.add.outer(np.arange(6) * 40, np.arange(9) * 6).astype(np.uint8)
"""uint8 [6, 9], no two rows, columns or corners alike."""


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def rgba(values: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(np.dstack([values, values, values, alpha]))


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("BMP", {}),
        ("GIF", {}),
        ("PPM", {}),
        ("WEBP", {"lossless": True}),
        ("JPEG", {"quality": 100}),
    ],
)
def test_formats(tmp_path: Path, kind: str, options: dict[str, object]) -> None:
    path = tmp_path / "line.any"
    path.write_bytes(encoded(Image.fromarray(GREYS), kind, **options))
    grey = open_picture(path)
    assert grey.dtype == np.float32
    assert grey.shape == (6, 9)
    assert grey.flags.c_contiguous
    np.testing.assert_allclose(grey, GREYS / 255, atol=0.02 if kind == "JPEG" else 1e-6)
    np.testing.assert_array_equal(open_picture(path.read_bytes()), grey)


@pytest.mark.parametrize("mode", ["L", "RGB", "LA", "RGBA", "P"])
def test_eight_bit_modes(mode: str) -> None:
    content = encoded(Image.fromarray(GREYS).convert(mode))
    np.testing.assert_allclose(open_picture(content), GREYS / 255, atol=0.005)


def test_colours_weigh_as_the_eye_does() -> None:
    for colour, expected in [("red", 0.299), ("lime", 0.587), ("blue", 0.114)]:
        picture = Image.new("RGB", (5, 5), colour)
        np.testing.assert_allclose(open_picture(encoded(picture)), expected, atol=0.003)
        picture.putalpha(255)
        np.testing.assert_allclose(open_picture(encoded(picture)), expected, atol=0.003)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PPM"])
def test_one_bit(kind: str) -> None:
    bits = GREYS > 128
    grey = open_picture(encoded(Image.fromarray(bits), kind))
    np.testing.assert_array_equal(grey, bits.astype(np.float32))


def test_cmyk() -> None:
    cmyk = Image.fromarray(GREYS).convert("RGB").convert("CMYK")
    np.testing.assert_allclose(open_picture(encoded(cmyk, "TIFF")), GREYS / 255, atol=0.01)
    jpeg = open_picture(encoded(cmyk, "JPEG", quality=100))
    np.testing.assert_allclose(jpeg, GREYS / 255, atol=0.05)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("PNG", np.uint16),
        ("TIFF", np.uint16),
        ("TIFF", ">u2"),
        ("PPM", np.uint16),
        ("TIFF", np.int32),
    ],
)
def test_sixteen_bit(kind: str, values: str) -> None:
    deep = GREYS.astype(np.uint16) * 257
    if values == ">u2":
        size = (GREYS.shape[1], GREYS.shape[0])
        picture = Image.frombytes("I;16B", size, deep.astype(">u2").tobytes())
    else:
        picture = Image.fromarray(deep.astype(values))
    np.testing.assert_allclose(open_picture(encoded(picture, kind)), GREYS / 255, atol=1e-4)


@pytest.mark.parametrize("white", [1, 255, 65535])
def test_floating_point_finds_its_scale(white: int) -> None:
    picture = Image.fromarray(GREYS.astype(np.float32) / 255 * white)
    np.testing.assert_allclose(open_picture(encoded(picture, "TIFF")), GREYS / 255, atol=1e-4)


def test_unscaled_numbers_are_spread_over_their_range() -> None:
    picture = Image.fromarray(GREYS.astype(np.float32) * 1000 - 5000)
    grey = open_picture(encoded(picture, "TIFF"))
    np.testing.assert_allclose(grey, GREYS / GREYS.max(), atol=1e-4)
    endless = Image.fromarray(np.full((5, 5), np.inf, np.float32))
    with pytest.raises(PictureError, match=r"picture: holds values that are not finite .*: give"):
        open_picture(encoded(endless, "TIFF"))


def test_dark_ink_on_transparency_lies_on_white() -> None:
    alpha = np.zeros((6, 9), np.uint8)
    alpha[2:4, 2:7] = 255
    alpha[4, 2:7] = 51
    grey = open_picture(encoded(rgba(np.full((6, 9), 40, np.uint8), alpha)))
    assert grey[0, 0] == 1
    assert grey[2, 2] == pytest.approx(40 / 255, abs=1e-3)
    assert grey[4, 2] == pytest.approx(1 - 0.2 * (1 - 40 / 255), abs=1e-3)


def test_light_ink_on_transparency_lies_on_black() -> None:
    alpha = np.zeros((6, 9), np.uint8)
    alpha[2:4, 2:7] = 255
    grey = open_picture(encoded(rgba(np.full((6, 9), 240, np.uint8), alpha)))
    assert grey[0, 0] == 0
    assert grey[2, 2] == pytest.approx(240 / 255, abs=1e-3)


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_bits_that_fewer_bytes_would_hold(bits: int) -> None:
    white = 2**bits - 1
    values = np.rint(GREYS / 255 * white).astype(np.uint16)
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, "PNG")
    assert open_picture(buffer.getvalue()) == pytest.approx(GREYS / 255, abs=0.003)


def test_a_few_values_beyond_one_change_no_scale() -> None:
    values = np.linspace(0, 1, 1200, dtype=np.float32).reshape(30, 40)
    values[3, 4], values[5, 6] = 1.02, -0.01
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, "TIFF")
    assert open_picture(buffer.getvalue()) == pytest.approx(values.clip(0, 1))


@pytest.mark.parametrize("white", [1.05, 6.0])
def test_a_picture_divided_by_its_paper_s_light_is_lighter_than_one(white: float) -> None:
    values = np.linspace(0, white, 1200, dtype=np.float32).reshape(30, 40)
    found = open_picture(encoded(Image.fromarray(values), "TIFF"))
    assert found == pytest.approx(values / white, abs=1e-6)


def test_a_page_of_pale_ink_with_transparent_corners_stays_white() -> None:
    page = np.full((40, 80, 4), 255, np.uint8)
    page[18:22, 20:60, :3] = 140
    for corner in (page[:6, :6], page[-6:, -6:]):
        corner[..., 3] = 0
    buffer = io.BytesIO()
    Image.fromarray(page).save(buffer, "PNG")
    grey = open_picture(buffer.getvalue())
    assert grey[0, 0] == grey[-1, -1] == 1
    assert grey.min() == pytest.approx(140 / 255)


def test_light_ink_cut_out_tightly_stands_on_black() -> None:
    ink = np.zeros((20, 30), np.uint8)
    ink[:, 4:26] = 255
    grey = open_picture(encoded(rgba(np.full((20, 30), 255, np.uint8), ink)))
    assert grey[0, 0] == 0
    assert grey[10, 15] == 1


def test_a_light_page_with_transparent_corners_stays_white() -> None:
    page, alpha = np.full((40, 90), 255, np.uint8), np.full((40, 90), 255, np.uint8)
    page[18:22, 30:40] = 0
    alpha[:5, :5] = 0
    assert open_picture(encoded(rgba(page, alpha)))[0, 0] == 1


def test_wholly_opaque_and_wholly_transparent() -> None:
    values = np.full((6, 9), 240, np.uint8)
    opaque = open_picture(encoded(rgba(values, np.full_like(values, 255))))
    np.testing.assert_allclose(opaque, 240 / 255, atol=1e-3)
    assert (open_picture(encoded(rgba(values, np.zeros_like(values)))) == 1).all()


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_transparent_palette_entry(kind: str) -> None:
    picture = Image.fromarray((GREYS > 128).astype(np.uint8))
    picture.putpalette([0, 0, 200, 10, 10, 10])
    grey = open_picture(encoded(picture, kind, transparency=0))
    np.testing.assert_allclose(grey, np.where(GREYS > 128, 10 / 255, 1), atol=1e-3)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_transparent_colour_without_alpha(mode: str) -> None:
    picture = Image.fromarray(np.where(GREYS > 128, 10, 77).astype(np.uint8)).convert(mode)
    key = 77 if mode == "L" else (77, 77, 77)
    grey = open_picture(encoded(picture, transparency=key))
    np.testing.assert_allclose(grey, np.where(GREYS > 128, 10 / 255, 1), atol=1e-3)


def test_transparent_grey_of_16_bits() -> None:
    values = np.where(GREYS > 128, 9000, 65000).astype(np.uint16)
    values[GREYS <= 60] = 0
    grey = open_picture(encoded(Image.fromarray(values), transparency=0))
    assert (grey[GREYS <= 60] == 1).all()
    np.testing.assert_allclose(grey[GREYS > 60], values[GREYS > 60] / 65535, atol=1e-3)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG"])
def test_orientation(orientation: int, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"quality": 100} if kind == "JPEG" else {}
    content = encoded(Image.fromarray(GREYS), kind, exif=exif, **options)
    expected = Image.fromarray(GREYS)
    expected.getexif()[0x0112] = orientation
    upright = np.asarray(ImageOps.exif_transpose(expected))
    np.testing.assert_allclose(open_picture(content), upright / 255, atol=0.02)


def test_damaged_exif_costs_nothing() -> None:
    content = encoded(Image.fromarray(GREYS), exif=b"Exif\0\0nonsense")
    with pytest.raises(SyntaxError):
        Image.open(io.BytesIO(content)).getexif()
    np.testing.assert_allclose(open_picture(content), GREYS / 255, atol=1e-6)


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "WEBP", "PNG"])
def test_first_of_several_frames(kind: str) -> None:
    second = Image.fromarray(255 - GREYS)
    options: dict[str, object] = {"lossless": True} if kind == "WEBP" else {}
    content = encoded(
        Image.fromarray(GREYS), kind, save_all=True, append_images=[second], **options
    )
    np.testing.assert_allclose(open_picture(content), GREYS / 255, atol=0.01)


def refused(source: Path | bytes, name: str | None = None) -> str:
    with pytest.raises(PictureError) as caught:
        open_picture(source, name)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{name or (source if isinstance(source, Path) else 'picture')}: ")
    return message


def test_missing_folder_and_empty(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "gone.png")
    assert "no such file" in refused(tmp_path / "gone.png", "page 3")
    assert "is a folder" in refused(tmp_path)
    assert "cannot be read" in refused(tmp_path / "\0.png")
    (tmp_path / "empty.png").touch()
    assert "empty (0 bytes)" in refused(tmp_path / "empty.png")
    assert "empty (0 bytes)" in refused(b"", "upload")


@pytest.mark.parametrize("content", [b"Dear Sir,\n", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"\x89PNG"])
def test_no_picture(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "text.png"
    path.write_bytes(content)
    assert "not a picture" in refused(path)


def test_formats_that_are_not_ours_are_not_tried() -> None:
    assert "not a picture that hwr can open" in refused(encoded(Image.fromarray(GREYS), "PCX"))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP", "PPM"])
@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.8, 0.95])
def test_cut_short(kind: str, share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (60, 200), np.uint8)
    content = encoded(Image.fromarray(noise), kind)
    refused(content[: int(len(content) * share)])


def test_damaged_inside() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (60, 200), np.uint8)
    content = bytearray(encoded(Image.fromarray(noise)))
    content[len(content) // 2] ^= 0xFF
    assert "damaged" in refused(bytes(content))


def png_header(width: int, height: int) -> bytes:
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n\0\0\0\x0d" + chunk + struct.pack(">I", zlib.crc32(chunk))


def test_sizes_that_no_line_has() -> None:
    for width, height in [(1, 1), (2, 90), (90, 2)]:
        message = refused(encoded(Image.new("L", (width, height))))
        assert f"too small to hold a line ({width} x {height} pixels)" in message
    open_picture(encoded(Image.new("L", (3, 3))))
    ending = b"\0\0\0\0IEND\xae\x42\x60\x82"
    refused(png_header(0, 20) + ending)
    refused(png_header(20, 0) + ending)
    for side in (10_000, 100_000):  # Pillow warns of the first and refuses the second
        assert "cut out a single line" in refused(png_header(side, side) + ending)


def test_endings_are_those_of_files_that_open() -> None:
    extensions = Image.registered_extensions()
    assert all(ending in extensions and ending == ending.lower() for ending in PICTURE_ENDINGS)
