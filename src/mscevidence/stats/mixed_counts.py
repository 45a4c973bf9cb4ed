"""Mixed models for counts by maximum likelihood: rates, odds ratios and rate ratios, with moderators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mscevidence.errors import StatisticsError
from mscevidence.stats import count_models as build
from mscevidence.stats import diagnosis, two_random_effects
from mscevidence.stats.count_studies import CountStudies, informative_studies
from mscevidence.stats.display import Row, Shown, coefficient_rows
from mscevidence.stats.distributions import chi2_tail, critical_value, two_sided_p
from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray, choose, names, plain, tail
from mscevidence.stats.mixed_model_fit import fit
from mscevidence.stats.saturated import heterogeneity, start_of
from mscevidence.stats.separation import separated

MEASURES = names(
    {
        "PLO": ("logit", "PLOGIT", "logit-proportion"),
        "IRLN": ("log-rate",),
        "OR": ("odds-ratio",),
        "IRR": ("rate-ratio", "incidence-rate-ratio"),
    }
)
MODELS = names(
    {
        "UM.FS": ("fixed-study-effects", "unconditional-fixed"),
        "UM.RS": ("random-study-effects", "unconditional-random"),
        "CM.AL": ("conditional-approximate",),
        "CM.EL": ("conditional-exact",),
    }
)
TESTS = names({"z": ("normal",), "t": ()})
STATUSES = {
    "no-maximum": "The likelihood has its maximum at infinity (no event, or only events).",
    "separated": (
        "A moderator separates studies without event, or with nothing else, from the others: its coefficient has its "
        "maximum at infinity."
    ),
    "no-information": "No study carries information: none has both events and patients without.",
    "too-few": "The model cannot be estimated: fewer studies than coefficients.",
    "singular": "The model cannot be estimated: a moderator does not vary, or repeats what others say.",
}
AT_ONCE = {("OR", "CM.EL"): 50, ("OR", "UM.RS"): 100, ("IRR", "UM.RS"): 100}
"""Studies that are fitted together, by measure and model; these have many numbers per study."""
_REFUSED = ("no-information", "too-few", "singular")
"""What makes a single analysis an error; in a batch the others still count."""


@dataclass(frozen=True, slots=True)
class CountGlmm(Shown):
    """A fitted mixed model, or a batch; coefficients on the log or logit scale, the intercept (mean effect) first.

    Every field has the leading shape (...) of the input in front; for a single analysis it is empty.

    Attributes:
        measure, model: codes; model is empty for one group. `level`: of the intervals.
        status: `ok`, or why the likelihood has its maximum at infinity: `no-maximum` (such as no event in one of the
            groups), `separated` (by a moderator). In a batch also `no-information`, `too-few` (studies for the
            coefficients) and `singular`, which for a single analysis are errors.
        coefficients, se, statistic, p, lower, upper: (..., p) each; NaN unless the status is `ok`.
        covariance: (..., p, p) of the coefficients.
        df: degrees of freedom of the test, infinite for z.
        tau2: variance of the (treatment) effect; `se_tau2`: its standard error, NaN at zero; `sigma2`: of the study
            effect in UM.RS.
        log_likelihood: marginal, with all constants.
        lrt, lrt_df, lrt_p: likelihood-ratio test of heterogeneity, saturated against common effect.
        wald_q, wald_p: its Wald form; NaN where a study has no effect of its own (empty cells).
        k: number of studies used; `dropped`: (..., studies) True for two-group studies without information, left out.
        converged: whether the search for the maximum ended.
    """

    _item = "coefficient"
    _lead = "coefficients"
    _hidden = ("covariance", "dropped")

    measure: str
    model: str
    level: float
    status: NDArray[np.str_]
    coefficients: FloatArray
    se: FloatArray
    statistic: FloatArray
    p: FloatArray
    lower: FloatArray
    upper: FloatArray
    covariance: FloatArray
    df: FloatArray
    tau2: FloatArray
    se_tau2: FloatArray
    sigma2: FloatArray
    log_likelihood: FloatArray
    lrt: FloatArray
    lrt_df: IntArray
    lrt_p: FloatArray
    wald_q: FloatArray
    wald_p: FloatArray
    k: IntArray
    dropped: BoolArray
    converged: BoolArray

    @property
    def mu(self) -> FloatArray:
        """The first coefficient: without moderators the pooled effect."""
        return plain(self.coefficients[..., 0])  # type: ignore[no-any-return]

    def rows(self) -> list[Row]:
        """Return one row per coefficient; of a batch with the number of the analysis, its tau2 and its status."""
        columns = {name: getattr(self, name) for name in ("coefficients", "se", "statistic", "p", "lower", "upper")}
        return coefficient_rows(columns, {"tau2": self.tau2, "status": self.status})

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        k, status = np.asarray(self.k), np.asarray(self.status)
        left_out = "Studies with no event or only events in both groups were left out."
        if k.ndim == 0 and self.dropped.any():
            which = ", ".join(str(i + 1) for i in np.flatnonzero(self.dropped))
            left_out = f"Left out, no event or only events in both groups: study {which}."
        lost = (status == "ok") & ~np.asarray(self.converged)
        findings: list[diagnosis.Finding] = [(status == name, said) for name, said in STATUSES.items()]
        findings += [
            *diagnosis.few_studies(k),
            (self.dropped.any(axis=-1), left_out),
            *diagnosis.tau2_at_zero(np.asarray(self.tau2), k),
            (lost, "The search did not converge: do not use this result."),
        ]
        return diagnosis.sentences(findings)


@dataclass(frozen=True, slots=True)
class _Asked:
    measure: str
    model: str
    nodes: int | None
    test: str
    alpha: float


def count_glmm(
    measure: str,
    *,
    model: str = "UM.FS",
    moderators: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    nodes: int | None = None,
    test: str = "z",
    level: float = 0.95,
    **data: ArrayLike,
) -> CountGlmm:
    """Return the maximum-likelihood mixed model of each analysis.

    Studies without information are left out. For the proportions of one group without moderators `proportion_glmm`
    is faster and also describes heterogeneity.

    Args:
        measure: `PLO` (events, n), `IRLN` (events, time), `OR` (events1, n1, events2, n2), `IRR` (events1, time1,
            events2, time2).
        model: for OR and IRR: `UM.FS`, `UM.RS` (Laplace), `CM.AL` (OR only), `CM.EL`; see `count_models`.
        moderators: (..., k, q) or (k,) columns that the effect depends on, beside the intercept.
        mask: (..., k) boolean, True where a study is present.
        nodes: quadrature nodes, as in `proportion_glmm`; not used by `UM.RS`.
        test: `z` or `t` (k - p degrees of freedom).
        level: of the confidence intervals.
        data: (..., k) columns, as the measure needs them.

    Raises:
        UnknownTermError: no such measure, model or test.
        StatisticsError: unusable values; for a single analysis: no study with information, more coefficients than
            studies, a singular design (in a batch these are statuses).
    """
    code = choose(measure, MEASURES, kind="measure of a count model")
    rule, alpha = choose(test, TESTS, kind="test"), tail(level)
    kind = choose(model, MODELS, kind="model") if code in {"OR", "IRR"} else ""
    if code == "IRR" and kind == "CM.AL":
        raise StatisticsError("CM.AL is a model for odds ratios", hint="for rate ratios CM.EL is as simple and exact")
    studies = informative_studies(code, data, moderators, mask)
    status = _statuses(studies)
    asked = _Asked(code, kind, nodes, rule, alpha)
    values = _empty(studies)
    for rows, columns, design in studies.parts(status == "ok", AT_ONCE.get((code, kind), 2000)):
        ready = _model(asked, columns, design)
        status[rows] = found = _boundaries(ready)
        usable = np.flatnonzero(found == "ok")
        if usable.size:
            # With every analysis usable the arrays need not be copied.
            part = ready if usable.size == rows.size else ready.rows(usable)
            for name, value in _fitted(part, asked).items():
                values[name][rows[usable]] = value
    values |= {"status": status, "dropped": studies.dropped, "k": studies.k}
    shaped = {name: plain(value.reshape((*studies.lead, *value.shape[1:]))) for name, value in values.items()}
    return CountGlmm(measure=code, model=kind, level=level, **shaped)


def _statuses(studies: CountStudies) -> NDArray[np.str_]:
    """Return what is wrong with each analysis before any model is built (B,).

    Raises:
        StatisticsError: there is one analysis, and it cannot be estimated.
    """
    k, p = studies.k, studies.moderators.shape[-1]
    status = np.where(k == 0, "no-information", np.where(k < p, "too-few", "ok")).astype("<U14")
    if p > 1:
        design = studies.moderators * studies.kept[..., np.newaxis]
        scale = np.maximum(np.abs(design).max(axis=1, keepdims=True), 1e-300)
        status[(status == "ok") & (np.linalg.matrix_rank(design / scale) < p)] = "singular"
    if not studies.lead and status[0] in _REFUSED:
        said = {
            "no-information": "no study carries information: none has both events and patients without",
            "too-few": f"{p} coefficients need at least as many studies, there are {int(k[0])}",
            "singular": "the model cannot be estimated: a moderator does not vary, or repeats what others say",
        }
        raise StatisticsError(said[str(status[0])])
    return status


def _model(asked: _Asked, data: dict[str, FloatArray], moderators: FloatArray) -> build.CountModel:
    code, kind = asked.measure, asked.model
    if code == "PLO":
        return build.one_binomial(data["events"], data["n"], np.zeros_like(data["n"]), moderators)
    if code == "IRLN":
        return build.one_poisson(data["events"], data["time"], moderators)
    size = "n" if code == "OR" else "time"
    x = np.stack([data["events1"], data["events2"]], axis=-1)
    sizes = np.stack([data[f"{size}1"], data[f"{size}2"]], axis=-1)
    if kind in {"UM.FS", "UM.RS"}:
        return build.two_arms(x, sizes, moderators, rates=code == "IRR", random_studies=kind == "UM.RS")
    if kind == "CM.EL" and code == "OR":
        return build.exact_conditional(x, sizes, moderators)
    return build.one_binomial(x[..., 0], x.sum(axis=-1), np.log(sizes[..., 0] / sizes[..., 1]), moderators)


def _boundaries(ready: build.CountModel) -> NDArray[np.str_]:
    """Return which analyses have a maximum (`ok`), and why the others have none."""
    finite = np.isfinite(ready.effect)
    status = np.where(finite.any(axis=-1), "ok", "no-maximum").astype("<U14")
    # An intercept alone cannot separate studies of which one has an effect of its own.
    if ready.coefficients > 1:
        for row in np.flatnonzero((status == "ok") & ~finite.all(axis=-1)):
            if separated(ready.moderators[row], ready.effect[row]):
                status[row] = "separated"
    return status


def _fitted(ready: build.CountModel, asked: _Asked) -> dict[str, Any]:
    """Return the fields of the result for analyses that have a maximum."""
    p, k = ready.coefficients, ready.moderators.shape[1]
    if asked.model == "UM.RS":
        found, sigma = two_random_effects.fit(ready.model, start_of(ready))
    else:
        found, sigma = fit(ready.model, asked.nodes, start_of(ready)), np.zeros(ready.effect.shape[0])
    beta, covariance = found.beta[:, :p], found.covariance[:, :p, :p]
    se = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    df = float(k - p) if asked.test == "t" and k > p else np.inf
    statistic, half = beta / se, critical_value(asked.alpha, df) * se
    lrt, wald = heterogeneity(ready, random_studies=asked.model == "UM.RS")
    return {
        "coefficients": beta, "se": se, "statistic": statistic, "p": two_sided_p(statistic, df),
        "lower": beta - half, "upper": beta + half, "covariance": covariance, "df": df,
        "tau2": found.tau**2, "se_tau2": 2 * found.tau * np.sqrt(found.covariance[:, -1, -1]), "sigma2": sigma**2,
        "log_likelihood": found.log_likelihood,
        "lrt": lrt, "lrt_p": chi2_tail(lrt, k - p), "wald_q": wald, "wald_p": chi2_tail(wald, k - p),
        "converged": found.converged,
    }  # fmt: skip


def _empty(studies: CountStudies) -> dict[str, Any]:
    """Return the fields of the result as they are without an estimate, (B, ...)."""
    analyses, p = studies.k.size, studies.moderators.shape[-1]
    per_coefficient = ("coefficients", "se", "statistic", "p", "lower", "upper")
    single = ("df", "tau2", "se_tau2", "sigma2", "log_likelihood", "lrt", "lrt_p", "wald_q", "wald_p")
    return {
        **{name: np.full((analyses, p), np.nan) for name in per_coefficient},
        **{name: np.full(analyses, np.nan) for name in single},
        "covariance": np.full((analyses, p, p), np.nan),
        "lrt_df": np.maximum(studies.k - p, 0),
        "converged": np.zeros(analyses, dtype=np.bool_),
    }
