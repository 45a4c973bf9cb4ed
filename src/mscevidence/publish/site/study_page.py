"""The page of a study: its arms, every number with the sentence it was read from, its reports and their fate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mscevidence import vocabulary
from mscevidence.effects import study_label
from mscevidence.effects.rows import dose_text
from mscevidence.model import (
    NOT_REPORTED,
    Arm,
    CellProduct,
    Criterion,
    Decision,
    Report,
    Result,
    Source,
    Study,
    result_key,
    time_point_text,
)
from mscevidence.publish import wording
from mscevidence.publish.site.addresses import part_anchor, registration_link, source_link
from mscevidence.publish.site.contents import Contents
from mscevidence.publish.site.quoting import Quoted, quoted
from mscevidence.publish.site.snapshot import value_text

Fact = tuple[str, str]
SILENT = "not reported"


def study_page(study: Study, contents: Contents) -> dict[str, Any]:
    """Return what the template of a study page is filled with."""
    return {
        "study": study,
        "label": study_label(study),
        "condition": term_label("condition", study.condition),
        "facts": list(_facts(study)),
        "registrations": [(number, registration_link(number)) for number in study.registrations],
        "reports": [_report(report, study) for report in study.reports],
        "worst": worst_status(study),
        "arms": [_arm(arm) for arm in study.arms],
        "results": [_result(study, index, contents) for index in range(len(study.results))],
        "criteria": [
            {"text": _criterion_text(one), "sentence": sentence(study, one.source, one.decision, contents)}
            for one in study.criteria
        ],
        "families": families_of(study, contents),
        "appraisals": appraisals(study, contents),
        "left_out": contents.left_out.get(study.study, []),
        "findings": [
            one for one in contents.evidence.findings if _about(one.subject, study) and one.severity != "note"
        ],
    }


def term_label(kind: str, term_id: str | None) -> str:
    """Return the label of a term, the words for what no source tells, or nothing."""
    if term_id is None:
        return ""
    return SILENT if term_id == NOT_REPORTED else vocabulary.load(kind)[term_id].label


def worst_status(study: Study) -> str:
    """Return the status of a report that every reader of the study should know; empty when all simply stand."""
    found = {report.status for report in study.reports}
    order = ("retracted", "withdrawn", "expression-of-concern", "cancelled", "corrected", "preliminary")
    return next((status for status in order if status in found), "")


def _facts(study: Study) -> Iterator[Fact]:
    if study.condition_detail:
        yield "Patients", study.condition_detail
    yield "Design", vocabulary.load("design")[study.design].label
    if study.phase:
        yield "Phase", term_label("phase", study.phase)
    for centre in study.centres:
        yield "Centre", ", ".join(part for part in (centre.name, centre.city, centre.country) if part)
    if study.enrolment:
        yield "Enrolment", f"{_said(study.enrolment.start) or '?'} to {_said(study.enrolment.end) or '?'}"
    if study.cell_product:
        yield "Cells", product_text(study.cell_product)
    yield from (("Note", note) for note in study.notes)


def product_text(product: CellProduct) -> str:
    """Return what was given, and what no report tells of it."""
    told = [
        product.name or "",
        term_label("cell-source", product.source),
        term_label("donor", product.donor),
        *(
            f"{name} {_said(value)}"
            for name, value in (("passage", product.passage), ("viability", product.viability))
            if value
        ),
        {True: "cryopreserved", False: "not cryopreserved"}.get(product.cryopreserved, "")
        if isinstance(product.cryopreserved, bool)
        else "",
    ]
    return ", ".join(part for part in told if part)


def _said(value: object) -> str:
    return "" if value is None else SILENT if value == NOT_REPORTED else str(value)


def _in_journal(report: Report) -> str:
    issue = f"({report.issue})" if report.issue else ""
    pages = f":{report.pages}" if report.pages else ""
    return f"{report.journal or ''} {report.volume or ''}{issue}{pages}".strip()


def _report(report: Report, study: Study) -> dict[str, Any]:
    kind = vocabulary.load("report-kind")[report.kind]
    status = vocabulary.load("report-status")[report.status]
    names = [report.first_author or "", str(report.year or ""), _in_journal(report), report.meeting or ""]
    ids = [f"DOI {report.doi}" if report.doi else "", f"PMID {report.pmid}" if report.pmid else "", report.number or ""]
    return {
        "id": report.id,
        "kind": kind.label,
        "status": report.status,
        "status_label": status.label,
        "status_words": status.definition if report.status != "published" else "",
        "title": report.title or "",
        "names": ", ".join(dict.fromkeys(part for part in names if part)),
        "ids": " · ".join(part for part in ids if part and part.split()[-1].casefold() not in report.id.casefold()),
        "link": source_link(report),
        "captured": bool(report.documents),
        "unverified": ", ".join(name.replace("_", " ") for name in report.unverified),
        "note": report.note or "",
        "results": sum(result.source.report == report.id for result in study.results),
    }


def _arm(arm: Arm) -> dict[str, str]:
    return {
        "id": arm.id,
        "name": arm.name or arm.id,
        "role": term_label("arm-role", arm.role),
        "dose": dose_text(arm.dose),
        "enrolled": _said(arm.enrolled),
        "treated": _said(arm.treated),
        "evaluable": _said(arm.evaluable),
        "combines": ", ".join(arm.combines),
    }


def _result(study: Study, index: int, contents: Contents) -> dict[str, Any]:
    result = study.results[index]
    key = result_key(study, index)
    anchor = contents.addresses.anchor(key)
    arm = study.arm(result.arm)
    counts = result.counts()
    return {
        "key": key,
        "anchor": anchor,
        "outcome": vocabulary.load("outcome")[result.outcome].label,
        "term": result.term or "",
        "arm": (arm.name or arm.id) if arm else result.arm,
        "value": value_text(result),
        "percent": f"{wording.percent(counts[0] / counts[1])} %" if counts and counts[1] else "",
        "at": time_point_text(result.time_point),
        "details": list(_details(result)),
        "sentence": sentence(study, result.source, result.decision, contents),
        "parts": [
            {
                "anchor": part_anchor(anchor, number),
                "text": f"{part.events} {part.term}",
                "sentence": sentence(study, part.source, part.decision, contents),
            }
            for number, part in enumerate(result.parts, start=1)
        ],
        "uses": contents.uses.get(key, []),
        "left_out": contents.left_out.get(key, []),
    }


def _details(result: Result) -> Iterator[Fact]:
    if result.definition:
        yield "Defined as", result.definition
    if result.population:
        yield "Denominator", vocabulary.load("population")[result.population].label
    if result.derived:
        yield "Not printed, derived", f"{term_label('derivation', result.derived.method)}: {result.derived.steps}"
    if result.narrative_zero:
        yield "A zero in words", result.narrative_zero.scope
    if result.note:
        yield "Note", result.note


def sentence(study: Study, source: Source, decision: Decision | None, contents: Contents) -> dict[str, Any]:
    """Return a quote as the pages show it: a few words around it, where it stands, who took it from there."""
    document = contents.documents.get(source.document or "")
    shown: Quoted = quoted(source, document)
    report = study.report(source.report)
    return {
        "quote": shown,
        "report": source.report,
        "status": report.status if report and report.status != "published" else "",
        "section": source.section or "",
        "link": source_link(report, source.quote),
        "place": f"characters {source.span[0]} to {source.span[1]}" if source.span and source.document else "",
        "hash": (source.document or "")[:12],
        "decision": decision,
    }


def _criterion_text(one: Criterion) -> str:
    low, high = one.minimum, one.maximum
    number = f"{low:g} to {high:g}" if low is not None and high is not None else ""
    number = number or (f"at least {low:g}" if low is not None else f"at most {high:g}" if high is not None else "")
    bound = high if high is not None else low
    plural = "s" if one.unit in vocabulary.load("time-unit") and bound != 1 else ""
    unit = f"× {one.unit}" if (one.unit or "").startswith("10^") else f"{one.unit or ''}{plural}"
    return f"{one.quantity}: {number} {unit}".strip()


def families_of(study: Study, contents: Contents) -> list[dict[str, Any]]:
    """Return the families of a study: their ids, the name and address of each other member, and the reasons."""
    return [
        {
            "id": family.id,
            "others": [
                (study_label(contents.study(one)), contents.addresses.study(one))
                for one in family.studies
                if one != study.study
            ],
            "reasons": family.reasons,
        }
        for family in contents.evidence.families
        if study.study in family.studies
    ]


def appraisals(study: Study, contents: Contents) -> list[dict[str, Any]]:
    """Return the appraisals of a study: tool, rater, and the level of each domain with the words it rests on."""
    tools = vocabulary.load("appraisal-tool")
    found = []
    for one in study.appraisal:
        names = {domain.id: domain.name for domain in tools[one.tool].domains}
        words = {key: sentence(study, source, None, contents) for key, source in one.support.items()}
        answers = [
            (names.get(key, key.replace("-", " ")), level.replace("-", " "), words.get(key))
            for key, level in one.answers.items()
        ]
        said = {"tool": tools[one.tool].label, "by": one.by, "on": one.on or "", "overall": one.overall or ""}
        found.append({**said, "result": one.result or "", "answers": answers})
    return found


def _about(subject: str, study: Study) -> bool:
    return subject == study.study or subject.startswith(f"{study.study}/")
