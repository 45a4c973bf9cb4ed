"""Differences between subgroups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats.display import Row, Shown
from mscevidence.stats.distributions import chi2_tail
from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray, aligned, measured, number, plain
from mscevidence.stats.moderators import meta_regression
from mscevidence.stats.pooling import RandomEffects, random_effects
from mscevidence.stats.studies import residual_sum, weighted_mean


@dataclass(frozen=True, slots=True)
class QBetween(Shown):
    """Test of equal means in all subgroups: chi-squared statistic, degrees of freedom, p-value; one per analysis."""

    q: FloatArray
    df: IntArray
    p: FloatArray


def subgroup_difference(mu: ArrayLike, se: ArrayLike, *, mask: ArrayLike | None = None) -> QBetween:
    """Return the test between subgroups from their pooled estimates.

    Q = sum (mu_g - mean)^2 / se_g^2 with the mean weighted by 1/se_g^2, on G - 1 degrees of freedom (Borenstein et
    al. 2009, Introduction to Meta-Analysis, ch. 19). With Hartung-Knapp, `se` are the Hartung-Knapp standard errors.

    Args:
        mu: (..., G) estimates of the subgroups on the analysis scale.
        se: (..., G) their standard errors, > 0.
        mask: (..., G) boolean, True where a subgroup is present; leave out subgroups without an estimate or a
            standard error.

    Raises:
        StatisticsError: no subgroup, a value that is not finite, a standard error that is not positive.
    """
    columns, present = aligned(mask, mu=mu, se=se)
    measured(columns["mu"], columns["se"], present, effect="mu", variance="se")
    groups = present.sum(axis=-1)
    if (groups == 0).any():
        raise StatisticsError("no subgroup is left: all are masked out")
    w = np.where(present, 1 / np.where(present, columns["se"], 1.0) ** 2, 0.0)
    y = np.where(present, columns["mu"], 0.0)
    q = residual_sum(y, w, weighted_mean(y, w))
    q = np.where(groups > 1, q, 0.0)
    return QBetween(plain(q), plain((groups - 1).astype(np.int64)), plain(chi2_tail(q, groups - 1)))


@dataclass(frozen=True, slots=True)
class SubgroupAnalysis(Shown):
    """Pooled results within subgroups of one analysis, in order of first appearance.

    Attributes:
        labels: names of the subgroups.
        mask: (G, k) which studies belong to each.
        groups: their results, a batch of G; `overall`: all studies together.
        common_tau2: the residual tau2 used in every subgroup, NaN if each has its own.
        difference: test between subgroups; subgroups without a standard error do not count.
    """

    _lead = "mask"

    labels: tuple[str, ...]
    mask: BoolArray
    groups: RandomEffects
    overall: RandomEffects
    common_tau2: float
    difference: QBetween

    def rows(self) -> list[Row]:
        """Return one row per subgroup, and all studies together."""
        rows = [*self.groups.rows(), self.overall.rows()[0]]
        names = [name for name in rows[0] if name != "analysis"]
        labelled = zip((*self.labels, "overall"), rows, strict=True)
        return [{"subgroup": label} | {name: row[name] for name in names} for label, row in labelled]

    def facts(self) -> Row:
        """Return the test between subgroups."""
        return {"common_tau2": self.common_tau2} | {f"between_{k}": v for k, v in self.difference.rows()[0].items()}


def subgroup_analysis(
    yi: ArrayLike,
    vi: ArrayLike,
    groups: ArrayLike,
    *,
    estimator: str = "REML",
    test: str = "knha",
    common_tau2: bool = False,
    level: float = 0.95,
) -> SubgroupAnalysis:
    """Return the pooled results within subgroups and the test between them.

    Args:
        yi: (k,) effect sizes.
        vi: (k,) sampling variances, > 0.
        groups: (k,) label of each study.
        estimator: of tau2, as in `random_effects`.
        test: as in `random_effects`.
        common_tau2: one residual tau2 for all subgroups (from the meta-regression on them) instead of one for each.
        level: of the intervals.

    Raises:
        UnknownTermError: no such estimator or test.
        StatisticsError: unusable values; a common tau2 with no more studies than subgroups.
    """
    names = np.asarray([str(label) for label in np.atleast_1d(np.asarray(groups)).tolist()])
    y = number("yi", yi)
    if not y.size:
        raise StatisticsError("no study was given", hint="at least one study is needed")
    if names.shape != y.shape or y.ndim != 1:
        raise StatisticsError(f"{names.size} labels for {y.size} studies", hint="one label per study")
    labels = tuple(dict.fromkeys(names.tolist()))
    mask = np.stack([names == label for label in labels])
    tau2 = None
    if common_tau2:
        tau2 = float(meta_regression(yi, vi, mask.T.astype(np.float64), estimator=estimator, test="z").tau2)
    within = random_effects(yi, vi, mask=mask, estimator=estimator, test=test, level=level, tau2=tau2)
    overall = random_effects(yi, vi, estimator=estimator, test=test, level=level)
    difference = subgroup_difference(within.mu, within.se, mask=within.se > 0)
    return SubgroupAnalysis(labels, mask, within, overall, float("nan") if tau2 is None else tau2, difference)
