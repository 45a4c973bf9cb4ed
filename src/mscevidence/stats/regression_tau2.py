"""Estimators of the residual between-study variance in meta-regressions, each once, over a batch of analyses.

P = W - W X (X'WX)^-1 X'W takes the place that weighting around the mean has without moderators. It is never built: with
W^(1/2) X = Q R it is W^(1/2) (I - QQ') W^(1/2), and all that is needed of it are sums over studies and p x p products.
Sources: Raudenbush 2009, in Cooper et al., Handbook of Research Synthesis, ch. 16, and Viechtbauer et al. 2015, Psychol
Methods 20:360 (all estimators with moderators); Panityakul, Bumrungsup & Knapp 2013, J Stat Theory Appl 12:113 (PM);
Sidik & Jonkman 2005, J Biopharm Stat 15:823.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from mscevidence.errors import StatisticsError
from mscevidence.stats.distributions import chi2_quantile
from mscevidence.stats.inputs import BoolArray, FloatArray
from mscevidence.stats.likelihood import last_stationary_point
from mscevidence.stats.profile_maximum import maximum
from mscevidence.stats.roots import decreasing_root
from mscevidence.stats.studies import inner, total
from mscevidence.stats.tau2 import Tau2
from mscevidence.stats.weighted_least_squares import Decomposition, decompose

_BLOCK = 200_000


class Regression(NamedTuple):
    """Analyses of outcomes y (B, k) with variances v (B, k) on designs (B, k, p).

    Absent studies have y 0, v 1, a row of zeros in the design, and `one` 0; `k` is the number of present ones (B).
    """

    y: FloatArray
    v: FloatArray
    design: FloatArray
    one: FloatArray
    k: FloatArray

    @property
    def df(self) -> FloatArray:
        """Residual degrees of freedom, k - p."""
        result: FloatArray = self.k - self.design.shape[-1]
        return result

    def rows(self, index: Any) -> Regression:
        """Return the analyses of `index`."""
        return Regression(*(part[index] for part in self))

    def spread(self) -> Regression:
        """Return the analyses with an axis for several values of tau2 after the first one."""
        y, v, design, one, k = self
        return Regression(y[:, None], v[:, None], design[:, None], one[:, None], k[:, None])

    def fit(self, tau2: FloatArray | None = None) -> RegressionFit:
        """Return the regressions with weights 1/(v + tau2), or without weights."""
        variance = np.ones_like(self.v) if tau2 is None else self.v + tau2[..., np.newaxis]
        return self.weighted(self.one / variance)

    def weighted(self, w: FloatArray) -> RegressionFit:
        """Return the regressions with weights w (..., k), zero for absent studies."""
        parts = decompose(np.broadcast_to(self.design, (*w.shape, self.design.shape[-1])), w)
        beta = parts.coefficients(self.y)
        residual = self.y - np.einsum("...kp,...p->...k", self.design, beta)
        return RegressionFit(w, parts, beta, residual, (parts.q**2).sum(axis=-1))


class RegressionFit(NamedTuple):
    """Regressions with the weights w: coefficients, residuals, and leverages |q_i|^2 of the studies."""

    w: FloatArray
    parts: Decomposition
    beta: FloatArray
    residual: FloatArray
    leverage: FloatArray

    @property
    def rest(self) -> FloatArray:
        """y'Py, the residual sum of squares."""
        return inner(self.w * self.residual, self.residual)

    @property
    def squares(self) -> FloatArray:
        """Y'PPy."""
        weighted = self.w * self.residual
        return inner(weighted, weighted)

    @property
    def cubes(self) -> FloatArray:
        """Y'PPPy."""
        weighted = self.w * self.parts.root * self.residual
        carried = np.einsum("...kp,...k->...p", self.parts.q, weighted)
        return inner(weighted, weighted) - inner(carried, carried)

    def trace(self, diagonal: FloatArray | None = None) -> FloatArray:
        """Return tr(P D) for a diagonal matrix D (..., k), without one tr(P)."""
        w = self.w if diagonal is None else self.w * diagonal
        return total(w * (1 - self.leverage))

    def trace_square(self, variance: FloatArray | None = None) -> FloatArray:
        """Return tr(P V P V) for variances V (..., k), without them tr(PP)."""
        u = self.w if variance is None else self.w * variance
        crossed = np.swapaxes(self.parts.q, -1, -2) @ (u[..., np.newaxis] * self.parts.q)
        result: FloatArray = total(u**2 * (1 - 2 * self.leverage)) + (crossed**2).sum(axis=(-1, -2))
        return result


class RegressionProfile(NamedTuple):
    """The (restricted) likelihoods of B regressions as functions of tau2; `data` have outcomes that are residuals."""

    data: Regression
    restricted: bool

    @property
    def shape(self) -> tuple[int, ...]:
        """(B, k)."""
        return self.data.y.shape

    def rows(self, index: Any) -> RegressionProfile:
        """Return the analyses of `index`."""
        return RegressionProfile(self.data.rows(index), self.restricted)

    def smallest_variance(self) -> FloatArray:
        """Return the smallest sampling variance of each analysis."""
        result: FloatArray = np.where(self.data.one > 0, self.data.v, np.inf).min(axis=-1)
        return result

    def bound(self) -> FloatArray:
        """Return a value of tau2 beyond which the log-likelihood falls."""
        largest = (self.data.one * self.data.v).max(axis=-1)
        df = self.data.df if self.restricted else self.data.k
        return last_stationary_point(self.data.fit().rest, df, self.smallest_variance(), largest)

    def slopes(self, grid: FloatArray) -> FloatArray:
        """Return twice the derivative of each analysis at each tau2 of its grid (B, G)."""
        found = np.empty(grid.shape)
        rows = max(1, _BLOCK // (grid.shape[1] * self.shape[1] * self.data.design.shape[-1]))
        for start in range(0, self.shape[0], rows):
            part = slice(start, start + rows)
            fit = self.data.rows(part).spread().fit(grid[part])
            found[part] = fit.squares - (fit.trace() if self.restricted else total(fit.w))
        return found

    def score(self, tau2: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return first and second derivative: (y'PPy - tr)/2 and tr(..)/2 - y'PPPy."""
        fit = self.data.fit(tau2)
        first, second = (fit.trace(), fit.trace_square()) if self.restricted else (total(fit.w), inner(fit.w, fit.w))
        return (fit.squares - first) / 2, second / 2 - fit.cubes

    def height(self, tau2: FloatArray) -> FloatArray:
        """Return the log-likelihood up to a constant."""
        fit = self.data.fit(tau2)
        deviance = inner(self.data.one, np.log(self.data.v + tau2[..., np.newaxis])) + fit.rest
        return -(deviance + fit.parts.log_determinant if self.restricted else deviance) / 2


def estimate(data: Regression, estimator: str) -> Tau2:
    """Return the residual tau2 of each analysis by the estimator with this code.

    Every analysis must have a regular design, and more studies than coefficients unless the estimator is `EE`.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return _FUNCTIONS[estimator](data)


def too_few(k: int, p: int) -> StatisticsError:
    """Return the error for too few studies."""
    return StatisticsError(f"{k} studies cannot determine {p} coefficients and tau2", hint="at least p + 1 studies")


def _sure(data: Regression) -> BoolArray:
    return np.ones(data.k.shape, dtype=np.bool_)


def _none(data: Regression) -> Tau2:
    return Tau2(np.zeros_like(data.k), np.full_like(data.k, np.nan), _sure(data))


def _quadratic(data: Regression, fit: RegressionFit, scale: FloatArray, shift: FloatArray) -> Tau2:
    """Return max(0, scale y'Py - shift) with the standard error of the quadratic form under that tau2."""
    value = np.maximum(0.0, scale * fit.rest - shift)
    spread = fit.trace_square(data.v + value[..., np.newaxis])
    return Tau2(value, scale * np.sqrt(2 * spread), _sure(data))


def _moments(data: Regression, w: FloatArray) -> Tau2:
    fit = data.weighted(w)
    trace = fit.trace()
    return _quadratic(data, fit, 1 / trace, fit.trace(data.v) / trace)


def _hunter_schmidt(data: Regression, factor: FloatArray) -> Tau2:
    fit = data.fit(np.zeros_like(data.k))
    sum_w = total(fit.w)
    return _quadratic(data, fit, factor / sum_w, data.k / sum_w)


def _sidik_jonkman(data: Regression) -> Tau2:
    mean = inner(data.one, data.y) / data.k
    tau0 = inner(data.one, (data.y - mean[..., np.newaxis]) ** 2) / data.k
    equal = tau0 == 0
    found = _quadratic(data, data.fit(np.where(equal, 1.0, tau0)), tau0 / data.df, np.zeros_like(tau0))
    return Tau2(found.value, np.where(equal, np.nan, found.se), found.converged)


def _likelihood(data: Regression, *, restricted: bool) -> Tau2:
    residual = data.fit().residual
    value, converged = maximum(RegressionProfile(data._replace(y=data.one * residual), restricted))
    fit = data.fit(value)
    information = fit.trace_square() if restricted else inner(fit.w, fit.w)
    return Tau2(value, np.sqrt(2 / information), converged)


def _paule_mandel(data: Regression, target: FloatArray) -> Tau2:
    """Root in tau2 of y'Py = target, 0 where y'Py is below it at 0."""
    zero = np.zeros_like(data.k)
    above = data.fit(zero).rest > target
    smallest = np.where(data.one > 0, data.v, np.inf).min(axis=-1)
    upper = np.where(above, np.maximum(data.fit().rest / target - smallest, 0.0) * (1 + 1e-12), 0.0)

    def surplus(tau2: FloatArray) -> tuple[FloatArray, FloatArray]:
        fit = data.fit(tau2)
        return np.where(above, fit.rest - target, 0.0), -fit.squares

    value, converged = decreasing_root(surplus, zero, upper, zero)
    return Tau2(value, np.sqrt(2 * data.k**2 / data.df) / total(data.fit(value).w), converged)


_FUNCTIONS: dict[str, Callable[[Regression], Tau2]] = {
    "EE": _none,
    "DL": lambda data: _moments(data, data.one / data.v),
    "HE": lambda data: _moments(data, data.one),
    "GENQ": lambda data: _moments(data, data.one),
    "HS": lambda data: _hunter_schmidt(data, np.ones_like(data.k)),
    "HSk": lambda data: _hunter_schmidt(data, data.k / data.df),
    "SJ": _sidik_jonkman,
    "ML": lambda data: _likelihood(data, restricted=False),
    "REML": lambda data: _likelihood(data, restricted=True),
    "EB": lambda data: _paule_mandel(data, data.df),
    "PM": lambda data: _paule_mandel(data, data.df),
    "PMM": lambda data: _paule_mandel(data, chi2_quantile(0.5, data.df)),
}
