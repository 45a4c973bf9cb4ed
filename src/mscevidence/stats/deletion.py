"""How much each study moves the result: residuals, deletion diagnostics, Baujat coordinates, empirical Bayes estimates.

Sources: Viechtbauer & Cheung 2010, Res Synth Methods 1:112; Baujat et al. 2002, Stat Med 21:2641; Raudenbush & Bryk
1985, J Educ Stat 10:75 (shrunken estimates).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.stats.display import Shown
from mscevidence.stats.distributions import critical_value
from mscevidence.stats.inference import residual_variance
from mscevidence.stats.inputs import BoolArray, FloatArray, tail
from mscevidence.stats.pooling import RandomEffects, random_effects
from mscevidence.stats.studies import Studies
from mscevidence.stats.subsets import leave_one_out_mask


@dataclass(frozen=True, slots=True)
class Influence(Shown):
    """Deletion diagnostics of one analysis, each (k,).

    Attributes:
        full, without: the pooled results with all studies and without each of them.
        rstandard: residual by its standard error, study included; rstudent: study left out.
        dffits, cook_d, cov_r, dfbs: change of the fitted value, of the estimate (squared), of its variance, of the
        coefficient.
        hat: weight as a share of 1; `influential`: by the rules of Viechtbauer & Cheung 2010.
        baujat_x, baujat_y: contribution to heterogeneity and to the estimate.
    """

    full: RandomEffects
    without: RandomEffects
    rstandard: FloatArray
    rstudent: FloatArray
    dffits: FloatArray
    cook_d: FloatArray
    cov_r: FloatArray
    dfbs: FloatArray
    hat: FloatArray
    influential: BoolArray
    baujat_x: FloatArray
    baujat_y: FloatArray

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        undefined = np.isnan(self.rstudent) | np.isnan(self.cook_d)
        said = "Some deletion diagnostics do not exist: without a study, the rest is one study or identical."
        return (*self.full.notes, *((said,) if undefined.any() else ()))


def influence(
    yi: ArrayLike, vi: ArrayLike, *, estimator: str = "REML", test: str = "knha", level: float = 0.95
) -> Influence:
    """Return the deletion diagnostics of one analysis; tau2 is estimated anew without each study.

    Args:
        yi: (k,) effect sizes, k >= 2.
        vi: (k,) sampling variances.
        estimator: of tau2, as in `random_effects`.
        test: as in `random_effects`; with `z` and `t` the residual variance counts as 1.
        level: of the intervals in `full` and `without`.

    Raises:
        StatisticsError: unusable values, fewer than two studies.
        UnknownTermError: no such estimator or test.
    """
    studies = Studies.of(yi, vi, None)
    y, v = studies.y, studies.v
    mask = leave_one_out_mask(y.size)
    full = random_effects(y, v, estimator=estimator, test=test, level=level)
    without = random_effects(y, v, mask=mask, estimator=estimator, test=test, level=level)
    deleted = Studies.of(y, v, mask)
    scaled = full.test not in {"z", "t", "kr"}
    scale = residual_variance(deleted, deleted.weighted(without.tau2)) if scaled else np.ones(y.size)
    scale = np.where(without.k > 1, scale, 1.0)
    hat, change = full.weights / 100, full.mu - without.mu
    total = v + full.tau2
    with np.errstate(divide="ignore", invalid="ignore"):
        rstudent = (y - without.mu) / np.sqrt(scale * (v + without.tau2) + without.se**2)
        rstandard = (y - full.mu) / np.sqrt(total - 2 * hat * total + (hat**2 * total).sum())
        dffits = change / np.sqrt(scale * hat * (without.tau2 + v))
        cook_d, cov_r = change**2 / full.se**2, without.se**2 / full.se**2
        spread = np.sum(1 / (v + without.tau2[:, np.newaxis]), axis=-1)
        dfbs = change / np.sqrt(scale / spread)
        baujat_x, baujat_y = (y - full.mu) ** 2 / total, change**2 / without.se**2
    k = y.size
    flagged = np.abs(dffits) > 3 * np.sqrt(1 / max(k - 1, 1))
    flagged |= (cook_d > _CHI2_MEDIAN) | (hat > 3 / k) | (np.abs(dfbs) > 1)
    return Influence(full, without, rstandard, rstudent, dffits, cook_d, cov_r, dfbs, hat, flagged, baujat_x, baujat_y)


_CHI2_MEDIAN = 0.454936423119572
"""Median of the chi-squared distribution with one degree of freedom."""


@dataclass(frozen=True, slots=True)
class Shrunken(Shown):
    """Empirical Bayes estimates of the studies with normal limits, (k,) each, on the analysis scale."""

    estimate: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray


def shrunken(yi: ArrayLike, vi: ArrayLike, *, estimator: str = "REML", level: float = 0.95) -> Shrunken:
    """Return the best linear unbiased predictions of the studies' true effects.

    Each lies between the study's estimate and the mean, the nearer to the mean the less precise the study (Raudenbush
    & Bryk 1985).

    Args:
        yi: (k,) effect sizes.
        vi: (k,) sampling variances.
        estimator: of tau2, as in `random_effects`.
        level: of the limits.

    Raises:
        StatisticsError: unusable values.
    """
    studies = Studies.of(yi, vi, None)
    y, v = studies.y, studies.v
    fit = random_effects(y, v, estimator=estimator, test="z")
    share = fit.tau2 / (fit.tau2 + v)
    estimate = share * y + (1 - share) * fit.mu
    se = np.sqrt(share * v + (1 - share) ** 2 * fit.se**2)
    half = critical_value(tail(level), np.inf) * se
    return Shrunken(estimate, se, estimate - half, estimate + half)
