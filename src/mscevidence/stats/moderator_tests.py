"""Parts of a batch of meta-regressions: checked input, what can be estimated, tests and explained heterogeneity.

Sources: Raudenbush 1994, in Cooper & Hedges, Handbook of Research Synthesis, ch. 20 (R2); Viechtbauer et al. 2015,
Psychol Methods 20:360 (tests); Higgins & Thompson 2002, Stat Med 21:1539 (I2, H2).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mscevidence.errors import StatisticsError
from mscevidence.stats.design import intercept_of
from mscevidence.stats.distributions import chi2_tail, f_tail
from mscevidence.stats.inputs import FloatArray, number
from mscevidence.stats.regression_tau2 import Regression, RegressionFit, estimate
from mscevidence.stats.studies import Studies, inner

SINGULAR, TOO_FEW = "singular", "too-few"


def regressions(
    yi: ArrayLike, vi: ArrayLike, design: ArrayLike, mask: ArrayLike | None
) -> tuple[Regression, tuple[int, ...]]:
    """Return the checked analyses with all leading axes as one, and their leading shape.

    Raises:
        StatisticsError: unusable values, a design that does not fit, no study in any analysis.
    """
    studies = Studies.of(yi, vi, mask, gaps=True)
    x = number("design", design)
    x = x[:, np.newaxis] if x.ndim == 1 else x
    try:
        shape = np.broadcast_shapes(studies.y.shape, x.shape[:-1])
    except ValueError:
        shape = ()
    if shape[-1:] != studies.y.shape[-1:] or x.shape[-2] != shape[-1] or not x.shape[-1]:
        raise StatisticsError(
            f"the design has shape {x.shape} for {studies.y.shape[-1]} studies", hint="one row per study"
        )
    y, v, one = (np.broadcast_to(part, shape).reshape(-1, shape[-1]) for part in (studies.y, studies.v, studies.one))
    x = np.broadcast_to(x, (*shape, x.shape[-1])).reshape(*y.shape, x.shape[-1])
    if not np.isfinite(x[one > 0]).all():
        raise StatisticsError("the design must be finite numbers", hint="mask studies without a value")
    return Regression(y, v, np.where(one[..., np.newaxis] > 0, x, 0.0), one, one.sum(axis=-1)), shape[:-1]


def statuses(data: Regression, *, more: bool) -> NDArray[np.str_]:
    """Return `ok`, `singular` or `too-few` for each analysis; `more`: whether tau2 needs a study more."""
    few = data.df < (1 if more else 0)
    if data.design.shape[-2] < data.design.shape[-1]:
        return np.where(few, TOO_FEW, SINGULAR)
    # Whether columns are independent may depend on the weights, if these are very different.
    regular = data.fit().parts.regular & data.fit(np.zeros_like(data.k)).parts.regular
    return np.select([few, ~regular], [TOO_FEW, SINGULAR], "ok")


def moderator_test(data: Regression, beta: FloatArray, covariance: FloatArray, df: FloatArray) -> dict[str, Any]:
    """Return the Wald tests of all coefficients but the intercept; of all without one, or if there is nothing else."""
    place = intercept_of(data.design, data.one > 0)
    statistic, m = np.zeros_like(df), np.zeros(df.shape, dtype=np.int64)
    for position in np.unique(place):
        rows = place == position
        tested = np.delete(np.arange(beta.shape[-1]), position if position >= 0 else []) if beta.shape[-1] > 1 else [0]
        block = np.linalg.pinv(covariance[rows][:, tested][:, :, tested])
        statistic[rows] = np.einsum("bp,bpq,bq->b", beta[rows][:, tested], block, beta[rows][:, tested])
        m[rows] = len(tested)
    normal = np.isinf(df)
    ratio = statistic / m
    p = np.where(normal, chi2_tail(statistic, m), f_tail(ratio, m, np.where(normal, 1.0, df)))
    return {
        "moderators": np.where(normal, statistic, ratio),
        "moderators_df1": m,
        "moderators_df2": df,
        "moderators_p": p,
    }


def residual_heterogeneity(data: Regression, estimator: str, tau2: FloatArray) -> dict[str, Any]:
    """Return Q of the residuals with its p-value, I2 and H2."""
    fit, df = data.fit(np.zeros_like(tau2)), data.df
    several = df > 0
    q = np.where(several, fit.rest, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        if estimator == "EE":
            i2, h2 = np.where(q > 0, 100 * np.maximum(0.0, (q - df) / q), 0.0), q / df
        else:
            typical = df / fit.trace()
            i2, h2 = 100 * tau2 / (tau2 + typical), tau2 / typical + 1
    return {"q": q, "q_p": chi2_tail(q, df), "i2": np.where(several, i2, 0.0), "h2": np.where(several, h2, 1.0)}


def explained(data: Regression, estimator: str, tau2: FloatArray) -> FloatArray:
    """Return R2 in percent: the fall of tau2 against the intercept-only model; for EE the adjusted R2."""
    gap = data._replace(y=data.one).fit().residual
    nested = (data.df > 0) & (np.abs(gap * data.one).max(axis=-1) <= 1e-8)
    result = np.full(tau2.shape, np.nan)
    if not nested.any():
        return result
    data, tau2 = data.rows(nested), tau2[nested]
    alone = data._replace(design=data.one[..., np.newaxis])
    with np.errstate(divide="ignore", invalid="ignore"):
        if estimator == "EE":
            zero = np.zeros_like(tau2)
            share = 1 - data.fit(zero).rest / alone.fit(zero).rest * (data.k - 1) / data.df
        else:
            before = estimate(alone, estimator).value
            share = np.where(before > 0, (before - tau2) / before, 0.0)
    result[nested] = 100 * np.maximum(0.0, share)
    return result


def likelihood(data: Regression, fit: RegressionFit, tau2: FloatArray, *, restricted: bool) -> FloatArray:
    """Return the (restricted) log-likelihood with all constants."""
    size = data.df if restricted else data.k
    deviance = size * np.log(2 * np.pi) + inner(data.one, np.log(data.v + tau2[:, np.newaxis])) + fit.rest
    if restricted:
        deviance = deviance + fit.parts.log_determinant - data.fit().parts.log_determinant
    result: FloatArray = -deviance / 2
    return result
