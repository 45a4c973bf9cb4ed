"""Tests of equal odds ratios in stratified tables: Breslow-Day and Tarone."""

from __future__ import annotations

import numpy as np

from mscevidence.stats.distributions import chi2_tail
from mscevidence.stats.inputs import BoolArray, FloatArray

Cells = tuple[FloatArray, FloatArray, FloatArray, FloatArray]


def homogeneity(cells: Cells, mixed: BoolArray, mu: FloatArray) -> dict[str, FloatArray]:
    """Breslow-Day and Tarone: observed against expected events at the pooled odds ratio, given the margins."""
    a, b, c, d = cells
    n1, n2, events = a + b, c + d, a + c
    psi = np.exp(mu)[..., np.newaxis]
    # psi (n1 - A)(events - A) = A (n2 - events + A): the root between the limits of A.
    square, linear, constant = 1 - psi, n2 - events + psi * (n1 + events), -psi * n1 * events
    discriminant = np.sqrt(np.maximum(linear**2 - 4 * square * constant, 0.0))
    expected = -2 * constant / (linear + discriminant)
    low, high = np.maximum(0.0, events - n2), np.minimum(n1, events)
    expected = np.clip(expected, low, high)
    parts = (expected, n1 - expected, events - expected, n2 - events + expected)
    inverse = np.sum([1 / part for part in parts], axis=0)
    deviation = np.where(mixed, a - expected, 0.0)
    variance = np.where(mixed, 1 / inverse, 0.0)
    breslow = np.where(mixed, deviation**2 * inverse, 0.0).sum(axis=-1)
    tarone = breslow - deviation.sum(axis=-1) ** 2 / variance.sum(axis=-1)
    df = mixed.sum(axis=-1) - 1
    usable = np.isfinite(mu) & (df >= 0)
    breslow, tarone = np.where(usable, breslow, np.nan), np.where(usable, tarone, np.nan)
    tails = (np.where(df > 0, chi2_tail(statistic, df), np.nan) for statistic in (breslow, tarone))
    return dict(zip(("breslow_day", "tarone", "breslow_day_p", "tarone_p"), (breslow, tarone, *tails), strict=True))
