"""Multilevel meta-analysis: effects nested in studies, by (restricted) maximum likelihood.

y = X b + Z1 u1 (+ Z2 u2) + e with e ~ N(0, diag(v)), u1 ~ N(0, s1) per study and u2 ~ N(0, s2) per effect within a
study. Konstantopoulos 2011, Res Synth Methods 2:61; Van den Noortgate et al. 2013, Behav Res Methods 45:576.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mscevidence.stats import diagnosis
from mscevidence.stats.display import Row, Shown, coefficient_rows
from mscevidence.stats.distributions import chi2_tail, critical_value, f_tail, two_sided_p
from mscevidence.stats.information import InformationCriteria
from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray, choose, names, plain, tail
from mscevidence.stats.nested_effects import STATUSES, NestedEffects, given_effects, refused, statuses
from mscevidence.stats.variance_search import elements, maximise

METHODS = names({"REML": (), "ML": ()})
TESTS = names({"z": ("normal",), "t": ()})
_AT_ONCE = 4_000_000
"""Numbers in memory at once; larger batches are done in parts."""


@dataclass(frozen=True, slots=True)
class Multilevel(InformationCriteria, Shown):
    """A multilevel model, or a batch of them.

    Every field has the leading shape (...) of the input in front; for a single analysis it is empty.

    Attributes:
        method, test, level: as asked for.
        status: `ok`, or why an analysis of a batch has no estimate (NaN): `too-few` effects, `one-study`,
            `not-repeated` (no study has several effects, with a component within), `singular` moderators, `confused`
            (moderators explain all that would tell the components apart).
        beta, se, statistic, p, lower, upper: (..., p) coefficients with their inference; `df`: infinite for z.
        covariance: (..., p, p) of the coefficients.
        sigma2: (..., 1 or 2) variance components, between studies and (if modelled) within studies.
        qe, qe_df, qe_p: residual heterogeneity; qm, qm_df, qm_p: Wald test of the moderators (of the mean without
            moderators), F with test t.
        log_likelihood: with all constants, restricted for REML.
        pi_lower, pi_upper: prediction interval of a new effect in a new study; NaN with moderators.
        k: number of effects; studies: number of studies; converged: whether the search ended in a maximum.
        y, v, design, present: (..., k) and (..., k, p) the data; study: (k) number of the study of each effect, -1 for
            one that no analysis has.
    """

    _item = "coefficient"
    _lead = "beta"
    _hidden = ("covariance", "sigma2", "y", "v", "design", "present", "study")

    method: str
    test: str
    level: float
    status: NDArray[np.str_]
    beta: FloatArray
    se: FloatArray
    statistic: FloatArray
    p: FloatArray
    lower: FloatArray
    upper: FloatArray
    df: FloatArray
    covariance: FloatArray
    sigma2: FloatArray
    qe: FloatArray
    qe_df: IntArray
    qe_p: FloatArray
    qm: FloatArray
    qm_df: IntArray
    qm_p: FloatArray
    log_likelihood: FloatArray
    pi_lower: FloatArray
    pi_upper: FloatArray
    k: IntArray
    studies: IntArray
    converged: BoolArray
    y: FloatArray
    v: FloatArray
    design: FloatArray
    present: BoolArray
    study: IntArray

    def rows(self) -> list[Row]:
        """Return one row per coefficient; of a batch with number, variance components and status of the analysis."""
        columns = {name: getattr(self, name) for name in ("beta", "se", "statistic", "p", "lower", "upper")}
        return coefficient_rows(columns, {**self._components(), "status": self.status})

    def facts(self) -> Row:
        """Return what concerns all coefficients alike, for one analysis also its variance components."""
        found = {name: float(value) for name, value in self._components().items() if not np.ndim(value)}
        return {**Shown.facts(self), **found}

    def _components(self) -> dict[str, FloatArray]:
        return {f"sigma2_{_COMPONENTS[i]}": self.sigma2[..., i] for i in range(self.sigma2.shape[-1])}

    @property
    def marginal(self) -> FloatArray:
        """The fitted marginal covariance of the effects (..., k, k), zero for absent ones."""
        both = self.present[..., np.newaxis] & self.present[..., np.newaxis, :]
        shared = np.where(self.study[:, np.newaxis] == self.study, self.sigma2[..., :1, np.newaxis], 0.0)
        own = self.v + (self.sigma2[..., 1:] if self.sigma2.shape[-1] > 1 else 0.0)
        return np.where(both, shared + own[..., np.newaxis] * np.eye(self.study.size), 0.0)

    @property
    def parameters(self) -> int:
        """Number of coefficients and variance components."""
        return int(self.beta.shape[-1] + self.sigma2.shape[-1])

    def _observations(self) -> FloatArray:
        k: FloatArray = np.asarray(self.k, dtype=np.float64)
        return np.maximum(k - (self.beta.shape[-1] if self.method == "REML" else 0), 1)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        status, studies = np.asarray(self.status), np.asarray(self.studies)
        usable = status == "ok"
        few = "Fewer than 5 studies: the variance between studies is hardly determined."
        if not studies.ndim:
            few = f"{studies} studies: the variance between studies is hardly determined."
        zero = "A variance component is estimated as zero: with few studies this is no proof that they agree."
        lost = "The search for the maximum did not converge: do not use this result."
        return diagnosis.sentences(
            [
                *((status == name, said) for name, said in STATUSES.items()),
                (usable & (studies < 5), few),
                ((self.sigma2 == 0).any(axis=-1), zero),
                (usable & ~np.asarray(self.converged), lost),
            ]
        )


_COMPONENTS = ("between", "within")


def multilevel(  # noqa: PLR0913 -- three columns and what the model is
    yi: ArrayLike,
    vi: ArrayLike,
    study: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    within: bool = True,
    moderators: ArrayLike | None = None,
    method: str = "REML",
    test: str = "t",
    level: float = 0.95,
) -> Multilevel:
    """Return the multilevel model of effects in studies, of each analysis.

    All analyses share the studies that effects belong to; a `mask` says which effects each of them has. An analysis
    that cannot be estimated is an error if there is no other; in a batch it has NaN and a `status`.

    Args:
        yi: (..., k) effect sizes.
        vi: (..., k) sampling variances; sampling errors are taken as independent (see `robust` where they are not).
        study: (k) labels of the studies.
        mask: (..., k) boolean, True where an effect is present; the others are as if they had never been given.
        within: also let the effects of a study differ (second variance component).
        moderators: (k), (k, m) or (..., k, m) covariates; an intercept is added.
        method: `REML` or `ML`.
        test: `t` (k - p degrees of freedom) or `z`.
        level: level of the intervals.

    Raises:
        UnknownTermError: no such method or test.
        StatisticsError: unusable values; in every analysis fewer than two studies, a singular design, `within` without
            a study with several effects, or moderators that leave nothing to tell the components by.
    """
    rule, kind, alpha = choose(method, METHODS, kind="method"), choose(test, TESTS, kind="test"), tail(level)
    given = given_effects(yi, vi, study, moderators, mask)
    effects = given.effects()
    status = statuses(effects, within=within, restricted=rule == "REML")
    if (status != "ok").all():
        raise refused(str(status[0]), effects)
    asked = _Asked(within, rule == "REML", kind == "t", alpha)
    values = _estimates(effects, np.flatnonzero(status == "ok"), asked)
    p = effects.design.shape[-1]
    df = np.maximum(effects.k - p, 0).astype(np.int64)
    values |= {"status": status, "k": effects.k.astype(np.int64), "studies": effects.studies, "qe_df": df}
    values |= {"qm_df": np.where(status == "ok", max(p - 1, 1), 0)}
    shape = given.present.shape[:-1]
    shaped = {name: plain(value.reshape(shape + value.shape[1:])) for name, value in values.items()}
    data = {name: plain(value) for name, value in given._asdict().items()}
    return Multilevel(method=rule, test=kind, level=level, **shaped, **data)


@dataclass(frozen=True, slots=True)
class _Asked:
    within: bool
    restricted: bool
    t: bool
    alpha: float


def _estimates(effects: NestedEffects, usable: IntArray, asked: _Asked) -> dict[str, Any]:
    """Return the values of the usable analyses, part by part; NaN or False for the others."""
    values: dict[str, Any] = {}
    analyses, (k, p) = effects.k.size, effects.design.shape[1:]
    size = max(1, _AT_ONCE // elements(k, p, effects.runs.first.size, 1 + asked.within))
    for start in range(0, usable.size, size):
        rows = usable[start : start + size]
        # With every analysis usable the arrays need not be copied.
        found = _fitted(effects if rows.size == analyses else effects.rows(rows), asked)
        if rows.size == analyses:
            return found
        for name, part in found.items():
            nothing: Any = np.nan if part.dtype.kind == "f" else 0
            values.setdefault(name, np.full((analyses, *part.shape[1:]), nothing, dtype=part.dtype))[rows] = part
    return values


def _fitted(effects: NestedEffects, asked: _Asked) -> dict[str, Any]:
    parts = effects.decomposed()
    sigma2, solved, converged = maximise(effects.likelihood(parts, within=asked.within, restricted=asked.restricted))
    beta = parts.coefficients(effects.y) + np.einsum("bpq,bq->bp", parts.inverse, solved.gamma)
    covariance = parts.inverse @ solved.covariance @ np.swapaxes(parts.inverse, -1, -2)
    se, df = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1)), effects.k - beta.shape[-1]
    qe = effects.residual_sum()
    df = df if asked.t else np.full_like(df, np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = beta / se
    critical = critical_value(asked.alpha, df)
    half = critical[:, np.newaxis] * se
    alone = beta.shape[-1] == 1
    spread = critical * np.sqrt(se[:, 0] ** 2 + sigma2.sum(axis=-1)) if alone else np.full_like(df, np.nan)
    qm, qm_p = _wald(beta, covariance, df)
    return {
        "beta": beta, "se": se, "statistic": statistic, "p": two_sided_p(statistic, df[:, np.newaxis]),
        "lower": beta - half, "upper": beta + half, "df": df, "covariance": covariance, "sigma2": sigma2,
        "qe": qe, "qe_p": chi2_tail(qe, effects.k - beta.shape[-1]), "qm": qm, "qm_p": qm_p,
        "log_likelihood": solved.value, "pi_lower": beta[:, 0] - spread, "pi_upper": beta[:, 0] + spread,
        "converged": converged,
    }  # fmt: skip


def _wald(beta: FloatArray, covariance: FloatArray, df: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the Wald test of all but the intercept (of the intercept if there is nothing else), with its p-value."""
    tested = slice(1, None) if beta.shape[-1] > 1 else slice(None)
    covariance = covariance[:, tested, tested]
    se = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    z = beta[:, tested] / se
    correlation = covariance / se[:, np.newaxis] / se[..., np.newaxis]
    m = z.shape[-1]
    q = np.vecdot(z, np.linalg.solve(correlation, z[..., np.newaxis])[..., 0])
    if np.isinf(df[0]):
        return q, chi2_tail(q, m)
    return q / m, f_tail(q / m, m, df)
