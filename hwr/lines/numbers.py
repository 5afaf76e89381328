"""What composed lines say."""

from __future__ import annotations

import torch
from torch import Tensor

from hwr.lines.presets import LineSpec, Preset


def draw_numbers(spec: LineSpec, preset: Preset, lengths: Tensor, lots: Tensor) -> Tensor:
    """Which digits lines are of, int64 [lines, longest].

    Args:
        spec: which lines, and of which digits.
        preset: how many of them begin and end as amounts do.
        lengths: int64 [lines], digits in each.
        lots: float32 [lines, 5, longest], 0 to 1: of each digit's class first; the second, by which
            its picture is chosen, is left alone; of the others the first digit's are taken.
    """
    classes, (begins, ends, zeros) = lots[:, 0], lots[:, 2:, 0].unbind(1)
    alphabet = torch.tensor([int(character) for character in spec.alphabet])
    labels = alphabet[(classes * len(alphabet)).long()]
    if preset.leading and len(first := alphabet[alphabet > 0]):
        # Benford's law (doi 10.2307/984802): of numbers of all sizes, so many begin with each.
        shares = torch.log10(1 + 1 / first).cumsum(0)
        drawn = torch.searchsorted(shares / shares[-1], begins / preset.leading)
        leading = first[drawn.clamp(max=len(first) - 1)]
        labels[:, 0] = torch.where(begins < preset.leading, leading, labels[:, 0])
    if preset.round and "0" in spec.alphabet:
        count = ((0.2 + 0.6 * zeros) * lengths).long()
        count *= ends < preset.round
        labels[torch.arange(labels.shape[1]) >= (lengths - count)[:, None]] = 0
    return labels
