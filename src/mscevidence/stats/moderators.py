"""Meta-regression: how effects depend on characteristics of the studies.

y_i ~ N(x_i beta, v_i + tau2). Sources: Raudenbush 2009, in Cooper et al., Handbook of Research Synthesis, ch. 16;
Knapp & Hartung 2003, Stat Med 22:2693; Raudenbush 1994 (R2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.design import intercept_of
from mscevidence.stats.display import Shown
from mscevidence.stats.distributions import chi2_tail, critical_value, f_tail, two_sided_p
from mscevidence.stats.inputs import FloatArray, aligned, choose, measured, names, number, tail
from mscevidence.stats.regression_tau2 import Regression, ResidualTau2, estimate
from mscevidence.stats.tau2 import ESTIMATORS
from mscevidence.stats.weighted_least_squares import least_squares

TESTS = names({"z": ("normal",), "t": (), "knha": ("hartung-knapp", "HK", "knapp-hartung"), "adhoc": ("hk-adhoc",)})


@dataclass(frozen=True, slots=True)
class MetaRegression(Shown):
    """A fitted meta-regression of one analysis.

    Attributes:
        estimator, test, level: as asked for.
        beta, se, statistic, p, lower, upper: (p,) coefficients in the order of the design; `covariance`: (p, p).
        df: degrees of freedom of the tests of single coefficients, infinite for z.
        tau2, se_tau2: residual between-study variance; `i2`, `h2`: of the residuals.
        q, q_df, q_p: test of residual heterogeneity.
        moderators, moderators_df1, moderators_df2, moderators_p: test of all coefficients but the intercept (all
        without one): chi-squared
            with df2 infinite, otherwise F.
        r2: percent of the between-study variance explained; NaN if the intercept-only model is not nested in this one.
        log_likelihood: restricted for REML, else full; `k`: number of studies.
        tau2_given: True if tau2 was given.
    """

    _item = "coefficient"
    _lead = "beta"
    _hidden = ("covariance",)

    estimator: str
    test: str
    level: float
    beta: FloatArray
    se: FloatArray
    statistic: FloatArray
    p: FloatArray
    lower: FloatArray
    upper: FloatArray
    covariance: FloatArray
    df: float
    tau2: float
    se_tau2: float
    i2: float
    h2: float
    q: float
    q_df: int
    q_p: float
    moderators: float
    moderators_df1: int
    moderators_df2: float
    moderators_p: float
    r2: float
    log_likelihood: float
    k: int
    tau2_given: bool = False

    @property
    def parameters(self) -> int:
        """Number of estimated parameters."""
        return self.beta.size + (0 if self.estimator == "EE" or self.tau2_given else 1)

    @property
    def aic(self) -> float:
        """Akaike's information criterion."""
        return -2 * self.log_likelihood + 2 * self.parameters

    @property
    def bic(self) -> float:
        """Schwarz's information criterion; observations are k, for REML k - p."""
        return -2 * self.log_likelihood + self.parameters * float(np.log(self._observations()))

    @property
    def aicc(self) -> float:
        """Akaike's criterion with the small-sample correction of Hurvich & Tsai 1989."""
        size = max(self._observations(), self.parameters + 2)
        return -2 * self.log_likelihood + 2 * self.parameters * size / (size - self.parameters - 1)

    def _observations(self) -> int:
        return self.k - (self.beta.size if self.estimator == "REML" else 0)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        per = self.k / max(self.moderators_df1, 1)
        few = (
            f"{self.k} studies for {self.moderators_df1} moderator coefficients: at least 10 for each are recommended."
        )
        return diagnosis.sentences(
            [
                (per < 10, few),
                *diagnosis.tau2_at_zero(
                    np.asarray(self.tau2), np.asarray(self.k), estimated=self.estimator != "EE" and not self.tau2_given
                ),
            ]
        )

    def predict(self, at: ArrayLike) -> RegressionPrediction:
        """Return the predicted mean effect, with confidence and prediction limits, at rows (n, p) of the design."""
        rows = np.atleast_2d(np.asarray(at, dtype=np.float64))
        if rows.shape[1] != self.beta.size:
            raise StatisticsError(f"a row to predict at needs {self.beta.size} values, the intercept included")
        mean = rows @ self.beta
        se = np.sqrt(np.einsum("np,pq,nq->n", rows, self.covariance, rows))
        c = critical_value(tail(self.level), self.df)
        wide = c * np.sqrt(se**2 + self.tau2)
        return RegressionPrediction(mean, se, mean - c * se, mean + c * se, mean - wide, mean + wide)


@dataclass(frozen=True, slots=True)
class RegressionPrediction(Shown):
    """Predicted mean effects (n,), their standard errors, confidence limits and prediction limits."""

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
    """Return the mixed-effects meta-regression of one analysis.

    Args:
        yi: (k,) effect sizes.
        vi: (k,) sampling variances, > 0.
        design: (k, p) predictors, a column of ones for the intercept included (`design_of` makes it).
        mask: (k,) boolean, True where a study is present.
        estimator: of tau2, as in `random_effects`.
        test: `z`, `t`, `knha` or `adhoc`.
        level: of the confidence and prediction intervals.
        tau2: a given residual variance instead of an estimated one.

    Raises:
        UnknownTermError: no such estimator or test.
        StatisticsError: unusable values, linearly dependent columns, no more studies than coefficients.
    """
    code, rule = choose(estimator, ESTIMATORS, kind="tau2 estimator"), choose(test, TESTS, kind="test")
    data = _checked(yi, vi, design, mask)
    k = data.design.shape[0]
    found = ResidualTau2(tau2, float("nan")) if tau2 is not None else estimate(data, code)
    w = 1 / (data.v + found.value)
    fit = least_squares(data.y, data.design, w)
    scale = 1.0
    if rule in {"knha", "adhoc"} and data.df:
        scale = float(fit.residual_sum) / data.df
        scale = max(1.0, scale) if rule == "adhoc" else scale
    covariance = fit.covariance * scale
    se = np.sqrt(np.diag(covariance))
    df = np.inf if rule == "z" or not data.df else float(data.df)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = fit.beta / se
    half = critical_value(tail(level), df) * se
    return MetaRegression(
        estimator=code,
        test=rule,
        level=level,
        beta=fit.beta,
        se=se,
        statistic=statistic,
        p=two_sided_p(statistic, df),
        lower=fit.beta - half,
        upper=fit.beta + half,
        covariance=covariance,
        df=df,
        tau2=found.value,
        se_tau2=found.se,
        log_likelihood=_log_likelihood(data, w, restricted=code == "REML"),
        k=k,
        r2=_explained(data, code, found.value),
        tau2_given=tau2 is not None,
        **_residual_heterogeneity(data, code, found.value),
        **_moderator_test(data.design, fit.beta, covariance, df),
    )


def _checked(yi: ArrayLike, vi: ArrayLike, design: ArrayLike, mask: ArrayLike | None) -> Regression:
    columns, present = aligned(mask, yi=yi, vi=vi)
    if present.ndim != 1:
        raise StatisticsError("meta_regression fits one analysis at a time", hint="call it once per analysis")
    measured(columns["yi"], columns["vi"], present)
    x = number("design", design)
    x = x[:, np.newaxis] if x.ndim == 1 else x
    if x.ndim != 2 or x.shape[0] != present.size:
        raise StatisticsError(f"the design has shape {x.shape} for {present.size} studies", hint="one row per study")
    if not present.any():
        raise StatisticsError("no study is left: all are masked out")
    if not np.isfinite(x[present]).all():
        raise StatisticsError("the design must be finite numbers", hint="mask studies without a value")
    return Regression(columns["yi"][present], columns["vi"][present], x[present])


def _moderator_test(design: FloatArray, beta: FloatArray, covariance: FloatArray, df: float) -> dict[str, Any]:
    """Wald test of all coefficients but the intercept; of all without one, or if there is nothing else."""
    place = intercept_of(design)
    tested = [i for i in range(beta.size) if i != place] or [0]
    block = covariance[np.ix_(tested, tested)]
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = float(beta[tested] @ np.linalg.pinv(block) @ beta[tested])
    m = len(tested)
    if np.isinf(df):
        p = float(chi2_tail(statistic, m))
        return {"moderators": statistic, "moderators_df1": m, "moderators_df2": df, "moderators_p": p}
    p = float(f_tail(statistic / m, m, df))
    return {"moderators": statistic / m, "moderators_df1": m, "moderators_df2": df, "moderators_p": p}


def _residual_heterogeneity(data: Regression, estimator: str, tau2: float) -> dict[str, Any]:
    w = 1 / data.v
    df = data.df
    q = data.residual_sum(w) if df else 0.0
    values: dict[str, Any] = {"q": q, "q_df": df, "q_p": float(chi2_tail(q, df))}
    if not df:
        return values | {"i2": 0.0, "h2": 1.0}
    if estimator == "EE":
        return values | {"i2": 100 * max(0.0, (q - df) / q) if q > 0 else 0.0, "h2": q / df}
    typical = df / float(np.trace(data.projection(w)))
    return values | {"i2": 100 * tau2 / (tau2 + typical), "h2": tau2 / typical + 1}


def _explained(data: Regression, estimator: str, tau2: float) -> float:
    """Return R2 in percent: the fall of tau2 against the intercept-only model; for EE the adjusted R2."""
    k, p = data.design.shape
    ones = np.ones(k)
    gap = ones - data.design @ np.linalg.lstsq(data.design, ones, rcond=None)[0]
    if k <= p or np.abs(gap).max() > 1e-8:
        return float("nan")
    alone = Regression(data.y, data.v, ones[:, np.newaxis])
    if estimator == "EE":
        w = 1 / data.v
        ratio = data.residual_sum(w) / alone.residual_sum(w)
        adjusted: float = 1 - ratio * (k - 1) / (k - p)
        return 100 * max(0.0, adjusted)
    before = estimate(alone, estimator).value
    return 100 * max(0.0, (before - tau2) / before) if before > 0 else 0.0


def _log_likelihood(data: Regression, w: FloatArray, *, restricted: bool) -> float:
    k, p = data.design.shape
    total = -np.log(w).sum() + data.residual_sum(w)
    if not restricted:
        return float(-(k * np.log(2 * np.pi) + total) / 2)
    x = data.design
    determinants = np.linalg.slogdet((x.T * w) @ x)[1] - np.linalg.slogdet(x.T @ x)[1]
    return float(-((k - p) * np.log(2 * np.pi) + total + determinants)) / 2
