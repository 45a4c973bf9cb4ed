"""Pooling by the normal-normal random-effects model (and the equal-effects model as its special case tau2 = 0).

y_i ~ N(mu, v_i + tau2). Sources: Hedges & Vevea 1998, Psychol Methods 3:486; Hartung & Knapp 2001, Stat Med 20:3875;
Knapp & Hartung 2003, Stat Med 22:2693; Higgins & Thompson 2002, Stat Med 21:1539 (I2, H2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.display import Shown
from mscevidence.stats.distributions import chi2_tail, critical_value, two_sided_p
from mscevidence.stats.gaps import rows_without_studies
from mscevidence.stats.inference import TESTS, judged
from mscevidence.stats.information import InformationCriteria
from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray, choose, number, plain, refuse, tail
from mscevidence.stats.likelihood import height
from mscevidence.stats.prediction import prediction_interval
from mscevidence.stats.studies import Studies, inner, residual_sum, total, typical_variance
from mscevidence.stats.tau2 import ESTIMATORS, Tau2, estimate, information_se


@dataclass(frozen=True, slots=True)
class RandomEffects(InformationCriteria, Shown):
    """A pooled estimate, or a batch of them.

    Every field has the leading shape of the input; for a single analysis it is a scalar.

    Attributes:
        estimator: code of the tau2 estimator; `test`: code of the test; `level`: of the intervals.
        mu: pooled estimate on the analysis scale; `se`, `statistic`, `p`, `lower`, `upper`: its inference.
        df: degrees of freedom of the test; infinite for z.
        tau2: between-study variance; `se_tau2`: its standard error, NaN where there is none.
        i2: percent of variance between studies; `h2`: ratio of total to sampling variance.
        q, q_df, q_p: Cochran's Q with its test.
        pi_lower, pi_upper: prediction interval, NaN for the equal-effects model.
        weights: (..., k) percent, summing to 100; 0 for absent studies.
        log_likelihood: at mu and tau2, restricted for REML, else full.
        k: number of studies; `converged`: whether the search for tau2 ended.
        tau2_given: True if tau2 was given, not estimated.
        unadjusted_se: standard error as the model has it, before the test adjusts it.
    """

    _hidden = ("unadjusted_se",)

    estimator: str
    test: str
    level: float
    mu: FloatArray
    se: FloatArray
    statistic: FloatArray
    p: FloatArray
    lower: FloatArray
    upper: FloatArray
    df: FloatArray
    tau2: FloatArray
    se_tau2: FloatArray
    i2: FloatArray
    h2: FloatArray
    q: FloatArray
    q_df: IntArray
    q_p: FloatArray
    pi_lower: FloatArray
    pi_upper: FloatArray
    weights: FloatArray
    log_likelihood: FloatArray
    k: IntArray
    converged: BoolArray
    unadjusted_se: FloatArray
    tau2_given: bool = False

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        k, tau2 = np.asarray(self.k), np.asarray(self.tau2)
        random = self.estimator != "EE" and not self.tau2_given
        findings = [
            *diagnosis.few_studies(k),
            *diagnosis.dominance(np.asarray(self.weights), k),
            *diagnosis.tau2_at_zero(tau2, k, estimated=random),
            *self._narrow(),
            (~np.asarray(self.converged), "The search for tau2 did not converge: do not use this result."),
            ((k > 1) & (np.asarray(self.se) == 0), "All estimates are identical: the standard error is zero."),
        ]
        return diagnosis.sentences(findings)

    def _narrow(self) -> list[diagnosis.Finding]:
        """Return whether the Hartung-Knapp interval is narrower than the normal one that it adjusts."""
        if self.test != "knha":
            return []
        normal = critical_value(tail(self.level), np.inf) * np.asarray(self.unadjusted_se)
        half = critical_value(tail(self.level), np.asarray(self.df)) * np.asarray(self.se)
        return diagnosis.narrower_than_normal(half, normal)

    @property
    def parameters(self) -> int:
        """Number of estimated parameters: mu, and tau2 unless it is zero by definition or given."""
        return 1 if self.estimator == "EE" or self.tau2_given else 2

    def _observations(self) -> FloatArray:
        k: FloatArray = np.asarray(self.k, dtype=np.float64)
        return k - (1 if self.estimator == "REML" else 0)

    def prediction(self, kind: str = "default") -> tuple[FloatArray, FloatArray]:
        """Return the prediction interval of another kind; see `prediction_interval`."""
        lower, upper = prediction_interval(
            self.mu,
            self.se,
            self.tau2,
            df=self.df,
            k=self.k,
            kind=kind,
            level=self.level,
            tau2_estimated=not self.tau2_given,
        )
        return plain(lower), plain(upper)


@rows_without_studies()
def random_effects(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    estimator: str = "REML",
    test: str = "knha",
    level: float = 0.95,
    weights: ArrayLike | None = None,
    tau2: ArrayLike | None = None,
) -> RandomEffects:
    """Return the pooled estimate of each analysis with its inference and heterogeneity.

    Args:
        yi: (..., k) effect sizes on the analysis scale.
        vi: (..., k) sampling variances, > 0.
        mask: (..., k) boolean, True where a study is present.
        estimator: `EE`, `DL`, `HE`, `HS`, `HSk`, `SJ`, `ML`, `REML`, `EB`, `PM`, `PMM`, `GENQ`, or an alias.
        test: `z`, `t`, `knha` (Hartung-Knapp), `adhoc`, `hk-ci`, `hk-iqwig` (its safeguards) or `kr` (Kenward-Roger);
            see `inference.judged`. One study: always z.
        level: level of the confidence and prediction intervals.
        weights: (..., k) weights of one's own for the mean (ones: unweighted); `GENQ` also uses them for tau2.
        tau2: a given between-study variance instead of an estimated one; for all analyses, or (...) of each.

    Raises:
        UnknownTermError: no such estimator or test.
        StatisticsError: unusable values, a negative tau2 or weight, no study in any analysis.
    """
    code, rule = choose(estimator, ESTIMATORS, kind="tau2 estimator"), choose(test, TESTS, kind="test")
    alpha = tail(level)
    studies = Studies.of(yi, vi, mask)
    own = _own_weights(weights, studies)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = _heterogeneity(studies, code, own, tau2)
        values: dict[str, Any] = _pool(studies, found, code, rule, own, alpha)
        values |= _inference(values, alpha, code)
    values |= {"se_tau2": found.se, "converged": found.converged}
    values |= {"k": np.int64(studies.k), "q_df": np.int64(values["q_df"])}
    shaped = {name: plain(value) for name, value in values.items()}
    return RandomEffects(estimator=code, test=rule, level=level, tau2_given=tau2 is not None, **shaped)


def _own_weights(weights: ArrayLike | None, studies: Studies) -> FloatArray | None:
    if weights is None:
        return None
    own = number("weights", weights)
    try:
        own = np.broadcast_to(own, studies.y.shape)
    except ValueError as error:
        raise StatisticsError(
            f"weights have shape {own.shape}, the studies {studies.y.shape}", hint="one weight per study"
        ) from error
    refuse(studies.present & ~(np.isfinite(own) & (own >= 0)), own, "weights must not be negative")
    own = np.where(studies.present, own, 0.0)
    if (own.sum(axis=-1) == 0).any():
        raise StatisticsError("the weights of an analysis are all zero")
    return own


def _heterogeneity(studies: Studies, estimator: str, own: FloatArray | None, given: ArrayLike | None) -> Tau2:
    if given is None:
        return estimate(studies, estimator, own)
    value = number("tau2", given)
    wrong = ~((value >= 0) & (value < np.inf))
    if wrong.any():
        raise StatisticsError(f"tau2 must not be negative, got {value[wrong][0]:g}")
    if value.size > 1 and value.shape != studies.k.shape:
        raise StatisticsError(f"tau2 has shape {value.shape}, the analyses {studies.k.shape}")
    value = np.full_like(studies.k, value if value.size > 1 else value.item())
    nothing = np.full_like(studies.k, np.nan)
    se = information_se(studies, value, restricted=estimator == "REML") if estimator in {"ML", "REML"} else nothing
    return Tau2(value, se, np.ones(studies.k.shape, dtype=np.bool_))


def _pool(
    studies: Studies, tau2: Tau2, estimator: str, test: str, own: FloatArray | None, alpha: float
) -> dict[str, FloatArray]:
    """Return mu, its standard error and df, heterogeneity, weights and log-likelihood of each analysis."""
    at = studies.weighted(tau2.value)
    if own is None:
        a, sum_a, mu, rest, variance = at.w, at.total, at.mean, at.rest, 1 / at.total
    else:
        a, sum_a = own, total(own)
        mu = inner(a, studies.y) / sum_a
        rest, variance = residual_sum(studies.y, at.w, mu), inner(a**2, at.variance) / sum_a**2
    adjusted, df = judged(studies, at, variance, test=test, alpha=alpha)
    return {
        "mu": mu,
        "se": np.sqrt(adjusted),
        "unadjusted_se": np.sqrt(variance),
        "df": df,
        "tau2": tau2.value,
        "weights": a * (100 / sum_a)[..., np.newaxis],
        "log_likelihood": height(studies, at, rest, restricted=estimator == "REML"),
        **_spread(studies, tau2.value, estimator),
    }


def _spread(studies: Studies, tau2: FloatArray, estimator: str) -> dict[str, FloatArray]:
    """Return Q with its test, I2 and H2 (from tau2 and the typical variance; from Q for the equal-effects model)."""
    at, df = studies.weighted(0 * tau2), studies.k - 1
    q = at.rest
    if estimator == "EE":
        i2, h2 = np.where(q > 0, 100 * np.maximum(0.0, (q - df) / q), 0.0), q / df
    else:
        typical = typical_variance(studies, at)
        h2 = tau2 / typical + 1
        i2 = 100 * tau2 / (tau2 + typical)
    if studies.alone:
        several = df > 0
        q, i2, h2 = (np.where(several, value, one) for value, one in ((q, 0.0), (i2, 0.0), (h2, 1.0)))
    return {"q": q, "q_df": df, "q_p": chi2_tail(q, df), "i2": i2, "h2": h2}


def _inference(values: dict[str, FloatArray], alpha: float, estimator: str) -> dict[str, FloatArray]:
    mu, se, df = values["mu"], values["se"], values["df"]
    statistic = mu / se
    critical = critical_value(alpha, df)
    half = critical * se
    # The default prediction interval, with the critical value that is at hand.
    beyond = critical * np.sqrt(values["tau2"] + se**2) if estimator != "EE" else np.full_like(mu, np.nan)
    return {
        "statistic": statistic,
        "p": two_sided_p(statistic, df),
        "lower": mu - half,
        "upper": mu + half,
        "pi_lower": mu - beyond,
        "pi_upper": mu + beyond,
    }
