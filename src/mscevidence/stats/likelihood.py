"""The (restricted) likelihood of the normal-normal model, and its global maximum over tau2 >= 0.

With W = 1/(v + tau2), mu = sum W y / sum W (Hardy & Thompson 1996, Stat Med 15:619; Viechtbauer 2005, J Educ Behav
Stat 30:261)::

    ML    l(tau2) = -1/2 [k log(2 pi) + sum log(v + tau2) + sum W (y - mu)^2]
    REML  l(tau2) = -1/2 [(k-1) log(2 pi) - log k + sum log(v + tau2) + log sum W + sum W (y - mu)^2]

The profile can have several maxima. All stationary points lie below a bound that follows from the score; the
derivative is looked at on a grid up to that bound, and every local maximum that the grid shows is followed to the end.
"""

from __future__ import annotations

import numpy as np

from mscevidence.stats.inputs import BoolArray, FloatArray
from mscevidence.stats.roots import decreasing_root
from mscevidence.stats.studies import Studies, inner, residual_sum, total, weighted_mean

GRID = 65
"""Most points of a grid; they lie no further apart than `_STRIDE` in log(v_min + tau2) while these are enough."""
_STRIDE = 0.2
_BLOCK = 20_000
_LOG_2PI = float(np.log(2 * np.pi))
_ELEMENTS = 4_000_000


def log_likelihood(studies: Studies, tau2: FloatArray, *, restricted: bool, mu: FloatArray | None = None) -> FloatArray:
    """Return the (restricted) log-likelihood at tau2 with all constants, at the weighted mean unless `mu` is given."""
    w = studies.weights(tau2)
    centre = weighted_mean(studies.y, w) if mu is None else mu
    logs = inner(studies.one, np.log(studies.v + tau2[..., np.newaxis]))
    deviance = studies.k * _LOG_2PI + logs + residual_sum(studies.y, w, centre)
    if restricted:
        deviance = deviance - _LOG_2PI + np.log(total(w) / studies.k)
    return -deviance / 2


def score(studies: Studies, tau2: FloatArray, *, restricted: bool) -> tuple[FloatArray, FloatArray]:
    """Return first and second derivative of the profile log-likelihood with respect to tau2."""
    w = studies.weights(tau2)
    s1, s2 = total(w), inner(w, w)
    e = w * (studies.y - (inner(w, studies.y) / s1)[..., np.newaxis])
    weighted = w * e
    cubic = inner(weighted, e) - total(weighted) ** 2 / s1
    if not restricted:
        return (inner(e, e) - s1) / 2, s2 / 2 - cubic
    ratio = s2 / s1
    trace2 = s2 - 2 * inner(w, w * w) / s1 + ratio**2
    return (inner(e, e) - s1 + ratio) / 2, trace2 / 2 - cubic


def stationary_bound(studies: Studies, *, restricted: bool) -> FloatArray:
    """Return a value of tau2 beyond which the profile log-likelihood falls.

    With S = sum (y - mean)^2: sum W^2 (y - mu)^2 <= S/(v_min + t)^2 and the trace term is at least m/(v_max + t), m =
    k - 1 (REML) or k (ML); the score is negative once m (v_min + t)^2 > S (v_max + t).
    """
    spread = residual_sum(studies.y, studies.one, weighted_mean(studies.y, studies.one))
    smallest = studies.smallest_variance()
    largest = np.maximum.reduce(studies.v, axis=-1, where=studies.present, initial=0.0)
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
    if studies.k.size <= rows:
        return _maximum(studies, restricted=restricted)
    parts = [
        _maximum(studies.rows(slice(start, start + rows)), restricted=restricted)
        for start in range(0, studies.k.shape[0], rows)
    ]
    return np.concatenate([value for value, _ in parts]), np.concatenate([done for _, done in parts])


def _maximum(studies: Studies, *, restricted: bool) -> tuple[FloatArray, BoolArray]:
    bound = stationary_bound(studies, restricted=restricted) * (1 + 1e-12)
    smallest = studies.smallest_variance()
    # Equal steps in log(v_min + tau2): the likelihood changes on this scale.
    extent = np.log1p(bound / smallest)
    widest = float(np.maximum.reduce(extent)) / _STRIDE
    size = int(widest) + 3 if widest < GRID - 3 else GRID
    grid = smallest[:, np.newaxis] * np.expm1(extent[:, np.newaxis] * (np.arange(size) / (size - 1)))
    slope = _score_on_grid(studies, grid, restricted=restricted)
    rising = slope > 0
    rising[:, -1] = False
    rows, columns = np.nonzero(rising[:, :-1] & ~rising[:, 1:])
    value, done = np.zeros_like(studies.k), np.isfinite(slope[:, 0] + slope[:, -1])
    if not rows.size:
        return value, done
    lower, upper = grid[rows, columns], grid[rows, columns + 1]
    ahead, behind = slope[rows, columns], np.minimum(slope[rows, columns + 1], 0.0)
    # Weighted with (v_min + tau2)^2, about the factor by which the derivative falls, it is nearly a straight line.
    ahead, behind = ahead * (smallest[rows] + lower) ** 2, behind * (smallest[rows] + upper) ** 2
    start = lower + (upper - lower) * (ahead / (ahead - behind))
    at_zero = ~rising[:, 0]
    everyone = rows.size == studies.k.size and not at_zero.any()
    found, settled = _top(studies if everyone else studies.rows(rows), lower, upper, start, restricted=restricted)
    if everyone:
        return found, settled
    if rows.size + np.count_nonzero(at_zero) == studies.k.size:
        value[rows], done[rows] = found, settled
        return value, done
    # Several local maxima in some analysis: the highest counts.
    zero = np.flatnonzero(at_zero)
    rows, found = np.concatenate([zero, rows]), np.concatenate([value[zero], found])
    height = log_likelihood(studies.rows(rows), found, restricted=restricted)
    order = np.lexsort((height, rows))
    last = order[np.searchsorted(rows[order], np.arange(studies.k.size), side="right") - 1]
    return found[last], np.concatenate([done[zero], settled])[last]


def _top(
    studies: Studies, lower: FloatArray, upper: FloatArray, start: FloatArray, *, restricted: bool
) -> tuple[FloatArray, BoolArray]:
    """Return the local maximum in each bracket, by plain Newton steps if they stay inside, else by guarded ones."""
    x = start
    for _ in range(6):
        first, second = score(studies, x, restricted=restricted)
        step = first / second
        x = x - step
        # What remains is about the square of the last step.
        if (np.abs(step) <= 1e-6 * x).all():
            if ((x >= lower) & (x <= upper) & (second < 0)).all():
                return x, np.ones(x.shape, dtype=np.bool_)
            break
    return decreasing_root(lambda t: score(studies, t, restricted=restricted), lower, upper, start)


def _score_on_grid(studies: Studies, grid: FloatArray, *, restricted: bool) -> FloatArray:
    """Return twice the derivative of the profile log-likelihood of each analysis at each tau2 of its grid (B, G)."""
    y = studies.one * (studies.y - weighted_mean(studies.y, studies.one)[:, np.newaxis])
    columns = np.empty((*y.shape, 3))
    columns[..., 0], columns[..., 1], columns[..., 2] = studies.one, y, y * y
    first, second = np.empty((*grid.shape, 2)), np.empty((*grid.shape, 3))
    # Blocks that stay in the cache.
    rows = max(1, _BLOCK // (grid.shape[1] * y.shape[1]))
    for start in range(0, y.shape[0], rows):
        part = slice(start, start + rows)
        w = studies.v[part, np.newaxis, :] + grid[part, :, np.newaxis]
        np.reciprocal(w, out=w)
        np.matmul(w, columns[part, :, :2], out=first[part])
        np.multiply(w, w, out=w)
        np.matmul(w, columns[part], out=second[part])
    s1, s2 = first[..., 0], second[..., 0]
    mu = first[..., 1] / s1
    squares = second[..., 2] - mu * (2 * second[..., 1] - mu * s2)
    return squares - s1 + s2 / s1 if restricted else squares - s1
