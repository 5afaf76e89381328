"""What one head knows of characters, carried over to another with another alphabet.

The rows of a head's last layer, and of what it is fed back, stand for characters; those of
characters that both alphabets have are carried over, wherever they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from hwr.alphabet import Alphabet


def carry(
    name: str, part: nn.Module, state: Mapping[str, Tensor], old: Alphabet, new: Alphabet
) -> bool:
    """Gives a head what another one knows.

    Args:
        name: of the head, or `shortcut`.
        part: it; rows of characters that are new to it stay as they are.
        state: of the other one, by the same names.
        old, new: the other one's alphabet and its own; they have characters in common.

    Returns:
        Whether the two are of the same shape; where not, nothing was changed.
    """
    mine = part.state_dict()
    if mine.keys() != state.keys():
        return False
    rows = [old.characters.find(character) for character in new.characters]
    for key, value in state.items():
        blocks = _BLOCKS[name](key, part)
        if blocks is None:
            if mine[key].shape != value.shape:
                return False
            mine[key] = value
        else:
            mine[key] = _rows(mine[key], value, rows, blocks)
    part.load_state_dict(mine)
    return True


@dataclass(frozen=True)
class _Blocks:
    """How a tensor's rows follow an alphabet: `count` times one row for no character (blank or
    end) if there is one, the characters, and so many more."""

    count: int = 1
    before: int = 1
    behind: int = 0


def _rows(mine: Tensor, other: Tensor, rows: Sequence[int], blocks: _Blocks) -> Tensor:
    """`mine` with the rows that `other` knows; `rows` are its places of the characters, or -1."""
    result = mine.clone().view(blocks.count, -1, *mine.shape[1:])
    source = other.view(blocks.count, -1, *other.shape[1:])
    result[:, : blocks.before] = source[:, : blocks.before]
    known = [(to, place) for to, place in enumerate(rows) if place >= 0]
    to, places = torch.tensor(known).unbind(1)
    result[:, to + blocks.before] = source[:, places + blocks.before]
    if blocks.behind:
        result[:, -blocks.behind :] = source[:, -blocks.behind :]
    return result.view(mine.shape)


def _ctc(key: str, part: nn.Module) -> _Blocks | None:
    return _Blocks(count=getattr(part, "split", 1)) if key.startswith("linear.") else None


def _shortcut(key: str, part: nn.Module) -> _Blocks | None:
    return _ctc(key.removeprefix("head."), part.get_submodule("head"))


def _seq2seq(key: str, part: nn.Module) -> _Blocks | None:
    if key == "label.embedding.weight":
        return _Blocks(behind=1)  # the begin symbol
    return _Blocks() if key.startswith("label.linear.") else None


def _digit(key: str, part: nn.Module) -> _Blocks | None:
    return _Blocks(before=0) if key.startswith("linear.") else None


_BLOCKS: dict[str, Callable[[str, nn.Module], _Blocks | None]] = {
    "ctc": _ctc,
    "shortcut": _shortcut,
    "seq2seq": _seq2seq,
    "digit": _digit,
}
