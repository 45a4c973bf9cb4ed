"""Tests of a pooled mean: which variance and which degrees of freedom it is judged by.

Sources: Hartung & Knapp 2001, Stat Med 20:3875; Knapp & Hartung 2003, Stat Med 22:2693; Röver, Knapp & Friede 2015,
BMC Med Res Methodol 15:99 (ad hoc modification); Jackson et al. 2017, Stat Med 36:3923 (alternatives); IQWiG General
Methods 6.0, 2020, section 9.3.8; Partlett & Riley 2017, Stat Med 36:301 (Kenward-Roger).
"""

from __future__ import annotations

import numpy as np

from mscevidence.stats.distributions import critical_value
from mscevidence.stats.inputs import FloatArray, names
from mscevidence.stats.studies import Studies, Weighted
from mscevidence.stats.tau2 import estimate

TESTS = names(
    {
        "z": ("normal",),
        "t": (),
        "knha": ("hartung-knapp", "HK", "HKSJ", "knapp-hartung"),
        "adhoc": ("hk-adhoc", "hk-se"),
        "hk-ci": (),
        "hk-iqwig": ("IQWiG6",),
        "kr": ("kenward-roger",),
    }
)


_ROUNDING = np.finfo(np.float64).eps


def judged(
    studies: Studies, at: Weighted, variance: FloatArray, *, test: str, alpha: float
) -> tuple[FloatArray, FloatArray]:
    """Return the variance of the mean and the degrees of freedom (infinite: normal); one study: always normal.

    Args:
        studies: (..., k).
        at: the studies weighted with their tau2.
        variance: (...) of the mean as the model has it.
        test: code; `z`; `t`; `knha` the variance scaled by the weighted residual variance; `adhoc` never scaled below
            1; `hk-ci` the normal interval where the Hartung-Knapp interval is narrower; `hk-iqwig` the unscaled
            variance with t where the Hartung-Knapp interval is narrower than the normal DerSimonian-Laird one; `kr`
            Kenward-Roger.
        alpha: tail probability of the interval that hk-ci and hk-iqwig compare.
    """
    df, several = studies.k - 1, studies.k > 1
    t_df = np.where(several, df, np.inf) if studies.alone else df
    if test in {"z", "t"}:
        return variance, np.full_like(df, np.inf) if test == "z" else t_df
    if test == "kr":
        adjusted, df = kenward_roger(at)
        return np.where(several, adjusted, variance), np.where(several, df, np.inf)
    scale = residual_variance(studies, at)
    scale = np.where(several, scale, 1.0) if studies.alone else scale
    if test == "adhoc":
        return variance * np.maximum(scale, 1.0), t_df
    scaled = variance * scale
    if test == "knha":
        return scaled, t_df
    by_moments = test == "hk-iqwig"
    rival = 1 / studies.weights(estimate(studies, "DL").value).sum(axis=-1) if by_moments else variance
    narrow = critical_value(alpha, t_df) * np.sqrt(scaled) < critical_value(alpha, np.inf) * np.sqrt(rival)
    return np.where(narrow, variance, scaled), np.where(narrow & (not by_moments), np.inf, t_df)


def residual_variance(studies: Studies, at: Weighted) -> FloatArray:
    """Return sum W (y - mu_W)^2 / (k - 1), exactly 0 for identical outcomes."""
    return at.rest * (at.rest > _ROUNDING) / studies.degrees()


def kenward_roger(at: Weighted) -> tuple[FloatArray, FloatArray]:
    """Return the Kenward-Roger variance of the mean and its degrees of freedom (Partlett & Riley 2017, appendix)."""
    w1, w2, w3 = (np.sum(at.w**power, axis=-1) for power in (1, 2, 3))
    with np.errstate(divide="ignore", invalid="ignore"):
        information = w2 / 2 - w3 / w1 + (w2 / w1) ** 2 / 2
        variance = (1 + 2 * (w3 / w1 - (w2 / w1) ** 2) / information) / w1
        return variance, 2 * information / (variance * w2) ** 2
