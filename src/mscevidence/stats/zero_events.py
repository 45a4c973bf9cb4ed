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
from mscevidence.stats import diagnosis
from mscevidence.stats.display import Row, Shown, table
from mscevidence.stats.inputs import FloatArray, IntArray, aligned, counts, plain, positive, tail, whole

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
    """What several studies together exclude, in one analysis or in each of a batch.

    Every number has the leading shape (...) of the input; for a single analysis it is a scalar.

    Attributes:
        events, denominator: sums over the studies; `studies_without_event`; `k`: 0 where all are masked out, and then
            no limits (NaN).
        bound: exact one-sided limits of the common proportion or rate.
        rule_of_three: 3/denominator, NaN with events.
        best_single: the smallest upper limit that any study gives on its own.
        leave_one_out: (..., k) upper limit without each study, NaN for k = 1 and for absent studies.
    """

    _lead = "events"

    events: IntArray
    denominator: FloatArray
    studies_without_event: IntArray
    k: IntArray
    bound: Bound
    rule_of_three: FloatArray
    best_single: FloatArray
    leave_one_out: FloatArray

    def rows(self) -> list[Row]:
        """Return the sums and the limits of the common rate, of each analysis."""
        bound = {name: getattr(self.bound, name) for name in ("estimate", "lower", "upper", "level", "per")}
        names = ("k", "events", "denominator", "studies_without_event", "rule_of_three", "best_single")
        return table({**{name: getattr(self, name) for name in names}, **bound}, np.shape(self.events), item="analysis")

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what the bound assumes and what it means."""
        confidence = f"is excluded with {100 * self.bound.level:g} % confidence."
        excluded = f"In each analysis a rate above its upper limit {confidence}"
        if np.ndim(self.events) == 0:
            above = f"a rate above {100 * float(self.bound.upper):.2g} %"
            excluded = f"{self.events} events in {self.denominator:g} {self.bound.per}s: {above} {confidence}"
        none, known = "No event was seen: this is no proof of safety, only a bound on the rate.", np.asarray(self.k) > 0
        said = [
            excluded,
            "The pooled bound takes the rate as equal in all studies; if it varies, single centres may lie above it.",
            *diagnosis.sentences([(known & (np.asarray(self.events) == 0), none), (~known, "No study is left.")]),
        ]
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
        events: (..., k) patients with the event.
        n: (..., k) patients.
        level: confidence of each limit.
        mask: (..., k) boolean, True where a study is present.

    Raises:
        StatisticsError: events > n, n < 1, negative or fractional counts, no study in any analysis.
    """
    single = one_sided_limits(events, n, level=level, mask=mask)
    return _pooled(events, n, single, lambda a, b: _binomial(a, b, 1 - level))


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
        events: (..., k) number of events.
        exposure: (..., k) infusions, patient-years or the like.
        per: what one unit of exposure is.
        level: confidence of each limit.
        mask: (..., k) boolean, True where a study is present.

    Raises:
        StatisticsError: negative or fractional events, exposure not positive, no study in any analysis.
    """
    single = one_sided_rate_limits(events, exposure, per=per, level=level, mask=mask)
    return _pooled(events, exposure, single, lambda a, b: _poisson(a, b, 1 - level))


def _binomial(x: FloatArray, n: FloatArray, alpha: float) -> tuple[FloatArray, FloatArray]:
    lower = np.where(x > 0, special.betaincinv(np.maximum(x, 1.0), n - x + 1, alpha), 0.0)
    upper = np.where(x < n, special.betainccinv(x + 1, np.maximum(n - x, 1.0), alpha), 1.0)
    return lower, upper


def _poisson(x: FloatArray, time: FloatArray, alpha: float) -> tuple[FloatArray, FloatArray]:
    lower = np.where(x > 0, special.gammaincinv(np.maximum(x, 1.0), alpha), 0.0) / time
    return lower, special.gammainccinv(x + 1, alpha) / time


def _pooled(events: ArrayLike, denominator: ArrayLike, single: Bound, limits: Limits) -> PooledBound:
    present = ~np.isnan(single.estimate)
    k = present.sum(axis=-1)
    known = k > 0
    if not known.any():
        raise StatisticsError("no study is left: all are masked out", hint="an analysis needs at least one study")
    x, size = (np.where(present, np.asarray(column, dtype=np.float64), 0.0) for column in (events, denominator))
    seen, total = x.sum(axis=-1), size.sum(axis=-1)
    # Without a study there is nothing to divide by, but the other analyses of a batch go on.
    divisor = np.where(known, total, 1.0)
    lower, upper = limits(seen, divisor)
    estimate, lower, upper = (plain(np.where(known, value, np.nan)) for value in (seen / divisor, lower, upper))
    others = present & (k > 1)[..., np.newaxis]
    rest = np.where(others, total[..., np.newaxis] - size, 1.0)
    without = limits(np.where(others, seen[..., np.newaxis] - x, 0.0), rest)[1]
    best = np.min(single.upper, axis=-1, where=present, initial=np.inf)
    return PooledBound(
        plain(seen.astype(np.int64)), plain(total), plain((present & (x == 0)).sum(axis=-1)), plain(k),
        Bound(estimate, lower, upper, single.level, single.per),
        plain(np.where(known & (seen == 0), -np.log1p(-single.level) / divisor, np.nan)),
        plain(np.where(known, best, np.nan)), plain(np.where(others, without, np.nan)),
    )  # fmt: skip
