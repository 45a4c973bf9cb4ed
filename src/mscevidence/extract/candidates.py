"""How a candidate is made: its quote is the text at its span, and its id says rule and place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mscevidence.model import Candidate, CandidateKind, Document, Span, Value


def value_at(document: Document, role: str, span: Span, number: float | None = None, **more: Any) -> Value:
    """Return a value whose raw words stand at a span of the text."""
    return Value(role=role, text=document.text[slice(*span)], span=span, number=number, **more)


def candidate_at(
    document: Document, kind: CandidateKind, rule: str, span: Span, values: Iterable[Value], **more: Any
) -> Candidate:
    """Return a candidate whose quote stands at a span of the text."""
    return Candidate(
        id=f"{rule}@{span[0]}",
        document=document.sha256,
        kind=kind,
        rule=rule,
        span=span,
        quote=document.text[slice(*span)],
        section=document.section_at(span[0]),
        values=tuple(values),
        **more,
    )


def said_again(candidate: Candidate, place: Span) -> Candidate:
    """Return a candidate with one more place that says the same, unless it is one that it has."""
    start, end = place
    known = (candidate.span, *candidate.also_at)
    if any(start < until and begin < end for begin, until in known):
        return candidate
    return candidate.model_copy(update={"also_at": tuple(sorted((*candidate.also_at, place)))})


def hull(spans: Iterable[Span | None]) -> Span:
    """Return the smallest span that covers some spans."""
    known = [span for span in spans if span is not None]
    return min(start for start, _ in known), max(end for _, end in known)


def in_order(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Return candidates in order of place, with ids that are unique."""
    ordered = sorted(candidates, key=lambda c: (c.span, c.kind, c.rule, c.arm or "", c.outcome or ""))
    seen: dict[str, int] = {}
    result: list[Candidate] = []
    for candidate in ordered:
        seen[candidate.id] = seen.get(candidate.id, 0) + 1
        new = candidate.id if seen[candidate.id] == 1 else f"{candidate.id}-{seen[candidate.id]}"
        result.append(candidate.model_copy(update={"id": new}) if new != candidate.id else candidate)
    return tuple(result)
