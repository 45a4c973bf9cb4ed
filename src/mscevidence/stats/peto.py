"""Pooling odds ratios by Peto's one-step method: for rare events and groups of similar size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats.display import Shown
from mscevidence.stats.distributions import chi2_tail, critical_value, two_sided_p
from mscevidence.stats.gaps import rows_without_studies
from mscevidence.stats.inputs import FloatArray, IntArray, plain, tail
from mscevidence.stats.measures import checked_columns, effect_sizes


@dataclass(frozen=True, slots=True)
class Peto(Shown):
    """Pooled log odds ratios; every field has the leading shape of the input, a scalar for a single analysis.

    Attributes:
        level: of the interval.
        mu, se, statistic, p, lower, upper: pooled log odds ratio and its normal inference; NaN if no study has
        information. q, q_df, q_p, i2, h2: heterogeneity.
        weights: (..., k) percent; zero for studies with no event, or only events, in both groups.
        k: studies; `k_pos`: with information.
    """

    level: float
    mu: FloatArray
    se: FloatArray
    statistic: FloatArray
    p: FloatArray
    lower: FloatArray
    upper: FloatArray
    q: FloatArray
    q_df: IntArray
    q_p: FloatArray
    i2: FloatArray
    h2: FloatArray
    weights: FloatArray
    k: IntArray
    k_pos: IntArray


@rows_without_studies()
def peto_odds_ratio(
    events1: ArrayLike,
    n1: ArrayLike,
    events2: ArrayLike,
    n2: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    level: float = 0.95,
) -> Peto:
    """Return Peto's pooled log odds ratio: sum (a - E) / sum V with the hypergeometric expectation and variance.

    Source: Yusuf et al. 1985, Prog Cardiovasc Dis 27:335. Degrees of freedom of Q count the studies with an estimate
        of their own.

    Args:
        events1: (..., k) events in group 1.
        n1: (..., k) patients in group 1.
        events2: (..., k) events in group 2.
        n2: (..., k) patients in group 2.
        mask: (..., k) boolean, True where a study is present.
        level: of the confidence interval.

    Raises:
        StatisticsError: unusable counts, no study.
    """
    data: dict[str, ArrayLike] = {"events1": events1, "n1": n1, "events2": events2, "n2": n2}
    columns, present = checked_columns("PETO", data, mask)
    if not present.any(axis=-1).all():
        raise StatisticsError("no study is left: all are masked out")
    alpha = tail(level)
    a, m1, c, m2 = columns.values()
    total, events = m1 + m2, a + c
    excess = np.where(present, a - m1 * events / total, 0.0)
    variance = m1 * m2 * events * (total - events) / (total**2 * np.maximum(total - 1, 1))
    variance = np.where(present, variance, 0.0)
    own = effect_sizes("PETO", events1=a, n1=m1, events2=c, n2=m2, drop00=True, mask=present).mask
    with np.errstate(divide="ignore", invalid="ignore"):
        values = _pooled(excess, variance, own.sum(axis=-1) - 1, alpha)
    whole = {"q_df": own.sum(axis=-1) - 1, "k": present.sum(axis=-1), "k_pos": (variance > 0).sum(axis=-1)}
    shaped = {name: plain(value) for name, value in values.items()}
    return Peto(level=level, **shaped, **{name: plain(value.astype(np.int64)) for name, value in whole.items()})


def _pooled(excess: FloatArray, variance: FloatArray, df: FloatArray, alpha: float) -> dict[str, FloatArray]:
    size = variance.sum(axis=-1)
    mu, se = excess.sum(axis=-1) / size, np.sqrt(1 / size)
    se = np.where(size > 0, se, np.nan)
    half = critical_value(alpha, np.inf) * se
    q = np.where(variance > 0, excess**2 / variance, 0.0).sum(axis=-1) - excess.sum(axis=-1) ** 2 / size
    q = np.where(df >= 1, np.maximum(q, 0.0), 0.0)
    return {
        "mu": mu,
        "se": se,
        "statistic": mu / se,
        "p": two_sided_p(mu / se, np.inf),
        "lower": mu - half,
        "upper": mu + half,
        "q": q,
        "q_p": chi2_tail(q, df),
        "i2": np.where(df >= 1, 100 * np.maximum(0.0, (q - df) / q), 0.0),
        "h2": np.where(df >= 1, q / df, 1.0),
        "weights": 100 * variance / size[..., np.newaxis],
    }
