"""Tails and quantiles of the normal, t, chi-squared and F distributions from `scipy.special` alone.

`df = inf` stands for the normal distribution, so one call serves z- and t-based inference in the same batch.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from mscevidence.stats.inputs import BoolArray, FloatArray


def critical_value(upper_tail: float, df: ArrayLike) -> FloatArray:
    """Return the quantile with probability `upper_tail` above it; t with `df`, normal where `df` is infinite.

    NaN where `df` is NaN or not positive (there is no such distribution).
    """
    if _is_t(df):
        return -special.stdtrit(df, upper_tail)  # type: ignore[no-any-return]
    df = np.asarray(df, dtype=np.float64)
    usable = _has_t(df)
    t = -special.stdtrit(np.where(usable, df, 1.0), upper_tail)
    normal = np.where(np.isposinf(df), -special.ndtri(upper_tail), np.nan)
    result: FloatArray = np.where(usable, t, normal)
    return result


def _has_t(df: FloatArray) -> BoolArray:
    return np.asarray(np.isfinite(df) & (df > 0))


def _is_t(df: Any) -> bool:
    """Return whether every `df` is that of a t distribution; one number is looked at without arrays, for speed."""
    if isinstance(df, float):
        return 0 < df < np.inf
    return bool(np.logical_and.reduce(_has_t(np.asarray(df, dtype=np.float64)), axis=None))


def two_sided_p(statistic: ArrayLike, df: ArrayLike) -> FloatArray:
    """Return the two-sided p-value of a z (`df` infinite) or t statistic; NaN where either is undefined."""
    if _is_t(df):
        return _t_tails(statistic, df)
    size = np.abs(np.asarray(statistic, dtype=np.float64))
    df = np.asarray(df, dtype=np.float64)
    usable = _has_t(df)
    t = _t_tails(size, np.where(usable, df, 1.0))
    normal = np.where(np.isposinf(df), 2 * special.ndtr(-size), np.nan)
    result: FloatArray = np.where(usable, t, normal)
    return np.where(np.isnan(size), np.nan, result)


def _t_tails(statistic: Any, df: Any) -> FloatArray:
    if not isinstance(statistic, float):
        statistic, df = np.asarray(statistic, dtype=np.float64), np.asarray(df, dtype=np.float64)
    # I_x(df/2, 1/2) with x = df / (df + t^2) keeps its relative accuracy far into the tail, and a NaN stays one.
    return special.betainc(df / 2, 0.5, df / (df + statistic * statistic))  # type: ignore[no-any-return]


def chi2_tail(statistic: Any, df: Any) -> FloatArray:
    """Return P(chi2 with `df` degrees of freedom > statistic); 1 for `df` = 0."""
    if isinstance(statistic, float) and isinstance(df, float) and df > 0 and statistic > 0:
        return special.chdtrc(df, statistic)  # type: ignore[no-any-return]
    statistic, df = np.asarray(statistic, dtype=np.float64), np.asarray(df, dtype=np.float64)
    # Rounding can leave a statistic just below zero; the function keeps a NaN.
    result: FloatArray = special.chdtrc(np.maximum(df, 1.0), np.maximum(statistic, 0.0))
    return np.where((df > 0) | np.isnan(statistic), result, 1.0)


def chi2_quantile(upper_tail: ArrayLike, df: ArrayLike) -> FloatArray:
    """Return the chi-squared quantile with probability `upper_tail` above it."""
    result: FloatArray = 2 * special.gammainccinv(np.asarray(df, dtype=np.float64) / 2, upper_tail)
    return result


def f_tail(statistic: ArrayLike, df1: ArrayLike, df2: ArrayLike) -> FloatArray:
    """Return P(F with `df1` and `df2` degrees of freedom > statistic)."""
    result: FloatArray = special.fdtrc(df1, df2, statistic)
    return result
