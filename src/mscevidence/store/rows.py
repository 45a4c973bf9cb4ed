"""What the row makers share: a row is a table name and its values; absence is told the same way everywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from mscevidence.model import NOT_REPORTED, Decision, Source, Span

Row = tuple[str, dict[str, Any]]
"""A table and the values of one row in it."""


def states(owner: BaseModel | None, *fields: str) -> dict[str, Any]:
    """Return each number with its ``<field>_state``: reported, not-reported or not-extracted.

    A number column cannot hold the word ``not-reported``, and NULL alone would not tell "the source does not say" from
    "nobody has looked".
    """
    values: dict[str, Any] = {}
    for field in fields:
        value = getattr(owner, field, None)
        unreported = value == NOT_REPORTED
        values[field] = None if unreported else value
        values[f"{field}_state"] = NOT_REPORTED if unreported else "not-extracted" if value is None else "reported"
    return values


def span(place: Span | None, *, prefix: str = "") -> dict[str, int | None]:
    """Return the two columns of a span, empty when there is none."""
    start, end = place if place is not None else (None, None)
    return {f"{prefix}span_start": start, f"{prefix}span_end": end}


def source(study: str, found: Source) -> dict[str, Any]:
    """Return the columns that say where a number was read."""
    return {
        "report": report_key(study, found.report),
        "quote": found.quote,
        "section": found.section,
        "document": found.document,
        **span(found.span),
    }


def source_span(study_source: Source, *, what: str, subject: str) -> list[Row]:
    """Return the span of a source as a row, none when the document was not captured."""
    if study_source.document is None or study_source.span is None:
        return []
    values = {"document": study_source.document, "what": what, "subject": subject, "quote": study_source.quote}
    return [("spans", {**values, **span(study_source.span)})]


def decision(study: str, made: Decision, found: Source, *, what: str, subject: str) -> Row:
    """Return the decision that let a value into a record; it is corrected when the reviewer says what was changed."""
    return (
        "decisions",
        {
            "id": decision_key(what, subject),
            "study": study,
            "what": what,
            "subject": subject,
            "verdict": "accepted" if made.corrected is None else "corrected",
            "decided_by": made.by,
            "decided_on": made.on,
            "origin": made.origin,
            "corrected": made.corrected,
            "reason": made.reason,
            "quote": found.quote,
            "report": found.report,
            "document": found.document,
        },
    )


def report_key(study: str, report: str) -> str:
    """Return the key of a report, unique over all studies."""
    return f"{study}/{report}"


def arm_key(study: str, arm: str) -> str:
    """Return the key of an arm, unique over all studies."""
    return f"{study}/{arm}"


def candidate_key(document: str, candidate: str) -> str:
    """Return the key of a candidate: its own id is unique in its document only."""
    return f"{document[:12]}/{candidate}"


def decision_key(what: str, subject: str) -> str:
    """Return the key of a decision."""
    return f"{what}:{subject}"


def as_json(value: Mapping[str, Any] | tuple[Any, ...] | list[Any]) -> str:
    """Return the JSON of a list or table, in its own order and readable characters."""
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def truth(value: bool | None) -> int | None:
    """Return 1, 0 or None."""
    return None if value is None else int(value)
