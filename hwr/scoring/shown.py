"""How figures and characters are shown, so that nobody takes them for what they are not."""

from __future__ import annotations

import unicodedata

_SIGNS = {" ": "␣", "\t": "⇥", "\n": "⏎"}
_HOLDER = "\N{DOTTED CIRCLE}"


def percent(share: float | None) -> str:
    """A share in percent, never rounded to a 0 or a 100 that it is not; of nothing, a dash."""
    if share is None:
        return "-"
    found = 100 * share
    if 0 < found < 0.005:
        return "< 0.01 %"
    if 99.995 <= found < 100:
        return "> 99.99 %"
    return f"{found:.2f} %"


def visible(text: str) -> str:
    """Characters as they are, but for those that nobody would see."""
    shown = "".join(
        _SIGNS.get(sign, sign if sign.isprintable() else f"U+{ord(sign):04X}") for sign in text
    )
    # A mark that stands above or below others needs one to stand on.
    return _HOLDER + shown if text and unicodedata.category(text[0]) in ("Mn", "Me") else shown
