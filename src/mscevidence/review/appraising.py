"""Appraisal: the judgements of one rater with one tool, each with the words of the report that it rests on."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mscevidence import records, vocabulary
from mscevidence.errors import RecordError, UnknownTermError
from mscevidence.model import Document, Study, result_key
from mscevidence.records.writing import commented
from mscevidence.review.entries import list_of
from mscevidence.review.quotes import place_quote, report_of
from mscevidence.review.versions import unchanged
from mscevidence.vocabulary import AppraisalTool

SILENT = frozenset({"no", "unclear", "not-applicable", "cannot-determine", "not-reported", "no-information", "0"})
"""Levels that may rest on what a report does not say, so that there is nothing to quote."""


@dataclasses.dataclass(frozen=True)
class Assessment:
    """What a rater judged: the level of each domain, the quote behind it, and the overall judgement of some tools.

    Attributes:
        tool: the tool, by id or any of its names.
        answers: domain id -> level.
        support: domain id -> quote.
        overall: where the tool has one.
        result: address of the judged result (``study/arm/outcome``), for tools that judge results.
        report: the report that was read; empty where the quotes tell it, or the study has just one.
    """

    tool: str
    answers: Mapping[str, str]
    support: Mapping[str, str] = dataclasses.field(default_factory=dict)
    overall: str = ""
    result: str = ""
    report: str = ""


def appraise(
    path: Path,
    judged: Assessment,
    *,
    documents: Sequence[Document],
    by: str,
    on: str,
    expected: str | None = None,
) -> Study:
    """Write an assessment into the study file and return the study; an earlier one of the same rater is replaced.

    Args:
        path: the study file.
        judged: what was judged.
        documents: the captured documents of the study, in which quotes are looked for; none are when it has none.
        by: initials of the rater.
        on: the date, such as 2026-11-22.
        expected: version of the file that was looked at.

    Raises:
        EditConflictError: the file has another version than expected.
        RecordError: a domain is not judged, a quote is missing or in no document, or it is open which report it is of.
        UnknownTermError: an unknown tool, domain, level, result or report.
    """
    tool = vocabulary.term("appraisal-tool", judged.tool)
    _refuse_wrong_words(tool, judged)
    with unchanged(path, expected):
        study = records.load_study(path)
        _refuse_unknown_result(tool, judged, study)
        entry = _entry(tool, judged, by, on) | _support(tool, judged, study, documents)

        def change(mapping: Any) -> None:
            known = list_of(mapping, "appraisal")
            for index, one in enumerate(known):
                if (one["tool"], one["by"], one.get("result")) == (tool.id, by, entry.get("result")):
                    known[index] = commented(entry)
                    return
            known.append(commented(entry))

        return records.edit_study(path, change)


def _entry(tool: AppraisalTool, judged: Assessment, by: str, on: str) -> dict[str, Any]:
    return {
        "tool": tool.id,
        "by": by,
        "on": on,
        **({"result": judged.result} if tool.unit == "result" else {}),
        "answers": {domain.id: judged.answers[domain.id] for domain in tool.domains},
        **({"overall": judged.overall} if judged.overall else {}),
    }


def _refuse_wrong_words(tool: AppraisalTool, judged: Assessment) -> None:
    domains = [domain.id for domain in tool.domains]
    for name in (*judged.answers, *judged.support):
        if name not in domains:
            raise UnknownTermError(name, kind=f"domain of {tool.id}", choices=domains)
    missing = [domain.name for domain in tool.domains if not judged.answers.get(domain.id)]
    if missing:
        raise RecordError(f"not yet judged: {', '.join(missing)}", hint=f"levels are {', '.join(tool.levels)}")
    for level in judged.answers.values():
        if level not in tool.levels:
            raise UnknownTermError(level, kind=f"level of {tool.id}", choices=tool.levels)
    if judged.overall and judged.overall not in tool.overall:
        raise UnknownTermError(judged.overall, kind=f"overall judgement of {tool.id}", choices=tool.overall)


def _support(
    tool: AppraisalTool, judged: Assessment, study: Study, documents: Sequence[Document]
) -> dict[str, dict[str, Any]]:
    """Return where the words stand that each judgement rests on, under the key ``support``; nothing without quotes."""
    reports = {report.id: report.documents for report in study.reports}
    if judged.report and judged.report not in reports:
        raise UnknownTermError(judged.report, kind=f"report of {study.study}", choices=reports)
    captured = [one for one in documents if not judged.report or one.sha256 in reports[judged.report]]
    found = {}
    for domain in tool.domains:
        quote, level = judged.support.get(domain.id, "").strip(), judged.answers[domain.id]
        if quote:
            found[domain.id] = _source(domain.name, quote, captured, judged.report, reports)
        elif level not in SILENT:
            raise RecordError(
                f"{domain.name}: {level} has no quote", hint="copy the words of the report that the judgement rests on"
            )
    return {"support": found} if found else {}


def _source(
    domain: str, quote: str, captured: Sequence[Document], report: str, reports: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    place = place_quote(quote, captured)
    if captured and not place:
        raise RecordError(
            f"{domain}: the quote is in no captured document of the study",
            hint="copy the words as they stand in the text",
        )
    known = report or (report_of(place["document"], reports) if place else "")
    if not known and len(reports) > 1:
        raise RecordError(f"{domain}: which report says so?", key="report", hint=f"one of {', '.join(reports)}")
    return {"report": known or next(iter(reports)), "quote": " ".join(quote.split()), **place}


def _refuse_unknown_result(tool: AppraisalTool, judged: Assessment, study: Study) -> None:
    known = result_addresses(study)
    if tool.unit == "result" and judged.result not in known:
        raise UnknownTermError(judged.result, kind=f"result of {study.study}", choices=known)


def result_addresses(study: Study) -> tuple[str, ...]:
    """Return the addresses of the results of a study, in the order of the file."""
    return tuple(result_key(study, index) for index in range(len(study.results)))
