"""Network meta-analysis: treatments compared directly and through others, by generalised least squares.

The model of Lu & Ades 2006 (JASA 101:447) in its frequentist form with multi-arm studies (Rücker 2012, Res Synth
Methods 3:312): all treatment effects are differences of T - 1 parameters, and tau2 is the same for every comparison.
tau2 by the generalised method of moments (Jackson, White & Riley 2012, Stat Med 31:3805) or (restricted) maximum
likelihood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.display import Row, Shown, pair_rows
from mscevidence.stats.distributions import chi2_tail, critical_value, two_sided_p
from mscevidence.stats.inputs import FloatArray, choose, names, number, plain, tail
from mscevidence.stats.network_studies import Network, network_of
from mscevidence.stats.regression_tau2 import residual_tau2
from mscevidence.stats.weighted_least_squares import LeastSquares, least_squares

ESTIMATORS = names({"DL": ("dersimonian-laird", "moments"), "REML": (), "ML": (), "EE": ("common", "FE", "CE")})


@dataclass(frozen=True, slots=True)
class TreatmentEffects(Shown):
    """Effects of every treatment versus every other: entry (i, j) is treatment i versus treatment j.

    Attributes:
        treatments: names in the order of rows and columns.
        effect, se, lower, upper: (T, T) on the analysis scale; `p`: two-sided, NaN on the diagonal.
        level: of the intervals.
    """

    _lead = "effect"

    treatments: tuple[str, ...]
    effect: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    p: FloatArray
    level: float

    def rows(self) -> list[Row]:
        """Return one row per pair of treatments, the first versus the second."""
        shown = {name: getattr(self, name) for name in ("effect", "se", "lower", "upper", "p")}
        return pair_rows(self.treatments, **shown)

    def p_scores(self, *, small_values: str = "undesirable") -> FloatArray:
        """Return the P-score of each treatment (T); see `p_scores`."""
        return p_scores(self.effect, self.se, small_values=small_values)


@dataclass(frozen=True, slots=True)
class NetworkMetaAnalysis(Shown):
    """Common-effect and random-effects estimates of a network.

    Attributes:
        estimator: code of the tau2 estimator.
        common, random: treatment effects of the two models.
        tau2: between-study variance of every comparison; i2: percent; NaN if no comparison has been repeated, directly
            or by another path (the random effects are then the common effects).
        q, q_df, q_p: heterogeneity and inconsistency together, around the common effects.
        prediction_lower, prediction_upper: (T, T) for the effect in a new study; NaN without a degree of freedom.
        network: what was analysed; hand the result to `design_inconsistency` and `direct_and_indirect`.
    """

    _lead = "prediction_lower"

    estimator: str
    level: float
    common: TreatmentEffects
    random: TreatmentEffects
    tau2: float
    i2: float
    q: float
    q_df: int
    q_p: float
    prediction_lower: FloatArray
    prediction_upper: FloatArray
    network: Network

    def rows(self) -> list[Row]:
        """Return one row per pair of treatments: random effects with their prediction interval, common effects."""
        random, common = self.random, self.common
        return pair_rows(
            self.treatments, effect=random.effect, se=random.se, lower=random.lower, upper=random.upper, p=random.p,
            pi_lower=self.prediction_lower, pi_upper=self.prediction_upper, common=common.effect, common_se=common.se,
        )  # fmt: skip

    @property
    def treatments(self) -> tuple[str, ...]:
        """Names in the order of rows and columns."""
        return self.network.treatments

    @property
    def k(self) -> int:
        """Number of studies."""
        return len(self.network.studies)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        none = "No comparison has been repeated, directly or by another path: tau2 cannot be estimated and counts as 0."
        few = "Fewer studies than treatments: most effects rest on single studies."
        random = self.estimator != "EE"
        findings = [(random and self.q_df == 0, none), (self.k < len(self.treatments), few)]
        return diagnosis.sentences(
            [*findings, *diagnosis.tau2_at_zero(np.asarray(self.tau2), np.asarray(self.k), estimated=random)]
        )


def network_meta_analysis(  # noqa: PLR0913 -- the five columns of a table of comparisons
    study: Sequence[str],
    treatment1: Sequence[str],
    treatment2: Sequence[str],
    effect: ArrayLike,
    se: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    estimator: str = "REML",
    tau2: float | None = None,
    level: float = 0.95,
    treatments: Sequence[str] | None = None,
) -> NetworkMetaAnalysis:
    """Return the treatment effects of a network of studies, from one row per comparison.

    It is one analysis: without some of the rows a network can lose treatments or fall apart, so that the analyses of a
    batch would have different parameters. Call it once per analysis, with a `mask` to leave rows out.

    Args:
        study: name of the study; a study with p arms has p (p - 1)/2 rows.
        treatment1: name of the first treatment of each row.
        treatment2: name of the second.
        effect: of treatment 1 versus treatment 2 on the analysis scale (log for ratios).
        se: its standard error.
        mask: boolean, True where the row is to be used.
        estimator: of tau2: `DL`, `REML`, `ML` or `EE` (zero).
        tau2: a given between-study variance instead of an estimated one.
        level: of the intervals.
        treatments: order of the treatments; by default sorted by name.

    Raises:
        UnknownTermError: no such estimator.
        StatisticsError: unusable columns, comparisons missing or contradicting each other within a study, a network
            that is not connected.
    """
    code, alpha = choose(estimator, ESTIMATORS, kind="tau2 estimator of a network"), tail(level)
    network = network_of(study, treatment1, treatment2, effect, se, mask=mask, treatments=treatments)
    y, v, design = network.observations()
    x = design[:, 1:]
    df = y.size - x.shape[1]
    between = _tau2(y, v, x, code, tau2)
    common = least_squares(y, x, 1 / v)
    random = least_squares(network.observations(between)[0], x, 1 / (v + between))
    q = float(common.residual_sum) + network.contradiction()
    shown = treatment_effects(network.treatments, random, level)
    half = critical_value(alpha, df) * np.sqrt(shown.se**2 + between) * (1 - np.eye(len(network.treatments)))
    return NetworkMetaAnalysis(
        estimator=code, level=level, common=treatment_effects(network.treatments, common, level), random=shown,
        tau2=between if df > 0 or tau2 is not None else np.nan, i2=_i2(q, df), q=q, q_df=df,
        q_p=float(chi2_tail(q, df)) if df > 0 else np.nan,
        prediction_lower=plain(shown.effect - half), prediction_upper=plain(shown.effect + half), network=network,
    )  # fmt: skip


def _i2(q: float, df: int) -> float:
    if df == 0:
        return np.nan
    return 100 * max(0.0, (q - df) / q) if q > 0 else 0.0


def _tau2(y: FloatArray, v: FloatArray, x: FloatArray, estimator: str, given: float | None) -> float:
    if given is None:
        return residual_tau2(y, v, x, estimator) if y.size > x.shape[1] else 0.0
    if not 0 <= given < np.inf:
        raise StatisticsError(f"tau2 must not be negative, got {given:g}")
    return given


def treatment_effects(treatments: tuple[str, ...], fit: LeastSquares, level: float) -> TreatmentEffects:
    """Return all differences of the fitted parameters, which are the effects versus the first treatment."""
    size = len(treatments)
    theta, covariance = np.zeros(size), np.zeros((size, size))
    theta[1:], covariance[1:, 1:] = fit.beta, fit.covariance
    effect = theta[:, np.newaxis] - theta
    variance = np.diag(covariance)[:, np.newaxis] + np.diag(covariance) - 2 * covariance
    se = np.sqrt(np.maximum(variance, 0.0))
    np.fill_diagonal(se, 0.0)
    half = critical_value(tail(level), np.inf) * se
    with np.errstate(invalid="ignore"):
        p = two_sided_p(effect / se, np.inf)
    lower, upper = plain(effect - half), plain(effect + half)
    return TreatmentEffects(treatments, plain(effect), plain(se), lower, upper, plain(p), level)


def p_scores(effects: ArrayLike, se: ArrayLike, *, small_values: str = "undesirable") -> FloatArray:
    """Return for each treatment the mean certainty that it is better than another (T).

    Args:
        effects: (T, T) effect of the row treatment versus the column treatment.
        se: (T, T) standard errors, zero on the diagonal.
        small_values: whether small effects are `desirable` or `undesirable`.

    Raises:
        StatisticsError: `small_values` is neither; tables that are not square or hold unusable values.

    Source: Rücker & Schwarzer 2015, BMC Med Res Methodol 15:58, equation 3.
    """
    if small_values not in {"desirable", "undesirable"}:
        raise StatisticsError(f"small_values is {small_values!r}", hint="desirable or undesirable")
    effects, se = (number(name, values) for name, values in (("effects", effects), ("se", se)))
    if effects.shape != se.shape or effects.shape != (len(effects), len(effects)) or len(effects) < 2:
        raise StatisticsError("P-scores need square tables of effects and standard errors, of two or more treatments")
    apart = ~np.eye(len(effects), dtype=np.bool_)
    if not (np.isfinite(effects) & np.isfinite(se) & (se > 0))[apart].all():
        raise StatisticsError("P-scores need finite effects and positive standard errors")
    sign = -1.0 if small_values == "desirable" else 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        better = special.ndtr(sign * effects / se)
    np.fill_diagonal(better, 0.0)
    scores: FloatArray = better.sum(axis=1) / (len(effects) - 1)
    return scores
