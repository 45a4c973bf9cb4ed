"""The front page: for each disease what share responds, what share is harmed, and how sure that is."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from mscevidence import vocabulary
from mscevidence.model import Estimate, Group, Study, StudyRow
from mscevidence.publish import wording
from mscevidence.publish.contents import Done
from mscevidence.publish.headline import is_uninformative
from mscevidence.publish.site.contents import Contents
from mscevidence.publish.site.glance import Dot, Lane, glance_svg

RESPONSES = ("response", "complete-response", "remission", "complete-remission", "partial-response")
HARMS = ("serious-adverse-event", "any-adverse-event", "treatment-emergent-adverse-event", "related-adverse-event")
"""Which outcome answers first; those not named come after them, in the order of the protocol."""


@dataclasses.dataclass(frozen=True)
class Answer:
    """What one analysis says of one disease."""

    analysis: str
    outcome: str
    rows: tuple[StudyRow, ...]
    estimate: Estimate
    others: tuple[Estimate, ...]
    level: float


def front_page(contents: Contents) -> dict[str, Any]:
    """Return what the template of the front page is filled with."""
    studies = contents.evidence.studies
    asked = [one.analysis.question.condition for one in contents.done if one.analysis.question.condition]
    sizes = {one: _patients(_of(studies, one)) for one in dict.fromkeys(study.condition for study in studies)}
    order = sorted(sizes, key=lambda one: (asked.index(one) if one in asked else len(asked), -sizes[one], one))
    diseases = [_disease(condition, contents) for condition in order]
    return {
        "counts": {
            "studies": len(studies),
            "reports": sum(len(study.reports) for study in studies),
            "results with their sentence": sum(len(study.results) for study in studies),
            "diseases": len(sizes),
        },
        "diseases": [one for one in diseases if one["answered"]],
        "silent": [one for one in diseases if not one["answered"]],
        "analyses": [_line(one, contents) for one in contents.done],
    }


def _of(studies: Iterable[Study], condition: str) -> list[Study]:
    return [study for study in studies if study.condition == condition]


def _patients(studies: Iterable[Study]) -> int:
    sizes = (
        [size for arm in study.arms for size in (arm.treated, arm.enrolled, arm.evaluable) if isinstance(size, int)]
        for study in studies
    )
    return sum(max(found, default=0) for found in sizes)


def _disease(condition: str, contents: Contents) -> dict[str, Any]:
    studies = _of(contents.evidence.studies, condition)
    response = answer_for(condition, contents.done, domain="efficacy", direction="beneficial", preferred=RESPONSES)
    harm = answer_for(condition, contents.done, domain="safety", direction="harmful", preferred=HARMS)
    label = vocabulary.load("condition")[condition].label
    return {
        "id": condition,
        "label": label[:1].upper() + label[1:],
        "studies": _size(studies),
        "answered": response is not None or harm is not None,
        "response": _said(response, contents),
        "harm": _said(harm, contents),
        "sure": list(_sure(response, harm, studies)),
        "figure": _figure(label, response, harm, contents),
        "members": [(study.study, contents.addresses.study(study.study)) for study in studies],
    }


def answer_for(
    condition: str, done: Sequence[Done], *, domain: str, direction: str, preferred: Sequence[str]
) -> Answer | None:
    """Return what the analyses of a protocol say first of a disease: the preferred outcome, else the first asked."""
    outcomes = vocabulary.load("outcome")
    found = [
        answer
        for one in done
        if (outcomes[one.analysis.question.outcome].domain, outcomes[one.analysis.question.outcome].direction)
        == (domain, direction)
        and not (one.analysis.question.comparative or one.analysis.question.incidence)
        for answer in _answers(one, condition)
    ]
    rank = {outcome: number for number, outcome in enumerate(preferred)}
    # Python's sort is stable: analyses of one rank stay in the order of the protocol.
    return min(found, key=lambda one: rank.get(one.outcome, len(rank)), default=None)


def _answers(done: Done, condition: str) -> Iterable[Answer]:
    pooled = done.pooled
    if pooled is None:
        return
    groups: list[Group] = []
    if pooled.question.condition == condition and pooled.by is None:
        groups = [pooled.overall]
    elif pooled.by == "condition":
        groups = [group for group in pooled.groups if group.name == condition]
    for group in groups:
        if group.rows:
            others = tuple(one for one in group.estimates[1:] if one.status == "estimated")
            yield Answer(done.analysis.id, pooled.outcome, group.rows, group.estimates[0], others, pooled.level)


def _size(studies: Sequence[Study]) -> str:
    """Return ``4 studies, 31 patients``; without the patients where no arm says how many."""
    patients = _patients(studies)
    said = wording.count(len(studies), "study", "studies")
    return f"{said}, {wording.count(patients, 'patient')}" if patients else said


def _said(answer: Answer | None, contents: Contents) -> dict[str, Any] | None:
    if answer is None:
        return None
    first = answer.estimate
    outcome = vocabulary.load("outcome")[answer.outcome].label
    said = {
        "outcome": outcome,
        "analysis": contents.addresses.analysis(answer.analysis),
        "based_on": wording.count(first.k, "study", "studies"),
        "events": f"{first.events} of {first.patients} patients",
        "level": wording.level_text(answer.level),
        "vague": is_uninformative(first),
        "alone": answer.rows[0].label if len(answer.rows) == 1 else "",
        "sources": [
            (row.label, contents.addresses.results(row.result), f"{row.events}/{row.n}") for row in answer.rows
        ],
    }
    if first.effect is None:
        alone = answer.rows[0] if len(answer.rows) == 1 else None
        interval = f"{wording.percent(alone.lower)} to {wording.percent(alone.upper)}" if alone else ""
        percent = wording.percent(alone.effect) if alone else ""
        return said | {"percent": percent, "interval": interval, "why": "" if alone else wording.status_sentence(first)}
    interval = f"{wording.percent(first.lower)} to {wording.percent(first.upper)}"
    return said | {"percent": wording.percent(first.effect), "interval": interval, "why": ""}


def _sure(response: Answer | None, harm: Answer | None, studies: Sequence[Study]) -> Iterable[str]:
    for name, answer in (("Response", response), ("Harm", harm)):
        if answer is not None:
            yield f"{name}: {_certainty(answer)}."
    designs = vocabulary.load("design")
    randomised = sum(designs[study.design].randomised for study in studies)
    appraised = sum(bool(study.appraisal) for study in studies)
    of = wording.count(len(studies), "study", "studies")
    drawn = f"{randomised or 'None'} of {of} randomised"
    yield f"{drawn}; risk of bias {f'judged in {appraised}' if appraised else 'not yet judged'}."


def _certainty(answer: Answer) -> str:
    one = answer.estimate
    if one.status == "single":
        return f"one study of {wording.count(one.patients, 'patient')}, not repeated"
    if one.effect is None or one.lower is None or one.upper is None:
        return wording.status_sentence(one)
    if is_uninformative(one):
        others = [other for other in answer.others if not is_uninformative(other)]
        said = "these few patients fit almost any share"
        return said + "".join(f"; another usual method says {_rate(other)}" for other in others[:1])
    parts = [f"the interval spans {100 * (one.upper - one.lower):.0f} points"]
    low, high = wording.percent(one.prediction_lower), wording.percent(one.prediction_upper)
    known = wording.exists(one.prediction_lower) and wording.exists(one.prediction_upper)
    if known and (low, high) != (wording.percent(one.lower), wording.percent(one.upper)):
        parts.append(f"a new study may find {low} to {high} %")
    return ", ".join(parts)


def _rate(one: Estimate) -> str:
    return f"{wording.percent(one.effect)} % ({wording.percent(one.lower)} to {wording.percent(one.upper)})"


def _figure(label: str, response: Answer | None, harm: Answer | None, contents: Contents) -> str:
    lanes = [
        _lane(name, kind, answer, contents)
        for name, kind, answer in (("Response", "good", response), ("Harm", "harm", harm))
        if answer is not None
    ]
    return glance_svg(lanes, title=f"{label}: each circle is a study, the diamond the pooled share") if lanes else ""


def _lane(name: str, kind: str, answer: Answer, contents: Contents) -> Lane:
    one = answer.estimate
    pooled = (one.lower, one.effect, one.upper)
    dots = []
    for row in answer.rows:
        address = contents.addresses.results(row.result)
        words = f"{row.label}: {row.events} of {row.n}, {wording.rate(row.effect, row.lower, row.upper)} %"
        dots.append(Dot(row.effect or 0.0, row.n, address[0] if address else "", words))
    drawn = None if None in pooled else (one.lower or 0.0, one.effect or 0.0, one.upper or 0.0)
    return Lane(name, kind, tuple(dots), drawn)


def _line(done: Done, contents: Contents) -> dict[str, str]:
    seen = next(one for one in contents.snapshot.analyses if one.id == done.analysis.id)
    based_on = f"{wording.count(seen.k, 'study', 'studies')}, {wording.count(seen.patients, 'patient')}"
    return {
        "title": seen.title,
        "address": contents.addresses.analysis(seen.id),
        "answer": seen.answer,
        "based_on": based_on if done.pooled else "",
    }
