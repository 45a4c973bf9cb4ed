"""Step-function selection models: how likely studies are to be published depends on their p-value.

Vevea & Hedges 1995, Psychometrika 60:419. With steps a_1 < ... < a_{J-1} < 1 a study whose p-value lies in interval j
appears with relative probability delta_j, delta_1 = 1. The likelihood of what is seen, y ~ N(mu, v + tau2), is::

    l = sum log delta_{j(i)} + log N(y_i; mu, v_i + tau2) - log sum_j delta_j P(p_i in interval j)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.box_newton import gradient_differences, maximise
from mscevidence.stats.display import Row, Shown
from mscevidence.stats.distributions import chi2_tail, critical_value
from mscevidence.stats.inputs import FloatArray, IntArray, choose, names, tail
from mscevidence.stats.pooling import random_effects
from mscevidence.stats.single import single_analysis

ALTERNATIVES = names({"greater": (), "less": (), "two-sided": ("two.sided", "both")})
LARGEST = 100.0
"""Upper limit of delta: beyond it the likelihood is flat."""


@dataclass(frozen=True, slots=True)
class SelectionModel(Shown):
    """Maximum-likelihood fit of a step-function selection model.

    Attributes:
        steps: upper limits of the p-value intervals, the last one 1; `alternative`: direction of the p-values.
        mu, se, lower, upper: mean effect before selection; `tau2`, `tau2_se`: its variance (se NaN at 0).
        delta: (J) relative probability of publication, first 1; `delta_se`: NaN for the first and at 0.
        in_interval: (J) number of observed studies per interval.
        log_likelihood: at the maximum; `lrt`, `lrt_df`, `lrt_p`: likelihood-ratio test against no selection.
        k: number of studies; `converged`: whether the search ended in a maximum.
    """

    _lead = "delta"
    _hidden = ("mu", "se", "lower", "upper", "tau2", "tau2_se")

    steps: tuple[float, ...]
    alternative: str
    mu: float
    se: float
    lower: float
    upper: float
    tau2: float
    tau2_se: float
    delta: FloatArray
    delta_se: FloatArray
    in_interval: IntArray
    log_likelihood: float
    lrt: float
    lrt_df: int
    lrt_p: float
    k: int
    converged: bool

    def rows(self) -> list[Row]:
        """Return the estimate, tau2, and how likely a study with such a p-value is published against the first."""
        edges = [0.0, *self.steps, 1.0] if 1.0 not in self.steps else [0.0, *self.steps]
        found = [("mu", self.mu, self.se), ("tau2", self.tau2, self.tau2_se)]
        names = [f"delta, p {low:g} to {high:g}" for low, high in pairwise(edges)]
        found += [(n, float(d), float(e)) for n, d, e in zip(names, self.delta, self.delta_se, strict=True)]
        limits = [(self.lower, self.upper), *[(float("nan"), float("nan"))] * (len(found) - 1)]
        return [
            {"parameter": name, "estimate": value, "se": se, "lower": lower, "upper": upper}
            for (name, value, se), (lower, upper) in zip(found, limits, strict=True)
        ]

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        edge = (self.delta[1:] == 0) | (self.delta[1:] >= LARGEST * (1 - 1e-6))
        return diagnosis.sentences(
            [
                ((self.in_interval == 0).any(), "An interval of p-values has no study: its delta rests on the model."),
                (edge.any(), f"A delta lies at the limit of its range (0 to {LARGEST:g}): do not interpret it."),
                (self.k < 15, f"{self.k} studies are few for a selection model: take it as a sensitivity analysis."),
                (not self.converged, "The search for the maximum did not converge: do not use this result."),
            ]
        )


@dataclass(frozen=True, slots=True)
class _Problem:
    """Data and intervals; `limit` (k, L - 1) where intervals change, `group` (L) which delta each has."""

    y: FloatArray
    v: FloatArray
    limit: FloatArray
    group: IntArray
    own: IntArray


def selection_model(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    steps: Iterable[float] = (0.025,),
    alternative: str = "greater",
    mask: ArrayLike | None = None,
    level: float = 0.95,
) -> SelectionModel:
    """Return the step-function selection model.

    Args:
        yi: (k) effect sizes.
        vi: (k) sampling variances.
        steps: where the probability of publication changes, on the p-value scale.
        alternative: direction of the p-values: `greater` (small p for large y), `less` or `two-sided`.
        mask: (k) boolean, True where a study is present.
        level: level of the interval of mu.

    Raises:
        UnknownTermError: no such alternative.
        StatisticsError: steps outside (0, 1), fewer studies than parameters.
    """
    side, alpha = choose(alternative, ALTERNATIVES, kind="alternative"), tail(level)
    inner = sorted({float(step) for step in steps} - {1.0})
    if not inner or not 0 < inner[0] <= inner[-1] < 1:
        raise StatisticsError(f"steps must lie between 0 and 1, got {inner}", hint="0.025 is one-sided p = 0.025")
    y, v, _ = single_analysis(yi, vi, mask=mask, least=len(inner) + 2)
    sign = -1.0 if side == "less" else 1.0
    problem = _problem(sign * y, v, np.array(inner), two_sided=side == "two-sided")
    seen = np.bincount(problem.own, minlength=len(inner) + 1)
    plain = random_effects(problem.y, v, estimator="ML", test="z")
    theta, value, converged = _search(problem, float(plain.mu), float(plain.tau2))
    errors = _standard_errors(problem, theta)
    mu, lrt = sign * theta[0], 2 * (value - float(plain.log_likelihood))
    half = float(critical_value(alpha, np.inf)) * errors[0]
    return SelectionModel(
        steps=(*inner, 1.0), alternative=side, mu=mu, se=errors[0], lower=mu - half, upper=mu + half,
        tau2=float(theta[1]), tau2_se=errors[1],
        delta=np.concatenate([[1.0], theta[2:]]), delta_se=np.concatenate([[np.nan], errors[2:]]),
        in_interval=seen, log_likelihood=value, lrt=max(lrt, 0.0), lrt_df=len(inner),
        lrt_p=float(chi2_tail(lrt, len(inner))), k=int(y.size), converged=converged,
    )  # fmt: skip


def _problem(y: FloatArray, v: FloatArray, steps: FloatArray, *, two_sided: bool) -> _Problem:
    if two_sided:
        one_sided = np.concatenate([steps / 2, 1 - steps[::-1] / 2])
        group = np.concatenate([np.arange(steps.size + 1), np.arange(steps.size)[::-1]])
    else:
        one_sided, group = steps, np.arange(steps.size + 1)
    z = -special.ndtri(one_sided)
    size = y / np.sqrt(v)
    # p <= step belongs to the lower interval.
    own = group[(size[:, np.newaxis] < z).sum(axis=-1)]
    return _Problem(y, v, z * np.sqrt(v)[:, np.newaxis], group, own)


def _search(problem: _Problem, mu: float, tau2: float) -> tuple[FloatArray, float, bool]:
    """Climb from several deltas and return the highest maximum (mu, tau2, delta_2 ..)."""
    count = int(problem.group.max())
    lower = np.array([-np.inf, 0.0, *[0.0] * count])
    upper = np.array([np.inf, np.inf, *[LARGEST] * count])

    def function(theta: FloatArray) -> tuple[float, FloatArray]:
        return _log_likelihood(problem, theta)

    starts = [np.array([mu * f, tau2 + 0.1 * problem.v.min(), *[d] * count]) for f in (1.0, 0.5) for d in (1, 0.2, 4)]
    found = [maximise(function, start, lower, upper) for start in starts]
    return max(found, key=lambda result: (result[1], result[2]))


def _log_likelihood(problem: _Problem, theta: FloatArray) -> tuple[float, FloatArray]:
    """Return the log-likelihood and its gradient in (mu, tau2, delta_2 ..); -inf where it is not defined."""
    mu, tau2, delta = theta[0], theta[1], np.concatenate([[1.0], theta[2:]])
    variance = problem.v + tau2
    if variance.min() <= 0 or (delta[problem.own] <= 0).any():
        return -np.inf, np.zeros_like(theta)
    s, e = np.sqrt(variance), problem.y - mu
    u = (problem.limit - mu) / s[:, np.newaxis]
    edge, density = special.ndtr(u), np.exp(-(u**2) / 2) / np.sqrt(2 * np.pi)
    moment = u * density
    ones, zeros = np.ones((s.size, 1)), np.zeros((s.size, 1))
    # Interval l lies between limit l - 1 (above) and limit l (below).
    share = -np.diff(np.concatenate([ones, edge, zeros], axis=1), axis=1)
    by_u, by_s = (np.diff(np.concatenate([zeros, d, zeros], axis=1), axis=1) for d in (density, moment))
    weight = delta[problem.group]
    total = share @ weight
    if not (total > 0).all():
        return -np.inf, np.zeros_like(theta)
    value = np.log(delta[problem.own]).sum() - np.log(2 * np.pi * variance).sum() / 2
    value -= (e**2 / variance).sum() / 2 + np.log(total).sum()
    gradient = np.empty_like(theta)
    gradient[0] = (e / variance - (by_u @ weight) / s / total).sum()
    gradient[1] = ((e**2 / variance - 1) / (2 * variance) - (by_s @ weight) / (2 * variance) / total).sum()
    for j in range(1, delta.size):
        observed = (problem.own == j).sum() / delta[j] if delta[j] > 0 else 0.0
        gradient[1 + j] = observed - (share[:, problem.group == j].sum(axis=1) / total).sum()
    return float(value), gradient


def _standard_errors(problem: _Problem, theta: FloatArray) -> FloatArray:
    """Return standard errors from the observed information; NaN for tau2 and delta at zero, which are held there."""
    free = np.ones(theta.size, dtype=np.bool_)
    free[1:] = theta[1:] > 1e-8
    hessian = gradient_differences(lambda at: _log_likelihood(problem, at), theta, free)
    errors = np.full(theta.size, np.nan)
    try:
        variance = np.diagonal(np.linalg.inv(-hessian))
    except np.linalg.LinAlgError:
        return errors
    errors[free] = np.sqrt(np.where(variance > 0, variance, np.nan))
    return errors
