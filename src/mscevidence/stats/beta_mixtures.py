"""Mixtures of beta distributions on the logit scale: what a grid of beta priors says of every trial."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import special

from mscevidence.stats.inputs import FloatArray

FARTHEST = -600.0
"""An exponent from which on an exponential is in danger of vanishing."""


def mixtures(
    x: FloatArray, n: FloatArray, share: FloatArray, a: FloatArray, b: FloatArray, grid: FloatArray
) -> Iterator[FloatArray]:
    """Yield for each trial a multiple of the mixture of Beta(a + x, b + n - x) over the cells, on a grid of logits.

    The exponent is one of the cell plus one of the trial, so that the exponentials of the cells serve all trials;
    unless a part that counts would vanish on its own, which the exponents at the peaks tell.
    """
    log_p, log_q = -np.logaddexp(0.0, -grid), -np.logaddexp(0.0, grid)
    cell = a[:, np.newaxis] * log_p + b[:, np.newaxis] * log_q
    top = cell.max(axis=1)
    kernel = np.exp(cell - top[:, np.newaxis])
    for events, size in zip(x, n, strict=True):
        a_post, b_post = a + events, b + size - events
        trial, norm = events * log_p + (size - events) * log_q, special.betaln(a_post, b_post)
        weight = np.log(share) + top - norm
        peak = np.clip(np.log(a_post) - np.log(b_post), grid[0], grid[-1])
        peak_p, peak_q = -np.logaddexp(0.0, -peak), -np.logaddexp(0.0, peak)
        parts = (a * peak_p + b * peak_q - top, events * peak_p + (size - events) * peak_q - trial.max())
        if min(*(part.min() for part in parts), (weight - weight.max()).min()) > FARTHEST:
            yield (np.exp(weight - weight.max()) @ kernel) * np.exp(trial - trial.max())
        else:
            yield share @ np.exp(cell + trial - norm[:, np.newaxis])
