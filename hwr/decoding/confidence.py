"""The one definition of confidence.

A **line's confidence** is the probability that what read it gives to the text, given the picture:

- the CTC head: the sum over all paths that spell this text (Graves et al. 2006, equation 3), by the
  forward recursion of their section 4.1, which is here. A language model has its say in which text
  is read, not in its confidence, so that an alternative may have a higher one. Of a line that was
  looked at several times it is their weighted mean (`hwr.decoding.looks`);
- the seq2seq head: the product of the probabilities of its symbols and of the end symbol, each
  given those before it; of a text that was cut, of its symbols and of going on
  (`hwr.decoding.labels`). A beam ranks texts with their lengths in mind, so that an alternative may
  have a higher confidence than the text read;
- the digit head: the probability of the class;
- CTC and seq2seq together: their geometric mean with the weights a and 1 - a, by which joint
  reading chooses (`hwr.decoding.joint`).

A **character's confidence** is the highest probability of its symbol where it stands: in any frame
of its run (`hwr.decoding.paths`; of several looks their weighted mean), at its step of the
Label-RNN, or the geometric mean of both.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hwr.alphabet import BLANK


def text_log_probabilities(
    log_probs: NDArray[np.float32], frames: NDArray[np.int64], texts: Sequence[Sequence[int]]
) -> NDArray[np.float64]:
    """log p(text | picture) under CTC for many lines at once.

    Args:
        log_probs: [lines, most frames, classes].
        frames: [lines], each line's true number of frames; what lies behind is not looked at.
        texts: each line's symbols, without blanks.

    Returns:
        [lines], minus infinity where a text needs more frames than there are.
    """
    lines = len(texts)
    states = 2 * max((len(text) for text in texts), default=0) + 1
    # Blanks before, between and behind the symbols.
    symbols = np.full((lines, states), BLANK)
    for row, text in enumerate(texts):
        symbols[row, 1 : 2 * len(text) : 2] = text
    last = np.array([2 * len(text) for text in texts])
    # States behind a text's end, where another one is longer, hold nothing: they would outgrow its
    # own, and confidence would depend on what else is scored.
    own = np.arange(states) <= last[:, None]
    # From a symbol straight to the next one, unless they are the same: then a blank must part them.
    skip = np.zeros((lines, states))
    skip[:, 2:] = (symbols[:, 2:] != BLANK) & (symbols[:, 2:] != symbols[:, :-2])

    alpha = np.zeros((lines, states))
    log_scale = np.zeros(lines)
    rows = np.arange(lines)
    before_last = np.maximum(last - 1, 0)
    result = np.full(lines, -np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        for frame in range(log_probs.shape[1]):
            # (Of all frames at once, that would be gigabytes for long texts.)
            of_classes = log_probs[:, frame].astype(np.float64)
            emitted = own * np.exp(np.take_along_axis(of_classes, symbols, axis=1))
            if frame:
                total = alpha.copy()
                total[:, 1:] += alpha[:, :-1]
                total[:, 2:] += alpha[:, :-2] * skip[:, 2:]
                alpha = total * emitted
            else:
                alpha[:, :2] = emitted[:, :2]
            # Kept near one, or long lines would sink below the smallest number.
            scale = alpha.sum(axis=1)
            alpha = np.divide(alpha, scale[:, None], out=alpha, where=scale[:, None] > 0)
            log_scale += np.log(scale)
            ends = frames == frame + 1
            final = alpha[rows, last] + np.where(last > 0, alpha[rows, before_last], 0.0)
            result[ends] = (np.log(final) + log_scale)[ends]
    return result
