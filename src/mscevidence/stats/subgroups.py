"""Differences between subgroups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.display import Row, Shown
from mscevidence.stats.distributions import chi2_tail
from mscevidence.stats.gaps import placed
from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray, aligned, choose, measured, plain
from mscevidence.stats.moderators import meta_regression
from mscevidence.stats.pooling import RandomEffects, random_effects
from mscevidence.stats.regression_tau2 import too_few
from mscevidence.stats.studies import residual_sum, weighted_mean
from mscevidence.stats.tau2 import ESTIMATORS

NO_STUDY, TOO_FEW = "no-study", "too-few"


@dataclass(frozen=True, slots=True)
class QBetween(Shown):
    """Test of equal means in all subgroups: chi-squared statistic, degrees of freedom, p-value; one per analysis.

    An analysis of a batch without a subgroup has NaN and no degree of freedom.
    """

    _item = "analysis"

    q: FloatArray
    df: IntArray
    p: FloatArray

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what is missing; empty when nothing is."""
        return diagnosis.sentences([(np.isnan(self.q), "No subgroup has a standard error: nothing is compared.")])


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
        StatisticsError: no subgroup in any analysis, a value that is not finite, a standard error that is not positive.
    """
    columns, present = aligned(mask, mu=mu, se=se)
    measured(columns["mu"], columns["se"], present, effect="mu", variance="se")
    groups = present.sum(axis=-1)
    if (groups == 0).all():
        raise StatisticsError("no subgroup is left: all are masked out")
    w = np.where(present, 1 / np.where(present, columns["se"], 1.0) ** 2, 0.0)
    y = np.where(present, columns["mu"], 0.0)
    some = np.asarray(groups > 0)
    q = residual_sum(y, w, weighted_mean(y, np.where(some[..., np.newaxis], w, 1.0)))
    q = np.where(groups > 1, q, 0.0)
    df = np.maximum(groups - 1, 0).astype(np.int64)
    return QBetween(plain(np.where(some, q, np.nan)), plain(df), plain(np.where(some, chi2_tail(q, df), np.nan)))


@dataclass(frozen=True, slots=True)
class SubgroupAnalysis(Shown):
    """Pooled results within subgroups, in order of first appearance.

    Every field but `labels` has the leading shape (...) of the input in front; for a single analysis it is empty.

    Attributes:
        labels: names of the subgroups.
        status: `ok`, or why an analysis of a batch has no results (NaN): `no-study`, `too-few` for a common tau2.
        mask: (..., G, k) which studies belong to each.
        groups: (..., G) their results, NaN with k = 0 for a subgroup without studies; `overall`: all studies together.
        common_tau2: the residual tau2 used in every subgroup, NaN if each has its own.
        difference: test between subgroups; subgroups without a standard error do not count.
    """

    _lead = "mask"

    labels: tuple[str, ...]
    status: NDArray[np.str_]
    mask: BoolArray
    groups: RandomEffects
    overall: RandomEffects
    common_tau2: FloatArray
    difference: QBetween

    def rows(self) -> list[Row]:
        """Return one row per subgroup, and all studies together; of a batch for each analysis."""
        within, overall, size = self.groups.rows(), self.overall.rows(), len(self.labels)
        names = [name for name in within[0] if name != "analysis"]
        rows: list[Row] = []
        for i, together in enumerate(overall):
            own = {"status": str(np.ravel(self.status)[i]), **self._test(i)} if np.ndim(self.status) else {}
            numbered = {"analysis": i + 1} if own else {}
            labelled = zip((*self.labels, "overall"), (*within[i * size : (i + 1) * size], together), strict=True)
            rows += ({"subgroup": name, **numbered} | {key: row[key] for key in names} | own for name, row in labelled)
        return rows

    def facts(self) -> Row:
        """Return the test between subgroups of a single analysis."""
        return {} if np.ndim(self.status) else self._test(0)

    def _test(self, analysis: int) -> Row:
        values = {"common_tau2": self.common_tau2}
        values |= {f"between_{name}": getattr(self.difference, name) for name in ("q", "df", "p")}
        return {name: np.ravel(value)[analysis].item() for name, value in values.items()}

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what is missing; empty when nothing is."""
        status = np.asarray(self.status)
        empty = (status == "ok") & (np.asarray(self.groups.k) == 0).any(axis=-1)
        return (
            *diagnosis.sentences(
                [
                    (status == NO_STUDY, "No study is left: all are masked out."),
                    (status == TOO_FEW, "No more studies than subgroups: they have no common tau2."),
                    (empty, "A subgroup has no study."),
                ]
            ),
            *self.difference.notes,
        )


def subgroup_analysis(
    yi: ArrayLike,
    vi: ArrayLike,
    groups: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    estimator: str = "REML",
    test: str = "knha",
    common_tau2: bool = False,
    level: float = 0.95,
) -> SubgroupAnalysis:
    """Return the pooled results within subgroups and the test between them, of each analysis.

    An analysis without results is an error if there is no other; in a batch it has NaN and a `status`.

    Args:
        yi: (..., k) effect sizes.
        vi: (..., k) sampling variances, > 0.
        groups: (k,) label of each study, for all analyses.
        mask: (..., k) boolean, True where a study is present.
        estimator: of tau2, as in `random_effects`.
        test: as in `random_effects`.
        common_tau2: one residual tau2 for all subgroups (from the meta-regression on them) instead of one for each.
        level: of the intervals.

    Raises:
        UnknownTermError: no such estimator or test.
        StatisticsError: unusable values; in every analysis no study, no standard error, or for a common tau2 no more
            studies than subgroups.
    """
    columns, present = aligned(mask, yi=yi, vi=vi)
    measured(columns["yi"], columns["vi"], present)
    names = np.asarray([str(label) for label in np.atleast_1d(np.asarray(groups)).tolist()])
    if names.shape != present.shape[-1:]:
        raise StatisticsError(f"{names.size} labels for {present.shape[-1]} studies", hint="one label per study")
    some = np.asarray(present.any(axis=-1))
    if not some.any():
        raise StatisticsError("no study is left: all are masked out", hint="an analysis needs at least one study")
    labels = tuple(dict.fromkeys(names[present.reshape(-1, names.size).any(axis=0)].tolist()))
    member = np.stack([names == label for label in labels])
    within = present[..., np.newaxis, :] & member
    data = _Grouped(columns["yi"], columns["vi"], present, member, within.any(axis=-1))
    status = np.where(some, "ok", NO_STUDY)
    tau2 = np.full(some.shape, np.nan)
    if common_tau2:
        tau2 = data.common_tau2(choose(estimator, ESTIMATORS, kind="tau2 estimator"))
        status = np.where(some & np.isnan(tau2), TOO_FEW, status)
    options: dict[str, Any] = {"estimator": estimator, "test": test, "level": level}
    rows = data.inhabited & (status == "ok")[..., np.newaxis]
    fit = random_effects(
        data.each(data.y, rows),
        data.each(data.v, rows),
        mask=within[rows],
        tau2=data.each(tau2, rows) if common_tau2 else None,
        **options,
    )
    everything = random_effects(columns["yi"][some], columns["vi"][some], mask=present[some], **options)
    pooled = placed(fit, rows)
    difference = subgroup_difference(pooled.mu, pooled.se, mask=np.asarray(pooled.se > 0))
    return SubgroupAnalysis(
        labels, plain(status), plain(within), pooled, placed(everything, some), plain(tau2), difference
    )


@dataclass(frozen=True, slots=True)
class _Grouped:
    """Analyses (..., k) of studies in subgroups: `member` (G, k), `inhabited` (..., G) whether one has a study."""

    y: FloatArray
    v: FloatArray
    present: BoolArray
    member: BoolArray
    inhabited: BoolArray

    def each(self, values: FloatArray, rows: BoolArray) -> FloatArray:
        """Return values (..., 1 or more of an analysis) for those of its subgroups that are in `rows` (..., G)."""
        analysis = np.nonzero(rows.reshape(-1, rows.shape[-1]))[0]
        result: FloatArray = values.reshape(-1, *values.shape[rows.ndim - 1 :])[analysis]
        return result

    def common_tau2(self, estimator: str) -> FloatArray:
        """Return the residual tau2 (...) of the regression on the subgroups that have studies, NaN if too few have.

        Raises:
            StatisticsError: in every analysis no more studies than subgroups.
        """
        k = self.present.shape[-1]
        y, v, present = (part.reshape(-1, k) for part in (self.y, self.v, self.present))
        inhabited = self.inhabited.reshape(-1, len(self.member))
        size, groups = present.sum(axis=-1), inhabited.sum(axis=-1)
        enough = (size > groups) | ((estimator == "EE") & (size > 0))
        if not enough.any():
            raise too_few(int(size.max()), int(groups[size.argmax()]))
        result = np.full(size.shape, np.nan)
        for pattern in np.unique(inhabited[enough], axis=0):
            at = enough & (inhabited == pattern).all(axis=-1)
            design = self.member[pattern].T.astype(np.float64)
            result[at] = meta_regression(y[at], v[at], design, mask=present[at], estimator=estimator, test="z").tau2
        return result.reshape(self.present.shape[:-1])
