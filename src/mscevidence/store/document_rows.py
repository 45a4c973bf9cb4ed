"""Captured documents, the candidates proposed from them and what the checks say, as rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mscevidence.model import Candidate, Document, Finding, Study
from mscevidence.store.rows import Row, as_json, candidate_key, span, truth

PLAIN = (
    "sha256", "name", "title", "format", "reader", "status", "kind", "number", "meeting", "program", "presentation",
    "session", "date", "date_text", "journal", "url", "retrieved", "disclosures", "off_label_disclosure", "text",
)  # fmt: skip
"""The fields of a document that are columns as they are."""


def document_rows(document: Document) -> Iterator[Row]:
    """Yield a captured document with its sections, authors, affiliations and identifiers."""
    lists = {"topics": as_json(document.topics), "notes": as_json(document.notes)}
    yield ("documents", {"captured": 1, **{name: getattr(document, name) for name in PLAIN}, **lists})
    key = document.sha256
    for position, section in enumerate(document.sections, 1):
        yield ("sections", {"document": key, "position": position, "name": section.name, **span(section.span)})
    for position, author in enumerate(document.authors, 1):
        values = {
            "name": author.name,
            "degrees": as_json(author.degrees),
            "affiliations": as_json(author.affiliations),
            "presenting": truth(author.presenting),
            "member": truth(author.member),
        }
        yield ("authors", {"document": key, "position": position, **values})
    for label, text in document.affiliations.items():
        yield ("affiliations", {"document": key, "label": label, "text": text})
    for position, identifier in enumerate(document.identifiers, 1):
        values = {"kind": identifier.kind, "value": identifier.value, **span(identifier.span)}
        yield ("identifiers", {"document": key, "position": position, **values})
        if identifier.span is not None:
            subject = f"{identifier.kind}:{identifier.value}"
            yield _span(key, identifier.span, what="identifier", subject=subject, quote=None)


def cited_but_not_captured(
    documents: Iterable[Document], studies: Iterable[Study], candidates: Iterable[Candidate]
) -> Iterator[Row]:
    """Yield a row without text for every document that is pointed at but was not captured here."""
    seen = {document.sha256 for document in documents}
    for cited in _cited(studies, candidates):
        if cited not in seen:
            seen.add(cited)
            yield ("documents", {"captured": 0, **dict.fromkeys(PLAIN), "sha256": cited, "topics": "[]", "notes": "[]"})


def _cited(studies: Iterable[Study], candidates: Iterable[Candidate]) -> Iterator[str]:
    for study in studies:
        for report in study.reports:
            yield from report.documents
        sources = [result.source for result in study.results]
        sources += [criterion.source for criterion in study.criteria]
        sources += [part.source for result in study.results for part in result.parts]
        sources += [found for judged in study.appraisal for found in judged.support.values()]
        yield from (source.document for source in sources if source.document is not None)
        yield from (verdict.document for verdict in study.verdicts)
    for candidate in candidates:
        yield candidate.document


def candidate_rows(candidate: Candidate) -> Iterator[Row]:
    """Yield a candidate with its values, its spans and the findings it carries."""
    key = candidate_key(candidate.document, candidate.id)
    yield (
        "candidates",
        {
            "id": key,
            "document": candidate.document,
            "candidate": candidate.id,
            "kind": candidate.kind,
            "rule": candidate.rule,
            **span(candidate.span),
            "quote": candidate.quote,
            "section": candidate.section,
            "arm": candidate.arm,
            **span(candidate.arm_span, prefix="arm_"),
            "outcome": candidate.outcome,
            "outcome_text": candidate.outcome_text,
            **span(candidate.outcome_span, prefix="outcome_"),
            "time_point": candidate.time_point,
            "population": candidate.population,
            "certainty": candidate.certainty,
            "part_of": candidate_key(candidate.document, candidate.part_of) if candidate.part_of else None,
        },
    )
    yield _span(candidate.document, candidate.span, what="candidate", subject=key, quote=candidate.quote)
    for again in candidate.also_at:
        yield _span(candidate.document, again, what="candidate said again", subject=key, quote=None)
    for position, value in enumerate(candidate.values, 1):
        values = value.model_dump(include={"role", "text", "number", "unit", "normal"})
        place = {"candidate": key, "position": position, "derived": int(value.derived)}
        yield ("candidate_values", {**place, **values, **span(value.span)})
        if value.span is not None:
            subject = f"{key}#{position}"
            yield _span(candidate.document, value.span, what="candidate value", subject=subject, quote=value.text)


def finding_rows(findings: Sequence[Finding], candidates: Iterable[Candidate]) -> Iterator[Row]:
    """Yield what the checks say of records, then what they say of each candidate."""
    for finding in findings:
        yield _finding(finding, None)
    for candidate in candidates:
        for finding in candidate.findings:
            yield _finding(finding, candidate_key(candidate.document, candidate.id))


def _finding(finding: Finding, candidate: str | None) -> Row:
    values = finding.model_dump(exclude={"check"})
    return ("findings", {"check_id": finding.check, "candidate": candidate, **values})


def _span(document: str, place: tuple[int, int], *, what: str, subject: str, quote: str | None) -> Row:
    return ("spans", {"document": document, "what": what, "subject": subject, "quote": quote, **span(place)})
