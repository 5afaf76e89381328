"""What each frame is to say, where the places of a line's characters are known."""

from __future__ import annotations

import torch
from torch import Tensor

from hwr.alphabet import BLANK

_CORE = 0.7
_OUTSIDE = 1.15
# From a character's middle, as shares of half its width: up to the one a frame is to say the
# character, beyond the other it is to say the blank, between them anything.
_LEAST = 0.5
# Half the width, in frames, that each character has at least.
_ANY = -100


def framewise_loss(
    log_probs: Tensor, frames: Tensor, texts: list[list[int]], boxes: Tensor
) -> Tensor:
    """Cross-entropy of frames (Graves and Schmidhuber 2005), a mean over those that are to say
    something (`frame_targets`): CTC teaches about one frame for each character, this all of them.

    Args:
        log_probs: float [lines, most frames, classes].
        frames: int64 [lines], each line's true frames.
        texts: each line's ids, without blanks; one of them at least is not empty.
        boxes: float [lines, longest text or more, 2], the frames from and to which each character
            reaches; nan behind a line's last one.

    Returns:
        A scalar.
    """
    targets = frame_targets(frames, log_probs.shape[1], texts, boxes).flatten()
    scores = log_probs.float().flatten(0, 1)
    total = torch.nn.functional.nll_loss(scores, targets, ignore_index=_ANY, reduction="sum")
    return total / (targets != _ANY).sum().clamp_min(1)


def frame_targets(frames: Tensor, most: int, texts: list[list[int]], boxes: Tensor) -> Tensor:
    """Ids that frames are to say, int64 [lines, most]; -100 where they may say anything: at the
    edges of characters and behind the line. See `framewise_loss`."""
    longest = max(map(len, texts))
    ids = torch.tensor([text + [BLANK] * (longest - len(text)) for text in texts])
    ids = ids.to(boxes.device)
    start, end = boxes[:, :longest].unbind(2)
    half = ((end - start) / 2).clamp_min(_LEAST)
    frame = torch.arange(most, device=boxes.device)
    away = (frame + 0.5 - (start + end)[:, :, None] / 2).abs() / half[:, :, None]
    away = away.nan_to_num(nan=torch.inf)
    # Characters that overlap share their frames by which is nearer, in halves of its width.
    least, nearest = away.min(dim=1)
    targets = torch.where(least > _OUTSIDE, BLANK, ids.gather(1, nearest))
    targets[(least > _CORE) & (least <= _OUTSIDE)] = _ANY
    # However narrow, a character has a frame, unless it shares it with another as narrow.
    line, place = (ids != BLANK).nonzero(as_tuple=True)
    targets[line, away.argmin(dim=2)[line, place]] = ids[line, place]
    targets[frame >= frames[:, None]] = _ANY
    return targets
