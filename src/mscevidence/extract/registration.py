"""Registration numbers of a trial, from the identifiers the reader found."""

from __future__ import annotations

from mscevidence.extract.candidates import candidate_at, value_at
from mscevidence.model import Candidate, Document

_NO_REGISTRY = {"doi", "pmid", "pmcid"}


def registrations_in(document: Document) -> tuple[Candidate, ...]:
    """Return a candidate for every registration number."""
    found = []
    for identifier in document.identifiers:
        if identifier.kind in _NO_REGISTRY or identifier.span is None:
            continue
        value = value_at(document, "value", identifier.span, normal=identifier.value)
        found.append(candidate_at(document, "registration", f"registry-{identifier.kind}", identifier.span, [value]))
    return tuple(found)
