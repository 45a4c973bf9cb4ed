"""Checks of a study's record: references, arithmetic, sums over arms and parts, results that contradict each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from mscevidence import vocabulary
from mscevidence.check.appraisals import appraisal_findings
from mscevidence.check.arithmetic import (
    Percent,
    events_within_n,
    fraction_against_percent,
    percent_possible,
    percents_in,
    printed,
)
from mscevidence.check.complements import complement_findings
from mscevidence.check.registry import finding
from mscevidence.model import Arm, Finding, Result, Source, Study, result_key, time_point_text

_SIZES = ("enrolled", "treated", "evaluable")


def check_study(study: Study) -> tuple[Finding, ...]:
    """Return what is wrong, or noteworthy, in a record; a finding's subject is a result key or a part of the record."""
    each = (f for index, result in enumerate(study.results) for f in _result(study, result, result_key(study, index)))
    rest = (*_arm_sums(study), *_together(study), *appraisal_findings(study))
    return (*_references(study), *(f for f in each if f is not None), *rest)


def _references(study: Study) -> Iterator[Finding]:
    for kind, ids in (("arm", [a.id for a in study.arms]), ("report", [r.id for r in study.reports])):
        for name, times in Counter(ids).items():
            if times > 1:
                yield finding("ids-unique", f"{times} {kind}s have the id {name}", study.study)
    yield from _arm_references(study)
    reports = {report.id for report in study.reports}
    for subject, source in sources(study):
        if source.report not in reports:
            yield finding("report-exists", f"report {source.report} is no report of the study", subject)


def _arm_references(study: Study) -> Iterator[Finding]:
    arms = {arm.id for arm in study.arms}
    for arm in study.arms:
        for name in arm.combines:
            if name not in arms:
                yield finding(
                    "arm-exists",
                    f"arm {arm.id} combines {name}, which is no arm of the study",
                    f"{study.study}/{arm.id}",
                )
        if arm.id in _members(study, arm):
            yield finding("arms-acyclic", f"arm {arm.id} is a part of itself", f"{study.study}/{arm.id}")
    yield from _control_missing(study)
    for index, result in enumerate(study.results):
        if result.arm not in arms:
            yield finding("arm-exists", f"arm {result.arm} is no arm of the study", result_key(study, index))


def _control_missing(study: Study) -> Iterator[Finding]:
    roles = vocabulary.load("arm-role")
    compared = vocabulary.load("design")[study.design].comparative
    if compared and len(study.arms) > 1 and all(roles[arm.role].receives_cells for arm in study.arms):
        said = f"the design is {study.design}, and every one of its {len(study.arms)} arms gets the cells"
        yield finding("comparison-has-control", said, study.study)


def sources(study: Study) -> Iterator[tuple[str, Source]]:
    """Yield every source of a record with the subject it belongs to."""
    for index, result in enumerate(study.results):
        yield result_key(study, index), result.source
        yield from ((f"{result_key(study, index)}/{part.term}", part.source) for part in result.parts)
    yield from ((f"{study.study}/criteria/{criterion.quantity}", criterion.source) for criterion in study.criteria)
    for judged in study.appraisal:
        yield from (
            (f"{study.study}/appraisal/{judged.tool}/{name}", source) for name, source in judged.support.items()
        )


def _members(study: Study, arm: Arm) -> frozenset[str]:
    """Return the ids of all arms below an arm, itself included when the arms go in a circle."""
    found: set[str] = set()
    waiting = list(arm.combines)
    while waiting:
        name = waiting.pop()
        below = study.arm(name)
        if name not in found:
            found.add(name)
            waiting += below.combines if below else ()
    return frozenset(found)


def _result(study: Study, result: Result, subject: str) -> Iterator[Finding | None]:
    counts, percent = result.counts(), printed_percent(result)
    if counts is not None and vocabulary.term("outcome", result.outcome).counting_unit == "patients":
        yield events_within_n(*counts, subject=subject)
    if percent is not None and counts is not None and result.derived is None:
        yield fraction_against_percent(*counts, percent, subject)
    elif percent is not None and isinstance(result.n, int):
        yield percent_possible(percent, result.n, subject)
    elif result.percent is not None:
        yield finding("percent-without-count", f"{percent}% without the number of patients", subject)
    yield _within_arm(study, result, subject)
    yield from _parts(result, subject)
    yield from _kind_of_number(result, subject)


def printed_percent(result: Result) -> Percent | None:
    """Return the percent of a result with the decimals of its quote; from the quote alone when that prints just one."""
    quoted = percents_in(result.source.quote)
    if result.percent is not None:
        same = next((percent for percent in quoted if percent.value == result.percent), None)
        return same or printed(f"{result.percent:g}")
    return quoted[0] if len(quoted) == 1 else None


def _within_arm(study: Study, result: Result, subject: str) -> Finding | None:
    arm = study.arm(result.arm)
    sizes = [size for size in (arm.enrolled, arm.treated, arm.evaluable) if isinstance(size, int)] if arm else []
    if not sizes or not isinstance(result.n, int) or result.n <= max(sizes):
        return None
    return finding("n-within-arm", f"n is {result.n}, arm {result.arm} has {max(sizes)} patients", subject)


def _parts(result: Result, subject: str) -> Iterator[Finding]:
    if not result.parts or not isinstance(result.events, int):
        return
    for part in result.parts:
        if part.events > result.events:
            yield finding(
                "parts-against-whole",
                f"{part.term} has {part.events} of {result.events} events",
                subject,
                severity="error",
            )
    total = sum(part.events for part in result.parts)
    if total != result.events:
        said = f"the parts add up to {total}, the whole is {result.events}"
        yield finding("parts-against-whole", said, subject, severity="warning" if total > result.events else "note")


def _kind_of_number(result: Result, subject: str) -> Iterator[Finding]:
    if result.narrative_zero is not None and result.events != 0:
        yield finding("narrative-zero-is-zero", f"events is {result.events}, the phrase says none", subject)
    if result.derived is not None and not any(character.isdigit() for character in result.derived.steps):
        yield finding("derivation-has-steps", f"the steps show no number: {result.derived.steps!r}", subject)
    if result.time_point is not None and result.time_point.value is not None and result.time_point.unit is None:
        yield finding("time-point-unit", f"time point {result.time_point.value:g} has no unit", subject)
    if result.person_time is not None and (result.person_time_unit is None or result.events is None):
        missing = "unit" if result.person_time_unit is None else "events"
        yield finding("person-time-unit", f"person-time {result.person_time:g} has no {missing}", subject)


def _arm_sums(study: Study) -> Iterator[Finding]:
    for arm in study.arms:
        below = [member for name in arm.combines if (member := study.arm(name)) is not None]
        if not below or len(below) != len(arm.combines):
            continue
        for size in _SIZES:
            numbers = [getattr(member, size) for member in below]
            yield from _sum(numbers, getattr(arm, size), f"{size} of {arm.id}", f"{study.study}/{arm.id}")
        yield from _event_sums(study, arm)


def _sum(numbers: Iterable[object], total: object, what: str, subject: str) -> Iterator[Finding]:
    whole = [number for number in (*numbers, total) if isinstance(number, int)]
    shown = list(numbers)
    if len(whole) == len(shown) + 1 and sum(whole[:-1]) != whole[-1]:
        said = f"{what}: {' + '.join(str(number) for number in shown)} = {sum(whole[:-1])}, not {whole[-1]}"
        yield finding("arms-add-up-to-total", said, subject)


def _event_sums(study: Study, arm: Arm) -> Iterator[Finding]:
    for index, total in enumerate(study.results):
        counted = total.counts()
        if total.arm != arm.id or counted is None:
            continue
        matching = {r.arm: r for r in study.results if r.arm in arm.combines and _same_question(r, total)}
        if len(matching) != len(arm.combines):
            continue
        for position, what in enumerate(("events", "n")):
            numbers = [c[position] if (c := matching[name].counts()) else None for name in arm.combines]
            yield from _sum(numbers, counted[position], f"{what} of {total.outcome}", result_key(study, index))


def _same_question(one: Result, other: Result) -> bool:
    same_time = time_point_text(one.time_point) == time_point_text(other.time_point)
    same = one.outcome == other.outcome and one.definition == other.definition and one.term == other.term
    return same and same_time and one.population == other.population and one.source.report == other.source.report


def _together(study: Study) -> Iterator[Finding]:
    groups: dict[tuple[str, ...], dict[str, tuple[int, int]]] = defaultdict(dict)
    first: dict[tuple[str | None, ...], tuple[str, Result]] = {}
    for index, result in enumerate(study.results):
        key, counts = result_key(study, index), result.counts()
        if counts is None:
            continue
        time = time_point_text(result.time_point)
        groups[result.arm, time, result.population or "", result.source.report].setdefault(result.outcome, counts)
        same = (result.outcome, result.arm, time, result.population, result.definition, result.term)
        earlier, known = first.setdefault(same, (key, result))
        if known.counts() != counts:
            severity = "warning" if known.source.report == result.source.report else "note"
            there = f"{known.events}/{known.n} in {earlier} ({known.source.report})"
            said = f"{counts[0]}/{counts[1]} here ({result.source.report}), {there}"
            yield finding("results-agree", said, key, severity="warning" if severity == "warning" else "note")
    for (arm, time, *_), outcomes in groups.items():
        yield from complement_findings(
            outcomes, f"{study.study}/{arm}" + (f"@{time.replace(' ', '-')}" if time else "")
        )
