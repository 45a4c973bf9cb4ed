"""Rank correlation test of funnel-plot asymmetry (Begg & Mazumdar 1994, Biometrics 50:1088), and Kendall's tau."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from mscevidence.stats import diagnosis
from mscevidence.stats.display import Shown
from mscevidence.stats.funnel_regression import NEEDED, few
from mscevidence.stats.inputs import FloatArray
from mscevidence.stats.single import single_analysis


@dataclass(frozen=True, slots=True)
class RankTest(Shown):
    """Kendall's correlation of standardised effects with their variances.

    Attributes:
        tau: tau-b; 0 if nothing varies. `p`: two-sided, exact without ties, else normal without continuity correction.
        score: concordant minus discordant pairs; `score_se`: its standard error under independence.
        statistic: score / score_se. `exact`: whether p is exact. `k`: number of studies.
    """

    tau: float
    p: float
    score: float
    score_se: float
    statistic: float
    exact: bool
    k: int

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        constant = "The effects or the variances are all equal: there is nothing to correlate."
        return diagnosis.sentences([(self.k < NEEDED, few(self.k)), (self.score_se == 0, constant)])


def rank_test(yi: ArrayLike, vi: ArrayLike, *, mask: ArrayLike | None = None) -> RankTest:
    """Return the rank correlation test of (y - mean)/sqrt(v - 1/sum(1/v)) with v.

    Args:
        yi: (k) effect sizes.
        vi: (k) sampling variances.
        mask: (k) boolean, True where a study is present.

    Raises:
        StatisticsError: fewer than 3 studies, a value that is not finite, a variance that is not positive.
    """
    y, v, _ = single_analysis(yi, vi, mask=mask, least=3)
    return kendall(standardized_deviation(y, v), v)


def standardized_deviation(y: FloatArray, v: FloatArray, *, mean: float | None = None) -> FloatArray:
    """Return (y - mean)/sqrt(v - 1/sum(1/v)), by default around the common-effect mean."""
    total = (1 / v).sum()
    centre = (y / v).sum() / total if mean is None else mean
    result: FloatArray = (y - centre) / np.sqrt(v - 1 / total)
    return result


def kendall(x: FloatArray, y: FloatArray) -> RankTest:
    """Return Kendall's rank correlation of two vectors without missing values (Kendall 1970, ch. 1, 3 to 5)."""
    k = x.size
    dx, dy = (np.sign(values[:, np.newaxis] - values) for values in (x, y))
    score = float((dx * dy).sum()) / 2
    pairs_x, pairs_y = ((d != 0).sum() / 2 for d in (dx, dy))
    constant = pairs_x == 0 or pairs_y == 0
    tau = 0.0 if constant else score / float(np.sqrt(pairs_x * pairs_y))
    se = 0.0 if constant else float(np.sqrt(_score_variance(x, y)))
    exact = bool(pairs_x == pairs_y == k * (k - 1) / 2)
    statistic = score / se if se else 0.0
    p = exact_p(score, k) if exact else float(2 * special.ndtr(-abs(statistic)))
    return RankTest(tau, p, score, se, statistic, exact, k)


def _score_variance(x: FloatArray, y: FloatArray) -> float:
    """Return the variance of the score with ties (Kendall 1970, eq. 4.4)."""
    k = x.size
    t, u = (np.unique(values, return_counts=True)[1].astype(np.float64) for values in (x, y))
    first = [float((m * (m - 1) * (2 * m + 5)).sum()) for m in (t, u)]
    second = [float((m * (m - 1) * (m - 2)).sum()) for m in (t, u)]
    third = [float((m * (m - 1)).sum()) for m in (t, u)]
    variance = (k * (k - 1) * (2 * k + 5) - sum(first)) / 18 + third[0] * third[1] / (2 * k * (k - 1))
    return variance + (second[0] * second[1] / (9 * k * (k - 1) * (k - 2)) if k > 2 else 0.0)


def exact_p(score: float, k: int) -> float:
    """Return the exact two-sided p-value without ties: twice the smaller tail of the number of inversions."""
    # Inversions of k values: convolution of the uniform distributions on 0 .. j, j < k.
    density = np.ones(1)
    for j in range(1, k):
        total = np.cumsum(np.concatenate([density, np.zeros(j)]))
        total[j + 1 :] -= total[: -(j + 1)].copy()
        density = total / (j + 1)
    concordant = round((score + k * (k - 1) / 2) / 2)
    return float(min(1.0, 2 * min(density[: concordant + 1].sum(), density[concordant:].sum())))
