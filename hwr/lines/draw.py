"""Lines of digits side by side, whole batches at once, as tensor operations on any device."""

from __future__ import annotations

import torch
from torch import Tensor

from hwr.lines.batch import LineBatch
from hwr.lines.digits import DIGIT_SIZE
from hwr.lines.plan import Plan


def draw(images: Tensor, plan: Plan) -> LineBatch:
    """Draws every line of a plan, of which none is a document.

    Args:
        images: uint8 [digits, 28, 28], those of the plan's split, where lines are to be drawn.
        plan: of the lines.
    """
    device, height = images.device, plan.height
    lines, longest = plan.labels.shape
    present = torch.arange(longest) < plan.lengths[:, None]
    line, place = present.nonzero(as_tuple=True)
    pick = (line, place)
    scale, left, top = (part[pick].to(device) for part in (plan.scale, plan.left, plan.top))
    first, columns = plan.first_column[pick].to(device), plan.columns[pick].to(device)
    digits = images[plan.digits[pick].to(device)].float()

    # Rows first: each digit's 28 columns stretched to the height of the line, [n, 28, height].
    source_row = (torch.arange(height, device=device) + 0.5 - top[:, None]) / scale[:, None]
    grid = torch.arange(DIGIT_SIZE, device=device)
    weight = (1 - (source_row[:, :, None] - 0.5 - grid).abs()).clamp_min(0)
    stretched = torch.bmm(digits.transpose(1, 2), weight.transpose(1, 2))

    # Then every canvas column that a digit covers, mixed from two neighbouring columns of it.
    width = columns * scale
    start = (left - 0.5).ceil().long()
    reach = int(width.max().ceil()) + 1 if len(width) else 1
    column = start[:, None] + torch.arange(reach, device=device)
    offset = column + 0.5 - left[:, None]
    glyph, step = ((offset >= 0) & (offset < width[:, None])).nonzero(as_tuple=True)
    source = offset[glyph, step] / scale[glyph] + first[glyph] - 0.5
    lower = source.floor()
    share = (source - lower)[:, None]
    lower = lower.long()
    flat = stretched.reshape(-1, height)
    near = flat[glyph * DIGIT_SIZE + lower.clamp(0, DIGIT_SIZE - 1)]
    far = flat[glyph * DIGIT_SIZE + (lower + 1).clamp(0, DIGIT_SIZE - 1)]
    drawn = near * (1 - share) + far * share

    # Only neighbours overlap (`max_overlap` < 0.5), so digits at even places never meet, nor
    # those at odd ones: two canvases, and the brighter of the two is the joined ink.
    canvas_width = int(plan.widths.max())
    canvas = torch.zeros(2, lines, canvas_width, height, device=device)
    where = (place.to(device) % 2 * lines + line.to(device)) * canvas_width
    inside = column[glyph, step] < canvas_width
    target = (where[glyph] + column[glyph, step])[inside]
    canvas.view(-1, height)[target] = drawn[inside]
    pixels = canvas.amax(0).transpose(1, 2).round().clamp(0, 255).to(torch.uint8).contiguous()

    boxes = torch.stack([plan.left, plan.left + plan.columns * plan.scale], dim=2)
    boxes = boxes.masked_fill(~present[:, :, None], float("nan")).to(device)
    return LineBatch(pixels, plan.widths.to(device), plan.texts, plan.names, boxes)
