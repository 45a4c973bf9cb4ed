"""The ratings of incidence rates: their intervals are judged by factors, as they are wide where rates are high."""

from __future__ import annotations

import math

from mscevidence.publish import wording
from mscevidence.publish.sof.evidence import Body
from mscevidence.publish.sof.rating import Number, Rating
from mscevidence.publish.sof.size import events_for_incidence
from mscevidence.publish.sof.thresholds import value


def inconsistent_incidence(body: Body) -> Rating:
    """Rate by the prediction interval: by what factor the rate of the next study may differ."""
    one = body.first
    low, high = one.prediction_lower, one.prediction_upper
    numbers: dict[str, Number] = {"prediction lower": low, "prediction upper": high}
    used = ("incidence-prediction",)
    if low is None or high is None:
        return Rating("inconsistency", None, "no prediction interval can be had", numbers, used)
    factor = _factor(low, high)
    numbers["factor"] = factor
    steps = -1 if factor is None or factor >= value("incidence-prediction") else 0
    said = f"the prediction interval reaches {_reach(factor)} its middle"
    return Rating("inconsistency", steps, said, numbers, used)


def imprecise_incidence(body: Body) -> Rating:
    """Rate by the interval and by the events that would measure a rate to within a factor."""
    events, effect = body.first.events, body.effect
    lower, upper = effect.lower or 0.0, effect.upper or 0.0
    most = value("incidence-factor")
    size = events_for_incidence(most, alpha=1 - body.level)
    factor = _factor(lower, upper)
    numbers: dict[str, Number] = {"factor": factor, "events": events, "optimal information size in events": size}
    used = ("incidence-factor", "incidence-factor-very")
    counted = wording.count(events, "event")
    if events == 0:
        return Rating("imprecision", None, f"{counted}: whether the upper limit matters is for a person", numbers, used)
    steps = -1 if factor is None or factor > most or events < size else 0
    steps = -2 if factor is None or factor >= value("incidence-factor-very") else steps
    said = (
        f"the interval reaches {_reach(factor)} its middle; {counted}, where {size} measure a rate to that of {most:g}"
    )
    return Rating("imprecision", steps, said, numbers, used)


def _factor(lower: float, upper: float) -> float | None:
    """Return the factor from the middle of an interval, on the log scale, to either end; None where it has no end."""
    return math.sqrt(upper / lower) if lower > 0 else None


def _reach(factor: float | None) -> str:
    return "down to 0 from" if factor is None else f"to a factor of {factor:.1f} on either side of"
