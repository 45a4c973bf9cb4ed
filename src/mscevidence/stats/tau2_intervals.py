"""Confidence intervals for the between-study variance tau2, and for I2 and H2 with it.

Sources: Viechtbauer 2007, Stat Med 26:37 (Q-profile); Hardy & Thompson 1996, Stat Med 15:619 (profile likelihood);
Biggerstaff & Jackson 2008, Stat Med 27:6093, and Jackson 2013, Res Synth Methods 4:220 (generalised Q); Higgins &
Thompson 2002, Stat Med 21:1539 (H from Q).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats.display import Shown
from mscevidence.stats.distributions import chi2_quantile, critical_value
from mscevidence.stats.gaps import rows_without_studies
from mscevidence.stats.inputs import BoolArray, FloatArray, choose, names, number, plain, tail
from mscevidence.stats.likelihood import log_likelihood, score, stationary_bound
from mscevidence.stats.roots import decreasing_root
from mscevidence.stats.studies import Studies, residual_sum, typical_variance, weighted_mean
from mscevidence.stats.tau2 import ESTIMATORS, estimate, generalised_q, generalised_q_root
from mscevidence.stats.weighted_chi2 import q_distribution

METHODS = names(
    {
        "QP": ("q-profile",),
        "PL": ("profile-likelihood",),
        "BJ": ("biggerstaff-jackson",),
        "J": ("jackson",),
    }
)


@dataclass(frozen=True, slots=True)
class Tau2Interval(Shown):
    """Interval for tau2; every field has the leading shape of the input, a scalar for a single analysis.

    Attributes:
        method: `QP`, `PL`, `BJ` or `J`; `level`: of the interval.
        tau2: the point estimate; `lower`, `upper`: the limits.
        i2, i2_lower, i2_upper: percent, the same with the typical variance.
        h2, h2_lower, h2_upper: ratio of total to sampling variance.
        typical_variance: of the studies.
        null_set: True where even tau2 = 0 is rejected as too large: the studies agree better than chance, both limits
            are 0.
        converged: whether both searches ended.
    """

    method: str
    level: float
    tau2: FloatArray
    lower: FloatArray
    upper: FloatArray
    i2: FloatArray
    i2_lower: FloatArray
    i2_upper: FloatArray
    h2: FloatArray
    h2_lower: FloatArray
    h2_upper: FloatArray
    typical_variance: FloatArray
    null_set: BoolArray
    converged: BoolArray


@dataclass(frozen=True, slots=True)
class _Limits:
    lower: FloatArray
    upper: FloatArray
    null_set: BoolArray
    converged: BoolArray


@rows_without_studies(least=2)
def tau2_interval(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    method: str = "QP",
    estimator: str = "REML",
    level: float = 0.95,
) -> Tau2Interval:
    """Return the confidence interval for tau2 of each analysis.

    Args:
        yi: (..., k) effect sizes.
        vi: (..., k) sampling variances, > 0.
        mask: (..., k) boolean, True where a study is present.
        method: `QP` Q-profile (exact for normal data), `PL` profile likelihood (`estimator` ML or REML), `BJ`
            generalised Q with weights 1/v, `J` with weights 1/sqrt(v). BJ and J come with the point estimate that
            belongs to them.
        estimator: of the point estimate, for QP and PL.
        level: confidence level.

    Raises:
        UnknownTermError: no such method or estimator.
        StatisticsError: unusable values, in every analysis one study, PL with an estimator that is no likelihood.
    """
    code, point = (
        choose(method, METHODS, kind="interval method for tau2"),
        choose(estimator, ESTIMATORS, kind="estimator"),
    )
    alpha = tail(level)
    studies = Studies.of(yi, vi, mask)
    if (studies.k < 2).any():
        raise StatisticsError("tau2 has no interval: an analysis has one study", hint="at least two studies are needed")
    shape, flat = studies.k.shape, studies.flat()
    if code in {"BJ", "J"}:
        weights = flat.one / (flat.v if code == "BJ" else np.sqrt(flat.v))
        tau2 = estimate(flat, "GENQ", weights).value
        limits = _generalised(flat, weights, alpha)
    else:
        tau2 = estimate(flat, point).value
        limits = _q_profile(flat, alpha) if code == "QP" else _profile_likelihood(flat, point, tau2, alpha)
    typical = typical_variance(flat)
    values: dict[str, FloatArray] = {"typical_variance": typical}
    for suffix, value in (("", tau2), ("_lower", limits.lower), ("_upper", limits.upper)):
        values |= {f"i2{suffix}": 100 * value / (value + typical), f"h2{suffix}": value / typical + 1}
    values |= {"tau2": tau2, "lower": limits.lower, "upper": limits.upper}
    shaped = {name: plain(array.reshape(shape)) for name, array in values.items()}
    flags = {"null_set": plain(limits.null_set.reshape(shape)), "converged": plain(limits.converged.reshape(shape))}
    return Tau2Interval(method=code, level=level, **shaped, **flags)


def _q_profile(studies: Studies, alpha: float) -> _Limits:
    df = studies.k - 1
    at_zero = generalised_q(studies, np.zeros_like(df))[0]
    lower, low_done = generalised_q_root(studies, chi2_quantile(alpha, df))
    upper, high_done = generalised_q_root(studies, chi2_quantile(1 - alpha, df))
    return _Limits(lower, upper, at_zero < chi2_quantile(1 - alpha, df), low_done & high_done)


def _profile_likelihood(studies: Studies, estimator: str, tau2: FloatArray, alpha: float) -> _Limits:
    """Solve 2 (l_max - l(tau2)) = chi2 quantile on either side of the maximum."""
    if estimator not in {"ML", "REML"}:
        raise StatisticsError(f"a profile likelihood needs the estimator ML or REML, not {estimator}")
    restricted = estimator == "REML"
    floor = log_likelihood(studies, tau2, restricted=restricted) - chi2_quantile(2 * alpha, 1) / 2

    def above(t: FloatArray) -> tuple[FloatArray, FloatArray]:
        return log_likelihood(studies, t, restricted=restricted) - floor, score(studies, t, restricted=restricted)[0]

    def mirrored(t: FloatArray) -> tuple[FloatArray, FloatArray]:
        value, slope = above(tau2 - t)
        return value, -slope

    upper, high_done = _rising(above, tau2, np.maximum(stationary_bound(studies, restricted=restricted), tau2))
    reaches_zero = above(np.zeros_like(tau2))[0] >= 0
    distance, low_done = decreasing_root(mirrored, np.zeros_like(tau2), tau2, tau2 / 2)
    lower = np.where(reaches_zero, 0.0, tau2 - distance)
    return _Limits(lower, upper, np.zeros(tau2.shape, dtype=np.bool_), high_done & (low_done | reaches_zero))


def _rising(
    function: Callable[[FloatArray], tuple[FloatArray, FloatArray]], inside: FloatArray, first: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """Return the root of a function that is positive `inside` and negative far above; the bracket is widened."""
    upper = np.maximum(first, 1e-8)
    for _ in range(200):
        short = function(upper)[0] > 0
        if not short.any():
            break
        upper = np.where(short, 2 * upper, upper)
    return decreasing_root(function, inside, upper, (inside + upper) / 2)


def _generalised(studies: Studies, a: FloatArray, alpha: float) -> _Limits:
    """Find tau2 where the observed generalised Q has the tail probabilities alpha and 1 - alpha."""
    observed = residual_sum(studies.y, a, weighted_mean(studies.y, a))
    some = observed > 0
    q = np.where(some, observed, 1.0)
    zero = np.zeros_like(q)

    def surplus(probability: float, active: BoolArray) -> Callable[[FloatArray], tuple[FloatArray, FloatArray]]:
        def function(t: FloatArray) -> tuple[FloatArray, FloatArray]:
            value, slope = q_distribution(q, a, studies.v + t[:, np.newaxis])
            return np.where(active, value - probability, -t), np.where(active, slope, -1.0)

        return function

    at_zero = np.where(some, q_distribution(q, a, studies.v)[0], 0.0)
    limits = []
    done = np.ones(q.shape, dtype=np.bool_)
    for probability in (1 - alpha, alpha):
        active = at_zero > probability
        found, settled = _rising(surplus(probability, active), zero, np.where(active, q / a.sum(axis=-1), 0.0))
        limits.append(np.where(active, found, 0.0))
        done &= settled | ~active
    return _Limits(limits[0], limits[1], at_zero < alpha, done)


@dataclass(frozen=True, slots=True)
class QInterval(Shown):
    """I2 and H from Cochran's Q with the test-based interval of Higgins & Thompson; scalars for a single analysis.

    H = sqrt(Q/(k - 1)), at least 1; I2 = 100 (H^2 - 1)/H^2; NaN where there is none (limits: k = 2 and Q <= k;
    all: k = 1).
    """

    h: FloatArray
    h_lower: FloatArray
    h_upper: FloatArray
    i2: FloatArray
    i2_lower: FloatArray
    i2_upper: FloatArray


def q_interval(q: ArrayLike, k: ArrayLike, *, level: float = 0.95) -> QInterval:
    """Return I2 and H with their intervals from Cochran's `q` of `k` studies (Higgins & Thompson 2002, appendix A2).

    Raises:
        StatisticsError: q is negative or not finite, no study.
    """
    z = critical_value(tail(level), np.inf)
    q, k = (number(name, values).reshape(np.shape(values)) for name, values in (("q", q), ("k", k)))
    if not ((q >= 0) & np.isfinite(q)).all() or not ((k >= 1) & np.isfinite(k)).all():
        raise StatisticsError("I2 and H need a Q that is not negative, and at least one study")
    with np.errstate(divide="ignore", invalid="ignore"):
        h = np.maximum(np.sqrt(q / (k - 1)), 1.0)
        large = (np.log(q) - np.log(k - 1)) / (2 * (np.sqrt(2 * q) - np.sqrt(2 * k - 3)))
        small = np.sqrt(1 / (2 * (k - 2)) * (1 - 1 / (3 * (k - 2) ** 2)))
        spread = np.where(q > k, large, np.where(k > 2, small, np.nan))
        lower, upper = np.maximum(np.exp(np.log(h) - z * spread), 1.0), np.maximum(np.exp(np.log(h) + z * spread), 1.0)
        values = [plain(value) for value in (h, lower, upper)]
        values += [plain(100 * (value**2 - 1) / value**2) for value in (h, lower, upper)]
    return QInterval(*values)
