"""Experiment files: from a short YAML file and the command line to Options.

A key that is unknown, or a value that an option cannot take, is an error that names the option.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from hwr.errors import ConfigError
from hwr.lines.labelled import composed
from hwr.training.options import Options

_WANTED = {
    "tuple_type": "give a list, such as  [a, b]",
    "dict_type": "give a section, such as  {NAME: VALUE}",
    "dataclass_type": "give a section, such as  {NAME: VALUE}",
}
# What to do about values of the wrong kind, by pydantic's name of the error.
_MERGE = "tag:yaml.org,2002:merge"
# What a key `<<` is.


def load_options(path: Path, overrides: Sequence[tuple[str, str]] = ()) -> Options:
    """Reads an experiment file.

    Args:
        path: of a YAML file.
        overrides: (dotted option, value as YAML) pairs that replace what the file says.

    Raises:
        ConfigError: the file cannot be read, or an option is unknown or unfit; it is named.
    """
    content = read_yaml(path) or {}
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: not a set of options, such as  training: {{batch: 64}}")
    return parse_options(content, str(path), overrides)


def read_yaml(path: Path) -> Any:
    """The content of a YAML file as plain data. Raises ConfigError, which names the file."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _UniqueKeys)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, ValueError) as error:  # such as a 30th of February
        reason = " ".join(str(error).split())
        raise ConfigError(f"{path}: not YAML: {reason}") from error


class _UniqueKeys(yaml.SafeLoader):
    """Refuses a key that stands twice, of which YAML would silently take the last."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        # Here, before what `<<` names is merged: of that, keys may stand again.
        node: yaml.MappingNode = super().compose_mapping_node(anchor)
        keys = [self.construct_object(key, deep=True) for key, _ in node.value if key.tag != _MERGE]
        for key in keys:
            if keys.count(key) > 1:
                mark = node.start_mark
                raise yaml.YAMLError(
                    f"{key!r} stands twice, in the block from line {mark.line + 1}"
                )
        return node


def parse_options(
    content: dict[str, Any], name: str, overrides: Sequence[tuple[str, str]] = ()
) -> Options:
    """Options from plain data.

    Args:
        content: it; the overrides are written into it.
        name: what to call it in a message.
        overrides: see `load_options`.

    Raises:
        ConfigError: it names the option.
    """
    for option, value in overrides:
        _override(content, option, value, name)
    try:
        options: Options = TypeAdapter(Options).validate_python(_filled(content, Options()))
    except ValidationError as error:
        raise ConfigError(f"{name}: {_explain(error)}") from error
    return options


def _filled(content: dict[str, Any], section: Any) -> dict[str, Any]:
    """What a section says, where sections in it may be empty, such as those of which all is
    commented out."""
    filled = dict(content)
    for key, value in content.items():
        known = getattr(section, str(key), None)
        if dataclasses.is_dataclass(known) and (value is None or isinstance(value, dict)):
            filled[key] = _filled(value or {}, known)
    return filled


def _override(content: dict[str, Any], option: str, value: str, name: str) -> None:
    *sections, key = option.split(".")
    at = content
    for section in sections:
        if at.get(section) is None:
            at[section] = {}
        at = at[section]
        if not isinstance(at, dict):
            raise ConfigError(f"{name}: --{option}: {section!r} is a value, not a section")
    if key == "alphabet":  # any characters, spaces and brackets among them
        # As typed, it is brought to the form of texts. (Never one that was saved: of characters
        # one behind the other, that might make one.)
        at[key] = composed(value)
        return
    try:
        parsed = yaml.safe_load(value)
    except yaml.YAMLError as error:
        # Bytes of a name that are not UTF-8 come as such halves of characters.
        halves = any("\ud800" <= character <= "\udfff" for character in value)
        way = ": rename what is not UTF-8" if halves else ""
        raise ConfigError(f"--{option}: {value!r} is not a YAML value{way}") from error
    except ValueError:  # such as a 30th of February
        parsed = value
    # Numbers and dates stay as they are written: 2024 may be a folder. Where a number is asked for,
    # the check makes it one.
    at[key] = parsed if parsed is None or isinstance(parsed, str | list | dict) else value


def _explain(error: ValidationError) -> str:
    errors = error.errors(include_url=False, include_context=False)
    # A misspelt option first: what it leaves missing is only its consequence.
    first = min(errors, key=lambda found: found["type"] != "unexpected_keyword_argument")
    option = ".".join(str(part) for part in first["loc"])
    if first["type"] == "unexpected_keyword_argument":
        known = ", ".join(_known(first["loc"][:-1]))
        return f"unknown option {option!r}" + (f" (there are {known})" if known else "")
    reason = _WANTED.get(first["type"], first["msg"].removeprefix("Value error, "))
    # What concerns several sections names them itself.
    return f"{option}: {reason[0].lower()}{reason[1:]}" if option else reason


def _known(location: tuple[int | str, ...]) -> list[str]:
    """The options of the section at a place, as far as it is a plain dataclass."""
    section: Any = Options()
    for part in location:
        section = getattr(section, str(part), None)
    if not dataclasses.is_dataclass(section):
        return []
    return [option.name for option in dataclasses.fields(section)]
