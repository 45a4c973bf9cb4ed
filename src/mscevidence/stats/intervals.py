"""Confidence intervals of single studies: proportions and rates.

Sources: Clopper & Pearson 1934, Biometrika 26:404; Wilson 1927, JASA 22:209; Newcombe 1998, Stat Med 17:857 (continuity
correction); Agresti & Coull 1998, Am Stat 52:119; Garwood 1936, Biometrika 28:437 (Poisson).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from mscevidence.stats.display import Shown
from mscevidence.stats.distributions import critical_value
from mscevidence.stats.inputs import FloatArray, aligned, choose, counts, names, positive, refuse, tail, whole

METHODS = names(
    {
        "CP": ("clopper-pearson", "exact"),
        "WS": ("wilson",),
        "WSCC": ("wilson-cc",),
        "NEWCOMBE": ("newcombe-cc", "wilson-newcombe"),
        "AC": ("agresti-coull",),
        "SA": ("simple", "wald", "simple-asymptotic"),
        "SACC": ("simple-cc", "wald-cc"),
    }
)


@dataclass(frozen=True, slots=True)
class Interval(Shown):
    """Estimate and confidence limits of each study.

    Attributes:
        estimate: (..., k) proportion, rate or effect size; NaN where the study is masked out.
        lower: (..., k) lower limits.
        upper: (..., k) upper limits.
        level: confidence level, such as 0.95.
        method: code of the method, such as `CP`.
    """

    estimate: FloatArray
    lower: FloatArray
    upper: FloatArray
    level: float
    method: str


def study_intervals(
    events: ArrayLike,
    n: ArrayLike,
    *,
    method: str = "clopper-pearson",
    level: float = 0.95,
    mask: ArrayLike | None = None,
) -> Interval:
    """Return the confidence interval of each proportion `events` / `n`, on the proportion scale.

    Args:
        events: (..., k) patients with the event.
        n: (..., k) patients.
        method: `CP` clopper-pearson (exact), `WS` wilson, `WSCC` wilson-cc (formula without its edge rule),
            `NEWCOMBE` newcombe-cc (with it), `AC` agresti-coull, `SA` simple, `SACC` simple-cc.
        level: confidence level.
        mask: (..., k) boolean, True where a study is present.

    Raises:
        UnknownTermError: no such method.
        StatisticsError: events > n, n < 1, negative or fractional counts, level outside (0, 1).
    """
    code = choose(method, METHODS, kind="interval method")
    columns, present = aligned(mask, events=events, n=n)
    counts(columns["events"], columns["n"], present)
    x, size = (np.where(present, columns[name], 1.0) for name in ("events", "n"))
    alpha = tail(level)
    limits = _exact(x, size, alpha) if code == "CP" else _FORMULAS[code](x, size, float(-special.ndtri(alpha)))
    lower, upper = (np.where(present, np.clip(limit, 0.0, 1.0), np.nan) for limit in limits)
    return Interval(np.where(present, x / size, np.nan), lower, upper, level, code)


def rate_intervals(
    events: ArrayLike, time: ArrayLike, *, level: float = 0.95, mask: ArrayLike | None = None
) -> Interval:
    """Return the exact Poisson interval of each rate `events` / `time` (Garwood 1936), per unit of `time`.

    Raises:
        StatisticsError: negative or fractional events, time not positive, level outside (0, 1).
    """
    columns, present = aligned(mask, events=events, time=time)
    x, t = columns["events"], columns["time"]
    whole("events", x, present)
    positive("time", t, present)
    x, t = np.where(present, x, 1.0), np.where(present, t, 1.0)
    alpha = tail(level)
    lower = np.where(x > 0, special.gammaincinv(np.maximum(x, 1.0), alpha), 0.0) / t
    upper = special.gammainccinv(x + 1, alpha) / t
    estimate, lower, upper = (np.where(present, value, np.nan) for value in (x / t, lower, upper))
    return Interval(estimate, lower, upper, level, "Poisson")


def wald_intervals(yi: ArrayLike, vi: ArrayLike, *, level: float = 0.95, mask: ArrayLike | None = None) -> Interval:
    """Return yi -+ z sqrt(vi) of each study on the analysis scale; back-transform the limits for a display.

    Raises:
        StatisticsError: a negative variance, level outside (0, 1).
    """
    columns, present = aligned(mask, yi=yi, vi=vi)
    y, v = columns["yi"], columns["vi"]
    refuse(present & (v < 0), v, "vi must not be negative")
    half = critical_value(tail(level), np.inf) * np.sqrt(np.where(present, v, 0.0))
    y = np.where(present, y, np.nan)
    return Interval(y, y - half, y + half, level, "Wald")


def _exact(x: FloatArray, n: FloatArray, alpha: float) -> tuple[FloatArray, FloatArray]:
    """Clopper-Pearson: beta quantiles, with exact 0 and 1 at the edges."""
    lower = np.where(x > 0, special.betaincinv(np.maximum(x, 1.0), n - x + 1, alpha), 0.0)
    upper = np.where(x < n, special.betainccinv(x + 1, np.maximum(n - x, 1.0), alpha), 1.0)
    return lower, upper


def _wilson(x: FloatArray, n: FloatArray, z: float) -> tuple[FloatArray, FloatArray]:
    p = x / n
    centre = (x + z**2 / 2) / (n + z**2)
    half = z * np.sqrt(n * p * (1 - p) + z**2 / 4) / (n + z**2)
    return np.where(x == 0, 0.0, centre - half), np.where(x == n, 1.0, centre + half)


def _wilson_corrected(x: FloatArray, n: FloatArray, z: float) -> tuple[FloatArray, FloatArray]:
    """Newcombe 1998, method 4, formula only: limits of 0/n and n/n stay inside (0, 1), as the R package meta has it."""
    p = x / n
    below = z * np.sqrt(np.maximum(z**2 - 2 - 1 / n + 4 * p * (n * (1 - p) + 1), 0.0))
    above = z * np.sqrt(np.maximum(z**2 + 2 - 1 / n + 4 * p * (n * (1 - p) - 1), 0.0))
    return (2 * x + z**2 - 1 - below) / (2 * (n + z**2)), (2 * x + z**2 + 1 + above) / (2 * (n + z**2))


def _newcombe(x: FloatArray, n: FloatArray, z: float) -> tuple[FloatArray, FloatArray]:
    """Newcombe 1998, method 4, as published: the lower limit of 0/n is 0 and the upper limit of n/n is 1."""
    lower, upper = _wilson_corrected(x, n, z)
    return np.where(x == 0, 0.0, lower), np.where(x == n, 1.0, upper)


def _agresti_coull(x: FloatArray, n: FloatArray, z: float) -> tuple[FloatArray, FloatArray]:
    size = n + z**2
    centre = (x + z**2 / 2) / size
    half = z * np.sqrt(centre * (1 - centre) / size)
    return centre - half, centre + half


def _simple(x: FloatArray, n: FloatArray, z: float) -> tuple[FloatArray, FloatArray]:
    p = x / n
    half = z * np.sqrt(p * (1 - p) / n)
    return p - half, p + half


def _simple_corrected(x: FloatArray, n: FloatArray, z: float) -> tuple[FloatArray, FloatArray]:
    lower, upper = _simple(x, n, z)
    return lower - 1 / (2 * n), upper + 1 / (2 * n)


_FORMULAS: dict[str, Callable[[FloatArray, FloatArray, float], tuple[FloatArray, FloatArray]]] = {
    "WS": _wilson,
    "WSCC": _wilson_corrected,
    "NEWCOMBE": _newcombe,
    "AC": _agresti_coull,
    "SA": _simple,
    "SACC": _simple_corrected,
}
