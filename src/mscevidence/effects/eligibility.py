"""Which results of a study may enter an analysis, and why the others may not."""

from __future__ import annotations

from collections.abc import Iterator

from mscevidence import vocabulary
from mscevidence.effects.exposure import COUNTED, patients_of, reasons_against_time, time_at_risk
from mscevidence.effects.roles import includes_controls, is_control, receives_cells
from mscevidence.effects.timing import days_of
from mscevidence.effects.usable import Usable
from mscevidence.model import NOT_REPORTED, Arm, Exclusion, Question, Result, Study, result_key

# Patients who could be judged: not the whole arm, but what a trial reports as its rate. The other subsets (responders,
# survivors, subgroups, infusions) answer another question.
JUDGED = frozenset({"evaluable", "completers", "per-protocol"})

TIME_TOLERANCE = 0.25
"""Largest relative distance from a requested time point that still counts as that time point."""


def usable_results(study: Study, question: Question) -> tuple[tuple[Usable, ...], tuple[Exclusion, ...]]:
    """Return the results of a study that may enter, and each one that may not with its reason."""
    found: list[Usable] = []
    excluded: list[Exclusion] = []
    matching = [(i, result) for i, result in enumerate(study.results) if result.outcome == question.outcome]
    for index, result in matching:
        key = result_key(study, index)
        reason = next(reasons_against(study, result, question), None)
        usable = _usable(study, key, result, question) if reason is None else None
        if usable is not None:
            found.append(usable)
        else:
            excluded.append(Exclusion(what=key, label=study.study, reason=reason or "no counts"))
    return tuple(found), tuple(excluded)


def _usable(study: Study, key: str, result: Result, question: Question) -> Usable | None:
    """Return a result that nothing speaks against; None where it has no counts of the kind asked for."""
    time = time_at_risk(result, question.time_unit) if question.incidence else None
    counts = result.counts()
    if time is not None and isinstance(result.events, int):
        counts = result.events, patients_of(study, result)
    if counts is None:
        return None
    arm, report = study.arm(result.arm), study.report(result.source.report)
    if arm is None or report is None:
        raise AssertionError("reasons_against lets no result through whose arm or report is unknown")
    return Usable(
        study=study,
        keys=(key,),
        arms=(arm,),
        result=result,
        report=report,
        events=counts[0],
        n=counts[1],
        time=time,
        derived=result.derived is not None,
        narrative=result.narrative_zero is not None,
    )


def reasons_against(study: Study, result: Result, question: Question) -> Iterator[str]:
    """Yield every reason why a result may not enter an analysis."""
    yield from _report_reasons(study, result)
    yield from _arm_reasons(study, result, question)
    yield from reasons_against_time(result, question.time_unit) if question.incidence else _count_reasons(result)
    population = result.population
    wanted = JUDGED | (frozenset(COUNTED.values()) if question.incidence else frozenset())
    if population and not vocabulary.load("population")[population].whole and population not in wanted:
        yield f"denominator is a subset of the patients ({population})"
    if result.derived is not None and question.derived == "exclude":
        yield f"derived ({result.derived.steps}), and derived results are left out"
    if result.narrative_zero is not None and question.narrative_zeros == "exclude":
        yield f"zero in words only ({result.narrative_zero.scope}), and narrative zeros are left out"
    yield from _time_reasons(result, question)


def _report_reasons(study: Study, result: Result) -> Iterator[str]:
    report = study.report(result.source.report)
    if report is None:
        yield f"its report {result.source.report!r} is not in the study file"
    elif not vocabulary.load("report-status")[report.status].usable and report.status != "cancelled":
        yield f"its report {report.id} is {report.status}"


def _arm_reasons(study: Study, result: Result, question: Question) -> Iterator[str]:
    arm = study.arm(result.arm)
    if arm is None:
        yield f"its arm {result.arm!r} is not in the study file"
    elif receives_cells(arm):
        yield from _experimental_reasons(study, arm, question)
    elif not question.comparative or not is_control(arm):
        yield f"comparison arm ({arm.role})"
    elif not is_control(arm, question.control):
        yield f"comparison arm of another kind ({arm.role})"


def _experimental_reasons(study: Study, arm: Arm, question: Question) -> Iterator[str]:
    if question.comparative and includes_controls(study, arm):
        yield "its arm holds the patients of the control arm too"
    if question.cell_source is not None:
        product = arm.cell_product or study.cell_product
        source = product.source if product else None
        if source is None or source not in vocabulary.below("cell-source", question.cell_source):
            yield f"cell source is {source or 'not extracted'}"


def _count_reasons(result: Result) -> Iterator[str]:
    if result.events is None or result.n is None:
        yield "per cent only, no certain count" if result.percent is not None else "no counts extracted"
    elif NOT_REPORTED in (result.events, result.n):
        yield "count not reported"
    elif result.n == 0:
        yield "no patient in the denominator"
    elif isinstance(result.events, int) and isinstance(result.n, int) and result.events > result.n:
        yield f"{result.events} events in {result.n} patients cannot be patients with an event"


def _time_reasons(result: Result, question: Question) -> Iterator[str]:
    if question.at is None:
        return
    wanted = days_of(question.at)
    given = result.time_point
    days = days_of(given) if given is not None else None
    if days is None:
        yield f"no time point given ({question.at} was asked for)"
    elif wanted is not None and abs(days - wanted) > TIME_TOLERANCE * wanted:
        yield f"judged at another time ({question.at} was asked for)"
