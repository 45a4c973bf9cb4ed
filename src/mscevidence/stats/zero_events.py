"""Rare and zero events: one-sided exact limits, the rule of three, pooled upper bounds, per patient and per infusion.

Clopper & Pearson 1934, Biometrika 26:404; Garwood 1936, Biometrika 28:437; Hanley & Lippman-Hand 1983, JAMA 249:1743
(rule of three); Jovanovic & Levy 1997, Am Stat 51:137. An observed zero is not a rate of zero: what n patients without
an event exclude is a rate above about 3/n.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats.display import Row, Shown, table
from mscevidence.stats.inputs import FloatArray, aligned, counts, plain, positive, tail, whole

Limits: TypeAlias = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, slots=True)
class Bound(Shown):
    """One-sided limits of a proportion or rate, each with probability `level` on its side.

    Attributes:
        estimate, lower, upper: events per unit; `lower` 0 without events.
        level: of each limit; together they are an interval of level 2 level - 1.
        per: what the denominator counts, such as `patient` or `infusion`.
    """

    estimate: FloatArray
    lower: FloatArray
    upper: FloatArray
    level: float
    per: str


@dataclass(frozen=True, slots=True)
class PooledBound(Shown):
    """What several studies together exclude.

    Attributes:
        events, denominator: sums over the studies; `studies_without_event`; `k`.
        bound: exact one-sided limits of the common proportion or rate.
        rule_of_three: 3/denominator, NaN with events.
        best_single: the smallest upper limit that any study gives on its own.
        leave_one_out: (k) upper limit without each study, NaN for k = 1.
    """

    _lead = ""

    events: int
    denominator: float
    studies_without_event: int
    k: int
    bound: Bound
    rule_of_three: float
    best_single: float
    leave_one_out: FloatArray

    def rows(self) -> list[Row]:
        """Return the sums and the limits of the common rate."""
        bound = {name: getattr(self.bound, name) for name in ("estimate", "lower", "upper", "level", "per")}
        names = ("k", "events", "denominator", "studies_without_event", "rule_of_three", "best_single")
        return table({**{name: getattr(self, name) for name in names}, **bound}, (), item="")

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what the bound assumes and what it means."""
        upper = 100 * float(self.bound.upper)
        excluded = f"a rate above {upper:.2g} % is excluded with {100 * self.bound.level:g} % confidence."
        said = [
            f"{self.events} events in {self.denominator:g} {self.bound.per}s: {excluded}",
            "The pooled bound takes the rate as equal in all studies; if it varies, single centres may lie above it.",
        ]
        if self.events == 0:
            said.append("No event was seen: this is no proof of safety, only a bound on the rate.")
        if self.bound.per != "patient":
            said.append(
                f"Events per {self.bound.per} are taken as independent; repeated ones of a patient are not, and the "
                "bound per patient is the safer one."
            )
        return tuple(said)


def rule_of_three(n: ArrayLike, *, level: float = 0.95) -> FloatArray:
    """Return -log(1 - level)/n, the approximate upper limit when none of `n` has an event: 3/n for 95 %.

    Raises:
        StatisticsError: n < 1, level outside (0, 1).
    """
    tail(level)
    columns, present = aligned(None, n=n)
    positive("n", columns["n"], present)
    result: FloatArray = -np.log1p(-level) / columns["n"]
    return plain(result if np.ndim(n) else result[0])  # type: ignore[no-any-return]


def patients_needed(rate: float, *, level: float = 0.95) -> int:
    """Return how many patients without an event exclude a true proportion of `rate`.

    The smallest n with (1 - rate)^n <= 1 - level.

    Raises:
        StatisticsError: rate or level outside (0, 1).
    """
    tail(level)
    if not 0 < rate < 1:
        raise StatisticsError(f"the rate must lie between 0 and 1, got {rate:g}")
    return int(np.ceil(np.log1p(-level) / np.log1p(-rate) - 1e-12))


def one_sided_limits(events: ArrayLike, n: ArrayLike, *, level: float = 0.95, mask: ArrayLike | None = None) -> Bound:
    """Return the exact one-sided limits of each proportion (Clopper & Pearson 1934).

    Args:
        events: (..., k) patients with the event.
        n: (..., k) patients.
        level: confidence of each limit.
        mask: (..., k) boolean, True where a study is present; NaN where it is not.

    Raises:
        StatisticsError: events > n, n < 1, negative or fractional counts, level outside (0, 1).
    """
    tail(level)
    columns, present = aligned(mask, events=events, n=n)
    counts(columns["events"], columns["n"], present)
    x, size = (np.where(present, columns[name], 1.0) for name in ("events", "n"))
    lower, upper = _binomial(x, size, 1 - level)
    estimate, lower, upper = (np.where(present, value, np.nan) for value in (x / size, lower, upper))
    return Bound(estimate, lower, upper, level=level, per="patient")


def one_sided_rate_limits(
    events: ArrayLike,
    exposure: ArrayLike,
    *,
    per: str = "infusion",
    level: float = 0.95,
    mask: ArrayLike | None = None,
) -> Bound:
    """Return the exact one-sided Poisson limits of each rate events/exposure (Garwood 1936).

    Args:
        events: (..., k) number of events; a patient may have several.
        exposure: (..., k) infusions, patient-years or the like, > 0.
        per: what one unit of exposure is.
        level: confidence of each limit.
        mask: (..., k) boolean, True where a study is present; NaN where it is not.

    Raises:
        StatisticsError: negative or fractional events, exposure not positive, level outside (0, 1).
    """
    tail(level)
    columns, present = aligned(mask, events=events, exposure=exposure)
    whole("events", columns["events"], present)
    positive("exposure", columns["exposure"], present)
    x, time = (np.where(present, columns[name], 1.0) for name in ("events", "exposure"))
    lower, upper = _poisson(x, time, 1 - level)
    estimate, lower, upper = (np.where(present, value, np.nan) for value in (x / time, lower, upper))
    return Bound(estimate, lower, upper, level=level, per=per)


def pooled_bound(events: ArrayLike, n: ArrayLike, *, level: float = 0.95, mask: ArrayLike | None = None) -> PooledBound:
    """Return the exact bound on a proportion common to all studies, per patient.

    Args:
        events: (k) patients with the event.
        n: (k) patients.
        level: confidence of each limit.
        mask: (k) boolean, True where a study is present.

    Raises:
        StatisticsError: events > n, n < 1, negative or fractional counts, no study.
    """
    single = one_sided_limits(events, n, level=level, mask=mask)
    x, size = _present(single, events, n)
    return _pooled(x, size, single, lambda a, b: _binomial(a, b, 1 - level))


def pooled_rate_bound(
    events: ArrayLike,
    exposure: ArrayLike,
    *,
    per: str = "infusion",
    level: float = 0.95,
    mask: ArrayLike | None = None,
) -> PooledBound:
    """Return the exact Poisson bound on a rate common to all studies, per infusion or other unit of exposure.

    Args:
        events: (k) number of events.
        exposure: (k) infusions, patient-years or the like.
        per: what one unit of exposure is.
        level: confidence of each limit.
        mask: (k) boolean, True where a study is present.

    Raises:
        StatisticsError: negative or fractional events, exposure not positive, no study.
    """
    single = one_sided_rate_limits(events, exposure, per=per, level=level, mask=mask)
    x, time = _present(single, events, exposure)
    return _pooled(x, time, single, lambda a, b: _poisson(a, b, 1 - level))


def _binomial(x: FloatArray, n: FloatArray, alpha: float) -> tuple[FloatArray, FloatArray]:
    lower = np.where(x > 0, special.betaincinv(np.maximum(x, 1.0), n - x + 1, alpha), 0.0)
    upper = np.where(x < n, special.betainccinv(x + 1, np.maximum(n - x, 1.0), alpha), 1.0)
    return lower, upper


def _poisson(x: FloatArray, time: FloatArray, alpha: float) -> tuple[FloatArray, FloatArray]:
    lower = np.where(x > 0, special.gammaincinv(np.maximum(x, 1.0), alpha), 0.0) / time
    return lower, special.gammainccinv(x + 1, alpha) / time


def _present(single: Bound, events: ArrayLike, denominator: ArrayLike) -> tuple[FloatArray, FloatArray]:
    kept = ~np.isnan(single.estimate)
    if kept.ndim > 1:
        raise StatisticsError("the pooled bound takes one analysis at a time", hint="call it once per analysis")
    if not kept.any():
        raise StatisticsError("no study is left: all are masked out", hint="an analysis needs at least one study")
    x, size = (np.broadcast_to(np.asarray(column, dtype=np.float64), kept.shape) for column in (events, denominator))
    return x[kept], size[kept]


def _pooled(x: FloatArray, size: FloatArray, single: Bound, limits: Limits) -> PooledBound:
    events, total = x.sum(), size.sum()
    lower, upper = limits(np.asarray(events), np.asarray(total))
    bound = Bound(np.asarray(events / total), lower, upper, single.level, single.per)
    rest = np.full(x.size, np.nan) if x.size == 1 else limits(events - x, total - size)[1]
    three = float(-np.log1p(-single.level) / total) if events == 0 else np.nan
    best = float(np.nanmin(single.upper))
    return PooledBound(int(events), float(total), int((x == 0).sum()), x.size, bound, three, best, rest)
