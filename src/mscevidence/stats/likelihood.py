"""The (restricted) likelihood of the normal-normal model, and its global maximum over tau2 >= 0.

With W = 1/(v + tau2), mu = sum W y / sum W (Hardy & Thompson 1996, Stat Med 15:619; Viechtbauer 2005, J Educ Behav
Stat 30:261)::

    ML    l(tau2) = -1/2 [k log(2 pi) + sum log(v + tau2) + sum W (y - mu)^2]
    REML  l(tau2) = -1/2 [(k-1) log(2 pi) - log k + sum log(v + tau2) + log sum W + sum W (y - mu)^2]

The profile can have several maxima. All stationary points lie below a bound that follows from the score; the
likelihood is looked at on a grid up to that bound, and every local maximum that the grid shows is followed to the end.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mscevidence.stats.inputs import BoolArray, FloatArray
from mscevidence.stats.roots import decreasing_root
from mscevidence.stats.studies import Studies, residual_sum, weighted_mean

GRID = 33
_ELEMENTS = 4_000_000


def log_likelihood(studies: Studies, tau2: FloatArray, *, restricted: bool, mu: FloatArray | None = None) -> FloatArray:
    """Return the (restricted) log-likelihood at tau2 with all constants, at the weighted mean unless `mu` is given."""
    w = studies.weights(tau2)
    centre = weighted_mean(studies.y, w) if mu is None else mu
    logs = np.sum(studies.one * np.log(studies.v + tau2[..., np.newaxis]), axis=-1)
    total = studies.k * np.log(2 * np.pi) + logs + residual_sum(studies.y, w, centre)
    if restricted:
        total = total - np.log(2 * np.pi) - np.log(studies.k) + np.log(w.sum(axis=-1))
    result: FloatArray = -total / 2
    return result


def score(studies: Studies, tau2: FloatArray, *, restricted: bool) -> tuple[FloatArray, FloatArray]:
    """Return first and second derivative of the profile log-likelihood with respect to tau2."""
    w = studies.weights(tau2)
    s1, s2 = w.sum(axis=-1), (w**2).sum(axis=-1)
    e = w * (studies.y - weighted_mean(studies.y, w)[..., np.newaxis])
    cubic = (w * e**2).sum(axis=-1) - (w * e).sum(axis=-1) ** 2 / s1
    trace, trace2 = s1, s2
    if restricted:
        trace, trace2 = s1 - s2 / s1, s2 - 2 * (w**3).sum(axis=-1) / s1 + (s2 / s1) ** 2
    return ((e**2).sum(axis=-1) - trace) / 2, trace2 / 2 - cubic


def stationary_bound(studies: Studies, *, restricted: bool) -> FloatArray:
    """Return a value of tau2 beyond which the profile log-likelihood falls.

    With S = sum (y - mean)^2: sum W^2 (y - mu)^2 <= S/(v_min + t)^2 and the trace term is at least m/(v_max + t), m =
    k - 1 (REML) or k (ML); the score is negative once m (v_min + t)^2 > S (v_max + t).
    """
    spread = residual_sum(studies.y, studies.one, weighted_mean(studies.y, studies.one))
    smallest = np.min(np.where(studies.present, studies.v, np.inf), axis=-1)
    largest = np.max(np.where(studies.present, studies.v, 0.0), axis=-1)
    m = np.maximum(studies.k - 1, 1) if restricted else studies.k
    s = (spread + np.sqrt(spread**2 + 4 * m * spread * (largest - smallest))) / (2 * m)
    result: FloatArray = np.maximum(s - smallest, 0.0)
    return result


def maximum(studies: Studies, *, restricted: bool) -> tuple[FloatArray, BoolArray]:
    """Return the tau2 >= 0 of highest (restricted) likelihood, and whether the search converged.

    Args:
        studies: flattened (B, k).
        restricted: REML instead of ML.
    """
    rows = max(1, _ELEMENTS // (GRID * studies.y.shape[-1]))
    parts = [
        _maximum(studies.rows(slice(start, start + rows)), restricted=restricted)
        for start in range(0, studies.k.shape[0], rows)
    ]
    return np.concatenate([value for value, _ in parts]), np.concatenate([done for _, done in parts])


def _maximum(studies: Studies, *, restricted: bool) -> tuple[FloatArray, BoolArray]:
    bound = stationary_bound(studies, restricted=restricted)
    smallest = np.min(np.where(studies.present, studies.v, np.inf), axis=-1)
    steps = np.linspace(0.0, 1.0, GRID)
    # Equal steps in log(v_min + tau2): the likelihood changes on this scale.
    grid = smallest[:, np.newaxis] * np.expm1(np.log1p(bound / smallest)[:, np.newaxis] * steps)
    height = _on_grid(studies, grid, restricted=restricted)
    peak = np.ones(height.shape, dtype=np.bool_)
    peak[:, 1:] &= height[:, 1:] > height[:, :-1]
    peak[:, :-1] &= height[:, :-1] >= height[:, 1:]
    rows, columns = np.nonzero(peak)
    lower, upper = grid[rows, np.maximum(columns - 1, 0)], grid[rows, np.minimum(columns + 1, GRID - 1)]
    chosen = studies.rows(rows) if rows.size != studies.k.size else studies

    def derivative(t: FloatArray) -> tuple[FloatArray, FloatArray]:
        first, second = score(chosen, t, restricted=restricted)
        return np.where((t == 0) & (first <= 0), 0.0, first), second

    found, done = decreasing_root(derivative, lower, upper, grid[rows, columns])
    return _best(studies.k.size, rows, found, done, log_likelihood(chosen, found, restricted=restricted))


def _best(
    analyses: int, rows: NDArray[np.intp], found: FloatArray, done: BoolArray, height: FloatArray
) -> tuple[FloatArray, BoolArray]:
    if rows.size == analyses:
        return found, done
    order = np.lexsort((height, rows))
    last = np.searchsorted(rows[order], np.arange(analyses), side="right") - 1
    return found[order][last], done[order][last]


def _on_grid(studies: Studies, grid: FloatArray, *, restricted: bool) -> FloatArray:
    """Return the profile log-likelihood, up to a constant, of each analysis at each tau2 of its grid (B, G)."""
    y = studies.y - weighted_mean(studies.y, studies.one)[:, np.newaxis]
    variance = studies.v[:, np.newaxis, :] + grid[:, :, np.newaxis]
    w = studies.one[:, np.newaxis, :] / variance
    s1 = w.sum(axis=-1)
    wy = np.einsum("bgk,bk->bg", w, studies.one * y)
    squares = np.einsum("bgk,bk->bg", w, studies.one * y**2) - wy**2 / s1
    total = np.einsum("bgk,bk->bg", np.log(variance), studies.one) + squares
    result: FloatArray = -(total + np.log(s1)) / 2 if restricted else -total / 2
    return result
