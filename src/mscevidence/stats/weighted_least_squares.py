"""Weighted linear regression of effect sizes, and tau2 of the mixed-effects meta-regression, over the last axis.

With W = 1/(v + tau2) and P = W - W X (X'WX)^-1 X'W: coefficients (X'WX)^-1 X'W y, residual sum y'P y. Moments:
Raudenbush 2009, in Cooper et al., Handbook of Research Synthesis, ch. 16; (restricted) likelihood: Viechtbauer 2005,
J Educ Behav Stat 30:261, with the maximum found by looking at a grid and following every local maximum of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mscevidence.errors import StatisticsError
from mscevidence.stats.inputs import FloatArray

GRID = 65


@dataclass(frozen=True, slots=True)
class LeastSquares:
    """Coefficients (..., p), (X'WX)^-1 (..., p, p), and the residual sum of squares sum W e^2 (...)."""

    beta: FloatArray
    covariance: FloatArray
    residual_sum: FloatArray


def least_squares(y: FloatArray, design: FloatArray, w: FloatArray) -> LeastSquares:
    """Return the weighted least-squares fit.

    Args:
        y: (..., k) outcomes.
        design: (..., k, p) predictors.
        w: (..., k) weights, zero for absent studies.

    Raises:
        StatisticsError: the columns of the design are linearly dependent in the studies that have weight.
    """
    root = np.sqrt(w)
    # Columns of length one: covariates of very different size must not look dependent.
    scaled = design * root[..., np.newaxis]
    size = np.sqrt((scaled**2).sum(axis=-2))
    if not (size > 0).all():
        raise singular()
    q, r = np.linalg.qr(scaled / size[..., np.newaxis, :])
    if (np.abs(np.diagonal(r, axis1=-2, axis2=-1)) < 1e-9).any():
        raise singular()
    inverse = np.linalg.inv(r) / size[..., np.newaxis]
    beta = np.einsum("...pq,...kq,...k->...p", inverse, q, y * root)
    residual = y - np.einsum("...kp,...p->...k", design, beta)
    return LeastSquares(beta, inverse @ np.swapaxes(inverse, -1, -2), (w * residual**2).sum(axis=-1))


def singular() -> StatisticsError:
    """Return the error for a design whose columns are linearly dependent."""
    return StatisticsError(
        "the regression cannot be estimated: a predictor does not vary, or repeats what others say",
        hint="leave the predictor out, or give more studies",
    )


def residual_tau2(y: FloatArray, v: FloatArray, design: FloatArray, estimator: str) -> float:
    """Return tau2 of the meta-regression of `y` (k) on `design` (k, p) by `EE`, `DL`, `ML` or `REML`.

    Raises:
        StatisticsError: a singular design, no more studies than coefficients, no such estimator.
    """
    k, p = design.shape
    if estimator == "EE":
        return 0.0
    if k <= p:
        raise StatisticsError(f"{k} studies cannot determine {p} coefficients and tau2", hint="at least p + 1 studies")
    if estimator == "DL":
        w = 1 / v
        fit = least_squares(y, design, w)
        trace = w.sum() - np.einsum("pq,kq,k,kp->", fit.covariance, design, w**2, design)
        return float(max(0.0, (fit.residual_sum - (k - p)) / trace))
    if estimator not in {"ML", "REML"}:
        raise StatisticsError(f"no tau2 estimator {estimator!r} for regression", hint="EE, DL, ML or REML")
    return _likelihood(y, v, design, restricted=estimator == "REML")


def regression_log_likelihood(
    y: FloatArray, v: FloatArray, design: FloatArray, tau2: FloatArray, *, restricted: bool
) -> FloatArray:
    """Return the (restricted) log-likelihood at each tau2 (T), up to a constant."""
    variance = v + tau2[:, np.newaxis]
    fit = least_squares(y, np.broadcast_to(design, (tau2.size, *design.shape)), 1 / variance)
    total = np.log(variance).sum(axis=-1) + fit.residual_sum
    if restricted:
        total = total - np.linalg.slogdet(fit.covariance)[1]
    result: FloatArray = -total / 2
    return result


def _score(y: FloatArray, v: FloatArray, design: FloatArray, tau2: float, *, restricted: bool) -> tuple[float, float]:
    """Return first and second derivative of the profile log-likelihood: -(tr - y'PPy)/2, tr(..)/2 - y'PPPy."""
    w = 1 / (v + tau2)
    covariance = least_squares(y, design, w).covariance
    projection = np.diag(w) - (w[:, np.newaxis] * design) @ covariance @ (design * w[:, np.newaxis]).T
    e = projection @ y
    pe = projection @ e
    if restricted:
        trace, trace2 = np.trace(projection), (projection**2).sum()
    else:
        trace, trace2 = w.sum(), (w**2).sum()
    return float(e @ e - trace) / 2, float(trace2 / 2 - e @ pe)


def _likelihood(y: FloatArray, v: FloatArray, design: FloatArray, *, restricted: bool) -> float:
    k, p = design.shape
    spread = float(least_squares(y, design, np.ones_like(v)).residual_sum)
    m, smallest, largest = (k - p) if restricted else k, float(v.min()), float(v.max())
    # Beyond this the score is negative: y'PPy <= spread/(v_min + t)^2 and the trace is at least m/(v_max + t).
    s = (spread + np.sqrt(spread**2 + 4 * m * spread * (largest - smallest))) / (2 * m)
    bound = max(s - smallest, 0.0)
    if bound == 0:
        return 0.0
    grid = smallest * np.expm1(np.log1p(bound / smallest) * np.linspace(0, 1, GRID))
    height = np.concatenate(
        [[-np.inf], regression_log_likelihood(y, v, design, grid, restricted=restricted), [-np.inf]]
    )
    peaks = np.flatnonzero((height[1:-1] > height[:-2]) & (height[1:-1] >= height[2:]))
    found = np.array([_climb(y, v, design, grid, int(i), restricted=restricted) for i in peaks])
    heights = regression_log_likelihood(y, v, design, found, restricted=restricted)
    return float(found[np.argmax(heights)])


def _climb(
    y: FloatArray, v: FloatArray, design: FloatArray, grid: FloatArray, index: int, *, restricted: bool
) -> float:
    """Follow the score to zero between the grid points beside a peak; zero if the score is negative there."""
    low, high, x = grid[max(index - 1, 0)], grid[min(index + 1, GRID - 1)], grid[index]
    if x == 0 and _score(y, v, design, 0.0, restricted=restricted)[0] <= 0:
        return 0.0
    for _ in range(100):
        value, slope = _score(y, v, design, float(x), restricted=restricted)
        low, high = (x, high) if value > 0 else (low, x)
        step = -value / slope if slope < 0 else np.inf
        new = x + step if low <= x + step <= high else (low + high) / 2
        if abs(new - x) <= 1e-14 * (1e-3 + abs(x)):
            return float(new)
        x = new
    return float(x)
