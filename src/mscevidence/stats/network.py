"""Network meta-analysis: treatments compared directly and through others, by generalised least squares.

The model of Lu & Ades 2006 (JASA 101:447) in its frequentist form with multi-arm studies (Rücker 2012, Res Synth
Methods 3:312): all treatment effects are differences of T - 1 parameters, and tau2 is the same for every comparison.
tau2 by the generalised method of moments (Jackson, White & Riley 2012, Stat Med 31:3805) or (restricted) maximum
likelihood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.display import Row, Shown, pair_rows
from mscevidence.stats.distributions import chi2_tail, critical_value
from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray, choose, names, scalar, tail
from mscevidence.stats.network_studies import Network
from mscevidence.stats.network_table import DISCONNECTED, EMPTY, INCOMPLETE, network_of
from mscevidence.stats.regression_tau2 import Regression, estimate
from mscevidence.stats.treatment_effects import TreatmentEffects, treatment_effects

ESTIMATORS = names({"DL": ("dersimonian-laird", "moments"), "REML": (), "ML": (), "EE": ("common", "FE", "CE")})
STATUSES = {
    EMPTY: "No comparison is left: all are masked out.",
    DISCONNECTED: "The network is not connected: its parts cannot be compared with each other.",
    INCOMPLETE: "A study has not every comparison of its treatments once.",
}


@dataclass(frozen=True, slots=True)
class NetworkMetaAnalysis(Shown):
    """Common-effect and random-effects estimates of a network, or of a batch of networks of the same treatments.

    Every field has the leading shape (...) of the input in front; for a single analysis it is empty.

    Attributes:
        estimator: code of the tau2 estimator.
        status: `ok`, or why an analysis of a batch has no estimate (NaN): `empty`, `disconnected`, `incomplete`
            (comparisons of a study are missing).
        common, random: treatment effects of the two models; NaN for a treatment that no study of an analysis has.
        tau2: between-study variance of every comparison; i2: percent; NaN if no comparison has been repeated, directly
            or by another path (the random effects are then the common effects).
        converged: whether the search for tau2 ended.
        q, q_df, q_p: heterogeneity and inconsistency together, around the common effects.
        prediction_lower, prediction_upper: (..., T, T) for the effect in a new study; NaN without a degree of freedom.
        network: what was analysed; hand the result to `design_inconsistency` and `direct_and_indirect`.
    """

    _lead = "prediction_lower"

    estimator: str
    level: float
    status: NDArray[np.str_]
    common: TreatmentEffects
    random: TreatmentEffects
    tau2: FloatArray
    i2: FloatArray
    converged: BoolArray
    q: FloatArray
    q_df: IntArray
    q_p: FloatArray
    prediction_lower: FloatArray
    prediction_upper: FloatArray
    network: Network

    def rows(self) -> list[Row]:
        """Return one row per pair of treatments: random effects with their prediction interval, common effects.

        Of a batch for each analysis, with its tau2 and its status.
        """
        random, common = self.random, self.common
        shown = {
            "effect": random.effect, "se": random.se, "lower": random.lower, "upper": random.upper, "p": random.p,
            "pi_lower": self.prediction_lower, "pi_upper": self.prediction_upper,
            "common": common.effect, "common_se": common.se,
        }  # fmt: skip
        return pair_rows(self.treatments, shown, {"tau2": self.tau2, "status": self.status})

    @property
    def treatments(self) -> tuple[str, ...]:
        """Names in the order of rows and columns."""
        return self.network.treatments

    @property
    def k(self) -> IntArray:
        """Number of studies (...)."""
        return self.network.k

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        none = "No comparison has been repeated, directly or by another path: tau2 cannot be estimated and counts as 0."
        few = "Fewer studies than treatments: most effects rest on single studies."
        random, k, usable = self.estimator != "EE", np.asarray(self.k), np.asarray(self.status) == "ok"
        compared = self.network.compared.reshape(*self.network.lead, -1)
        findings: list[diagnosis.Finding] = [(self.status == name, said) for name, said in STATUSES.items()]
        findings += [
            (usable & ~compared.all(axis=-1), "No study has one of the treatments: it has no effects."),
            (usable & random & (np.asarray(self.q_df) == 0), none),
            (usable & (k < compared.sum(axis=-1)), few),
            (usable & ~np.asarray(self.converged), "The search for tau2 did not converge: do not use this result."),
            *diagnosis.tau2_at_zero(np.asarray(self.tau2), k, estimated=random),
        ]
        return diagnosis.sentences(findings)


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

    Without some of its rows a network can lose treatments or fall apart. In a batch a treatment that an analysis does
    not have has NaN; an analysis that cannot be estimated has NaN and a `status`, and is an error if there is no other.

    Args:
        study: (m) name of the study; a study with p arms has p (p - 1)/2 rows.
        treatment1: (m) name of the first treatment of each row.
        treatment2: (m) name of the second.
        effect: (..., m) of treatment 1 versus treatment 2 on the analysis scale (log for ratios).
        se: (..., m) its standard error.
        mask: (..., m) boolean, True where the row is to be used.
        estimator: of tau2: `DL`, `REML`, `ML` or `EE` (zero).
        tau2: a given between-study variance instead of an estimated one.
        level: of the intervals.
        treatments: order of the treatments; by default sorted by name.

    Raises:
        UnknownTermError: no such estimator.
        StatisticsError: unusable columns, comparisons contradicting each other within a study, no row in any
            analysis; in every analysis comparisons missing within a study, or a network that is not connected.
    """
    code, alpha = choose(estimator, ESTIMATORS, kind="tau2 estimator of a network"), tail(level)
    given = None if tau2 is None else scalar("tau2", tau2)
    if given is not None and not 0 <= given < np.inf:
        raise StatisticsError(f"tau2 must not be negative, got {given:g}")
    network = network_of(study, treatment1, treatment2, effect, se, mask=mask, treatments=treatments)
    found = _estimates(network, code, given)
    common, random = (
        treatment_effects(network.treatments, found[f"{name}_beta"], found[f"{name}_covariance"], level)
        for name in ("common", "random")
    )
    between = found["between"][:, np.newaxis, np.newaxis]
    half = critical_value(alpha, found["q_df"])[:, np.newaxis, np.newaxis] * np.sqrt(random.se**2 + between)
    half *= 1 - np.eye(len(network.treatments))
    values = {name: found[name] for name in ("tau2", "i2", "converged", "q", "q_df", "q_p")}
    values |= {"prediction_lower": random.effect - half, "prediction_upper": random.effect + half}
    return NetworkMetaAnalysis(
        estimator=code, level=level, status=network.shaped(network.status), common=_shaped(common, network),
        random=_shaped(random, network), network=network,
        **{name: network.shaped(value) for name, value in values.items()},
    )  # fmt: skip


def _shaped(effects: TreatmentEffects, network: Network) -> TreatmentEffects:
    columns = {name: network.shaped(getattr(effects, name)) for name in ("effect", "se", "lower", "upper", "p")}
    return replace(effects, **columns)


def _estimates(network: Network, code: str, given: float | None) -> dict[str, Any]:
    """Return the estimates (B, ...); NaN, 0 or False for analyses without any."""
    analyses, size = len(network.status), len(network.treatments)
    values: dict[str, Any] = {
        **{name: np.full(analyses, np.nan) for name in ("between", "tau2", "i2", "q", "q_p")},
        **{f"{name}_beta": np.full((analyses, size), np.nan) for name in ("common", "random")},
        **{f"{name}_covariance": np.full((analyses, size, size), np.nan) for name in ("common", "random")},
        "q_df": np.zeros(analyses, dtype=np.int64),
        "converged": np.zeros(analyses, dtype=np.bool_),
    }
    for rows, part, treatments in network.parts():
        found = _fitted(part, treatments, code, given)
        for name in ("common", "random"):
            # The first treatment is what the others are compared with.
            values[f"{name}_beta"][rows[:, np.newaxis], treatments] = _padded(found.pop(f"{name}_beta"), 1)
            at = (rows[:, np.newaxis, np.newaxis], treatments[:, np.newaxis], treatments)
            values[f"{name}_covariance"][at] = _padded(found.pop(f"{name}_covariance"), 2)
        for name, value in found.items():
            values[name][rows] = value
    return values


def _padded(values: FloatArray, axes: int) -> FloatArray:
    """Return values (b, p) or (b, p, p) with zeros in front along the last axes."""
    return np.pad(values, [(0, 0)] + [(1, 0)] * axes)


def _fitted(network: Network, treatments: IntArray, code: str, given: float | None) -> dict[str, Any]:
    data = network.regression(treatments)
    between, converged = _tau2(data, code, given)
    common = data.fit(np.zeros_like(between))
    random = data._replace(y=network.regression(treatments, between).y).fit(between)
    q, df = common.rest + network.contradiction(), data.df.astype(np.int64)
    several = df > 0
    i2 = 100 * np.maximum(0.0, np.divide(q - df, q, out=np.zeros_like(q), where=q > 0))
    return {
        "common_beta": common.beta, "common_covariance": common.parts.covariance(),
        "random_beta": random.beta, "random_covariance": random.parts.covariance(), "between": between,
        "tau2": np.where(several | (given is not None), between, np.nan), "i2": np.where(several, i2, np.nan),
        "converged": converged, "q": q, "q_df": df, "q_p": np.where(several, chi2_tail(q, df), np.nan),
    }  # fmt: skip


def _tau2(data: Regression, code: str, given: float | None) -> tuple[FloatArray, BoolArray]:
    """Return tau2 of each analysis, zero without a degree of freedom, and whether the search for it ended."""
    value, converged = np.full_like(data.k, given or 0.0), np.ones(data.k.shape, dtype=np.bool_)
    several = data.df > 0
    if given is None and several.any():
        found = estimate(data.rows(several), code)
        value[several], converged[several] = found.value, found.converged
    return value, converged
