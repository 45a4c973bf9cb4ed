"""Pages of one study file: what is in it, and the forms that fill it in by hand."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Any

from datasette.utils.asgi import Response

from mscevidence import records, vocabulary
from mscevidence.errors import RecordError, UnknownTermError
from mscevidence.model import Study
from mscevidence.records.reading import file_name
from mscevidence.review.appraising import result_addresses
from mscevidence.review.extractors import second_files
from mscevidence.review.manual_entry import Filled, Part, enter
from mscevidence.review.versions import NEW, version_of
from mscevidence.web.access import Visit, for_reviewers
from mscevidence.web.forms import MODELS, TITLES, Field, fields, plain_values, shown_values

_FILE = re.compile(r"[a-z0-9][a-z0-9_()-]{0,119}")
PARTS: dict[str, Part] = {"study": "study", "reports": "reports", "arms": "arms", "results": "results"}


@for_reviewers
async def study_page(visit: Visit) -> Response:
    """Return what is in a study file, with a way to change each part."""
    return await visit.page("room-study.html", await visit.work(_study_facts, visit))


def _study_facts(visit: Visit) -> dict[str, Any]:
    study = visit.room.known().study(visit.part("study"))
    others = second_files(visit.room.project.extracted).get(study.study, {})
    tools = vocabulary.load("appraisal-tool")
    return {
        "study": study,
        "addresses": result_addresses(study),
        "seconds": sorted(others),
        "tools": list(tools.values()),
        "suitable": [tool.id for tool in tools.values() if study.design in tool.suits],
        "labels": {tool.id: tool.label for tool in tools.values()},
        "domains": {tool.id: {domain.id: domain.name for domain in tool.domains} for tool in tools.values()},
        "documents": visit.room.documents_of(study),
        "outcomes": list(dict.fromkeys(one.outcome for one in study.results)),
    }


@for_reviewers
async def form_page(visit: Visit) -> Response:
    """Return the form of one part of a study file, or write what was filled in."""
    study, part, index = await visit.work(_target, visit)
    path = visit.room.project.extracted / file_name(study.study)
    problems: Sequence[RecordError] = ()
    shown = shown_values(part, study, index)
    if visit.writes:
        shown = visit.form
        values = plain_values(part, visit.form)
        if part == "study":
            values.pop("study", None)
        documents = await visit.work(visit.room.documents_of, study)
        filled = Filled(part, values, index)
        expected = visit.form.get("version", "")
        problems = await visit.work(
            enter, path, filled, documents=documents, by=visit.reviewer, on=visit.room.today(), expected=expected
        )
        if not problems:
            visit.room.changed()
            return visit.redirect(f"/study/{study.study}")
    title = f"{TITLES[part]} of {study.study}"
    facts = {"title": title, "groups": [_group("", _of_study(part, study), shown, problems)], "back": study.study}
    facts |= {"version": visit.form.get("version") or version_of(path), "loose": _loose(problems, fields(part))}
    return await visit.page("room-form.html", facts, status=400 if problems else 200)


def _target(visit: Visit) -> tuple[Study, Part, int | None]:
    """Return the study, the part and the entry that an address names."""
    study = visit.room.known().study(visit.part("study"))
    part, which = visit.part("part"), visit.part("index")
    if part not in PARTS:
        raise UnknownTermError(part, kind="part of a study file", choices=MODELS)
    if part == "study" or which == "new":
        return study, PARTS[part], None
    entries = getattr(study, part)
    if not 1 <= int(which) <= len(entries):
        raise UnknownTermError(which, kind=f"entry of {part}", choices=[str(n + 1) for n in range(len(entries))])
    return study, PARTS[part], int(which) - 1


@for_reviewers
async def new_study_page(visit: Visit) -> Response:
    """Return the form of a new study with its first report, or write it."""
    problems: list[RecordError] = []
    if visit.writes:
        problems = await visit.work(_begin, visit)
        if not problems:
            visit.room.changed()
            return visit.redirect(f"/study/{visit.form['study'].strip()}")
    groups = [
        _group("", fields("study"), visit.form, problems),
        _group("reports.1.", fields("reports"), visit.form, problems, legend="First report"),
    ]
    known = [Field(f"reports.1.{field.name}", "text") for field in fields("reports")]
    facts: dict[str, Any] = {"title": "New study", "groups": groups, "version": NEW, "back": ""}
    facts["loose"] = _loose(problems, (*fields("study"), *known))
    return await visit.page("room-form.html", facts, status=400 if problems else 200)


def _begin(visit: Visit) -> list[RecordError]:
    name = visit.form.get("study", "").strip()
    if not _FILE.fullmatch(name):
        return [RecordError("study: the id names the file", key="study", hint="use lower-case letters, digits and -")]
    values = plain_values("study", visit.form)
    values["reports"] = [{key: value for key, value in _report(visit).items() if value is not None}]
    filled = Filled("study", {key: value for key, value in values.items() if value is not None})
    path = visit.room.project.extracted / file_name(name)
    return list(enter(path, filled, documents=(), by=visit.reviewer, on=visit.room.today(), expected=NEW))


def _report(visit: Visit) -> dict[str, Any]:
    return plain_values("reports", visit.form, lead="reports.1.")


def _of_study(part: Part, study: Study) -> list[Field]:
    """Return the fields of a form; arms and reports are chosen from those of the study."""
    arms = tuple((arm.id, arm.name or "") for arm in study.arms)
    reports = tuple((report.id, report.title or "") for report in study.reports)
    own = {"arm": arms, "source.report": reports} if part == "results" else {}
    shown = [field for field in fields(part) if not (part == "study" and field.name == "study")]
    return [
        dataclasses.replace(field, kind="choice", choices=own[field.name]) if field.name in own else field
        for field in shown
    ]


def _group(
    lead: str, chosen: Sequence[Field], shown: Any, problems: Sequence[RecordError], *, legend: str = ""
) -> dict[str, Any]:
    wrong = {problem.key: problem for problem in problems}
    rows = []
    for field in chosen:
        name = f"{lead}{field.name}"
        problem = wrong.get(name)
        value = shown.get(name, "")
        missing = field.kind == "choice" and value and value not in [word for word, _ in field.choices]
        choices = (*field.choices, (value, "")) if missing else field.choices
        rows.append({"field": field, "name": name, "value": value, "problem": problem, "choices": choices})
    return {"legend": legend, "rows": rows}


def _loose(problems: Sequence[RecordError], known: Sequence[Field]) -> list[RecordError]:
    """Return the problems that are about no field of the form."""
    names = {field.name for field in known}
    return [problem for problem in problems if problem.key not in names]


@for_reviewers
async def forest_page(visit: Visit) -> Response:
    """Return the forest plot of an outcome as the records are now, in a page."""
    outcome = vocabulary.term("outcome", visit.part("outcome"))
    pooled = await visit.work(_pooled, visit, outcome.id)
    facts = {"outcome": outcome, "title": pooled.title, "rows": pooled.overall.rows}
    return await visit.page("room-forest.html", facts)


@for_reviewers
async def forest_figure(visit: Visit) -> Response:
    """Return the forest plot of an outcome as SVG."""
    outcome = vocabulary.term("outcome", visit.part("outcome"))
    drawn = await visit.work(_drawn, visit, outcome.id)
    return Response(drawn.decode(), content_type="image/svg+xml; charset=utf-8", headers={"Cache-Control": "no-store"})


def _pooled(visit: Visit, outcome: str) -> Any:
    from mscevidence import identify, protocol, synthesis

    studies = visit.room.known().studies
    decisions = records.load_decisions(visit.room.project.extracted)
    families = identify.link(studies, decisions=decisions).families
    return synthesis.pool(studies, families, protocol.question_from({"outcome": outcome}, place="options"))


def _drawn(visit: Visit, outcome: str) -> bytes:
    from mscevidence.publish.figure import figure_bytes
    from mscevidence.publish.forest import describe, draw_forest

    pooled = _pooled(visit, outcome)
    return figure_bytes(draw_forest(pooled), "svg", title=pooled.title, description=describe(pooled))
