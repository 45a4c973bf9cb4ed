"""Estimators of the between-study variance tau2, each once, over the last axis.

Sources: Veroniki et al. 2016, Res Synth Methods 7:55 (review of all); DerSimonian & Laird 1986; Hedges 1983; Hunter &
Schmidt 1990; Sidik & Jonkman 2005; Paule & Mandel 1982; Viechtbauer 2021 (median-unbiased Paule-Mandel); DerSimonian
& Kacker 2007 (general Q).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mscevidence.stats.distributions import chi2_quantile
from mscevidence.stats.inputs import BoolArray, FloatArray, names
from mscevidence.stats.likelihood import tau2_maximum
from mscevidence.stats.roots import decreasing_root
from mscevidence.stats.studies import Studies, inner, residual_sum, total, weighted_mean

ESTIMATORS = names(
    {
        "EE": ("FE", "CE", "common", "fixed", "equal-effects"),
        "DL": ("dersimonian-laird",),
        "HE": ("hedges",),
        "HS": ("hunter-schmidt",),
        "HSk": ("hunter-schmidt-k",),
        "SJ": ("sidik-jonkman",),
        "ML": ("maximum-likelihood",),
        "REML": ("restricted-maximum-likelihood",),
        "EB": ("empirical-bayes",),
        "PM": ("paule-mandel",),
        "PMM": ("median-unbiased",),
        "GENQ": ("generalised-q", "generalized-q"),
    }
)


class Tau2(NamedTuple):
    """Estimate, its standard error, and whether the search converged; one value per analysis."""

    value: FloatArray
    se: FloatArray
    converged: BoolArray


def estimate(studies: Studies, estimator: str, weights: FloatArray | None = None) -> Tau2:
    """Return tau2 by the estimator with this code.

    Args:
        studies: (..., k).
        estimator: code, such as `REML`.
        weights: (..., k) the weights a_i of `GENQ`, zero for absent studies.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        if estimator == "GENQ":
            found = _general_q(studies, studies.one if weights is None else weights)
        else:
            found = _FUNCTIONS[estimator](studies)
    if not studies.alone:
        return found
    several = studies.k > 1
    return Tau2(np.where(several, found.value, 0.0), np.where(several, found.se, np.nan), found.converged | ~several)


def _sure(studies: Studies) -> BoolArray:
    return np.ones(studies.k.shape, dtype=np.bool_)


def _none(studies: Studies) -> Tau2:
    return Tau2(np.zeros_like(studies.k), np.full_like(studies.k, np.nan), _sure(studies))


def quadratic_variance(studies: Studies, a: FloatArray, tau2: FloatArray) -> FloatArray:
    """Return the variance of sum a (y - mean_a)^2 under tau2: 2 tr(A V A V) with A = diag(a) - a a'/sum a."""
    s, variance = a.sum(axis=-1), studies.v + tau2[..., np.newaxis]
    first, second = a * variance, a**2 * variance
    trace = (first**2).sum(axis=-1) - 2 * (first * second).sum(axis=-1) / s + (second.sum(axis=-1) / s) ** 2
    result: FloatArray = 2 * trace
    return result


def _general_q(studies: Studies, a: FloatArray) -> Tau2:
    """DerSimonian & Kacker 2007, eq. 6: method of moments with any fixed weights a."""
    s1, s2 = total(a), inner(a, a)
    q = residual_sum(studies.y, a, weighted_mean(studies.y, a))
    first = a * studies.v
    expected = total(first) - inner(a, first) / s1
    trace = s1 - s2 / s1
    value = np.maximum((q - expected) / trace, 0.0)
    return Tau2(value, np.sqrt(quadratic_variance(studies, a, value)) / trace, _sure(studies))


def _dersimonian_laird(studies: Studies) -> Tau2:
    return _general_q(studies, studies.precision())


def _hedges(studies: Studies) -> Tau2:
    return _general_q(studies, studies.one)


def _hunter_schmidt(studies: Studies, factor: FloatArray) -> Tau2:
    w = studies.precision()
    q = residual_sum(studies.y, w, weighted_mean(studies.y, w))
    value = np.maximum((factor * q - studies.k) / w.sum(axis=-1), 0.0)
    return Tau2(value, factor * np.sqrt(quadratic_variance(studies, w, value)) / w.sum(axis=-1), _sure(studies))


def _sidik_jonkman(studies: Studies) -> Tau2:
    """Sidik & Jonkman 2005: start from the variance of y with divisor k; identical outcomes give 0."""
    tau0 = residual_sum(studies.y, studies.one, weighted_mean(studies.y, studies.one)) / studies.k
    w = studies.weights(tau0)
    scale = tau0 / (studies.k - 1)
    value = scale * residual_sum(studies.y, w, weighted_mean(studies.y, w))
    return Tau2(value, scale * np.sqrt(quadratic_variance(studies, w, value)), _sure(studies))


def _likelihood(studies: Studies, *, restricted: bool) -> Tau2:
    value, converged = tau2_maximum(studies, restricted=restricted)
    return Tau2(value, information_se(studies, value, restricted=restricted), converged)


def information_se(studies: Studies, tau2: FloatArray, *, restricted: bool) -> FloatArray:
    """Return the standard error of tau2 from the expected information of the (restricted) likelihood at tau2."""
    w = studies.weights(tau2)
    s1, s2 = total(w), inner(w, w)
    information = s2 - 2 * inner(w, w * w) / s1 + (s2 / s1) ** 2 if restricted else s2
    result: FloatArray = np.sqrt(2 / information)
    return result


def _paule_mandel(studies: Studies, target: FloatArray) -> Tau2:
    """Root in tau2 of the generalised Q statistic = target (Paule & Mandel 1982; DerSimonian & Kacker 2007, eq. 11)."""
    value, converged = generalised_q_root(studies, target)
    se = np.sqrt(2 * studies.k**2 / (studies.k - 1)) / studies.weights(value).sum(axis=-1)
    return Tau2(value, se, converged)


def generalised_q(studies: Studies, tau2: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return Q(tau2) = sum W (y - mu_W)^2 and its derivative -sum W^2 (y - mu_W)^2."""
    w = studies.weights(tau2)
    residual = studies.y - weighted_mean(studies.y, w)[..., np.newaxis]
    weighted = w * residual
    return inner(weighted, residual), -inner(weighted, weighted)


def generalised_q_root(studies: Studies, target: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Return tau2 >= 0 where Q(tau2) = target, 0 where Q(0) is below it, and whether the search converged."""
    zero = np.zeros_like(studies.k)
    above = generalised_q(studies, zero)[0] > target
    goal = np.where(above & (target > 0), target, 1.0)
    # Q(t) <= sum (y - mean)^2 / (min v + t) bounds the root from above.
    spread = residual_sum(studies.y, studies.one, weighted_mean(studies.y, studies.one))
    smallest = studies.smallest_variance()
    upper = np.where(above, np.maximum(spread / goal - smallest, 0.0) * (1 + 1e-12), 0.0)

    def surplus(t: FloatArray) -> tuple[FloatArray, FloatArray]:
        value, slope = generalised_q(studies, t)
        return np.where(above, value - goal, 0.0), slope

    return decreasing_root(surplus, zero, upper, zero)


def _median_target(studies: Studies) -> FloatArray:
    return chi2_quantile(0.5, np.maximum(studies.k - 1, 1))


_FUNCTIONS: dict[str, Callable[[Studies], Tau2]] = {
    "EE": _none,
    "DL": _dersimonian_laird,
    "HE": _hedges,
    "HS": lambda studies: _hunter_schmidt(studies, np.ones_like(studies.k)),
    "HSk": lambda studies: _hunter_schmidt(studies, studies.k / (studies.k - 1)),
    "SJ": _sidik_jonkman,
    "ML": lambda studies: _likelihood(studies, restricted=False),
    "REML": lambda studies: _likelihood(studies, restricted=True),
    "EB": lambda studies: _paule_mandel(studies, studies.k - 1),
    "PM": lambda studies: _paule_mandel(studies, studies.k - 1),
    "PMM": lambda studies: _paule_mandel(studies, _median_target(studies)),
}
