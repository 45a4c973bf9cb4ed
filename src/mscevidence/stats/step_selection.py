"""Step-function selection models: how likely studies are to be published depends on their p-value.

Vevea & Hedges 1995, Psychometrika 60:419. With steps a_1 < ... < a_{J-1} < 1 a study whose p-value lies in interval j
appears with relative probability delta_j, delta_1 = 1. The likelihood of what is seen, y ~ N(mu, v + tau2), is::

    l = sum log delta_{j(i)} + log N(y_i; mu, v_i + tau2) - log sum_j delta_j P(p_i in interval j)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.box_newton import gradient_differences, maximise
from mscevidence.stats.display import Row, Shown, labelled_rows
from mscevidence.stats.distributions import chi2_tail, critical_value
from mscevidence.stats.inputs import (
    BoolArray,
    FloatArray,
    IntArray,
    aligned,
    choose,
    measured,
    names,
    plain,
    scalar,
    tail,
)
from mscevidence.stats.pooling import random_effects

ALTERNATIVES = names({"greater": (), "less": (), "two-sided": ("two.sided", "both")})
FEW_STUDIES = "few-studies"
LARGEST = 100.0
"""Upper limit of delta: beyond it the likelihood is flat."""


@dataclass(frozen=True, slots=True)
class SelectionModel(Shown):
    """Maximum-likelihood fit of a step-function selection model, or of a batch of them.

    Every field but `steps`, `alternative` and `lrt_df` has the leading shape (...) of the input in front; for a single
    analysis it is empty.

    Attributes:
        steps: upper limits of the p-value intervals, the last one 1; `alternative`: direction of the p-values.
        status: `ok`, or why an analysis of a batch has no estimate (NaN): `few-studies`.
        mu, se, lower, upper: mean effect before selection; `tau2`, `tau2_se`: its variance (se NaN at 0).
        delta: (..., J) relative probability of publication, first 1; `delta_se`: NaN for the first and at 0.
        in_interval: (..., J) number of observed studies per interval.
        log_likelihood: at the maximum; `lrt`, `lrt_df`, `lrt_p`: likelihood-ratio test against no selection.
        k: number of studies; `converged`: whether the search ended in a maximum.
    """

    _lead = "delta"
    _hidden = ("mu", "se", "lower", "upper", "tau2", "tau2_se")

    steps: tuple[float, ...]
    alternative: str
    status: NDArray[np.str_]
    mu: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    tau2: FloatArray
    tau2_se: FloatArray
    delta: FloatArray
    delta_se: FloatArray
    in_interval: IntArray
    log_likelihood: FloatArray
    lrt: FloatArray
    lrt_df: int
    lrt_p: FloatArray
    k: IntArray
    converged: BoolArray

    def rows(self) -> list[Row]:
        """Return the estimate, tau2, and how likely a study with such a p-value is published against the first.

        Of a batch for each analysis, with its likelihood-ratio test and its status.
        """
        parameters = ("mu", "tau2", *(f"delta, p {low:g} to {high:g}" for low, high in pairwise((0.0, *self.steps))))
        nothing = np.full_like(self.delta, np.nan)
        shown = {
            "estimate": _joined(self.mu, self.tau2, self.delta), "se": _joined(self.se, self.tau2_se, self.delta_se),
            "lower": _joined(self.lower, np.full_like(self.lower, np.nan), nothing),
            "upper": _joined(self.upper, np.full_like(self.upper, np.nan), nothing),
        }  # fmt: skip
        of_analysis = {name: getattr(self, name) for name in ("k", "lrt", "lrt_p", "converged", "status")}
        return labelled_rows({"parameter": parameters}, shown, of_analysis)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        usable, converged = np.asarray(self.status) == "ok", np.asarray(self.converged)
        least = len(self.steps) + 1
        empty = np.asarray((self.in_interval == 0).any(axis=-1))
        edge = ((self.delta[..., 1:] == 0) | (self.delta[..., 1:] >= LARGEST * (1 - 1e-6))).any(axis=-1)
        few = f"{self.k} studies are" if np.ndim(self.k) == 0 else "Fewer than 15 studies are"
        return diagnosis.sentences(
            [
                (~usable, f"Fewer than {least} studies: the model has more parameters than that leaves room for."),
                (usable & empty, "An interval of p-values has no study: its delta rests on the model."),
                (usable & edge, f"A delta lies at the limit of its range (0 to {LARGEST:g}): do not interpret it."),
                (
                    usable & (np.asarray(self.k) < 15),
                    f"{few} few for a selection model: take it as a sensitivity analysis.",
                ),
                (usable & ~converged, "The search for the maximum did not converge: do not use this result."),
            ]
        )


def _joined(mu: FloatArray, tau2: FloatArray, delta: FloatArray) -> FloatArray:
    return np.concatenate([np.stack([mu, tau2], axis=-1), delta], axis=-1)


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
    """Return the step-function selection model, of each analysis.

    Every analysis has maxima of its own to be searched for from several starts, so a batch takes as long as its
    analyses do one by one. One with too few studies has NaN and a `status`, and is an error if there is no other.

    Args:
        yi: (..., k) effect sizes.
        vi: (..., k) sampling variances.
        steps: where the probability of publication changes, on the p-value scale.
        alternative: direction of the p-values: `greater` (small p for large y), `less` or `two-sided`.
        mask: (..., k) boolean, True where a study is present.
        level: level of the interval of mu.

    Raises:
        UnknownTermError: no such alternative.
        StatisticsError: steps outside (0, 1), in every analysis fewer studies than parameters.
    """
    side, alpha = choose(alternative, ALTERNATIVES, kind="alternative"), tail(level)
    inner = sorted({scalar("a step", step) for step in steps} - {1.0})
    if not inner or not 0 < inner[0] <= inner[-1] < 1:
        raise StatisticsError(f"steps must lie between 0 and 1, got {inner}", hint="0.025 is one-sided p = 0.025")
    columns, present = aligned(mask, yi=yi, vi=vi)
    measured(columns["yi"], columns["vi"], present)
    lead, k = present.shape[:-1], np.asarray(present.sum(axis=-1))
    usable = k >= len(inner) + 2
    if not usable.any():
        raise StatisticsError(f"{k.max(initial=0)} studies are too few: this method needs at least {len(inner) + 2}")
    values = _nothing(lead, len(inner) + 1)
    sign = -1.0 if side == "less" else 1.0
    for index in np.ndindex(lead):
        y, v = (columns[name][index][present[index]] for name in ("yi", "vi"))
        problem = _problem(sign * y, v, np.array(inner), two_sided=side == "two-sided")
        values["in_interval"][index] = np.bincount(problem.own, minlength=len(inner) + 1)
        for name, value in _fitted(problem).items() if usable[index] else ():
            values[name][index] = value
    values["mu"] *= sign
    half = critical_value(alpha, np.inf) * values["se"]
    values |= {"lower": values["mu"] - half, "upper": values["mu"] + half}
    values |= {"status": np.where(usable, "ok", FEW_STUDIES), "k": k.astype(np.int64)}
    return SelectionModel(
        steps=(*inner, 1.0), alternative=side, lrt_df=len(inner),
        **{name: plain(value) for name, value in values.items()},
    )  # fmt: skip


def _nothing(lead: tuple[int, ...], intervals: int) -> dict[str, Any]:
    """Return the estimates of analyses that have none yet."""
    numbers = ("mu", "se", "tau2", "tau2_se", "log_likelihood", "lrt", "lrt_p")
    return {
        **{name: np.full(lead, np.nan) for name in numbers},
        **{name: np.full((*lead, intervals), np.nan) for name in ("delta", "delta_se")},
        "in_interval": np.zeros((*lead, intervals), dtype=np.int64),
        "converged": np.zeros(lead, dtype=np.bool_),
    }


def _fitted(problem: _Problem) -> dict[str, Any]:
    """Return the estimates of one analysis."""
    plain_fit = random_effects(problem.y, problem.v, estimator="ML", test="z")
    theta, value, converged = _search(problem, float(plain_fit.mu), float(plain_fit.tau2))
    errors = _standard_errors(problem, theta)
    lrt = 2 * (value - float(plain_fit.log_likelihood))
    return {
        "mu": theta[0], "se": errors[0], "tau2": theta[1], "tau2_se": errors[1],
        "delta": np.concatenate([[1.0], theta[2:]]), "delta_se": np.concatenate([[np.nan], errors[2:]]),
        "log_likelihood": value, "lrt": max(lrt, 0.0), "lrt_p": chi2_tail(lrt, theta.size - 2), "converged": converged,
    }  # fmt: skip


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
