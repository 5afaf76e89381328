"""What people write before or behind a number that is no digit: strokes so that nothing can be
added, signs, and letters of a currency or a unit.

Kinds give their strokes in heights of a digit: x to the right of where they begin, y up from the
base line.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hwr.lines.document.marks import Drawing, Points, rounded, stroke_together

Strokes = list[Points]

_CUT = 0.25
# Of round corners.

_CAPITALS: dict[str, Strokes] = {
    "E": [[(0.5, 1), (0, 1), (0, 0), (0.5, 0)], [(0, 0.5), (0.4, 0.5)]],
    "F": [[(0.55, 1), (0, 1), (0, 0)], [(0, 0.5), (0.4, 0.5)]],
    "H": [[(0, 1), (0, 0)], [(0.5, 1), (0.5, 0)], [(0, 0.5), (0.5, 0.5)]],
    "K": [[(0, 1), (0, 0)], [(0.5, 1), (0.02, 0.4), (0.55, 0)]],
    "M": [[(0, 0), (0.1, 1), (0.4, 0.3), (0.7, 1), (0.8, 0)]],
    "N": [[(0, 0), (0, 1), (0.5, 0), (0.5, 1)]],
    "R": [[(0, 0), (0, 1), (0.4, 0.95), (0.5, 0.75), (0.4, 0.55), (0, 0.5), (0.55, 0)]],
    "W": [[(0, 1), (0.2, 0), (0.4, 0.7), (0.6, 0), (0.8, 1)]],
    "euro": [[(0.6, 0.9), (0.4, 1), (0.15, 0.8), (0.1, 0.5), (0.15, 0.2), (0.4, 0), (0.6, 0.1)],
             [(-0.05, 0.6), (0.45, 0.6)], [(-0.05, 0.4), (0.4, 0.4)]],
}  # fmt: skip
_SMALL: dict[str, Strokes] = {
    "k": [[(0, 1.7), (0, 0)], [(0.5, 0.95), (0.02, 0.5), (0.55, 0)]],
    "m": [[(0, 1), (0, 0), (0.1, 0.85), (0.3, 1), (0.4, 0.8), (0.4, 0), (0.5, 0.85), (0.7, 1),
           (0.8, 0.8), (0.8, 0)]],
    "n": [[(0, 1), (0, 0), (0.1, 0.8), (0.35, 1), (0.5, 0.8), (0.5, 0)]],
    "w": [[(0, 1), (0.2, 0), (0.45, 0.9), (0.7, 0), (0.9, 1)]],
}  # fmt: skip
# Letters that stand for no digit, each an em high; others (A, O, S, T, l, q, r ...) might be one.


Kind = Callable[[np.random.Generator], Strokes]
"""Draws the strokes of one of them."""


def a_mark(
    rng: np.random.Generator, behind: bool, slashes: bool = True, single: bool = True
) -> Kind:
    """Which is drawn.

    Args:
        rng: draws it.
        behind: whether it stands behind the number. Some do only there: before it they are not
            usual, or might be ones.
        slashes: whether slashes may: where ones are leaning strokes, they might be some.
        single: whether one alone may: in hands that lean far, it might be a one of any kind.
    """
    kinds = _BEFORE if not behind else _BEHIND if slashes else _WITHOUT_SLASHES
    if behind and slashes and not single:
        kinds = _WITHOUT_SINGLE
    return kinds[int(rng.integers(len(kinds)))]


def flourish(drawing: Drawing, x: float, base: float, kind: Kind) -> float:
    """Draws one of them.

    Args:
        drawing: to draw into; draws its shape.
        x, base: where it begins: the column, and the row of the base line.
        kind: which.

    Returns:
        How wide it is, in pixels.
    """
    ink, tall, pen, rng = drawing
    ways = kind(rng)
    lean, lift = rng.uniform(-0.1, 0.35), rng.normal(0, 0.05)
    lengths = np.array([len(points) for points in ways])
    shaky = np.repeat(0.03 / np.sqrt(lengths), lengths)[:, None]
    places = np.array([point for points in ways for point in points])
    places += shaky * rng.normal(0, 1, places.shape)
    if rng.random() >= 0.6:
        places[:, 0] += lean * places[:, 1]
    least, most = float(places[:, 0].min()), float(places[:, 0].max())
    columns = (x + tall * (places[:, 0] - least)).tolist()
    drawn = list(zip(columns, (base - tall * (places[:, 1] + lift)).tolist(), strict=True))
    ends = lengths.cumsum().tolist()
    stroke_together(
        ink, [drawn[end - len(way) : end] for way, end in zip(ways, ends, strict=True)], pen
    )
    return tall * (most - least)


def ring_around(drawing: Drawing, ends: tuple[float, float], middle: float, slope: float) -> None:
    """Draws a ring around a number: its ends overlap, or do not meet.

    Args:
        drawing: to draw into; draws its shape.
        ends: the columns between which the number is.
        middle: the row of its middle.
        slope: of its base line, rows to a column.
    """
    ink, tall, pen, rng = drawing
    wide = (ends[1] - ends[0]) / 2 + tall * rng.uniform(0.25, 0.7)
    high, begin = tall * rng.uniform(0.75, 1.05), rng.uniform(0, 2 * np.pi)
    around = begin + np.linspace(0, rng.uniform(1.85, 2.15) * np.pi, 40)
    # Squarer than an ellipse where the number is long.
    round_by = rng.uniform(0.7, 1.0)
    x = np.sign(np.cos(around)) * np.abs(np.cos(around)) ** round_by * wide
    y = np.sign(np.sin(around)) * np.abs(np.sin(around)) ** round_by * high
    drift = np.linspace(0, tall * rng.normal(0, 0.1), len(x))
    columns, rows = (ends[0] + ends[1]) / 2 + x, middle + y + slope * x + drift
    stroke_together(ink, [list(zip(columns.tolist(), rows.tolist(), strict=True))], pen)


def _dash(rng: np.random.Generator) -> Strokes:
    return [_level(rng, _middle(rng), rng.uniform(0.3, 0.8))]


def _long_dash(rng: np.random.Generator) -> Strokes:
    return [_level(rng, _middle(rng), rng.uniform(0.8, 3.5))]


def _double_dash(rng: np.random.Generator) -> Strokes:
    wide = rng.uniform(0.3, 0.8) if rng.random() < 0.7 else rng.uniform(0.8, 2.5)
    middle, apart = _middle(rng), rng.uniform(0.1, 0.17)
    return [_level(rng, middle + apart, wide), _level(rng, middle - apart, wide)]


def _hash(rng: np.random.Generator) -> Strokes:
    wide, middle = rng.uniform(0.4, 0.8), _middle(rng)
    return [
        _level(rng, middle + 0.14, wide),
        _level(rng, middle - 0.14, wide),
        [(0.25 * wide, middle - 0.4), (0.45 * wide, middle + 0.4)],
        [(0.6 * wide, middle - 0.4), (0.8 * wide, middle + 0.4)],
    ]


def _wave(rng: np.random.Generator) -> Strokes:
    return [_waves(rng, rng.uniform(0.4, 0.9), 1.0)]


def _long_wave(rng: np.random.Generator) -> Strokes:
    wide = rng.uniform(0.9, 3.0)
    return [_waves(rng, wide, wide * rng.uniform(0.6, 1.6))]


def _waves(rng: np.random.Generator, wide: float, waves: float) -> Points:
    along = np.linspace(0, 1, int(8 * waves) + 4)
    fades = 1 - rng.uniform(0, 0.6) * along
    up = rng.uniform(0.08, 0.22) * fades * np.sin(2 * np.pi * (waves * along + rng.random()))
    return list(zip((wide * along).tolist(), (_middle(rng) + up).tolist(), strict=True))


def _zigzag(rng: np.random.Generator) -> Strokes:
    """Close enough that none of its strokes is a one."""
    step, high, middle = rng.uniform(0.1, 0.22), rng.uniform(0.15, 0.38), _middle(rng)
    turns = int(rng.integers(5, 11))
    return [[(step * turn, middle + (high if turn % 2 else -high)) for turn in range(turns)]]


def _dollar(rng: np.random.Generator) -> Strokes:
    """An S, taller than digits or not, and a bar or two through it, or but at its ends."""
    wide, high = rng.uniform(0.5, 1.0), rng.uniform(0.75, 1.2)
    bow = [(0.8, 0.75), (0.5, 0.87), (0.25, 0.7), (0.5, 0.47), (0.75, 0.25), (0.5, 0.05),
           (0.2, 0.17)]  # fmt: skip
    bars = [0.5] if rng.random() < 0.7 else [0.42, 0.58]
    beyond = rng.uniform(0.1, 0.3)
    ways: Strokes = [rounded([(wide * x, y) for x, y in bow], _CUT)]
    for x in bars:
        above, below = (wide * x, 0.87 + beyond), (wide * (x - 0.02), 0.05 - beyond)
        if rng.random() < 0.75:
            ways.append([above, below])
        else:
            ways += [[above, (wide * x, 0.8)], [(wide * (x - 0.02), 0.12), below]]
    return [[(x, high * y) for x, y in way] for way in ways]


def _dash_and_dot(rng: np.random.Generator) -> Strokes:
    middle = _middle(rng)
    return [_level(rng, middle, 0.3), [(0.42, middle - 0.35), (0.43, middle - 0.33)]]


def _dot_and_dash(rng: np.random.Generator) -> Strokes:
    """As behind amounts without cents: a dot on the base line, then a dash or two."""
    middle, wide = _middle(rng), rng.uniform(0.3, 1.0)
    begin = rng.uniform(0.15, 0.35)
    dash = [(begin + x, y) for x, y in _level(rng, middle, wide)]
    both: Strokes = [[(0.0, 0.03), (0.02, 0.04)], dash]
    return both if rng.random() < 0.6 else [*both, [(x, y - 0.2) for x, y in dash]]


def _slashes(rng: np.random.Generator) -> Strokes:
    """Two or three. They lean: upright ones might be ones."""
    low, high = rng.uniform(-0.4, -0.25), rng.uniform(1.22, 1.35)
    wide, apart = rng.uniform(0.4, 0.65) * (high - low), rng.uniform(0.15, 0.4)
    return [
        [(apart * place, low), (apart * place + wide, high)]
        for place in range(int(rng.integers(2, 4)))
    ]


def _slash(rng: np.random.Generator) -> Strokes:
    """It is longer, and leans further, than ones do."""
    low, high = rng.uniform(-0.4, -0.25), rng.uniform(1.22, 1.35)
    return [[(0.0, low), (rng.uniform(0.5, 0.7) * (high - low), high)]]


def _slash_and_dash(rng: np.random.Generator) -> Strokes:
    """As behind amounts without cents: the slash is longer, and leans further, than ones do."""
    wide, middle = rng.uniform(0.5, 0.9), _middle(rng)
    begin = wide * rng.uniform(0.6, 1.0)
    dash = [(begin + x, y) for x, y in _level(rng, middle, rng.uniform(0.35, 1.0))]
    both: Strokes = [[(0.0, -0.3), (wide, 1.3)], dash]
    return both if rng.random() < 0.7 else [*both, [(x, y - 0.22) for x, y in dash]]


def _struck_dash(rng: np.random.Generator) -> Strokes:
    """A dash, or two, with a stroke or two through; a short one might be a four."""
    wide = rng.uniform(1.0, 2.2)
    strokes: Strokes = [_level(rng, _middle(rng), wide)]
    if rng.random() < 0.3:
        strokes.append([(x, y - 0.25) for x, y in strokes[0]])
    middle, lean, high = strokes[0][0][1], rng.uniform(0.05, 0.25), rng.uniform(0.25, 0.5)
    for place in (0.35, 0.6)[: int(rng.integers(1, 3))]:
        x = wide * (place + rng.uniform(-0.1, 0.1))
        strokes.append([(x - lean, middle - high), (x + lean, middle + high)])
    return strokes


def _stars(rng: np.random.Generator) -> Strokes:
    reach, count, middle = rng.uniform(0.14, 0.3), int(rng.integers(3, 5)), _middle(rng)
    begin = rng.uniform(0, np.pi)
    angles = [begin + np.pi * ray / count for ray in range(count)]
    return _repeated(rng, 2.4 * reach, [
        [(-reach * np.cos(a), middle - reach * np.sin(a)),
         (reach * np.cos(a), middle + reach * np.sin(a))]
        for a in angles
    ])  # fmt: skip


def _crosses(rng: np.random.Generator) -> Strokes:
    reach, slim = rng.uniform(0.14, 0.32), rng.uniform(0.7, 1.1)
    middle = reach + rng.uniform(0.0, 0.3)
    return _repeated(rng, 2.4 * reach * slim, [
        [(-slim * reach, middle - reach), (slim * reach, middle + reach)],
        [(-slim * reach, middle + reach), (slim * reach, middle - reach)],
    ])  # fmt: skip


def _opened(rng: np.random.Generator) -> Strokes:
    """A bracket, higher than digits and round: straighter ones might be ones."""
    low, high, bow = rng.uniform(-0.35, -0.1), rng.uniform(1.1, 1.35), rng.uniform(0.25, 0.45)
    along = np.linspace(-1, 1, 9)
    rows = low + (high - low) * (along + 1) / 2
    return [list(zip((bow * along**2).tolist(), rows.tolist(), strict=True))]


def _closed(rng: np.random.Generator) -> Strokes:
    return [[(-x, y) for x, y in points] for points in _opened(rng)]


def _letters(rng: np.random.Generator) -> Strokes:
    """One to three, of which the first may be a capital; some are written with round corners."""
    strokes: Strokes = []
    size, small, x = rng.uniform(0.75, 1.1), rng.uniform(0.4, 0.65), 0.0
    capital, rounds = rng.random() < 0.7, rng.random() < 0.6
    for place in range(int(rng.integers(1, 4))):
        letters, em = (_CAPITALS, size) if capital and not place else (_SMALL, small)
        shapes = list(letters.values())
        letter = shapes[int(rng.integers(len(shapes)))]
        wide = max(column for points in letter for column, _ in points)
        for points in letter:
            way = [(x + em * column, em * row) for column, row in points]
            strokes.append(rounded(way, _CUT) if rounds else way)
        x += em * (wide + rng.uniform(0.1, 0.3))
    return strokes


def _middle(rng: np.random.Generator) -> float:
    """The height of what stands halfway up a digit."""
    return float(0.45 + rng.uniform(-0.13, 0.13))


def _level(rng: np.random.Generator, up: float, wide: float) -> Points:
    return [(0.0, up), (wide, up + 0.08 * rng.uniform(-1, 1))]


def _repeated(rng: np.random.Generator, step: float, strokes: Strokes) -> Strokes:
    """Once to three times side by side."""
    times = int(rng.integers(1, 4))
    return [[(x + step * time, y) for x, y in points] for time in range(times)
            for points in strokes]  # fmt: skip


# (Dashes and hashes are the most usual.)
_SIGNS: list[Kind] = [_dash, _double_dash, _double_dash, _hash, _hash, _wave, _dash_and_dot,
                      _stars, _crosses, _letters]  # fmt: skip
_BEFORE: list[Kind] = [*_SIGNS, _opened, _dollar, _dollar, _dollar, _dollar]
_BEHIND: list[Kind] = [*_SIGNS, _closed, _long_dash, _long_wave, _zigzag, _slashes,
                       _slash, _slash_and_dash, _struck_dash, _dollar, _dot_and_dash,
                       _dot_and_dash]  # fmt: skip
_WITHOUT_SINGLE = [kind for kind in _BEHIND if kind is not _slash]
_WITHOUT_SLASHES = [kind for kind in _WITHOUT_SINGLE if kind not in (_slashes, _slash_and_dash)]

RUN_ON = (_dash, _double_dash, _long_dash, _wave, _long_wave)
"""Those that may run on from the last digit."""
UNPAIRED = (_dot_and_dash, _dollar, _letters, _opened)
"""Those that no hand sets at both ends of a number for the sake of both."""
