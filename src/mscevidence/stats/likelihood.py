"""The (restricted) likelihood of the normal-normal model, and its global maximum over tau2 >= 0.

With W = 1/(v + tau2), mu = sum W y / sum W (Hardy & Thompson 1996, Stat Med 15:619; Viechtbauer 2005, J Educ Behav
Stat 30:261)::

    ML    l(tau2) = -1/2 [k log(2 pi) + sum log(v + tau2) + sum W (y - mu)^2]
    REML  l(tau2) = -1/2 [(k-1) log(2 pi) - log k + sum log(v + tau2) + log sum W + sum W (y - mu)^2]

The profile can have several maxima. All stationary points lie below a bound that follows from the score; the
derivative is looked at on a grid up to that bound, and every local maximum that the grid shows is followed to the end.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mscevidence.stats.inputs import BoolArray, FloatArray
from mscevidence.stats.roots import decreasing_root
from mscevidence.stats.studies import Studies, Weighted, inner, total

GRID = 65
"""Most points of a grid; they lie no further apart than `_STRIDE` in log(v_min + tau2) while these are enough."""
_STRIDE = 0.2
_SMALL = 10_000
_STEPS = np.arange(float(GRID))
_BLOCK = 20_000
_LOG_2PI = float(np.log(2 * np.pi))
_ELEMENTS = 4_000_000


def log_likelihood(studies: Studies, tau2: FloatArray, *, restricted: bool) -> FloatArray:
    """Return the (restricted) log-likelihood at tau2 and the weighted mean, with all constants."""
    at = studies.weighted(tau2)
    return height(studies, at, at.rest, restricted=restricted)


def height(studies: Studies, at: Weighted, rest: FloatArray, *, restricted: bool) -> FloatArray:
    """Return the log-likelihood of studies weighted at a tau2, with sum W (y - mu)^2 = `rest` at any mu."""
    deviance = studies.k * _LOG_2PI + inner(studies.one, np.log(at.variance)) + rest
    if restricted:
        deviance += np.log(at.total / studies.k) - _LOG_2PI
    return deviance * -0.5


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
    return _bound(studies.centred(), studies.smallest_variance(), restricted=restricted)


def _bound(centred: Studies, smallest: FloatArray, *, restricted: bool) -> FloatArray:
    spread = inner(centred.y, centred.y)
    largest = np.maximum.reduce(centred.v, axis=-1, where=centred.present, initial=0.0)
    half = spread / (2 * (centred.degrees() if restricted else centred.k))
    s = half + np.sqrt(half * (half + 2 * (largest - smallest)))
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
    studies = studies.centred()
    smallest = studies.smallest_variance()
    bound = _bound(studies, smallest, restricted=restricted) * (1 + 1e-12)
    grid = _grid(bound, smallest, studies.y.shape[-1])
    slope = _score_on_grid(studies, grid, restricted=restricted)
    rising = slope > 0
    rising[:, -1] = False
    rows, columns = np.nonzero(rising[:, :-1] & ~rising[:, 1:])
    value, done = np.zeros_like(studies.k), np.isfinite(slope[:, 0] + slope[:, -1])
    if not rows.size:
        return value, done
    found, settled = _peaks(studies, grid, slope, rows, columns, restricted=restricted)
    at_zero = ~rising[:, 0]
    if rows.size + np.count_nonzero(at_zero) == studies.k.size:
        value[rows], done[rows] = found, settled
        return value, done
    # Several local maxima in some analysis: the highest counts.
    zero = np.flatnonzero(at_zero)
    rows, found = np.concatenate([zero, rows]), np.concatenate([value[zero], np.atleast_1d(found)])
    tops = log_likelihood(studies.rows(rows), found, restricted=restricted)
    order = np.lexsort((tops, rows))
    last = order[np.searchsorted(rows[order], np.arange(studies.k.size), side="right") - 1]
    return found[last], np.concatenate([done[zero], np.atleast_1d(settled)])[last]


def _peaks(
    studies: Studies, grid: FloatArray, slope: FloatArray, rows: Any, columns: Any, *, restricted: bool
) -> tuple[FloatArray, BoolArray]:
    """Return the maxima of the analyses `rows` between the grid points `columns` and the next ones."""
    if rows.size == 1:
        # The same with numbers instead of arrays of one number takes half the time.
        rows, columns = rows[0], columns[0]
    lower, upper = grid[rows, columns], grid[rows, columns + 1]
    ahead, behind = slope[rows, columns], np.minimum(slope[rows, columns + 1], 0.0)
    studies = studies.rows(rows)
    # Weighted with (v_min + tau2)^2, about the factor by which the derivative falls, it is nearly a straight line.
    smallest = studies.smallest_variance()
    ahead, behind = ahead * (smallest + lower) ** 2, behind * (smallest + upper) ** 2
    start = lower + (upper - lower) * (ahead / (ahead - behind))
    return _top(studies, lower, upper, start, restricted=restricted)


def _grid(bound: FloatArray, smallest: FloatArray, k: int) -> FloatArray:
    """Return values of tau2 from 0 to the bound of each analysis, in equal steps of log(v_min + tau2), (B, G).

    The likelihood changes on this scale. A small problem has as many points as there may be: they cost little and save
    a step of the search.
    """
    extent = np.log1p(bound / smallest)
    size = GRID
    if GRID * extent.size * k > _SMALL:
        size = min(GRID, int(np.maximum.reduce(extent) / _STRIDE) + 3)
    return smallest[:, np.newaxis] * np.expm1(extent[:, np.newaxis] * (_STEPS[:size] / (size - 1)))


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
    ends = (np.atleast_1d(end) for end in (lower, upper, start))
    return decreasing_root(lambda t: score(studies, t, restricted=restricted), *ends)


def _score_on_grid(studies: Studies, grid: FloatArray, *, restricted: bool) -> FloatArray:
    """Return twice the derivative of the profile log-likelihood of each analysis at each tau2 of its grid (B, G).

    The sums of powers need outcomes that are centred.
    """
    y = studies.y
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
