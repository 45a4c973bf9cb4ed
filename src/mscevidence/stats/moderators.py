"""Meta-regression: how effects depend on characteristics of the studies.

y_i ~ N(x_i beta, v_i + tau2). Sources: Raudenbush 2009, in Cooper et al., Handbook of Research Synthesis, ch. 16;
Knapp & Hartung 2003, Stat Med 22:2693; Raudenbush 1994 (R2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.display import Row, Shown, coefficient_rows
from mscevidence.stats.distributions import critical_value, two_sided_p
from mscevidence.stats.information import InformationCriteria
from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray, choose, names, number, plain, scalar, tail
from mscevidence.stats.moderator_tests import (
    SINGULAR,
    TOO_FEW,
    explained,
    likelihood,
    moderator_test,
    regressions,
    residual_heterogeneity,
    statuses,
)
from mscevidence.stats.regression_tau2 import Regression, estimate, too_few
from mscevidence.stats.tau2 import ESTIMATORS, Tau2
from mscevidence.stats.weighted_least_squares import singular

TESTS = names({"z": ("normal",), "t": (), "knha": ("hartung-knapp", "HK", "knapp-hartung"), "adhoc": ("hk-adhoc",)})


STATUSES = {
    SINGULAR: "The regression cannot be estimated: a predictor does not vary, or repeats what others say.",
    TOO_FEW: "The regression cannot be estimated: no more studies than coefficients.",
}


@dataclass(frozen=True, slots=True)
class MetaRegression(InformationCriteria, Shown):
    """A fitted meta-regression, or a batch of them.

    Every field has the leading shape (...) of the input in front; for a single analysis it is empty.

    Attributes:
        estimator, test, level: as asked for.
        status: `ok`, or why an analysis of a batch has no estimate (NaN): `singular`, `too-few`.
        beta, se, statistic, p, lower, upper: (..., p) coefficients in the order of the design; `covariance`: (..., p,
        p).
        df: degrees of freedom of the tests of single coefficients, infinite for z.
        tau2, se_tau2: residual between-study variance; `i2`, `h2`: of the residuals.
        q, q_df, q_p: test of residual heterogeneity.
        moderators, moderators_df1, moderators_df2, moderators_p: test of all coefficients but the intercept (all
        without one): chi-squared with df2 infinite, otherwise F.
        r2: percent of the between-study variance explained; NaN if the intercept-only model is not nested in this one.
        log_likelihood: restricted for REML, else full; `k`: number of studies.
        converged: whether the search for tau2 ended.
        tau2_given: True if tau2 was given.
    """

    _item = "coefficient"
    _lead = "beta"
    _hidden = ("covariance",)

    estimator: str
    test: str
    level: float
    status: NDArray[np.str_]
    beta: FloatArray
    se: FloatArray
    statistic: FloatArray
    p: FloatArray
    lower: FloatArray
    upper: FloatArray
    covariance: FloatArray
    df: FloatArray
    tau2: FloatArray
    se_tau2: FloatArray
    i2: FloatArray
    h2: FloatArray
    q: FloatArray
    q_df: IntArray
    q_p: FloatArray
    moderators: FloatArray
    moderators_df1: IntArray
    moderators_df2: FloatArray
    moderators_p: FloatArray
    r2: FloatArray
    log_likelihood: FloatArray
    k: IntArray
    converged: BoolArray
    tau2_given: bool = False

    def rows(self) -> list[Row]:
        """Return one row per coefficient; of a batch with the number of the analysis and its tau2."""
        columns = {name: getattr(self, name) for name in ("beta", "se", "statistic", "p", "lower", "upper")}
        return coefficient_rows(columns, {"tau2": self.tau2})

    @property
    def parameters(self) -> int:
        """Number of estimated parameters."""
        return int(self.beta.shape[-1]) + (0 if self.estimator == "EE" or self.tau2_given else 1)

    def _observations(self) -> FloatArray:
        k: FloatArray = np.asarray(self.k, dtype=np.float64)
        return np.maximum(k - (self.beta.shape[-1] if self.estimator == "REML" else 0), 1)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        status, k, m = np.asarray(self.status), np.asarray(self.k), np.asarray(self.moderators_df1)
        usable = status == "ok"
        few = "Fewer than the recommended 10 studies for each moderator coefficient."
        if not k.ndim:
            few = f"{k} studies for {m} moderator coefficients: at least 10 for each are recommended."
        random = self.estimator != "EE" and not self.tau2_given
        return diagnosis.sentences(
            [
                *((status == name, said) for name, said in STATUSES.items()),
                (usable & ~np.asarray(self.converged), "The search for tau2 did not converge: do not use this result."),
                (usable & (k < 10 * np.maximum(m, 1)), few),
                *diagnosis.tau2_at_zero(np.asarray(self.tau2), k, estimated=random),
            ]
        )

    def predict(self, at: ArrayLike) -> RegressionPrediction:
        """Return the predicted mean effects (..., n), with confidence and prediction limits, at rows (n, p)."""
        rows = np.atleast_2d(number("rows to predict at", at))
        if rows.ndim != 2 or rows.shape[1] != self.beta.shape[-1]:
            raise StatisticsError(f"a row to predict at needs {self.beta.shape[-1]} values, the intercept included")
        mean = self.beta @ rows.T
        se = np.sqrt(np.einsum("np,...pq,nq->...n", rows, self.covariance, rows))
        c = critical_value(tail(self.level), self.df)[..., np.newaxis]
        wide = c * np.sqrt(se**2 + np.asarray(self.tau2)[..., np.newaxis])
        return RegressionPrediction(mean, se, mean - c * se, mean + c * se, mean - wide, mean + wide)


@dataclass(frozen=True, slots=True)
class RegressionPrediction(Shown):
    """Predicted mean effects (..., n), their standard errors, confidence limits and prediction limits."""

    _item = "prediction"

    mean: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    pi_lower: FloatArray
    pi_upper: FloatArray


def meta_regression(
    yi: ArrayLike,
    vi: ArrayLike,
    design: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    estimator: str = "REML",
    test: str = "knha",
    level: float = 0.95,
    tau2: float | None = None,
) -> MetaRegression:
    """Return the mixed-effects meta-regression of each analysis.

    An analysis that cannot be estimated is an error if there is no other; in a batch it has NaN and a `status`.

    Args:
        yi: (..., k) effect sizes.
        vi: (..., k) sampling variances, > 0.
        design: (k, p) or (..., k, p) predictors, a column of ones for the intercept included (`design_of` makes it).
        mask: (..., k) boolean, True where a study is present.
        estimator: of tau2, as in `random_effects`.
        test: `z`, `t`, `knha` or `adhoc`.
        level: of the confidence and prediction intervals.
        tau2: a given residual variance instead of an estimated one.

    Raises:
        UnknownTermError: no such estimator or test.
        StatisticsError: unusable values; in every analysis linearly dependent columns or no more studies than
            coefficients.
    """
    code, rule = choose(estimator, ESTIMATORS, kind="tau2 estimator"), choose(test, TESTS, kind="test")
    alpha = tail(level)
    tau2 = None if tau2 is None else scalar("tau2", tau2)
    if tau2 is not None and not 0 <= tau2 < np.inf:
        raise StatisticsError(f"tau2 must not be negative, got {tau2:g}")
    data, shape = regressions(yi, vi, design, mask)
    status = statuses(data, more=code != "EE" and tau2 is None)
    if (status != "ok").all():
        raise too_few(int(data.k[0]), data.design.shape[-1]) if status[0] == TOO_FEW else singular()
    values = _estimates(data, status == "ok", (code, rule), tau2, alpha)
    values |= {"status": status, "k": data.k.astype(np.int64), "q_df": np.maximum(data.df, 0).astype(np.int64)}
    shaped = {name: plain(value.reshape(shape + value.shape[1:])) for name, value in values.items()}
    return MetaRegression(estimator=code, test=rule, level=level, tau2_given=tau2 is not None, **shaped)


def _estimates(
    data: Regression, usable: BoolArray, codes: tuple[str, str], given: float | None, alpha: float
) -> dict[str, Any]:
    """Return the values of the usable analyses, NaN, 0 or False for the others."""
    found = _fit(data.rows(usable), *codes, given, alpha)
    if usable.all():
        return found
    values = {}
    for name, part in found.items():
        nothing: Any = np.nan if part.dtype.kind == "f" else 0
        values[name] = np.full((usable.size, *part.shape[1:]), nothing, dtype=part.dtype)
        values[name][usable] = part
    return values


def _fit(data: Regression, code: str, rule: str, given: float | None, alpha: float) -> dict[str, Any]:
    found = estimate(data, code) if given is None else _given(data, given)
    fit, df = data.fit(found.value), data.df
    several = df > 0
    covariance = fit.parts.covariance()
    if rule in {"knha", "adhoc"}:
        scale = np.where(several, fit.rest / np.maximum(df, 1), 1.0)
        scale = np.maximum(scale, 1.0) if rule == "adhoc" else scale
        covariance = covariance * scale[:, np.newaxis, np.newaxis]
    se = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    df = np.where(several, df, np.inf) if rule != "z" else np.full_like(df, np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = fit.beta / se
    half = critical_value(alpha, df)[:, np.newaxis] * se
    return {
        "beta": fit.beta,
        "se": se,
        "statistic": statistic,
        "p": two_sided_p(statistic, df[:, np.newaxis]),
        "lower": fit.beta - half,
        "upper": fit.beta + half,
        "covariance": covariance,
        "df": df,
        "tau2": found.value,
        "se_tau2": found.se,
        "converged": found.converged,
        "log_likelihood": likelihood(data, fit, found.value, restricted=code == "REML"),
        "r2": explained(data, code, found.value),
        **residual_heterogeneity(data, code, found.value),
        **moderator_test(data, fit.beta, covariance, df),
    }


def _given(data: Regression, tau2: float) -> Tau2:
    return Tau2(np.full_like(data.k, tau2), np.full_like(data.k, np.nan), np.ones(data.k.shape, dtype=np.bool_))
