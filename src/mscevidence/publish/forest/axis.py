"""The axis of a forest plot: where a number stands in the panel, its ticks, and what lies beyond its ends.

Rates have an axis from 0 to 100 per cent, of rare events to 50, 20, 10 or less; incidence rates one as long as they
need. Ratios have a logarithmic one and differences a straight one, both as long as
the estimates need and around the line of no difference; intervals that go on beyond the ends are cut there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from mscevidence.model import Pooled
from mscevidence.publish.forest.rows import Bar, Diamond, Row, Square
from mscevidence.publish.scale import MINUS, Scale

_MOST_TICKS = 7
_WIDEST_POOLED = 2.0
"""A pooled interval alone stretches a logarithmic axis by no more than this many powers of ten from no difference."""
_BEYOND = 1.0
"""How far, in powers of ten, intervals of studies stretch it beyond the outermost estimate."""
_LEAST = math.log10(2)
_LONG = 3.0
RARE = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
"""Where an axis of shares ends, in per cent, when everything lies left of it."""
CUT = 20.0
"""The longest axis of shares that cuts intervals off, in per cent."""
_STEPS = (1, 2, 5, 10, 20, 25, 50)


@dataclass(frozen=True)
class Axis:
    """An axis in its own coordinates (per cent, points, or powers of ten).

    Attributes:
        low: the left end.
        high: the right end.
        ticks: their places and labels.
        null: the place of the line of no difference, or None.
        place: from an effect to its coordinate; minus infinity for a ratio of zero.
    """

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    null: float | None
    place: Callable[[float], float]

    def ends(self, lower: float | None, upper: float | None) -> tuple[float, float]:
        """Return the coordinates of an interval, infinite where it has no end, not cut."""
        left = -math.inf if lower is None else self.place(lower)
        return left, math.inf if upper is None else self.place(upper)

    def cut(self, coordinate: float) -> float:
        """Return a coordinate, or the end of the axis that it lies beyond."""
        return min(max(coordinate, self.low), self.high)


def axis_for(rows: Sequence[Row], scale: Scale, pooled: Pooled) -> Axis:
    """Return the axis on which the rows of an analysis can be read."""
    points, inner, outer = _numbers(row.graphic for row in rows)
    if scale.exposure:
        return _from_zero(_needed(points, inner, outer) * scale.per, lambda rate: scale.per * rate)
    if scale.null is None:
        return shares(points, inner, outer, per=scale.per)
    first = [one.effect for one in pooled.overall.estimates[:1] if one.effect is not None]
    return (_ratios if scale.logarithmic else _differences)([scale.null, *first, *points], inner, outer)


def _numbers(graphics: Iterable[object]) -> tuple[list[float], list[float], list[float]]:
    """Return the effects drawn, the limits of pooled intervals, and those of studies and predictions."""
    points: list[float] = []
    inner: list[float] = []
    outer: list[float] = []
    for one in graphics:
        if isinstance(one, Square | Diamond):
            points.append(one.at)
        if isinstance(one, Square | Diamond | Bar):
            ends = [end for end in (one.lower, one.upper) if end is not None]
            (inner if isinstance(one, Diamond) else outer).extend(ends)
    return points, inner, outer


def shares(points: Sequence[float], inner: Sequence[float], outer: Sequence[float], *, per: int = 100) -> Axis:
    """Return the axis of shares of patients, from 0 to all of them or, of rare events, to the next of `RARE`.

    Args:
        points: the shares drawn.
        inner: the limits of pooled intervals.
        outer: those of studies and predictions.
        per: of how many patients the ticks are.
    """
    ends = [*points, *inner, *outer]
    needed = _needed(points, inner, outer)
    end = next((one for one in RARE if points and needed <= one / 100), 100.0)
    if end > CUT and max(ends, default=1.0) > end / 100:
        # Only of rare events is it worth cutting long intervals to see the estimates apart.
        end = 100.0
    step = end / 5
    return Axis(
        0, end, tuple((step * tick, f"{step * tick * per / 100:,.4g}") for tick in range(6)), None, lambda x: 100 * x
    )


def _needed(points: Sequence[float], inner: Sequence[float], outer: Sequence[float]) -> float:
    """Return where an axis from 0 may end: right of all estimates; long intervals are cut at three times as far."""
    furthest = max(points, default=0.0)
    wide = max([*outer, *(end for end in inner if end <= _LONG * furthest)], default=furthest)
    return max(1.04 * furthest, min(wide, _LONG * furthest)) or max(outer, default=1.0)


def _from_zero(end: float, place: Callable[[float], float]) -> Axis:
    """Return a straight axis from 0 that ends at a tick, in the coordinates that `place` gives."""
    power = 10.0 ** math.floor(math.log10(end / _MOST_TICKS))
    step = next(power * one for one in (1, 2, 5, 10) if math.ceil(end / (power * one)) <= _MOST_TICKS)
    places = [step * tick for tick in range(math.ceil(end / step) + 1)]
    return Axis(0, places[-1], tuple((one, f"{one:,.10g}") for one in places), None, place)


def _ratios(points: Sequence[float], inner: Sequence[float], outer: Sequence[float]) -> Axis:
    at, pooled, beyond = ([_log(value) for value in values] for values in (points, inner, outer))
    low = min(*at, max(min(pooled, default=0.0), -_WIDEST_POOLED), -_LEAST)
    high = max(*at, min(max(pooled, default=0.0), _WIDEST_POOLED), _LEAST)
    low = max(min([*beyond, low]), low - _BEYOND)
    high = min(max([*beyond, high]), high + _BEYOND)
    pad = 0.04 * (high - low)
    low, high = low - pad, high + pad
    return Axis(low, high, _log_ticks(low, high), 0.0, _log)


def _log(value: float) -> float:
    return math.log10(value) if value > 0 else -math.inf


def _log_ticks(low: float, high: float) -> tuple[tuple[float, str], ...]:
    """Return ticks at 1, 2 and 5 times powers of ten, at powers of ten alone where those would be too many."""
    decades = range(math.floor(low) - 1, math.ceil(high) + 1)
    for steps, every in (((1, 2, 5), 1), ((1, 3), 1), ((1,), 1), ((1,), 2)):
        values = [step * 10.0**power for power in decades if power % every == 0 for step in steps]
        ticks = [(math.log10(value), f"{value:,.10g}") for value in values if low <= math.log10(value) <= high]
        if len(ticks) <= _MOST_TICKS:
            break
    return tuple(ticks)


def _differences(points: Sequence[float], inner: Sequence[float], outer: Sequence[float]) -> Axis:
    values = [100 * value for value in (*points, *inner, *outer)]
    low, high = min(*values, -10.0), max(*values, 10.0)
    pad = 0.04 * (high - low)
    low, high = max(low - pad, -100.0), min(high + pad, 100.0)
    step = next(step for step in _STEPS if (high - low) / step <= _MOST_TICKS)
    ticks = range(math.ceil(low / step) * step, math.floor(high / step) * step + 1, step)
    return Axis(low, high, tuple((float(tick), f"{tick}".replace("-", MINUS)) for tick in ticks), 0.0, _points)


def _points(value: float) -> float:
    return 100 * value
