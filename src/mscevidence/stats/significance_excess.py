"""Test of excess significance: more significant studies than their power lets one expect (Ioannidis & Trikalinos 2007).

Clin Trials 4:245. Study i is significant with probability power_i under y_i ~ N(theta, v_i + tau2); expected E = sum
power_i, observed O; X2 = (O - E)^2/E + (O - E)^2/(k - E).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats.display import Shown
from mscevidence.stats.distributions import chi2_tail
from mscevidence.stats.inputs import FloatArray, choose, names, tail
from mscevidence.stats.pooling import random_effects
from mscevidence.stats.single import single_analysis

ALTERNATIVES = names({"two-sided": ("two.sided", "both"), "greater": (), "less": ()})


@dataclass(frozen=True, slots=True)
class ExcessSignificance(Shown):
    """Observed and expected number of significant studies.

    Attributes:
        observed, expected, ratio: O, E and O/E; `power`: (k) power of each study.
        theta, tau2: true effect and its variance that the powers are calculated for.
        x2: chi-squared statistic; `p_chi2`, `p_binomial`, `p_exact`: p-values of an excess (one-sided): normal
            approximation, binomial with the mean power, and the exact distribution of a sum with unequal powers.
        k: number of studies.
    """

    _lead = ""

    observed: int
    expected: float
    ratio: float
    power: FloatArray
    theta: float
    tau2: float
    x2: float
    p_chi2: float
    p_binomial: float
    p_exact: float
    k: int


def excess_significance(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    theta: float | None = None,
    tau2: float = 0.0,
    alternative: str = "two-sided",
    alpha: float = 0.05,
) -> ExcessSignificance:
    """Return the test of excess significance.

    Args:
        yi: (k) effect sizes.
        vi: (k) sampling variances.
        mask: (k) boolean, True where a study is present.
        theta: true effect; by default the common-effect estimate.
        tau2: variance of the true effects.
        alternative: how each study was tested: `two-sided`, `greater` or `less`.
        alpha: significance level of the studies.

    Raises:
        UnknownTermError: no such alternative.
        StatisticsError: no study, a negative tau2, alpha outside (0, 1).
    """
    y, v, _ = single_analysis(yi, vi, mask=mask)
    side, k = choose(alternative, ALTERNATIVES, kind="alternative"), y.size
    tail(1 - alpha)
    if not 0 <= tau2 < np.inf:
        raise StatisticsError(f"tau2 must not be negative, got {tau2:g}")
    centre = float(random_effects(y, v, estimator="EE", test="z").mu) if theta is None else float(theta)
    limit = -float(special.ndtri(alpha / 2 if side == "two-sided" else alpha))
    z, shift, spread = y / np.sqrt(v), centre / np.sqrt(v), np.sqrt(1 + tau2 / v)
    above, below = special.ndtr((shift - limit) / spread), special.ndtr((-shift - limit) / spread)
    power = {"two-sided": above + below, "greater": above, "less": below}[side]
    significant = {"two-sided": np.abs(z) >= limit, "greater": z >= limit, "less": -z >= limit}[side]
    observed, expected = int(significant.sum()), float(power.sum())
    x2 = _x2(observed, expected, k)
    p_chi2 = float(chi2_tail(x2, 1)) / 2
    return ExcessSignificance(
        observed, expected, observed / expected if expected > 0 else np.nan, power, centre, float(tau2), x2,
        p_chi2 if observed >= expected else 1 - p_chi2,
        float(special.bdtrc(observed - 1, k, expected / k)) if observed else 1.0,
        float(_sum_of_trials(power)[observed:].sum()), k,
    )  # fmt: skip


def _x2(observed: int, expected: float, k: int) -> float:
    if not 0 < expected < k:
        return 0.0 if observed == expected else np.inf
    return (observed - expected) ** 2 * (1 / expected + 1 / (k - expected))


def _sum_of_trials(power: FloatArray) -> FloatArray:
    """Return P(number of successes = 0 .. k) of independent trials with these probabilities."""
    density: FloatArray = np.ones(1)
    for p in power:
        density = np.concatenate([density * (1 - p), [0.0]]) + np.concatenate([[0.0], density * p])
    return density
