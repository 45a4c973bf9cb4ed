"""Time at risk: over how many years, weeks or infusions the events of a result were counted."""

from __future__ import annotations

from collections.abc import Iterator

from mscevidence import vocabulary
from mscevidence.errors import SelectionError, UnknownTermError
from mscevidence.model import NOT_REPORTED, Question, Result, Study

COUNTED = {"infusion": "infusions", "cycle": "cycles"}
"""Units that are treatments given, not lengths of time, with the population whose number is one of them."""


def exposure_text(unit: str) -> str:
    """Return what is counted in a unit of time at risk: ``person-years``, ``infusions``."""
    return COUNTED.get(unit, f"person-{unit}s")


def refuse_other_units(question: Question) -> None:
    """Raise when the unit of a question is neither a length of time nor a treatment given, or nothing is per time.

    Raises:
        UnknownTermError: with the units there are.
        SelectionError: a unit is asked for, and the measure has none.
    """
    if "time_unit" in question.model_fields_set and not question.incidence:
        raise SelectionError(
            f"{question.measure} counts patients, not events per {question.time_unit}",
            hint="add --measure IRLN, IR or IRS, or leave --time-unit away",
        )
    units = vocabulary.exposure_units()
    if question.incidence and question.time_unit not in units:
        raise UnknownTermError(question.time_unit, kind="unit of time at risk", choices=units)


def time_at_risk(result: Result, unit: str) -> float | None:
    """Return the time at risk of a result in a unit; None where it has none that can be told in it.

    Lengths of time are converted (a year has 365.25 days). Infusions and cycles are counted as they are: from the
    person-time, or from the denominator of a result whose population they are.
    """
    if unit in COUNTED:
        if result.population == COUNTED[unit] and isinstance(result.n, int) and result.n > 0:
            return float(result.n)
        return result.person_time if result.person_time_unit == unit else None
    if result.person_time is None or result.person_time_unit is None:
        return None
    units = vocabulary.load("time-unit")
    given, wanted = units[result.person_time_unit].days, units[unit].days
    return None if given is None or wanted is None else result.person_time * given / wanted


def reasons_against_time(result: Result, unit: str) -> Iterator[str]:
    """Yield why a result has no incidence rate in a unit."""
    if result.events is None:
        yield "no count of events"
    elif result.events == NOT_REPORTED:
        yield "count not reported"
    if time_at_risk(result, unit) is not None:
        return
    if result.person_time is None:
        yield "no time at risk"
    else:
        yield f"time at risk is given in units of {result.person_time_unit or 'nothing'}, asked is {unit}"


def patients_of(study: Study, result: Result) -> int:
    """Return how many patients the events of a result were counted in; 0 where nobody says."""
    arm = study.arm(result.arm)
    counted = result.population in COUNTED.values()
    sizes = (None if counted else result.n, *((arm.treated, arm.evaluable, arm.enrolled) if arm else ()))
    return next((size for size in sizes if isinstance(size, int)), 0)
