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
    """

    tool: str
    answers: Mapping[str, str]
    support: Mapping[str, str] = dataclasses.field(default_factory=dict)
    overall: str = ""
    result: str = ""


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
        RecordError: a domain is not judged, a quote is missing or in no document.
        UnknownTermError: an unknown tool, domain, level or result.
    """
    tool = vocabulary.term("appraisal-tool", judged.tool)
    _refuse_wrong_words(tool, judged)
    _refuse_wrong_quotes(tool, judged, documents)
    with unchanged(path, expected):
        study = records.load_study(path)
        _refuse_unknown_result(tool, judged, study)
        entry = _entry(tool, judged, by, on)

        def change(mapping: Any) -> None:
            known = list_of(mapping, "appraisal")
            for index, one in enumerate(known):
                if (one["tool"], one["by"], one.get("result")) == (tool.id, by, entry.get("result")):
                    known[index] = commented(entry)
                    return
            known.append(commented(entry))

        return records.edit_study(path, change)


def _entry(tool: AppraisalTool, judged: Assessment, by: str, on: str) -> dict[str, Any]:
    domains = [domain.id for domain in tool.domains]
    support = {name: " ".join(judged.support[name].split()) for name in domains if judged.support.get(name, "").strip()}
    return {
        "tool": tool.id,
        "by": by,
        "on": on,
        **({"result": judged.result} if tool.unit == "result" else {}),
        "answers": {name: judged.answers[name] for name in domains},
        **({"overall": judged.overall} if judged.overall else {}),
        **({"support": support} if support else {}),
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


def _refuse_wrong_quotes(tool: AppraisalTool, judged: Assessment, documents: Sequence[Document]) -> None:
    texts = [_folded(document.text) for document in documents]
    for domain in tool.domains:
        quote = _folded(judged.support.get(domain.id, ""))
        level = judged.answers[domain.id]
        if not quote and level not in SILENT:
            raise RecordError(
                f"{domain.name}: {level} has no quote", hint="copy the words of the report that the judgement rests on"
            )
        if quote and texts and not any(quote in text for text in texts):
            raise RecordError(
                f"{domain.name}: the quote is in no captured document of the study",
                hint="copy the words as they stand in the text",
            )


def _refuse_unknown_result(tool: AppraisalTool, judged: Assessment, study: Study) -> None:
    known = result_addresses(study)
    if tool.unit == "result" and judged.result not in known:
        raise UnknownTermError(judged.result, kind=f"result of {study.study}", choices=known)


def result_addresses(study: Study) -> tuple[str, ...]:
    """Return the addresses of the results of a study, in the order of the file."""
    return tuple(result_key(study, index) for index in range(len(study.results)))


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
