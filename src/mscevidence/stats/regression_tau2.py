"""Estimators of the residual between-study variance in a meta-regression of one analysis.

P = W - W X (X'WX)^-1 X'W takes the place that weighting around the mean has without moderators. Sources: Raudenbush
2009 and Viechtbauer et al. 2015, Psychol Methods 20:360 (all estimators with moderators); Panityakul, Bumrungsup &
Knapp 2013, J Stat Theory Appl 12:113 (PM); Sidik & Jonkman 2005, J Biopharm Stat 15:823.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mscevidence.errors import StatisticsError
from mscevidence.stats.distributions import chi2_quantile
from mscevidence.stats.inputs import FloatArray
from mscevidence.stats.roots import decreasing_root
from mscevidence.stats.weighted_least_squares import least_squares, residual_tau2


@dataclass(frozen=True, slots=True)
class Regression:
    """One analysis: outcomes y (k,), variances v (k,), design (k, p)."""

    y: FloatArray
    v: FloatArray
    design: FloatArray

    @property
    def df(self) -> int:
        """Residual degrees of freedom, k - p."""
        return int(self.design.shape[0] - self.design.shape[1])

    def projection(self, w: FloatArray) -> FloatArray:
        """Return P = W - W X (X'WX)^-1 X'W for the weights w."""
        weighted = w[:, np.newaxis] * self.design
        covariance = least_squares(self.y, self.design, w).covariance
        result: FloatArray = np.diag(w) - weighted @ covariance @ weighted.T
        return result

    def residual_sum(self, w: FloatArray) -> float:
        """Return sum w e^2 of the fit with weights w."""
        return float(least_squares(self.y, self.design, w).residual_sum)


@dataclass(frozen=True, slots=True)
class ResidualTau2:
    """Estimate and its standard error (NaN where there is none)."""

    value: float
    se: float


def estimate(data: Regression, estimator: str) -> ResidualTau2:
    """Return the residual tau2 by the estimator with this code.

    Raises:
        StatisticsError: a singular design, or no more studies than coefficients.
    """
    k, p = data.design.shape
    if estimator == "EE":
        least_squares(data.y, data.design, 1 / data.v)
        return ResidualTau2(0.0, float("nan"))
    if k <= p:
        raise StatisticsError(f"{k} studies cannot determine {p} coefficients and tau2", hint="at least p + 1 studies")
    return _FUNCTIONS[estimator](data)


def _quadratic(data: Regression, w: FloatArray, scale: float, shift: float) -> ResidualTau2:
    """Return max(0, scale y'Py - shift) with the standard error of the quadratic form under that tau2."""
    projection = data.projection(w)
    value = max(0.0, scale * data.residual_sum(w) - shift)
    product = projection * (data.v + value)
    return ResidualTau2(value, scale * float(np.sqrt(2 * np.sum(product * product.T))))


def _moments(data: Regression, w: FloatArray) -> ResidualTau2:
    projection = data.projection(w)
    trace = float(np.trace(projection))
    return _quadratic(data, w, 1 / trace, float(np.diag(projection) @ data.v) / trace)


def _hunter_schmidt(data: Regression, factor: float) -> ResidualTau2:
    w = 1 / data.v
    total = float(w.sum())
    return _quadratic(data, w, factor / total, data.y.size / total)


def _sidik_jonkman(data: Regression) -> ResidualTau2:
    tau0 = float(np.mean((data.y - data.y.mean()) ** 2))
    if tau0 == 0:
        return ResidualTau2(0.0, float("nan"))
    return _quadratic(data, 1 / (data.v + tau0), tau0 / data.df, 0.0)


def _likelihood(data: Regression, estimator: str) -> ResidualTau2:
    value = residual_tau2(data.y, data.v, data.design, estimator)
    w = 1 / (data.v + value)
    information = np.sum(data.projection(w) ** 2) if estimator == "REML" else np.sum(w**2)
    return ResidualTau2(value, float(np.sqrt(2 / information)))


def _paule_mandel(data: Regression, target: float) -> ResidualTau2:
    def surplus(tau2: FloatArray) -> tuple[FloatArray, FloatArray]:
        w = 1 / (data.v + tau2)
        e = data.projection(w) @ data.y
        return np.asarray(data.residual_sum(w) - target), np.asarray(-(e @ e))

    value = np.zeros(())
    if surplus(value)[0] > 0:
        spread = data.residual_sum(np.ones_like(data.v))
        bound = np.asarray(max(spread / target - float(data.v.min()), 0.0) * (1 + 1e-12))
        value, _ = decreasing_root(surplus, value, bound, value)
    w = 1 / (data.v + value)
    return ResidualTau2(float(value), float(np.sqrt(2 * data.y.size**2 / data.df) / w.sum()))


_FUNCTIONS: dict[str, Callable[[Regression], ResidualTau2]] = {
    "DL": lambda data: _moments(data, 1 / data.v),
    "HE": lambda data: _moments(data, np.ones_like(data.v)),
    "GENQ": lambda data: _moments(data, np.ones_like(data.v)),
    "HS": lambda data: _hunter_schmidt(data, 1.0),
    "HSk": lambda data: _hunter_schmidt(data, data.y.size / data.df),
    "SJ": _sidik_jonkman,
    "ML": lambda data: _likelihood(data, "ML"),
    "REML": lambda data: _likelihood(data, "REML"),
    "EB": lambda data: _paule_mandel(data, float(data.df)),
    "PM": lambda data: _paule_mandel(data, float(data.df)),
    "PMM": lambda data: _paule_mandel(data, float(chi2_quantile(0.5, data.df))),
}
