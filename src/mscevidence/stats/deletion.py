"""How much each study moves the result: residuals, deletion diagnostics, Baujat coordinates, empirical Bayes estimates.

Sources: Viechtbauer & Cheung 2010, Res Synth Methods 1:112; Baujat et al. 2002, Stat Med 21:2641; Raudenbush & Bryk
1985, J Educ Stat 10:75 (shrunken estimates).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.display import Shown
from mscevidence.stats.distributions import critical_value
from mscevidence.stats.gaps import rows_without_studies
from mscevidence.stats.inference import residual_variance
from mscevidence.stats.inputs import BoolArray, FloatArray, tail
from mscevidence.stats.pooling import RandomEffects, random_effects
from mscevidence.stats.studies import Studies, total


@dataclass(frozen=True, slots=True)
class Influence(Shown):
    """Deletion diagnostics, each (..., k); NaN for absent studies.

    Attributes:
        full, without: the pooled results (...) with all studies and (..., k) without each of them.
        present: which studies are in the analysis.
        rstandard: residual by its standard error, study included; rstudent: study left out.
        dffits, cook_d, cov_r, dfbs: change of the fitted value, of the estimate (squared), of its variance, of the
        coefficient.
        hat: weight as a share of 1; `influential`: by the rules of Viechtbauer & Cheung 2010.
        baujat_x, baujat_y: contribution to heterogeneity and to the estimate.
    """

    _lead = "hat"

    full: RandomEffects
    without: RandomEffects
    present: BoolArray
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
        alone = np.asarray(self.full.k) == 0
        few = diagnosis.sentences([(alone, "Fewer than two studies: none can be left out.")])
        rest = tuple(note for note in self.full.notes if not note.startswith(diagnosis.NO_STUDY))
        undefined = self.present & (np.isnan(self.rstudent) | np.isnan(self.cook_d))
        said = "Some deletion diagnostics do not exist: without a study, the rest is one study or identical."
        return (*few, *rest, *((said,) if undefined.any() else ()))


@rows_without_studies(least=2)
def influence(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    estimator: str = "REML",
    test: str = "knha",
    level: float = 0.95,
) -> Influence:
    """Return the deletion diagnostics of each analysis; tau2 is estimated anew without each study, all in one batch.

    Args:
        yi: (..., k) effect sizes.
        vi: (..., k) sampling variances.
        mask: (..., k) boolean, True where a study is present; every analysis needs at least two.
        estimator: of tau2, as in `random_effects`.
        test: as in `random_effects`; with `z` and `t` the residual variance counts as 1.
        level: of the intervals in `full` and `without`.

    Raises:
        StatisticsError: unusable values, in every analysis fewer than two studies.
        UnknownTermError: no such estimator or test.
    """
    studies = Studies.of(yi, vi, mask)
    if (studies.k < 2).any():
        raise StatisticsError("leaving one out needs at least two studies, there is one", hint="pool more studies")
    full = random_effects(studies.y, studies.v, mask=studies.present, estimator=estimator, test=test, level=level)
    each = studies.y.shape[-1]
    others = studies.present[..., np.newaxis, :] & ~np.eye(each, dtype=np.bool_)
    y, v = studies.y[..., np.newaxis, :], studies.v[..., np.newaxis, :]
    without = random_effects(y, v, mask=others, estimator=estimator, test=test, level=level)
    values = _diagnostics(studies, Studies.of(y, v, others), full, without)
    values = {name: np.where(studies.present, value, np.nan) for name, value in values.items()}
    k = studies.k[..., np.newaxis]
    flagged = np.abs(values["dffits"]) > 3 / np.sqrt(k - 1)
    flagged |= (values["cook_d"] > _CHI2_MEDIAN) | (values["hat"] > 3 / k) | (np.abs(values["dfbs"]) > 1)
    return Influence(full=full, without=without, influential=flagged, present=studies.present, **values)


def _diagnostics(
    studies: Studies, deleted: Studies, full: RandomEffects, without: RandomEffects
) -> dict[str, FloatArray]:
    """Return the diagnostics (..., k) from the results with all studies (...) and without each of them (..., k)."""
    y, v = studies.y, studies.v
    mu, tau2, variance = (np.asarray(value)[..., np.newaxis] for value in (full.mu, full.tau2, full.se**2))
    rest = deleted.weighted(without.tau2)
    scaled = full.test not in {"z", "t", "kr"}
    scale = np.where(without.k > 1, residual_variance(deleted, rest), 1.0) if scaled else np.ones_like(y)
    hat, change, marginal = full.weights / 100, mu - without.mu, v + tau2
    with np.errstate(divide="ignore", invalid="ignore"):
        fitted = total(hat**2 * marginal)[..., np.newaxis]
        spread = total(studies.one[..., np.newaxis, :] / (v[..., np.newaxis, :] + without.tau2[..., np.newaxis]))
        return {
            "rstandard": (y - mu) / np.sqrt(marginal - 2 * hat * marginal + fitted),
            "rstudent": (y - without.mu) / np.sqrt(scale * (v + without.tau2) + without.se**2),
            "dffits": change / np.sqrt(scale * hat * (without.tau2 + v)),
            "cook_d": change**2 / variance,
            "cov_r": without.se**2 / variance,
            "dfbs": change / np.sqrt(scale / spread),
            "hat": hat,
            "baujat_x": (y - mu) ** 2 / marginal,
            "baujat_y": change**2 / without.se**2,
        }


_CHI2_MEDIAN = 0.454936423119572
"""Median of the chi-squared distribution with one degree of freedom."""


@dataclass(frozen=True, slots=True)
class Shrunken(Shown):
    """Empirical Bayes estimates of the studies with normal limits, (..., k) each, on the analysis scale.

    Absent studies have NaN.
    """

    estimate: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray


@rows_without_studies()
def shrunken(
    yi: ArrayLike, vi: ArrayLike, *, mask: ArrayLike | None = None, estimator: str = "REML", level: float = 0.95
) -> Shrunken:
    """Return the best linear unbiased predictions of the studies' true effects.

    Each lies between the study's estimate and the mean, the nearer to the mean the less precise the study (Raudenbush
    & Bryk 1985).

    Args:
        yi: (..., k) effect sizes.
        vi: (..., k) sampling variances.
        mask: (..., k) boolean, True where a study is present.
        estimator: of tau2, as in `random_effects`.
        level: of the limits.

    Raises:
        StatisticsError: unusable values.
    """
    studies = Studies.of(yi, vi, mask)
    y, v = studies.y, studies.v
    fit = random_effects(y, v, mask=studies.present, estimator=estimator, test="z")
    mu, tau2, se_mu = (np.asarray(value)[..., np.newaxis] for value in (fit.mu, fit.tau2, fit.se))
    share = np.where(studies.present, tau2 / (tau2 + v), np.nan)
    estimate = share * y + (1 - share) * mu
    se = np.sqrt(share * v + (1 - share) ** 2 * se_mu**2)
    half = critical_value(tail(level), np.inf) * se
    return Shrunken(estimate, se, estimate - half, estimate + half)
