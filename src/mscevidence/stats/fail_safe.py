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
from numpy.typing import ArrayLike, NDArray
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.display import Shown
from mscevidence.stats.inputs import (
    BoolArray,
    FloatArray,
    IntArray,
    aligned,
    choose,
    measured,
    names,
    number,
    plain,
    tail,
)
from mscevidence.stats.moderator_tests import TOO_FEW
from mscevidence.stats.pooling import random_effects

TYPES = names({"rosenthal": ("stouffer",), "orwin": (), "rosenberg": (), "general": ("random-effects",)})
UNREACHABLE = "unreachable"
_MOST = 10_000_000


@dataclass(frozen=True, slots=True)
class FailSafeN(Shown):
    """Number of studies averaging a null effect, for one analysis or for each of a batch.

    Every field but `type` has the leading shape (...) of the input; for a single analysis it is a scalar.

    Attributes:
        status: `ok`, or why an analysis of a batch has no number (NaN): `too-few` (no study), `unreachable` (a target
            that null studies cannot lead to, or more than 10 million of them).
        type: `rosenthal`, `orwin`, `rosenberg` or `general`; `n`: the number, 0 if there is nothing to overturn.
        estimate: pooled estimate of the observed studies (NaN for `rosenthal`); `p`: its p-value (NaN for `orwin`).
        target: effect that `orwin` reaches; else NaN.
        k: number of studies.
    """

    _item = "analysis"
    _lead = "n"

    type: str
    status: NDArray[np.str_]
    n: FloatArray
    estimate: FloatArray
    p: FloatArray
    target: FloatArray
    k: IntArray

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what the number does not say."""
        status = np.asarray(self.status)
        unreachable = "The target does not lie between 0 and the estimate, or needs more than 10 million studies."
        return (
            "Fail-safe N assumes that missing studies average no effect; it does not measure bias.",
            *diagnosis.sentences([(status == TOO_FEW, "No study is left."), (status == UNREACHABLE, unreachable)]),
        )


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
    """Return the fail-safe number, rounded up, of each analysis.

    An analysis without a number is an error if there is no other; in a batch it has NaN and a `status`.

    Args:
        yi: (..., k) effect sizes.
        vi: (..., k) sampling variances; an unweighted `orwin` does not need them.
        type: `rosenthal` (sum of z, one-sided), `orwin` (to reach `target`), `rosenberg` (common-effect model) or
            `general` (random-effects model).
        mask: (..., k) boolean, True where a study is present.
        alpha: significance level that is to be lost.
        target: effect for `orwin`; by default half of the estimate.
        weighted: common-effect mean for `orwin`, else the plain mean.
        estimator: of tau2, for `general`.

    Raises:
        UnknownTermError: no such type.
        StatisticsError: in every analysis no study, or a target of zero or of the other sign than the estimate.
    """
    which = choose(type, TYPES, kind="fail-safe N")
    if vi is None and (which != "orwin" or weighted):
        raise StatisticsError(f"{which} needs the sampling variances vi", hint="only an unweighted orwin does not")
    columns, present = aligned(mask, yi=yi, vi=np.ones_like(number("yi", yi)) if vi is None else vi)
    measured(columns["yi"], columns["vi"], present)
    tail(1 - alpha)
    lead, k = present.shape[:-1], present.sum(axis=-1)
    known = np.asarray(k > 0)
    if not known.any():
        raise StatisticsError("no study is left: all are masked out", hint="an analysis needs at least one study")
    rows = present[known]
    y, v = np.where(rows, columns["yi"][known], 0.0), np.where(rows, columns["vi"][known], 1.0)
    if which == "orwin":
        found = _orwin(y, v, rows, target, weighted=weighted)
    elif which == "general":
        found = _general(y, v, rows, alpha, estimator)
    else:
        found = {"rosenthal": _rosenthal, "rosenberg": _rosenberg}[which](y, v, rows, alpha)
    values = np.full((4, *lead), np.nan)
    values[:, known] = np.broadcast_arrays(*found)
    status = np.select([~known, np.isnan(values[0])], [TOO_FEW, UNREACHABLE], "ok")
    n, estimate, p, goal = (plain(value) for value in values)
    return FailSafeN(which, plain(status), n, estimate, p, goal, plain(k))


Found = tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike]
"""Number, estimate, p-value and target of each analysis (n); the methods take studies (n, k), y 0 and v 1 if absent."""


def _up(value: FloatArray) -> FloatArray:
    """Return the next whole numbers, at least 0; a number that is whole but for rounding errors stays."""
    result: FloatArray = np.maximum(0.0, np.ceil(value - 1e-9 * (1 + np.abs(value))))
    return result


def _rosenthal(y: FloatArray, v: FloatArray, rows: BoolArray, alpha: float) -> Found:
    total, k = np.abs((y / np.sqrt(v)).sum(axis=-1)), rows.sum(axis=-1)
    n = _up((total / special.ndtri(alpha)) ** 2 - k)
    return n, np.nan, special.ndtr(-total / np.sqrt(k)), np.nan


def _rosenberg(y: FloatArray, v: FloatArray, rows: BoolArray, alpha: float) -> Found:
    w, k = rows / v, rows.sum(axis=-1)
    mean = (w * y).sum(axis=-1) / w.sum(axis=-1)
    z = np.abs(mean) * np.sqrt(w.sum(axis=-1))
    return _up(k * ((z / special.ndtri(alpha / 2)) ** 2 - 1)), mean, 2 * special.ndtr(-z), np.nan


def _orwin(y: FloatArray, v: FloatArray, rows: BoolArray, target: float | None, *, weighted: bool) -> Found:
    w, k = rows / v if weighted else rows.astype(np.float64), rows.sum(axis=-1)
    mean = (w * y).sum(axis=-1) / w.sum(axis=-1)
    goal = mean / 2 if target is None else np.full_like(mean, target)
    reachable = (goal != 0) & (goal * mean >= 0)
    if not reachable.any():
        raise StatisticsError(
            f"adding null studies cannot bring the estimate {mean[0]:g} to {goal[0]:g}",
            hint="the target must lie strictly between 0 and the estimate",
        )
    n = _up(k * (mean - goal) / np.where(reachable, goal, 1.0))
    return np.where(reachable, n, np.nan), mean, np.nan, goal


def _general(y: FloatArray, v: FloatArray, rows: BoolArray, alpha: float, estimator: str) -> Found:
    pooled, k = random_effects(y, v, mask=rows, estimator=estimator, test="z"), rows.sum(axis=-1)
    mu, tau2, harmonic = np.asarray(pooled.mu), np.asarray(pooled.tau2), k / (rows / v).sum(axis=-1)

    def p_value(n: FloatArray) -> FloatArray:
        added = np.maximum(k + n - 2, 0) * tau2 + k * n / (k + n) * mu**2
        spread = np.where(k + n > 1, added / np.maximum(k + n - 1, 1), tau2)
        w = rows / (v + np.where(n == 0, tau2, spread)[:, np.newaxis])
        total = w.sum(axis=-1) + n / (harmonic + spread)
        result: FloatArray = 2 * special.ndtr(-np.abs((w * y).sum(axis=-1)) / np.sqrt(total))
        return result

    return _first(p_value, alpha, np.zeros_like(mu)), mu, np.asarray(pooled.p), np.nan


def _first(p_value: Callable[[FloatArray], FloatArray], alpha: float, zero: FloatArray) -> FloatArray:
    """Return the smallest whole n with p >= alpha of each analysis, by doubling and halving; NaN beyond 10 million."""
    none = p_value(zero) >= alpha
    high = zero + 1
    while (short := ~none & (high <= _MOST) & (p_value(high) < alpha)).any():
        high = np.where(short, 2 * high, high)
    found = none | (high <= _MOST)
    if not found.any():
        raise StatisticsError(f"more than {_MOST} null studies would be needed")
    low = np.floor(high / 2)
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        short = p_value(middle) < alpha
        low, high = np.where(short, middle, low), np.where(short | (high - low <= 1), high, middle)
    return np.where(none, 0.0, np.where(found, high, np.nan))
