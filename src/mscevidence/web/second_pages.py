"""Two extractors side by side and the settling of their differences; the appraisal of a study with a tool."""

from __future__ import annotations

from typing import Any

from datasette.utils.asgi import Response

from mscevidence import records, review, vocabulary
from mscevidence.errors import RecordError, UnknownTermError
from mscevidence.model import Study
from mscevidence.records.reading import file_name
from mscevidence.review.appraising import SILENT
from mscevidence.screening.agreement import cohen_kappa
from mscevidence.web.access import Visit, for_reviewers


@for_reviewers
async def differences_page(visit: Visit) -> Response:
    """Return where two extractors differ and their agreement, or write what was settled."""
    if not visit.writes:
        return await visit.page("room-differences.html", await visit.work(_differences, visit))
    try:
        await visit.work(_settle, visit)
    except RecordError as error:
        told = {"error": error.message, "hint": error.hint, "filled": visit.form}
        facts = {**await visit.work(_differences, visit), **told}
        return await visit.page("room-differences.html", facts, status=400)
    visit.room.changed()
    return visit.redirect(f"/differences/{visit.part('study')}/{visit.part('second')}")


def _both(visit: Visit) -> tuple[Study, Study]:
    folder = visit.room.project.extracted
    first = visit.room.known().study(visit.part("study"))
    path = review.second_file(folder, first.study, visit.part("second"))
    if not path.exists():
        known = review.second_files(folder).get(first.study, {})
        raise UnknownTermError(visit.part("second"), kind=f"second extractor of {first.study}", choices=known)
    return first, records.load_study(path)


def _differences(visit: Visit) -> dict[str, Any]:
    first, second = _both(visit)
    agreement = []
    for field, pairs in review.agreed_pairs(first, second).items():
        kappa, error = cohen_kappa(pairs)
        same = sum(one == other for one, other in pairs)
        agreement.append({"field": field, "pairs": len(pairs), "same": same, "kappa": kappa, "error": error})
    path = visit.room.project.extracted / file_name(first.study)
    return {
        "study": first,
        "extractors": (_who(first), visit.part("second")),
        "rows": review.open_differences(first, second),
        "agreement": agreement,
        "settled": first.adjudications,
        "version": review.version_of(path),
    }


def _who(study: Study) -> str:
    """Return who extracted a record, going by its decisions."""
    return ", ".join(dict.fromkeys(one.decision.by for one in study.results)) or "record"


def _settle(visit: Visit) -> None:
    first, second = _both(visit)
    chosen = {}
    for one in review.open_differences(first, second):
        taken = visit.form.get(f"take.{one.place}", "")
        if taken:
            reason = visit.form.get(f"reason.{one.place}", "").strip()
            chosen[one.place] = review.Settlement(one.place, taken, reason)  # type: ignore[arg-type]
    if not chosen:
        raise RecordError("nothing is settled", hint="choose whose value holds, and say why")
    review.adjudicate(
        visit.room.project.extracted / file_name(first.study),
        second,
        chosen,
        extractors=(_who(first), visit.part("second")),
        by=visit.reviewer,
        on=visit.room.today(),
        expected=visit.form.get("version", ""),
    )


@for_reviewers
async def appraisal_page(visit: Visit) -> Response:
    """Return the form of an appraisal tool for a study, or write the judgements."""
    if not visit.writes:
        return await visit.page("room-appraisal.html", await visit.work(_appraisal, visit, {}))
    try:
        await visit.work(_appraise, visit)
    except (RecordError, UnknownTermError) as error:
        told = {"error": error.message, "hint": error.hint}
        facts = {**await visit.work(_appraisal, visit, visit.form), **told}
        return await visit.page("room-appraisal.html", facts, status=400)
    visit.room.changed()
    return visit.redirect(f"/study/{visit.part('study')}#appraisal")


def _appraisal(visit: Visit, form: dict[str, str]) -> dict[str, Any]:
    study = visit.room.known().study(visit.part("study"))
    tool = vocabulary.term("appraisal-tool", visit.part("tool"))
    result = form.get("result") or visit.asked("result")
    mine = [one for one in study.appraisal if (one.tool, one.by) == (tool.id, visit.reviewer)]
    before = next((one for one in mine if not result or one.result == result), None)
    answers = before.answers if before else {}
    support = before.support if before else {}
    domains = [
        {
            "id": domain.id,
            "name": domain.name,
            "level": form.get(f"answer.{domain.id}", answers.get(domain.id, "")),
            "quote": form.get(f"support.{domain.id}", support[domain.id].quote if domain.id in support else ""),
        }
        for domain in tool.domains
    ]
    path = visit.room.project.extracted / file_name(study.study)
    return {
        "study": study,
        "tool": tool,
        "domains": domains,
        "overall": form.get("overall", before.overall if before else ""),
        "result": result or (before.result if before else ""),
        "addresses": review.result_addresses(study),
        "documents": visit.room.documents_of(study),
        "report": form.get("report", ""),
        "silent": [level.replace("-", " ") for level in tool.levels if level in SILENT],
        "version": form.get("version") or review.version_of(path),
    }


def _appraise(visit: Visit) -> None:
    study = visit.room.known().study(visit.part("study"))
    tool = vocabulary.term("appraisal-tool", visit.part("tool"))

    def told(lead: str) -> dict[str, str]:
        found = {domain.id: visit.form.get(f"{lead}.{domain.id}", "").strip() for domain in tool.domains}
        return {name: text for name, text in found.items() if text}

    judged = review.Assessment(
        tool=tool.id,
        answers=told("answer"),
        support=told("support"),
        overall=visit.form.get("overall", ""),
        result=visit.form.get("result", ""),
        report=visit.form.get("report", ""),
    )
    review.appraise(
        visit.room.project.extracted / file_name(study.study),
        judged,
        documents=visit.room.documents_of(study),
        by=visit.reviewer,
        on=visit.room.today(),
        expected=visit.form.get("version", ""),
    )
