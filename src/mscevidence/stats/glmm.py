"""Pooling proportions by the binomial-normal generalised linear mixed model: no correction, zero events are data.

x_i ~ Binomial(n_i, expit(mu + u_i)), u_i ~ N(0, tau2), by maximum likelihood with adaptive Gauss-Hermite quadrature.
Sources: Stijnen, Hamza & Ozdemir 2010, Stat Med 29:3046; Hamza, van Houwelingen & Stijnen 2008, J Clin Epidemiol 61:41.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.display import Shown
from mscevidence.stats.distributions import chi2_tail, critical_value, two_sided_p
from mscevidence.stats.gaps import rows_without_studies
from mscevidence.stats.inputs import (
    BoolArray,
    FloatArray,
    IntArray,
    aligned,
    at_least,
    choose,
    counts,
    names,
    plain,
    tail,
)
from mscevidence.stats.proportion_maximum import fit_proportions
from mscevidence.stats.studies import Studies, typical_variance

TESTS = names({"z": ("normal",), "t": ()})

NO_STUDY = "no-study"

STATUSES = {
    "ok": "",
    NO_STUDY: "",
    "all-zero": "No study has an event: the estimate is 0 % without standard error; only an upper limit exists.",
    "all-events": "All have the event: the estimate is 100 % without standard error; only a lower limit exists.",
    "separated": "Every study has no event or only events: the likelihood grows without end in tau2.",
}


@dataclass(frozen=True, slots=True)
class ProportionGlmm(Shown):
    """A pooled proportion on the logit scale, or a batch of them.

    Every field has the leading shape of the input; for a single analysis it is a scalar.

    Attributes:
        test: `z` or `t`; `level`: of the intervals; `nodes`: of the quadrature, None for as many as needed.
        status: `ok`, or why there is no estimate: `no-study`, `all-zero` (mu -inf), `all-events` (mu inf), `separated`
        (mu NaN).
        mu: mean logit; `se`, `statistic`, `p`, `lower`, `upper`: its inference, NaN unless the status is `ok`.
        df: degrees of freedom, infinite for z.
        tau2: between-study variance on the logit scale; `se_tau2`: its standard error, NaN at zero.
        common_mu, common_se: the common-effect model: logit of all events of all patients; infinite and NaN at 0 and
        100 %.
        log_likelihood: marginal, with all constants.
        lrt, lrt_df, lrt_p: likelihood-ratio test of heterogeneity, saturated against common effect.
        wald_q, wald_p: its Wald form, NaN if a study has no event or only events.
        i2, h2: as in `RandomEffects`, with the typical variance of the logits (0.5 added where a cell is zero).
        pi_lower, pi_upper: prediction interval, t on k - 1 (z for test z).
        weights: (..., k) percent: share of each study in the information about mu; 0 for absent studies.
        k: number of studies; `events`, `n`: patients in them; `boundary`: studies with no event or only events;
        `only_events`: these alone.
        converged: whether the search for the maximum ended.
    """

    _hidden = ("only_events",)

    test: str
    level: float
    nodes: int | None
    status: NDArray[np.str_]
    mu: FloatArray
    se: FloatArray
    statistic: FloatArray
    p: FloatArray
    lower: FloatArray
    upper: FloatArray
    df: FloatArray
    tau2: FloatArray
    se_tau2: FloatArray
    common_mu: FloatArray
    common_se: FloatArray
    log_likelihood: FloatArray
    lrt: FloatArray
    lrt_df: IntArray
    lrt_p: FloatArray
    wald_q: FloatArray
    wald_p: FloatArray
    i2: FloatArray
    h2: FloatArray
    pi_lower: FloatArray
    pi_upper: FloatArray
    weights: FloatArray
    k: IntArray
    events: FloatArray
    n: FloatArray
    boundary: IntArray
    only_events: IntArray
    converged: BoolArray

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        status, k = np.asarray(self.status), np.asarray(self.k)
        usable = status == "ok"
        findings: list[diagnosis.Finding] = [(status == name, said) for name, said in STATUSES.items() if said]
        findings += diagnosis.few_studies(k)
        full = np.asarray(self.only_events)
        findings += diagnosis.at_boundary(np.asarray(self.boundary) - full, full, k)
        single = (k > 1) & (np.asarray(self.n) == k)
        findings += [(single, "Every study has one patient: tau2 cannot be estimated and is set to zero.")]
        findings += diagnosis.dominance(np.asarray(self.weights), k)
        findings += diagnosis.tau2_at_zero(np.asarray(self.tau2), k)
        findings += diagnosis.uninformative(special.expit(self.lower), special.expit(self.upper))
        findings += [
            (
                usable & ~np.asarray(self.converged),
                "The search for the maximum did not converge: do not use this result.",
            )
        ]
        return diagnosis.sentences(findings)


@rows_without_studies(status=NO_STUDY)
def proportion_glmm(
    events: ArrayLike,
    n: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    nodes: int | None = None,
    test: str = "t",
    level: float = 0.95,
) -> ProportionGlmm:
    """Return the maximum-likelihood binomial-normal model of the proportions `events` / `n`.

    Every analysis of a batch is fitted by itself, which is faster than all at once and gives what it gives alone; only
    with given `nodes` all of them share the points of the quadrature.

    Args:
        events: (..., k) patients with the event.
        n: (..., k) patients.
        mask: (..., k) boolean, True where a study is present.
        nodes: quadrature nodes; by default as many as the accuracy needs. 1 is Laplace's approximation, 7 R's default.
        test: `t` (k - 1 degrees of freedom) or `z`; one study: always z.
        level: level of the confidence and prediction intervals.

    Raises:
        UnknownTermError: no such test.
        StatisticsError: events > n, n < 1, negative or fractional counts, no study, nodes < 1.
    """
    rule, alpha = choose(test, TESTS, kind="test"), tail(level)
    nodes = None if nodes is None else at_least("nodes", nodes, 1)
    columns, present = aligned(mask, events=events, n=n)
    counts(columns["events"], columns["n"], present)
    if not present.any(axis=-1).all():
        raise StatisticsError("no study is left: all are masked out", hint="an analysis needs at least one study")
    shape, k = present.shape[:-1], present.shape[-1]
    x, size = (np.where(present, columns[name], 0.0).reshape(-1, k) for name in ("events", "n"))
    there = present.reshape(-1, k)
    status = _status(x, size, there)
    values = _estimates(x, size, there, status, nodes)
    values |= _inference(values, there, rule, alpha) | _heterogeneity(x, size, there, values["tau2"])
    values |= {"status": status, "events": x.sum(axis=-1), "n": size.sum(axis=-1)}
    values |= _common_effect(values["events"], values["n"])
    values["boundary"] = (there & ((x == 0) | (x == size))).sum(axis=-1)
    values["only_events"] = (there & (x == size)).sum(axis=-1)
    shaped = {name: plain(array.reshape(shape + array.shape[1:])) for name, array in values.items()}
    return ProportionGlmm(test=rule, level=level, nodes=nodes, **shaped)


def _status(x: FloatArray, n: FloatArray, present: BoolArray) -> NDArray[np.str_]:
    none, every = ((~present | (x == edge)).all(axis=-1) for edge in (0, n))
    separated = (~present | (x == 0) | (x == n)).all(axis=-1) & (n > 1).any(axis=-1)
    return np.select([none, every, separated], ["all-zero", "all-events", "separated"], "ok")


def _estimates(
    x: FloatArray, n: FloatArray, present: BoolArray, status: NDArray[np.str_], nodes: int | None
) -> dict[str, Any]:
    usable = status == "ok"
    analyses = x.shape[0]
    nothing = np.full(analyses, np.nan)
    values = {name: nothing.copy() for name in ("mu", "se", "tau2", "se_tau2", "log_likelihood")}
    values["mu"] = np.select([status == "all-zero", status == "all-events"], [-np.inf, np.inf], np.nan)
    values["log_likelihood"] = np.select([status == "ok", status == "separated"], [np.nan, np.nan], 0.0)
    values["weights"] = np.where(present, np.nan, 0.0)
    converged = np.zeros(analyses, dtype=np.bool_)
    if usable.any():
        found = fit_proportions(x[usable], n[usable], nodes)
        values["mu"][usable] = found.beta[:, 0]
        values["se"][usable] = np.sqrt(found.covariance[:, 0, 0])
        values["tau2"][usable] = found.tau**2
        values["se_tau2"][usable] = 2 * found.tau * np.sqrt(found.covariance[:, 1, 1])
        constant = log_binomial(n, x).sum(axis=-1)
        values["log_likelihood"][usable] = found.log_likelihood + constant[usable]
        values["weights"][usable] = 100 * found.information / found.information.sum(axis=-1, keepdims=True)
        converged[usable] = found.converged
    return values | {"converged": converged}


def _common_effect(events: FloatArray, n: FloatArray) -> dict[str, FloatArray]:
    inside = (events > 0) & (events < n)
    with np.errstate(divide="ignore"):
        spread = np.sqrt(1 / events + 1 / (n - events))
        return {"common_mu": np.log(events) - np.log(n - events), "common_se": np.where(inside, spread, np.nan)}


def log_binomial(n: FloatArray, x: FloatArray) -> FloatArray:
    """Return the log of the binomial coefficient, n over x."""
    result: FloatArray = special.gammaln(n + 1) - special.gammaln(x + 1) - special.gammaln(n - x + 1)
    return result


def _inference(values: dict[str, FloatArray], present: BoolArray, test: str, alpha: float) -> dict[str, FloatArray]:
    k = present.sum(axis=-1)
    df = np.where((k > 1) & (test == "t"), k - 1.0, np.inf)
    mu, se = values["mu"], values["se"]
    statistic = np.where(np.isfinite(mu), mu / se, np.nan)
    half = critical_value(alpha, df) * se
    beyond = critical_value(alpha, df) * np.sqrt(se**2 + values["tau2"])
    centre = np.where(np.isfinite(mu), mu, np.nan)
    return {
        "k": k.astype(np.int64),
        "df": df,
        "statistic": statistic,
        "p": two_sided_p(statistic, df),
        "lower": centre - half,
        "upper": centre + half,
        "pi_lower": centre - beyond,
        "pi_upper": centre + beyond,
    }


def _heterogeneity(x: FloatArray, n: FloatArray, present: BoolArray, tau2: FloatArray) -> dict[str, FloatArray]:
    """Return the likelihood-ratio and Wald tests of equal proportions, I2 and H2."""
    k = present.sum(axis=-1)
    common = x.sum(axis=-1, keepdims=True) / n.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(present, x / n, common)
        gain = special.xlogy(x, own / common) + special.xlogy(n - x, (1 - own) / (1 - common))
        weight = np.where(present, n * own * (1 - own), 0.0)
        log_odds = np.where(present, special.logit(own), 0.0)
        centre = (weight * log_odds).sum(axis=-1, keepdims=True) / weight.sum(axis=-1, keepdims=True)
        wald = (weight * (log_odds - centre) ** 2).sum(axis=-1)
        corrected = 0.5 * ((x == 0) | (x == n))
        variance = np.where(present, 1 / (x + corrected) + 1 / (n - x + corrected), 1.0)
        one = present.astype(np.float64)
        typical = typical_variance(Studies(log_odds, variance, present, one, one.sum(axis=-1)))
        i2, h2 = 100 * tau2 / (tau2 + typical), tau2 / typical + 1
    inside = (~present | ((x > 0) & (x < n))).all(axis=-1)
    lrt = np.maximum(2 * np.where(np.isnan(gain), 0.0, gain).sum(axis=-1), 0.0)
    wald = np.where(inside, wald, np.nan)
    several = k > 1
    return {
        "lrt": lrt,
        "lrt_df": (k - 1).astype(np.int64),
        "lrt_p": chi2_tail(lrt, k - 1),
        "wald_q": wald,
        "wald_p": chi2_tail(wald, k - 1),
        "i2": np.where(several, i2, 0.0),
        "h2": np.where(several, h2, 1.0),
    }
