"""The results, criteria and verdicts of one study record as rows, each with its span and its decision."""

from __future__ import annotations

from collections.abc import Iterator

from mscevidence.model import Criterion, Part, Result, Study, Verdict, result_key, time_point_text
from mscevidence.store.rows import Row, arm_key, candidate_key, decision, decision_key, source, source_span, states


def result_rows(study: Study) -> Iterator[Row]:
    """Yield the rows of the results, their parts, the eligibility criteria and the verdicts on candidates."""
    for index, result in enumerate(study.results):
        yield from _result(study, index, result)
    for position, criterion in enumerate(study.criteria, 1):
        yield from _criterion(study, position, criterion)
    for position, verdict in enumerate(study.verdicts, 1):
        yield _verdict(study, position, verdict)


def _result(study: Study, index: int, result: Result) -> Iterator[Row]:
    key = result_key(study, index)
    time_point = result.time_point
    yield _decision(study, result, what="result", subject=key)
    yield (
        "results",
        {
            "id": key,
            "study": study.study,
            "position": index + 1,
            "arm": arm_key(study.study, result.arm),
            "outcome": result.outcome,
            **states(result, "events", "n"),
            "percent": result.percent,
            "person_time": result.person_time,
            "person_time_unit": result.person_time_unit,
            "mean": result.mean,
            "sd": result.sd,
            "definition": result.definition,
            "term": result.term,
            "population": result.population,
            "time_value": time_point.value if time_point else None,
            "time_unit": time_point.unit if time_point else None,
            "time_text": time_point.text if time_point else None,
            "time_label": time_point_text(time_point) or None,
            "derived_method": result.derived.method if result.derived else None,
            "derived_steps": result.derived.steps if result.derived else None,
            "narrative_zero_scope": result.narrative_zero.scope if result.narrative_zero else None,
            **source(study.study, result.source),
            "decision": decision_key("result", key),
            "note": result.note,
        },
    )
    yield from source_span(result.source, what="result", subject=key)
    for position, part in enumerate(result.parts, 1):
        yield from _part(study, key, position, part)


def _part(study: Study, result: str, position: int, part: Part) -> Iterator[Row]:
    key = f"{result}/part-{position}"
    what = {"term": part.term, "outcome": part.outcome, "events": part.events}
    yield _decision(study, part, what="part", subject=key)
    place = {"id": key, "result": result, "position": position, "decision": decision_key("part", key)}
    yield ("result_parts", {**place, **what, **source(study.study, part.source)})
    yield from source_span(part.source, what="part", subject=key)


def _criterion(study: Study, position: int, criterion: Criterion) -> Iterator[Row]:
    key = f"{study.study}#criterion-{position}"
    bounds = criterion.model_dump(include={"quantity", "minimum", "maximum", "unit"})
    yield _decision(study, criterion, what="criterion", subject=key)
    place = {"id": key, "study": study.study, "position": position, "decision": decision_key("criterion", key)}
    yield ("criteria", {**place, **bounds, **source(study.study, criterion.source)})
    yield from source_span(criterion.source, what="criterion", subject=key)


def _decision(study: Study, item: Result | Part | Criterion, *, what: str, subject: str) -> Row:
    return decision(study.study, item.decision, item.source, what=what, subject=subject)


def _verdict(study: Study, position: int, verdict: Verdict) -> Row:
    return (
        "decisions",
        {
            "id": f"{study.study}#verdict-{position}",
            "study": study.study,
            "what": "candidate",
            "subject": candidate_key(verdict.document, verdict.candidate),
            "verdict": verdict.verdict,
            "decided_by": verdict.by,
            "decided_on": verdict.on,
            "origin": verdict.rule,
            "corrected": None,
            "reason": verdict.reason,
            "quote": verdict.quote,
            "report": verdict.report,
            "document": verdict.document,
        },
    )
