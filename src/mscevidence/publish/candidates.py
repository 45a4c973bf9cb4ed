"""A document and its candidates as a page for the terminal, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from mscevidence.effects.rows import scientific
from mscevidence.model import Candidate, Document
from mscevidence.publish.table import as_text as table_text

MAX_QUOTE = 60


def as_text(document: Document, candidates: Sequence[Candidate]) -> str:
    """Return the page that ``mscevidence ingest`` prints: what the document is, then its candidates."""
    rows = [
        {
            "candidate": one.id,
            "kind": one.kind,
            "value": value_text(one),
            "of": of_what(one),
            "arm": one.arm or "",
            "checks": _checks(one),
            "quote": shortened(one.quote),
        }
        for one in candidates
    ]
    lines = [f"{label:<13} {text}" for label, text in _about(document) if text]
    lines += [f"{'note':<13} {note}" for note in document.notes]
    found = table_text(rows, list(rows[0])) if rows else "no candidate value"
    return "\n".join([*lines, "", found])


def as_json(taken: Sequence[tuple[Document, Sequence[Candidate]]]) -> str:
    """Return documents with their candidates as JSON, a list with one object per document."""
    return json.dumps(
        [
            {
                "document": document.model_dump(mode="json", exclude_defaults=True),
                "candidates": [one.model_dump(mode="json", exclude_defaults=True) for one in candidates],
            }
            for document, candidates in taken
        ],
        ensure_ascii=False,
        indent=2,
    )


def of_what(candidate: Candidate) -> str:
    """Return what a candidate counts: the term of the vocabulary; for a part, the words of the text come first."""
    told = (
        (candidate.outcome_text, candidate.outcome)
        if candidate.part_of
        else (candidate.outcome, candidate.outcome_text)
    )
    return told[0] or told[1] or ""


def value_text(candidate: Candidate) -> str:
    """Return the values of a candidate in a few characters: ``13/18 72.2%``, ``1×10⁶ cells/kg every 7 days ×4``."""
    number = {value.role: value.number for value in candidate.values if value.number is not None}
    if "events" in number and "n" in number:
        percent = f" {number['percent']:g}%" if "percent" in number else ""
        return f"{number['events']:g}/{number['n']:g}{percent}"
    if candidate.kind == "dose" and "value" in number:
        return _dose(candidate, number)
    parts = []
    for value in candidate.values:
        shown = scientific(value.number) if value.number is not None else value.text
        parts.append(f"{value.role.replace('-', ' ')} {shown}" + (f" {value.unit}" if value.unit else ""))
    return ", ".join(parts)


def _dose(candidate: Candidate, number: dict[str, float]) -> str:
    unit = next((value.unit for value in candidate.values if value.role == "value"), None)
    parts = [f"{scientific(number['value'])} {unit or ''}".strip()]
    if "interval-days" in number:
        parts.append(f"every {number['interval-days']:g} days")
    if "infusions" in number:
        parts.append(f"×{number['infusions']:g}")
    known = {"value", "interval-days", "infusions"}
    others = [f"{value.role.replace('-', ' ')} {value.text}" for value in candidate.values if value.role not in known]
    return ", ".join([" ".join(parts), *others])


def shortened(text: str, width: int = MAX_QUOTE) -> str:
    """Return one line of text, cut in the middle with an ellipsis when it is longer than `width`."""
    line = " ".join(text.split())
    half = (width - 1) // 2
    return line if len(line) <= width else f"{line[:half]}…{line[-half:]}"


def _checks(candidate: Candidate) -> str:
    failed = [finding.check for finding in candidate.findings if finding.severity != "note"]
    state = candidate.certainty if candidate.certainty != "stated" else ""
    return " ".join([*failed, state]).strip()


def _about(document: Document) -> list[tuple[str, str]]:
    presenting = ", ".join(author.name for author in document.authors if author.presenting)
    return [
        ("title", document.title),
        ("status", document.status),
        ("number", " ".join(filter(None, (document.number, document.meeting and f"({document.meeting})")))),
        ("session", document.session or ""),
        ("date", document.date or ""),
        ("authors", f"{len(document.authors)}, first {document.authors[0].name}" if document.authors else ""),
        ("presenting", presenting),
        ("affiliations", str(len(document.affiliations)) if document.affiliations else ""),
        ("sections", ", ".join(section.name for section in document.sections)),
        ("identifiers", ", ".join(one.value for one in document.identifiers)),
        ("disclosures", shortened(document.disclosures, 100) if document.disclosures else ""),
    ]
