"""From one outcome of a facts sheet, and what a person said about it, to one result of a study record."""

from __future__ import annotations

from dataclasses import dataclass

from mscevidence import vocabulary
from mscevidence.errors import RecordError, UnknownTermError
from mscevidence.factsheets import wording
from mscevidence.factsheets.linkage import ResultReading
from mscevidence.factsheets.sheets import FactSheet, SheetArm, SheetOutcome
from mscevidence.model import Decision, NarrativeZero, Result, Source

NOTHING_SAID = ResultReading(number=1, concept="")

POPULATION_OF_SIZE = (("n_treated", "treated"), ("n_evaluable", "evaluable"), ("n_enrolled", "enrolled"))


@dataclass(frozen=True)
class Place:
    """Where a result goes: arm and report of the study, and the decision that brought it there."""

    arm: str
    report: str
    decision: Decision


def result_of(sheet: FactSheet, number: int, reading: ResultReading | None, place: Place) -> Result:
    """Return the result of the outcome with a number (counted from 1).

    Raises:
        RecordError: the reading is about another concept, the outcome is unknown, a derived number has no steps, or n
            is not the size of the arm and nobody said who those patients are.
    """
    outcome = sheet.outcomes[number - 1]
    said = reading or NOTHING_SAID
    _refuse_slip(sheet, outcome, reading)
    found = wording.percent_of(outcome.definition_short or "", events=outcome.events, n=outcome.n)
    derived = said.derived or (found.derivation if found else None)
    if outcome.derived and derived is None and outcome.events is not None:
        raise _wrong(sheet, number, "is derived, and neither the sheet nor the linkage file says how", key="derived")
    definition = said.definition or wording.spelled_out(found.definition if found else outcome.definition_short)
    events = outcome.events if said.events is None else said.events
    n = outcome.n if said.n is None else said.n
    return Result(
        outcome=_outcome_id(sheet, number, said.outcome or outcome.concept),
        arm=said.arm or place.arm,
        events=events,
        n=n,
        percent=_percent(outcome, said, found),
        definition=definition,
        term=said.term,
        population=said.population or _population(sheet, number, outcome),
        time_point=wording.time_point(said.time or outcome.time_point),
        derived=derived,
        narrative_zero=NarrativeZero(scope=said.scope or definition or outcome.concept)
        if outcome.narrative_zero
        else None,
        source=Source(report=said.report or place.report, quote=outcome.quote),
        decision=place.decision,
        note=said.note,
    )


def _percent(outcome: SheetOutcome, said: ResultReading, found: wording.Derived | None) -> float | None:
    if said.percent is not None:
        return said.percent
    if found is not None:
        return found.percent
    if outcome.events is None or outcome.n is None:
        return None
    return wording.printed_percent(outcome.quote, events=outcome.events, n=outcome.n)


def _outcome_id(sheet: FactSheet, number: int, word: str) -> str:
    try:
        return vocabulary.term("outcome", word).id
    except UnknownTermError as error:
        raise _wrong(sheet, number, error.message, key="concept", hint=error.hint) from error


def _population(sheet: FactSheet, number: int, outcome: SheetOutcome) -> str | None:
    arm = sheet.arm(outcome.arm)
    if outcome.n is None or arm is None or not _sizes(arm):
        return None
    for field, population in POPULATION_OF_SIZE:
        if getattr(arm, field) == outcome.n:
            return population
    raise _wrong(
        sheet,
        number,
        f"n = {outcome.n} is none of the sizes of the arm {arm.name!r} ({', '.join(map(str, _sizes(arm)))})",
        key="population",
        hint="say in the linkage file who those patients are, such as population = 'responders'",
    )


def _sizes(arm: SheetArm) -> list[int]:
    return [size for size in (arm.n_enrolled, arm.n_treated, arm.n_evaluable) if size is not None]


def _refuse_slip(sheet: FactSheet, outcome: SheetOutcome, reading: ResultReading | None) -> None:
    if reading is None:
        return
    if reading.concept != outcome.concept:
        raise _wrong(
            sheet,
            reading.number,
            f"is about {outcome.concept!r}, the linkage file speaks of {reading.concept!r}",
            key="concept",
            hint="the sheet has changed, or the number in the linkage file is wrong",
        )
    if (reading.outcome or reading.report) and not reading.reason:
        raise _wrong(sheet, reading.number, "is given another outcome or report without a reason", key="reason")


def _wrong(sheet: FactSheet, number: int, message: str, *, key: str, hint: str = "") -> RecordError:
    return RecordError(
        f"outcome {number} {message}",
        hint=hint or f"mend [[sheet.{sheet.slug}.results]] in the linkage file",
        file=f"{sheet.slug}.yaml",
        key=key,
    )
