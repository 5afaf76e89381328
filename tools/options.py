"""A page of all options of an experiment file, as docs/options.md is: from the docstrings.

    python tools/options.py [--out docs/options.md]

A test holds docs/options.md to the code.
"""

from __future__ import annotations

import argparse
import dataclasses
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import yaml
from docstring_parser import parse_from_object
from started import run

from hwr.files import whole_file
from hwr.training.options import Options

TITLE = "# All options of an experiment"
ABOUT = (
    "What a file of `configs/` may hold (those of `configs/paper/` are of `tools/paper.py`). On the"
    " command line each option is its section's name, its own, and a value: `--looks 2`,"
    ' `--training.budget "30 minutes"`; what holds several is given as a whole. (Written by `python'
    " tools/options.py` from the code.)"
)
WIDTH = 120


def page() -> str:
    """The page, in Markdown."""
    return "\n".join([f"{TITLE}\n\n{_filled(ABOUT)}\n", *_section(Options, "", {})])


def _section(kind: type, path: str, told_at: dict[type, str]) -> Iterator[str]:
    """The options of one dataclass, then of those in it that are not told yet."""
    docs = parse_from_object(kind)
    if path:
        about = (docs.short_description or "", docs.long_description or "")
        yield f"## {path}\n\n{_filled(_line(*about))}\n"
    texts = {
        name.strip(): _line(param.description or "")
        for param in docs.params
        for name in param.arg_name.split(",")
    }
    inner: dict[str, type] = {}
    yield "| option | unless told | what it is |\n|---|---|---|"
    for option in dataclasses.fields(kind):
        hint = get_type_hints(kind)[option.name]
        place = f"{path}.{option.name}".lstrip(".")
        held = hint if dataclasses.is_dataclass(hint) else _of_each(hint)
        if held is None:
            shown = _default(option, hint)
        elif held in told_at:
            shown = f"as [{told_at[held]}]({_place(told_at[held])})"
        else:
            inner[place] = held
            told_at[held] = place
            several = "" if held is hint else f"{_default(option, hint)}, each "
            shown = f"{several}[below]({_place(place)})"
        yield f"| `{option.name}` | {shown} | {texts[option.name]} |"
    yield ""
    for place, held in inner.items():
        yield from _section(held, place, told_at)


def _place(path: str) -> str:
    """Where a section stands on the page."""
    return f"#{path.replace('.', '')}"


def _filled(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _line(*texts: str) -> str:
    return " ".join(" ".join(texts).split())


def _of_each(hint: Any) -> type | None:
    """The dataclass of which an option holds several."""
    return next((held for held in get_args(hint) if dataclasses.is_dataclass(held)), None)


def _default(option: dataclasses.Field[Any], hint: Any) -> str:
    if option.default_factory is not dataclasses.MISSING:
        value = option.default_factory()
    elif option.default is not dataclasses.MISSING:
        value = option.default
    else:
        return "must be told"
    plain = list(value) if isinstance(value, tuple) else value
    shown = yaml.safe_dump(plain, default_flow_style=True).removesuffix("\n...\n").strip()
    others = [f"`{other}`" for other in _choices(hint) if other != value]
    between = ", of" if isinstance(value, dict) else ", or"
    return f"`{shown}`" + (f"{between} {', '.join(others)}" if others else "")


def _choices(hint: Any) -> tuple[Any, ...]:
    """The words that an option may be, where there are only some."""
    if get_origin(hint) is Literal:
        return get_args(hint)
    parts = [part for part in get_args(hint) if part is not type(None)]
    if int in parts:  # or any number
        return ()
    return next((found for part in parts if (found := _choices(part))), ())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("docs/options.md"))
    out = parser.parse_args().out
    with whole_file(out) as beside:
        beside.write_text(page(), encoding="utf-8")
    print(out)


if __name__ == "__main__":
    run(main)
