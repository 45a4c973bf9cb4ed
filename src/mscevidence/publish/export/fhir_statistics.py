"""Statistics of a FHIR Evidence: shares of patients, rates over time at risk, pooled effects, and their intervals."""

from __future__ import annotations

from collections.abc import Callable

from mscevidence.effects.exposure import exposure_text
from mscevidence.model import INCIDENCES, Estimate, Pooled
from mscevidence.publish.export.fhir_elements import ATTRIBUTES, SEVCO, UNITS, Json, concept, text

STATISTICS = {"OR": ("STATO:0000182", "odds ratio")}
"""Statistic types with a code; the others are named in words."""
INCIDENCE = "incidence rate"
NAMES = {"RR": "risk ratio", "RD": "risk difference", **dict.fromkeys(INCIDENCES, INCIDENCE)}
PER_UNIT = {"hour": "/h", "day": "/d", "week": "/wk", "month": "/mo", "year": "/a"}
"""One per unit of time, in the Unified Code for Units of Measure."""
Quantity = Callable[[float], Json]


def percentage(value: float) -> Json:
    """Return a proportion as a quantity in per cent."""
    return {"value": round(100 * value, 10), "unit": "%", "system": UNITS, "code": "%"}


def incidence(value: float, unit: str) -> Json:
    """Return events per unit of time at risk, or per treatment given, as a quantity."""
    one = exposure_text(unit).removesuffix("s")
    return {"value": value, "unit": f"events per {one}", "system": UNITS, "code": PER_UNIT.get(unit, f"/{{{unit}}}")}


def plain(value: float) -> Json:
    """Return a number without a unit as a quantity."""
    return {"value": value}


def interval(
    lower: float | None, upper: float | None, *, level: float, quantity: Quantity, name: str = ""
) -> list[Json]:
    """Return an interval as attribute estimates, none where it is not known; `name` is that of an uncoded kind."""
    if lower is None or upper is None:
        return []
    kind = {"text": name} if name else concept(ATTRIBUTES, "C53324", "Confidence interval")
    return [{"type": kind, "level": level, "range": {"low": quantity(lower), "high": quantity(upper)}}]


def count_statistic(events: int, n: int, attributes: list[Json]) -> Json:
    """Return events of n patients as a percentage."""
    return _filled(
        description=f"{events} of {n} patients",
        statisticType=_percentage(),
        quantity=percentage(events / n) if n else None,
        numberAffected=events,
        sampleSize={"numberOfStudies": 1, "numberOfParticipants": n, "numberAnalyzed": n, "knownDataCount": n},
        attributeEstimate=attributes,
    )


def rate_statistic(events: int, time: float, unit: str, attributes: list[Json]) -> Json:
    """Return events over time at risk as a rate; a patient may have several of them, so that nobody is counted."""
    over = f"{time:g} {exposure_text(unit)}"
    return _filled(
        description=f"{events} events in {over}",
        statisticType={"text": INCIDENCE},
        quantity=incidence(events / time, unit),
        numberOfEvents=events,
        sampleSize={"description": over, "numberOfStudies": 1},
        attributeEstimate=attributes,
    )


def mean_statistic(mean: float, sd: float | None, n: int | None) -> Json:
    """Return a mean with its standard deviation and the patients it is of, as far as they are told."""
    spread = [] if sd is None else [{"type": {"text": "standard deviation"}, "quantity": plain(sd)}]
    return _filled(
        description=f"mean{'' if n is None else f' of {n} patients'}",
        statisticType={"text": "mean"},
        quantity=plain(mean),
        sampleSize=None if n is None else {"numberOfStudies": 1, "numberOfParticipants": n, "numberAnalyzed": n},
        attributeEstimate=spread,
    )


def percent_statistic(percent: float) -> Json:
    """Return a percentage of which nobody says how many patients it is of."""
    return _filled(
        description=f"{percent:g}% of patients; of how many is not told",
        statisticType=_percentage(),
        quantity=percentage(percent / 100),
    )


def events_statistic(events: int) -> Json:
    """Return patients with an event of whom nobody says among how many they are."""
    return _filled(
        description=f"{events} patients; of how many is not told",
        statisticType={"text": "count"},
        numberAffected=events,
    )


def _percentage() -> Json:
    return concept(SEVCO, "STATO:0000639", "percentage")


def pooled_statistic(pooled: Pooled) -> Json:
    """Return the first estimate of an analysis with its interval, prediction interval and heterogeneity."""
    one, question = pooled.overall.estimates[0], pooled.question
    quantity = _quantity_of(pooled)
    counted = "numberOfEvents" if question.incidence else "numberAffected"
    sample: Json = {"numberOfStudies": one.k}
    if one.all_patients:
        sample["numberOfParticipants"] = one.all_patients
    if one.time is not None:
        sample = {"description": f"{one.time:g} {exposure_text(question.time_unit)}", **sample}
    return _filled(
        description=text(one.label),
        note=[{"text": text(note)} for note in one.notes],
        statisticType=_type(pooled),
        quantity=None if one.effect is None else quantity(one.effect),
        **{counted: one.events + (one.control_events or 0)},
        sampleSize=sample,
        attributeEstimate=_attributes(one, pooled.level, quantity),
    )


def _quantity_of(pooled: Pooled) -> Quantity:
    question = pooled.question
    if question.comparative:
        return plain
    return (lambda value: incidence(value, question.time_unit)) if question.incidence else percentage


def _type(pooled: Pooled) -> Json:
    measure = pooled.question.measure
    if measure in STATISTICS:
        return concept(SEVCO, *STATISTICS[measure])
    return {"text": NAMES[measure]} if measure in NAMES else _percentage()


def _attributes(one: Estimate, level: float, quantity: Quantity) -> list[Json]:
    coded = (("0000420", "I-squared", one.i2), ("0000421", "Tau squared", one.tau2))
    predicted = (one.prediction_lower, one.prediction_upper)
    found = interval(one.lower, one.upper, level=level, quantity=quantity)
    found += interval(*predicted, level=level, quantity=quantity, name="Prediction interval")
    for code, name, value in coded:
        if value is not None:
            found.append({"type": concept(ATTRIBUTES, code, name), "quantity": plain(value)})
    return found


def _filled(**fields: object) -> Json:
    return {name: value for name, value in fields.items() if value not in (None, [])}
