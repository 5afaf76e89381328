"""Words printed beside a number: signs of a currency, units, pieces of a form's text.

Letters are strokes of a regular width in heights of a capital: x to the right of where they begin,
y up from the base line. Some are shaped as digits are (O, S, B ...): what tells them from digits is
that they are printed, and that others stand beside them.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from hwr.lines.document.marks import Drawing, Points, stroke_together

Strokes = list[Points]

_USUAL = ("US$", "U$S", "$US", "Ch$", "R$", "EUR", "USD", "CHF", "Bs.", "Rs.", "Kr.", "Fr.", "Q.",
          "No.", "Nr.", "Pesos", "PESOS", "Euro", "euros", "kg", "km", "Total", "TOTAL", "Saldo",
          "Valor", "Suma", "Lit.", "Fecha")  # fmt: skip
_ALIKE = set("BIJLOQSTZbfgijloqstyz.")
# Those that might be digits, or parts of them.
_LARGEST, _WIDEST, _THICKEST, _APART, _BEYOND = 1.1, 1.15, 0.2, 0.14, 0.7
# The height of capitals, in heights of a digit, at most; by how much letters are widened; how thick
# strokes are, how far apart letters, and how far what leans, and serifs, reach beyond the word, in
# heights of a capital.


def _arc(
    x: float, y: float, wide: float, high: float, begin: float, end: float
) -> list[tuple[float, float]]:
    """Of an ellipse around a point, from one angle to another, in degrees."""
    angles = np.radians(np.linspace(begin, end, max(int(abs(end - begin) / 30), 2) + 1))
    places = zip(x + wide * np.cos(angles), y + high * np.sin(angles), strict=True)
    return [(float(column), float(row)) for column, row in places]


_S = [*_arc(0.3, 0.76, 0.27, 0.24, 35, 270), *_arc(0.3, 0.26, 0.29, 0.26, 90, -145)]
_P = [(0.0, 1.0), *_arc(0.3, 0.73, 0.27, 0.27, 90, -90), (0.0, 0.46)]
_STEM = [(0.0, 1.0), (0.0, 0.0)]
_BOWL = _arc(0.25, 0.33, 0.25, 0.33, 0, 360)
_ARCH = [(0.0, 0.0), (0.0, 0.66), (0.0, 0.4), *_arc(0.22, 0.42, 0.22, 0.24, 180, 0), (0.44, 0.0)]

_LETTERS: dict[str, Strokes] = {
    "A": [[(0, 0), (0.32, 1), (0.64, 0)], [(0.12, 0.35), (0.52, 0.35)]],
    "B": [_STEM, [(0, 1), *_arc(0.28, 0.77, 0.24, 0.23, 90, -90), (0, 0.54)],
          [(0.28, 0.54), *_arc(0.3, 0.27, 0.27, 0.27, 90, -90), (0, 0)]],
    "C": [_arc(0.37, 0.5, 0.37, 0.5, 45, 315)],
    "D": [_STEM, [(0, 1), *_arc(0.2, 0.5, 0.42, 0.5, 90, -90), (0, 0)]],
    "E": [[(0.5, 1), (0, 1), (0, 0), (0.52, 0)], [(0, 0.52), (0.42, 0.52)]],
    "F": [[(0.52, 1), (0, 1), (0, 0)], [(0, 0.5), (0.42, 0.5)]],
    "G": [[*_arc(0.37, 0.5, 0.37, 0.5, 45, 345), (0.72, 0.47), (0.4, 0.47)]],
    "H": [_STEM, [(0.56, 1), (0.56, 0)], [(0, 0.52), (0.56, 0.52)]],
    "I": [_STEM],
    "J": [[(0.4, 1), (0.4, 0.2), *_arc(0.2, 0.2, 0.2, 0.2, 0, -180)]],
    "K": [_STEM, [(0.54, 1), (0.02, 0.42)], [(0.2, 0.6), (0.58, 0)]],
    "L": [[(0, 1), (0, 0), (0.5, 0)]],
    "M": [[(0, 0), (0, 1), (0.36, 0.25), (0.72, 1), (0.72, 0)]],
    "N": [[(0, 0), (0, 1), (0.56, 0), (0.56, 1)]],
    "O": [_arc(0.38, 0.5, 0.38, 0.5, 0, 360)],
    "P": [_STEM, _P],
    "Q": [_arc(0.38, 0.5, 0.38, 0.5, 0, 360), [(0.42, 0.22), (0.74, -0.08)]],
    "R": [_STEM, _P, [(0.28, 0.46), (0.6, 0)]],
    "S": [_S],
    "T": [[(0, 1), (0.64, 1)], [(0.32, 1), (0.32, 0)]],
    "U": [[(0, 1), *_arc(0.28, 0.3, 0.28, 0.3, 180, 360), (0.56, 1)]],
    "V": [[(0, 1), (0.32, 0), (0.64, 1)]],
    "W": [[(0, 1), (0.22, 0), (0.44, 0.9), (0.66, 0), (0.88, 1)]],
    "X": [[(0, 1), (0.6, 0)], [(0, 0), (0.6, 1)]],
    "Y": [[(0, 1), (0.31, 0.45), (0.62, 1)], [(0.31, 0.45), (0.31, 0)]],
    "Z": [[(0, 1), (0.56, 1), (0, 0), (0.58, 0)]],
    "$": [_S, [(0.31, 1.14), (0.31, -0.14)]],
    "a": [_BOWL, [(0.5, 0.66), (0.5, 0)]],
    "b": [_STEM, _BOWL],
    "c": [_arc(0.25, 0.33, 0.25, 0.33, 50, 310)],
    "d": [_BOWL, [(0.5, 1), (0.5, 0)]],
    "e": [[(0, 0.35), *_arc(0.25, 0.33, 0.25, 0.33, 5, 310)]],
    "f": [[*_arc(0.3, 0.8, 0.16, 0.2, 60, 180), (0.14, 0)], [(0, 0.66), (0.32, 0.66)]],
    "g": [_BOWL, [(0.5, 0.66), (0.5, -0.1), *_arc(0.26, -0.1, 0.24, 0.18, 0, -150)]],
    "h": [_STEM, _ARCH],
    "i": [[(0, 0.66), (0, 0)], [(0, 0.92), (0.01, 0.92)]],
    "k": [_STEM, [(0.42, 0.66), (0.02, 0.28)], [(0.16, 0.4), (0.46, 0)]],
    "l": [_STEM],
    "m": [_ARCH, [(0.44, 0.4), *_arc(0.66, 0.42, 0.22, 0.24, 180, 0), (0.88, 0)]],
    "n": [_ARCH],
    "o": [_BOWL],
    "p": [[(0, 0.66), (0, -0.3)], _BOWL],
    "q": [_BOWL, [(0.5, 0.66), (0.5, -0.3)]],
    "r": [[(0, 0.66), (0, 0)], _arc(0.24, 0.38, 0.24, 0.26, 180, 70)],
    "s": [[(0.7 * x, 0.66 * y) for x, y in _S]],
    "t": [[(0.14, 0.92), *_arc(0.3, 0.16, 0.16, 0.16, 180, 290)], [(0, 0.66), (0.34, 0.66)]],
    "u": [[(0, 0.66), *_arc(0.22, 0.24, 0.22, 0.24, 180, 360), (0.44, 0.66)],
          [(0.44, 0.66), (0.44, 0)]],
    "v": [[(0, 0.66), (0.24, 0), (0.48, 0.66)]],
    "w": [[(0, 0.66), (0.18, 0), (0.36, 0.6), (0.54, 0), (0.72, 0.66)]],
    "x": [[(0, 0.66), (0.46, 0)], [(0, 0), (0.46, 0.66)]],
    "y": [[(0, 0.66), (0.24, 0)], [(0.48, 0.66), (0.16, -0.26), (0.04, -0.28)]],
    "z": [[(0, 0.66), (0.42, 0.66), (0, 0), (0.44, 0)]],
    ".": [[(0.03, 0.04), (0.05, 0.04)]],
}  # fmt: skip
_CAPITALS = [letter for letter in _LETTERS if letter.isupper()]
_SMALL = [letter for letter in _LETTERS if letter.islower()]


def a_word(rng: np.random.Generator) -> str:
    """One that is usual beside numbers, or any letters, of which not most might be digits."""
    usual = _USUAL[int(rng.integers(len(_USUAL)))]
    if rng.random() < 0.5:
        return usual
    many = int(rng.integers(2, 6))
    case = rng.random()
    first = _SMALL if case < 0.2 else _CAPITALS
    others = _CAPITALS if case > 0.6 else _SMALL
    word = str(rng.choice(first)) + "".join(rng.choice(others, many - 1).tolist())
    return word if 2 * sum(it in _ALIKE for it in word) <= len(word) else usual


def word_width(word: str) -> float:
    """At most, in heights of a digit."""
    wide = (_WIDEST * max(x for way in _LETTERS[character] for x, _ in way) for character in word)
    return _LARGEST * (sum(wide) + len(word) * (_THICKEST + _APART) + _BEYOND)


def letter(drawing: Drawing, x: float, base: float, word: str) -> float:
    """Prints a word.

    Args:
        drawing: to draw into; draws its type.
        x, base: where it begins: the column, and the row of the number's base line.
        word: of letters that there are.

    Returns:
        How wide it is, in pixels.
    """
    ink, tall, _, rng = drawing
    em = tall * rng.uniform(0.35, _LARGEST)
    thick = em * rng.uniform(0.07, _THICKEST)
    # Of what goes across: as thick, or finer as by a broad nib, as printed letters with serifs are.
    fine = rng.random() < 0.5
    thin = thick * (rng.uniform(0.35, 0.7) if fine else 1.0)
    serif = rng.uniform(0.06, 0.12) if fine else 0.0
    wide, lean = rng.uniform(0.75, _WIDEST), rng.uniform(0, 0.25) * float(rng.random() < 0.15)
    gap = thick / em + rng.uniform(0.06, _APART)
    foot = base + tall * rng.uniform(-0.25, 0.1)
    stems: Strokes = []
    others: Strokes = []
    # By how much strokes reach beyond their middles.
    beyond = thick / 2 + serif * em
    begin, end, along = x + beyond, x, 0.0
    for character in word:
        ways = _LETTERS[character]
        for way in ways:
            placed = [(begin + em * (along + wide * a + lean * b), foot - em * b) for a, b in way]
            end = max(end, *(column for column, _ in placed))
            for here, there in pairwise(placed):
                steep = abs(there[1] - here[1]) > abs(there[0] - here[0])
                (stems if steep else others).append([here, there])
            if serif and len(way) < 4 and character != ".":
                ends = (placed[0], placed[-1])
                others += [[(a - serif * em, b), (a + serif * em, b)] for a, b in ends]
        along += wide * max(a for way in ways for a, _ in way) + gap
    strength = float(rng.uniform(0.35, 1.0))
    for strokes, pen in ((stems, thick), (others, thin)):
        if strokes:
            stroke_together(ink, strokes, max(pen, 1.0), strength)
    return end + beyond - x
