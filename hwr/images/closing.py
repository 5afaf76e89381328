"""The paper around each place of a picture, however it is lit: a grey closing, which holds all but
strokes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from hwr.images.grey import Grey, picture_of
from hwr.images.levels import level_and_noise, levels, otsu_threshold

_ROWS = 8
# Of the coarse picture in which paper is looked for.
_REACH = 2
# Pixels of the coarse picture, on either side of one: strokes are narrower, so there is paper
# somewhere in so many.
_BEYOND = 2
# Pixels of the coarse picture that are added around it: by these, light falls on to the very edge.
_GENTLE = 16
# Of 255, from one pixel to the next: light that falls by more is a shadow's edge.
_DARKEST = 0.4
# Of the way from the closing's own paper to what is darkest: where it is as dark as that, it may
# have taken strokes for paper.
_GRAIN, _SHADES, _FEW = 0.1, 0.25, 0.05
# Of the way from paper to ink: where there are but these two, neither differs by more; but for so
# few of ink's pixels. (Ink in a shadow is darker than the shadow.)
_STROKE = 0.12
# And so far from paper, what closing has left may be ink.
_MOST = 0.75
# Of all ink; if more of it is there, it is a shadow or a blot.
_OUTWARD = np.arange(1, _REACH + _BEYOND + 1, dtype=np.int16)[:, None]
# Pixels from the last one that has all in reach.


def paper_around(grey: Grey) -> Grey:
    """How light the paper around each place is, float32 [height, width], 0..255, of a picture like
    it, 0..1, with ink darker than paper."""
    height, width = grey.shape
    rows = min(_ROWS, height)
    columns = max(1, round(width * rows / height))
    coarse = np.asarray(picture_of(grey).resize((columns, rows), Image.Resampling.BOX))
    paper = np.zeros((rows + 2 * _BEYOND, columns + 2 * _BEYOND), np.int16)
    paper[_BEYOND:-_BEYOND, _BEYOND:-_BEYOND] = _without_strokes(_closed(coarse), coarse, grey)
    for side in (paper, paper[::-1], paper.T, paper.T[::-1]):
        _let_fall(side)
    smooth = Image.fromarray(paper.clip(0).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1))
    inside = (_BEYOND, _BEYOND, _BEYOND + columns, _BEYOND + rows)
    around = smooth.resize((width, height), Image.Resampling.BILINEAR, inside)
    return np.asarray(around, np.float32)


def _closed(coarse: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A grey closing: what is as wide as its reach on either side, or half as wide at the picture's
    edge, is no stroke, however dark; so a shadow's edge stays where it is."""
    # (Pillow's rank filters are the same, but take two to three times as long.)
    for most in (np.maximum, np.minimum):
        for _ in range(_REACH):
            across = coarse.copy()
            most(across[:, 1:], coarse[:, :-1], out=across[:, 1:])
            most(across[:, :-1], coarse[:, 1:], out=across[:, :-1])
            coarse = across.copy()
            most(coarse[1:], across[:-1], out=coarse[1:])
            most(coarse[:-1], across[1:], out=coarse[:-1])
    return coarse


def _without_strokes(
    closed: NDArray[np.uint8], coarse: NDArray[np.uint8], grey: Grey
) -> NDArray[np.uint8]:
    """The closing without strokes that fill its reach, as those of thick digits cut out tightly do:
    where all of the picture is even paper or even ink, what is darker than paper is ink."""
    # (numpy's median takes several times as long.)
    usual = float(np.sort(closed, axis=None)[closed.size // 2])
    if usual - closed.min() <= _DARKEST * (usual - coarse.min()):
        return closed
    light = grey > otsu_threshold(grey)
    paper, grain = level_and_noise(grey[light])
    darkest, ink = levels(grey[~light], _FEW, 0.5)
    far = paper - ink
    if grain > _GRAIN * far or ink - darkest > _SHADES * far:
        return closed
    strokes = closed < 255 * (paper - _STROKE * far)
    filled = (255 * paper - coarse).clip(0)
    if filled[strokes].sum() > _MOST * filled.sum():
        return closed
    return np.where(strokes, np.uint8(255 * paper), closed)


def _let_fall(paper: NDArray[np.int16]) -> None:
    """Fills the rows before the first ones, in place, and lets light that falls towards these fall
    on: a closing, which sees nothing beyond the edge, leaves the first ones as light as those
    within, and what is there would look like ink."""
    paper[:_BEYOND] = paper[_BEYOND]
    last = _REACH + _BEYOND
    if len(paper) > 2 * last:
        within, near, far = paper[last : last + 3]
        fall = np.minimum(near - within, (far - within) // 2)
        fall = np.minimum(np.maximum(fall, 0), _GENTLE)
        outer = paper[last - 1 :: -1]
        np.minimum(outer, within - fall * _OUTWARD, out=outer)
