"""The rules by which `hwr check` looks at lines. Each is exact, and each yields what it found and
the rows that it concerns."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median

from hwr.alphabet import Alphabet
from hwr.decoding.paths import frames_needed
from hwr.lines.cache.store import LineStore
from hwr.lines.problems import Kind, Problem

LEAST_HEIGHT = 8
"""Pixels. A lower picture shows no writing that could be read."""

LONG_TEXT = 4
"""Characters. A text as long as that, in a picture higher than wide, stands upright in it."""

UNLIKE = 4.0
"""A line is unlike others if its characters are so many times as wide or as narrow as is usual."""

ENOUGH = 20
"""Lines that show what is usual."""

_SOFT = "\N{SOFT HYPHEN}"
_JOINERS = "\u200c\u200d"  # invisible too, but of the spelling in Persian and the Indic scripts
_NO_TEXT = {"Cc", "Cs", "Cn", "Zl", "Zp"}
_LEFTWARD = {"R", "AL"}  # bidirectional classes of Hebrew, Arabic and their like

Row = tuple[str, int]
"""Split, and row of its store."""

Found = tuple[Problem, Sequence[Row]]


def text_problems(splits: Mapping[str, LineStore]) -> Iterator[Found]:
    """EMPTY: nothing but spaces. CONTROL: characters of Unicode's classes Cc, Cs, Cn, Zl and Zp,
    and U+FFFD, which stands where an encoding went wrong. SPACES: at an end, two in a row, another
    one than U+0020, or characters that nobody sees (Cf, but for the joiners)."""
    for split, row, name, text in _lines(splits):
        if not mended(text):
            yield (
                Problem(Kind.EMPTY, name, "type in what it says, or strike it out"),
                [(split, row)],
            )
            continue
        strange = [c for c in text if unicodedata.category(c) in _NO_TEXT or c == "\ufffd"]
        if strange:
            why = f"{text!r} holds {_code(strange[0])}: correct the text"
            yield Problem(Kind.CONTROL, name, why), [(split, row)]
        elif text != mended(text):
            why = f"{text!r} has {_odd_space(text)}: better {mended(text)!r}"
            yield Problem(Kind.SPACES, name, why), [(split, row)]


def mended(text: str) -> str:
    """A text with single plain spaces between its words, and no invisible characters; a soft hyphen
    at its end is seen, and so a hyphen."""
    if text.isascii() and text.isprintable() and "  " not in text:  # as nearly all are
        return text.strip(" ")
    seen = text
    while seen and seen[-1] != _SOFT and (_is_space(seen[-1]) or _is_invisible(seen[-1])):
        seen = seen[:-1]
    if seen.endswith(_SOFT) and seen.strip(f" {_SOFT}"):
        text = f"{seen[:-1]}-"
    seen = "".join(" " if _is_space(c) else c for c in text if not _is_invisible(c))
    return " ".join(part for part in seen.split(" ") if part)


def direction_problems(splits: Mapping[str, LineStore]) -> Iterator[Found]:
    """LEFTWARD: characters of Unicode's bidirectional classes R and AL. Lines are read from left to
    right, so nothing is learnt from texts in the order of their reading."""
    for split, row, name, text in _lines(splits):
        if not text.isascii() and any(unicodedata.bidirectional(c) in _LEFTWARD for c in text):
            why = (
                f"{text!r}: lines are read from left to right, so give its characters in the order"
                " in which they stand from left to right"
            )
            yield Problem(Kind.LEFTWARD, name, why), [(split, row)]


def alphabet_problems(splits: Mapping[str, LineStore], alphabet: Alphabet) -> Iterator[Found]:
    """UNKNOWN: a character that the model cannot write; one problem for each, with its lines."""
    strange = _having(splits, set(alphabet.characters))
    for character, (rows, names, count) in sorted(strange.items()):
        why = (
            f"{count} times in {_so_many(names)}: correct the texts, or train with an alphabet"
            " that has it"
        )
        yield Problem(Kind.UNKNOWN, character, f"{_code(character)}, {why}", tuple(names)), rows


def unseen_problems(splits: Mapping[str, LineStore], learnt_from: str) -> Iterator[Found]:
    """UNSEEN: a character of other splits that the training lines lack, so that no model can learn
    it; one problem for each, with its lines."""
    known = set("".join(splits[learnt_from].texts))
    others = {name: store for name, store in splits.items() if name != learnt_from}
    for character, (rows, names, count) in sorted(_having(others, known).items()):
        why = f"{_code(character)}, {count} times in {_so_many(names)}: never in {learnt_from}"
        yield Problem(Kind.UNSEEN, character, why, tuple(names)), rows


def width_problems(
    splits: Mapping[str, LineStore], frames: Callable[[int], int]
) -> Iterator[Found]:
    """NARROW: a line with fewer frames than CTC needs: one for each character, and one more between
    each two that are the same (Graves et al. 2006)."""
    for split, store in splits.items():
        for row, (text, width) in enumerate(zip(store.texts, store.widths.tolist(), strict=True)):
            needed, there = frames_needed(text), frames(width)
            if there < needed and not store.blank[row]:
                why = (
                    f"{text!r} needs {needed} frames (characters and repeats), but {width} pixels"
                    f" give {there}: correct the text, use a smaller stride, a larger"
                    "  network.ctc.split, or a wider picture"
                )
                yield Problem(Kind.NARROW, store.names[row], why), [(split, row)]


def size_problems(splits: Mapping[str, LineStore]) -> Iterator[Found]:
    """BLANK: no ink at all. LOW: below `LEAST_HEIGHT`. TURNED: higher than wide, with a text of
    `LONG_TEXT` characters or more. ASPECT: of such texts, a width for each character `UNLIKE` times
    the median over all such lines, or less than that part of it; asked where they are `ENOUGH`."""
    usual = _usual(splits)
    for split, store in splits.items():
        for row, (height, width) in enumerate(store.sizes.tolist()):
            text, where = store.texts[row], [(split, row)]
            size = f"{width} x {height} pixels"
            if store.blank[row]:
                if mended(text):
                    why = f"no ink, but its text is {text!r}: is it the right picture?"
                    yield Problem(Kind.BLANK, store.names[row], why), where
            elif height < LEAST_HEIGHT:
                why = f"{size}: give one at least {LEAST_HEIGHT} pixels high"
                yield Problem(Kind.LOW, store.names[row], why), where
            elif len(text) >= LONG_TEXT:
                if height > width:
                    why = f"{size} for {text!r}: turn it upright"
                    yield Problem(Kind.TURNED, store.names[row], why), where
                share = int(store.widths[row]) / len(text) / usual if usual else 1.0
                if not 1 / UNLIKE <= share <= UNLIKE:
                    why = (
                        f"its characters are {share:.2g} times as wide as usual: is {text!r} right?"
                    )
                    yield Problem(Kind.ASPECT, store.names[row], why), where


def duplicate_problems(splits: Mapping[str, LineStore]) -> Iterator[Found]:
    """Pictures that are the same, pixel by pixel, once made ready. CONTRADICTION: with different
    texts; all of them are bad. ACROSS: in several splits; the one in the last split is good. TWICE:
    in the same split; the first one is good. (An empty text is told as such, and says nothing of
    the others.)"""
    alike: defaultdict[bytes, list[Row]] = defaultdict(list)
    for split, store in splits.items():
        for row in range(len(store)):
            if not store.blank[row] and mended(store.texts[row]):
                alike[store.digests[row].tobytes()].append((split, row))
    for rows in alike.values():
        if len(rows) == 1:
            continue
        texts = [mended(splits[split].texts[row]) for split, row in rows]
        names = [splits[split].names[row] for split, row in rows]
        last = rows[-1][0]
        kept = next(place for place, (split, _) in enumerate(rows) if split == last)
        odd = next((place for place, text in enumerate(texts) if text != texts[0]), None)
        for place, (split, row) in enumerate(rows):
            other = odd if texts[place] == texts[0] else 0
            if other is not None:
                why = (
                    f"{texts[place]!r}, but {names[other]} is the same picture with"
                    f" {texts[other]!r}: one of them is wrong"
                )
                yield Problem(Kind.CONTRADICTION, names[place], why), [(split, row)]
            elif split != last:
                why = f"stands in {split}, but is the same picture as {names[kept]} in {last}"
                yield Problem(Kind.ACROSS, names[place], why), [(split, row)]
            elif place != kept:
                why = f"is the same picture as {names[kept]}"
                yield Problem(Kind.TWICE, names[place], why), [(split, row)]


def _lines(splits: Mapping[str, LineStore]) -> Iterator[tuple[str, int, str, str]]:
    for split, store in splits.items():
        for row, (name, text) in enumerate(zip(store.names, store.texts, strict=True)):
            yield split, row, name, text


def _having(
    splits: Mapping[str, LineStore], known: set[str]
) -> dict[str, tuple[list[Row], list[str], int]]:
    """For each character but the known ones the lines that have it, their names, and how often it
    stands there."""
    rows: defaultdict[str, list[Row]] = defaultdict(list)
    counts: defaultdict[str, int] = defaultdict(int)
    for split, row, _, text in _lines(splits):
        for character in set(text) - known:
            rows[character].append((split, row))
            counts[character] += text.count(character)
    return {
        character: (where, [splits[split].names[row] for split, row in where], counts[character])
        for character, where in rows.items()
    }


def _usual(splits: Mapping[str, LineStore]) -> float | None:
    """Median width of a character in pixels."""
    found = [
        width / len(text)
        for store in splits.values()
        for text, width, blank in zip(store.texts, store.widths.tolist(), store.blank, strict=True)
        if len(text) >= LONG_TEXT and not blank
    ]
    return median(found) if len(found) >= ENOUGH else None


def _so_many(names: Sequence[str]) -> str:
    shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    return f"{len(names)} line{'s' if len(names) > 1 else ''} ({shown})"


def _is_space(character: str) -> bool:
    return unicodedata.category(character) == "Zs"


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) == "Cf" and character not in _JOINERS


def _odd_space(text: str) -> str:
    strange = [c for c in text if (_is_space(c) and c != " ") or _is_invisible(c)]
    if strange:
        return _code(strange[0])
    return "spaces in a row" if "  " in text.strip(" ") else "a space at an end"


def _code(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}{f' {name}' if name else ''}"
