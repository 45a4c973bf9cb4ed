"""Mixed models for counts by maximum likelihood: rates, odds ratios and rate ratios, with moderators."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats import count_models as build
from mscevidence.stats import diagnosis, two_random_effects
from mscevidence.stats.count_studies import informative_studies
from mscevidence.stats.display import Shown
from mscevidence.stats.distributions import chi2_tail, critical_value, two_sided_p
from mscevidence.stats.inputs import FloatArray, choose, names, tail
from mscevidence.stats.mixed_model_fit import Fit, fit
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
_SEPARATED = (
    "A moderator separates studies without event, or with nothing else, from the others: its coefficient has its "
    "maximum at infinity."
)


@dataclass(frozen=True, slots=True)
class CountGlmm(Shown):
    """A fitted mixed model of one analysis; coefficients on the log or logit scale, the intercept (mean effect) first.

    Attributes:
        measure, model: codes; model is empty for one group.
        status: `ok`, or why the likelihood has its maximum at infinity: `no-maximum` (such as no event in one of the
            groups), `separated` (by a moderator).
        coefficients, se, statistic, p, lower, upper: (p,) each; NaN unless the status is `ok`.
        covariance: (p, p) of the coefficients.
        df: degrees of freedom of the test, infinite for z.
        tau2: variance of the (treatment) effect; `se_tau2`: its standard error, NaN at zero; `sigma2`: of the study
            effect in UM.RS.
        log_likelihood: marginal, with all constants.
        lrt, lrt_df, lrt_p: likelihood-ratio test of heterogeneity, saturated against common effect.
        wald_q, wald_p: its Wald form; NaN where a study has no effect of its own (empty cells).
        k: number of studies used; `dropped`: positions (from 0) of two-group studies without information, left out.
        converged: whether the search for the maximum ended.
    """

    _item = "coefficient"
    _lead = "coefficients"
    _hidden = ("covariance", "dropped")

    measure: str
    model: str
    level: float
    status: str
    coefficients: FloatArray
    se: FloatArray
    statistic: FloatArray
    p: FloatArray
    lower: FloatArray
    upper: FloatArray
    covariance: FloatArray
    df: float
    tau2: float
    se_tau2: float
    sigma2: float
    log_likelihood: float
    lrt: float
    lrt_df: int
    lrt_p: float
    wald_q: float
    wald_p: float
    k: int
    dropped: tuple[int, ...]
    converged: bool

    @property
    def mu(self) -> float:
        """The first coefficient: without moderators the pooled effect."""
        return float(self.coefficients[0])

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        k, which = np.asarray(self.k), ", ".join(str(i + 1) for i in self.dropped)
        return diagnosis.sentences(
            [
                (self.status == "no-maximum", "The likelihood has its maximum at infinity (no event, or only events)."),
                (self.status == "separated", _SEPARATED),
                *diagnosis.few_studies(k),
                (bool(self.dropped), f"Left out, no event or only events in both groups: study {which}."),
                *diagnosis.tau2_at_zero(np.asarray(self.tau2), k),
                (self.status == "ok" and not self.converged, "The search did not converge: do not use this result."),
            ]
        )


@dataclass(frozen=True, slots=True)
class _Head:
    measure: str
    model: str
    test: str
    level: float
    alpha: float
    dropped: tuple[int, ...]


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
    """Return the maximum-likelihood mixed model of one analysis.

    Studies without information are left out, and a fixed-effects model has a coefficient for each study that is left:
    analyses of a batch would have different numbers of parameters. Call it once per analysis; for the proportions of
    one group without moderators `proportion_glmm` takes batches.

    Args:
        measure: `PLO` (events, n), `IRLN` (events, time), `OR` (events1, n1, events2, n2), `IRR` (events1, time1,
            events2, time2).
        model: for OR and IRR: `UM.FS`, `UM.RS` (Laplace), `CM.AL` (OR only), `CM.EL`; see `count_models`.
        moderators: (k, q) or (k,) columns that the effect depends on, beside the intercept.
        mask: (k,) boolean, True where a study is present.
        nodes: quadrature nodes, as in `proportion_glmm`; not used by `UM.RS`.
        test: `z` or `t` (k - p degrees of freedom).
        level: of the confidence intervals.
        data: (k,) columns, as the measure needs them.

    Raises:
        UnknownTermError: no such measure, model or test.
        StatisticsError: unusable values, no study with information, more coefficients than studies, leading axes.
    """
    code, rule, alpha = (
        choose(measure, MEASURES, kind="measure of a count model"),
        choose(test, TESTS, kind="test"),
        tail(level),
    )
    kind = choose(model, MODELS, kind="model") if code in {"OR", "IRR"} else ""
    columns, extra, dropped = informative_studies(code, data, moderators, mask)
    ready = _model(code, kind, columns, extra)
    if extra.shape[0] < extra.shape[1]:
        raise StatisticsError(
            f"{extra.shape[1]} coefficients need at least as many studies, there are {extra.shape[0]}"
        )
    head = _Head(code, kind, rule, level, alpha, dropped)
    if not np.isfinite(ready.effect).any():
        return _without_maximum(ready, head, "no-maximum")
    if separated(extra, ready.effect):
        return _without_maximum(ready, head, "separated")
    sigma = 0.0
    if kind == "UM.RS":
        found, sigma = two_random_effects.fit(ready.model, start_of(ready)[0])
    else:
        found = fit(ready.model, nodes, start_of(ready))
    return _result(ready, found, sigma, head)


def _model(code: str, kind: str, data: dict[str, FloatArray], moderators: FloatArray) -> build.CountModel:
    if code == "PLO":
        return build.one_binomial(data["events"], data["n"], np.zeros_like(data["n"]), moderators)
    if code == "IRLN":
        return build.one_poisson(data["events"], data["time"], moderators)
    size = "n" if code == "OR" else "time"
    x = np.stack([data["events1"], data["events2"]], axis=1)
    sizes = np.stack([data[f"{size}1"], data[f"{size}2"]], axis=1)
    if kind in {"UM.FS", "UM.RS"}:
        return build.two_arms(x, sizes, moderators, rates=code == "IRR", random_studies=kind == "UM.RS")
    if kind == "CM.EL" and code == "OR":
        return build.exact_conditional(x, sizes, moderators)
    if kind == "CM.AL" and code == "IRR":
        raise StatisticsError("CM.AL is a model for odds ratios", hint="for rate ratios CM.EL is as simple and exact")
    return build.one_binomial(x[:, 0], x.sum(axis=1), np.log(sizes[:, 0] / sizes[:, 1]), moderators)


def _result(ready: build.CountModel, found: Fit, sigma: float, head: _Head) -> CountGlmm:
    asked, k = ready.coefficients, ready.moderators.shape[0]
    beta, se = found.beta[0, :asked], np.sqrt(np.diag(found.covariance[0])[:asked])
    df = float(k - asked) if head.test == "t" and k > asked else np.inf
    statistic, half = beta / se, critical_value(head.alpha, df) * se
    tau = float(found.tau[0])
    lrt, wald = heterogeneity(ready, head.model == "UM.RS")
    return CountGlmm(
        measure=head.measure,
        model=head.model,
        level=head.level,
        status="ok",
        coefficients=beta,
        se=se,
        statistic=statistic,
        p=two_sided_p(statistic, df),
        lower=beta - half,
        upper=beta + half,
        covariance=found.covariance[0, :asked, :asked],
        df=df,
        tau2=tau**2,
        se_tau2=2 * tau * float(np.sqrt(found.covariance[0, -1, -1])),
        sigma2=sigma**2,
        log_likelihood=float(found.log_likelihood[0]),
        lrt=lrt,
        lrt_df=k - asked,
        lrt_p=float(chi2_tail(lrt, k - asked)),
        wald_q=wald,
        wald_p=float(chi2_tail(wald, k - asked)),
        k=k,
        dropped=head.dropped,
        converged=bool(found.converged[0]),
    )


def _without_maximum(ready: build.CountModel, head: _Head, status: str) -> CountGlmm:
    nothing, nan = np.full(ready.coefficients, np.nan), float("nan")
    k = ready.moderators.shape[0]
    return CountGlmm(
        measure=head.measure,
        model=head.model,
        level=head.level,
        status=status,
        coefficients=nothing,
        se=nothing,
        statistic=nothing,
        p=nothing,
        lower=nothing,
        upper=nothing,
        covariance=np.full((ready.coefficients, ready.coefficients), np.nan),
        df=nan,
        tau2=nan,
        se_tau2=nan,
        sigma2=nan,
        log_likelihood=nan,
        lrt=nan,
        lrt_df=k - ready.coefficients,
        lrt_p=nan,
        wald_q=nan,
        wald_p=nan,
        k=k,
        dropped=head.dropped,
        converged=False,
    )
