"""Entry by hand: the fields of a study, report, arm or result as a form gives them, validated before it is written."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from mscevidence import check, records
from mscevidence.errors import RecordError
from mscevidence.model import Document, Finding, Study
from mscevidence.records.reading import examine_value
from mscevidence.records.writing import commented
from mscevidence.records.yaml_nodes import Located, dotted
from mscevidence.review.entries import put
from mscevidence.review.quotes import place_quote
from mscevidence.review.selections import PERSON
from mscevidence.review.versions import unchanged

Part = Literal["study", "reports", "arms", "results"]


@dataclasses.dataclass(frozen=True)
class Filled:
    """A filled-in form.

    Attributes:
        part: which part of the record it is about.
        values: the keys of that part; None takes a key away, keys that are not named stay as they are.
        index: which report, arm or result is changed, counted from 0; None adds one.
    """

    part: Part
    values: Mapping[str, Any]
    index: int | None = None


def enter(
    path: Path,
    filled: Filled,
    *,
    documents: Sequence[Document],
    by: str,
    on: str,
    expected: str | None = None,
) -> tuple[RecordError, ...]:
    """Write a filled-in form into a study file; return what is wrong, each with its key, when nothing was written.

    The quote of a result is looked for in the captured documents of the study; its place is stored where it is found.

    Raises:
        EditConflictError: the file has another version than expected.
        RecordError: the file is wrong before the change.
        WriteError: the file cannot be written.
    """
    with unchanged(path, expected):
        before = records.load_study(path) if path.exists() else None
        if filled.part == "results":
            problem, filled = _with_source(filled, documents, before, by, on)
            if problem is not None:
                return (problem,)
        after: dict[str, Any] = _dumped(before) if before is not None else {}
        _apply(after, filled)
        study, problems = examine_value(Located(after, {}), file="")
        if study is None:
            return tuple(_relative(problem, filled, after) for problem in problems)
        wrong = _new_errors(before, study, documents)
        if wrong:
            return wrong
        if before is None:
            records.write_study(study, path)
        else:
            records.edit_study(path, lambda mapping: _apply(mapping, filled))
    return ()


def _apply(study: Any, filled: Filled) -> None:
    if filled.part == "study":
        for key, value in filled.values.items():
            _put_or_take(study, key, value, top=True)
        return
    if not study.get(filled.part):
        if hasattr(study, "insert"):
            put(study, filled.part, commented([]))
        else:
            study[filled.part] = []
    entries = study[filled.part]
    if filled.index is None:
        entries.append(commented({key: value for key, value in filled.values.items() if value is not None}))
        return
    for key, value in filled.values.items():
        _put_or_take(entries[filled.index], key, value)


def _put_or_take(mapping: Any, key: str, value: Any, *, top: bool = False) -> None:
    if value is None:
        mapping.pop(key, None)
    elif top and hasattr(mapping, "insert"):
        put(mapping, key, commented(value, key=key))
    else:
        mapping[key] = commented(value, key=key)


def _with_source(
    filled: Filled, documents: Sequence[Document], study: Study | None, by: str, on: str
) -> tuple[RecordError | None, Filled]:
    """Return the form with the place of its quote and the decision, or what is wrong with the quote."""
    values = dict(filled.values)
    source = {key: value for key, value in (values.get("source") or {}).items() if value is not None}
    report = study.report(str(source.get("report"))) if study is not None else None
    captured = [document for document in documents if report is not None and document.sha256 in report.documents]
    quote = str(source.get("quote") or "")
    place = place_quote(quote, captured)
    if captured and quote and not place:
        problem = RecordError(
            "the quote is not in the captured document of this report",
            key="source.quote",
            hint="copy the words as they stand in the text",
        )
        return problem, filled
    values["source"] = source | place
    values["decision"] = {"by": by, "on": on, "from": PERSON}
    return None, dataclasses.replace(filled, values=values)


def _relative(problem: RecordError, filled: Filled, after: Mapping[str, Any]) -> RecordError:
    """Return a problem whose key counts from the form, where it is about the form."""
    place = (filled.part, filled.index if filled.index is not None else len(after.get(filled.part) or ()) - 1, "")
    lead = dotted(place)
    if filled.part != "study" and problem.key.startswith(lead):
        key = problem.key.removeprefix(lead)
        message = problem.message.replace(problem.key, key)
        return RecordError(message, hint=problem.hint, key=key, found=problem.found, expected=problem.expected)
    return problem


def _new_errors(before: Study | None, after: Study, documents: Sequence[Document]) -> tuple[RecordError, ...]:
    """Return the errors of the checks that the record did not have before."""
    known = {document.sha256: document for document in documents}
    old = {(one.check, one.subject) for one in _findings(before, known)} if before is not None else set()
    new = [one for one in _findings(after, known) if (one.check, one.subject) not in old]
    return tuple(RecordError(one.sentence, key=_field_of(one), hint="the record was not changed") for one in new)


def _findings(study: Study, documents: Mapping[str, Document]) -> list[Finding]:
    every = (*check.check_study(study), *check.check_provenance(study, documents))
    return [one for one in every if one.severity == "error"]


def _field_of(finding: Finding) -> str:
    by_check = {"number-in-quote": "events", "events-within-n": "events", "arm-exists": "arm", "ids-unique": "id"}
    return by_check.get(finding.check, "source.quote" if finding.check == "quote-in-document" else "")


def _dumped(study: Study) -> dict[str, Any]:
    return study.model_dump(by_alias=True, exclude_defaults=True, exclude_none=True, mode="json")
