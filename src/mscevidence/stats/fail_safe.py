"""Fail-safe N: how many studies without effect would have to be added until the conclusion changes.

Rosenthal 1979, Psychol Bull 86:638; Orwin 1983, J Educ Stat 8:157; Rosenberg 2005, Evolution 59:464. `general` carries
Rosenberg's idea over to the random-effects model: N new studies have true effects around zero that vary by tau2, and
the sampling variance of the harmonic mean study; tau2 of all studies is then the one-way decomposition of variance::

    tau2_N = [(k + N - 2) tau2 + k N/(k + N) mu^2] / (k + N - 1)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats.display import Shown
from mscevidence.stats.inputs import FloatArray, choose, names, tail
from mscevidence.stats.pooling import random_effects
from mscevidence.stats.single import single_analysis

TYPES = names({"rosenthal": ("stouffer",), "orwin": (), "rosenberg": (), "general": ("random-effects",)})
_MOST = 10_000_000


@dataclass(frozen=True, slots=True)
class FailSafeN(Shown):
    """Number of studies averaging a null effect.

    Attributes:
        type: `rosenthal`, `orwin`, `rosenberg` or `general`; `n`: the number, 0 if there is nothing to overturn.
        estimate: pooled estimate of the observed studies (NaN for `rosenthal`); `p`: its p-value (NaN for `orwin`).
        target: effect that `orwin` reaches; else NaN.
        k: number of studies.
    """

    type: str
    n: float
    estimate: float
    p: float
    target: float
    k: int

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what the number does not say."""
        return ("Fail-safe N assumes that missing studies average no effect; it does not measure bias.",)


def fail_safe_n(
    yi: ArrayLike,
    vi: ArrayLike | None = None,
    *,
    type: str = "rosenthal",  # noqa: A002 -- the term of the field
    mask: ArrayLike | None = None,
    alpha: float = 0.05,
    target: float | None = None,
    weighted: bool = True,
    estimator: str = "REML",
) -> FailSafeN:
    """Return the fail-safe number, rounded up.

    Args:
        yi: (k) effect sizes.
        vi: (k) sampling variances; an unweighted `orwin` does not need them.
        type: `rosenthal` (sum of z, one-sided), `orwin` (to reach `target`), `rosenberg` (common-effect model) or
            `general` (random-effects model).
        mask: (k) boolean, True where a study is present.
        alpha: significance level that is to be lost.
        target: effect for `orwin`; by default half of the estimate.
        weighted: common-effect mean for `orwin`, else the plain mean.
        estimator: of tau2, for `general`.

    Raises:
        UnknownTermError: no such type.
        StatisticsError: no study, a target of zero or of the other sign than the estimate.
    """
    which = choose(type, TYPES, kind="fail-safe N")
    if vi is None and (which != "orwin" or weighted):
        raise StatisticsError(f"{which} needs the sampling variances vi", hint="only an unweighted orwin does not")
    y, v, _ = single_analysis(yi, np.ones_like(yi, dtype=np.float64) if vi is None else vi, mask=mask)
    tail(1 - alpha)
    if which == "orwin":
        return _orwin(y, v, target, weighted=weighted)
    if which == "general":
        return _general(y, v, alpha, estimator)
    return {"rosenthal": _rosenthal, "rosenberg": _rosenberg}[which](y, v, alpha)


def _up(value: float) -> float:
    """Return the next whole number, at least 0; a number that is whole but for rounding errors stays."""
    return max(0.0, float(np.ceil(value - 1e-9 * (1 + abs(value)))))


def _rosenthal(y: FloatArray, v: FloatArray, alpha: float) -> FailSafeN:
    total, k = abs(float((y / np.sqrt(v)).sum())), y.size
    p = float(special.ndtr(-total / np.sqrt(k)))
    return FailSafeN("rosenthal", _up((total / special.ndtri(alpha)) ** 2 - k), np.nan, p, np.nan, k)


def _rosenberg(y: FloatArray, v: FloatArray, alpha: float) -> FailSafeN:
    w, k = 1 / v, y.size
    mean = float((w * y).sum() / w.sum())
    z = abs(mean) * np.sqrt(w.sum())
    n = _up(k * ((z / special.ndtri(alpha / 2)) ** 2 - 1))
    return FailSafeN("rosenberg", n, mean, float(2 * special.ndtr(-z)), np.nan, k)


def _orwin(y: FloatArray, v: FloatArray, target: float | None, *, weighted: bool) -> FailSafeN:
    mean = float(np.average(y, weights=1 / v) if weighted else y.mean())
    goal = mean / 2 if target is None else target
    if goal == 0 or goal * mean < 0:
        raise StatisticsError(
            f"adding null studies cannot bring the estimate {mean:g} to {goal:g}",
            hint="the target must lie strictly between 0 and the estimate",
        )
    return FailSafeN("orwin", _up(y.size * (mean - goal) / goal), mean, np.nan, goal, y.size)


def _general(y: FloatArray, v: FloatArray, alpha: float, estimator: str) -> FailSafeN:
    pooled, k = random_effects(y, v, estimator=estimator, test="z"), y.size
    mu, tau2, harmonic = float(pooled.mu), float(pooled.tau2), float(1 / np.mean(1 / v))

    def p_value(n: float) -> float:
        spread = (max(k + n - 2, 0) * tau2 + k * n / (k + n) * mu**2) / (k + n - 1) if k + n > 1 else tau2
        w = 1 / (v + (tau2 if n == 0 else spread))
        total = w.sum() + n / (harmonic + spread)
        return float(2 * special.ndtr(-abs((w * y).sum()) / np.sqrt(total)))

    return FailSafeN("general", _first(p_value, alpha), mu, float(pooled.p), np.nan, k)


def _first(p_value: Callable[[float], float], alpha: float) -> float:
    """Return the smallest whole n with p >= alpha, by doubling and halving."""
    if p_value(0.0) >= alpha:
        return 0.0
    high = 1
    while p_value(high) < alpha:
        high *= 2
        if high > _MOST:
            raise StatisticsError(f"more than {_MOST} null studies would be needed")
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if p_value(middle) < alpha else (low, middle)
    return float(high)
