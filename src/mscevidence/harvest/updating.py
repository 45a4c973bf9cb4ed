"""Living: what a new round of the saved searches brought, what it changed, and which analyses that touches."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal

from mscevidence.documents import DocumentLibrary
from mscevidence.identify import match
from mscevidence.model import Document, Report, SearchRun, Study
from mscevidence.screening import Record

ChangeKind = Literal["retracted", "corrected", "expression-of-concern", "results-posted", "new-report"]

NOTICES: dict[str, ChangeKind] = {
    "retracted-by": "retracted",
    "expression-of-concern-by": "expression-of-concern",
    "corrected-by": "corrected",
}
"""Notices that change the standing of a report, the gravest first."""

_OF_OTHERS: dict[str, ChangeKind] = {
    "retraction-of": "retracted",
    "expression-of-concern-for": "expression-of-concern",
    "erratum-for": "corrected",
}
"""What a notice with a record of its own says of the report that it names."""

_WORDS = {"retracted": "is retracted", "corrected": "has a correction"}


@dataclasses.dataclass(frozen=True)
class Change:
    """Something a record says about a study of the review that its study file does not know.

    Attributes:
        kind: what happened.
        study: the study it happened to.
        report: the report it happened to; of a new report its proposed id.
        sentence: it in words.
        document: the hash of the record that says so.
    """

    kind: ChangeKind
    study: str
    report: str
    sentence: str
    document: str


def since_of(runs: Sequence[SearchRun], search: str, source: str) -> date | None:
    """Return the day of the last finished run of a saved search, from which the next one begins; None for the first.

    That day is searched again: what came in after the run of that day would be missed otherwise.
    """
    days = [run.started[:10] for run in runs if (run.search, run.source) == (search, source) and run.finished]
    return date.fromisoformat(max(days)) if days else None


def documents_of(library: DocumentLibrary, runs: Iterable[SearchRun]) -> Iterator[Document]:
    """Yield the documents that some runs found."""
    for run in runs:
        for sha256 in run.files:
            yield from library.file(sha256)


def new_records(records: Sequence[Record], known: frozenset[str]) -> tuple[Record, ...]:
    """Return the reports of which no record was known before."""
    return tuple(record for record in records if not record.members & known)


def changes(documents: Iterable[Document], studies: Sequence[Study]) -> tuple[Change, ...]:
    """Return what records say of the studies of a review that their files do not know, each thing once."""
    found: dict[tuple[str, str, str], Change] = {}
    for document in documents:
        for one in (*_changes_of(document, studies), *_told_of_others(document, studies)):
            found.setdefault((one.kind, one.study, one.report), one)
    return tuple(found.values())


def _changes_of(document: Document, studies: Sequence[Study]) -> Iterator[Change]:
    where = match(document, studies)
    if not where.known_study:
        return
    study = next(one for one in studies if one.study == where.study)
    report = study.report(where.report) if where.known_report else None
    if document.posted and not _knows_results(study):
        sentence = f"{where.study}: the registry has posted results ({len(document.posted)} numbers)"
        yield Change("results-posted", where.study, where.report, sentence, document.sha256)
    if report is None:
        if not document.kind.startswith("registry") and not any(one.kind in _OF_OTHERS for one in document.notices):
            sentence = f"{where.study}: a report the study file does not name: {document.title}"
            yield Change("new-report", where.study, where.report, sentence, document.sha256)
        return
    yield from _changed(document, study, report, _standing(document))


def _told_of_others(document: Document, studies: Sequence[Study]) -> Iterator[Change]:
    """Yield what a retraction or correction that is a record of its own says of reports of the review."""
    for notice in document.notices:
        named = {(one.kind, one.value.casefold()) for one in notice.identifiers}
        for study in studies if notice.kind in _OF_OTHERS else ():
            for report in study.reports:
                if {("pmid", report.pmid or ""), ("doi", (report.doi or "").casefold())} & named:
                    yield from _changed(document, study, report, _OF_OTHERS[notice.kind])


def _changed(document: Document, study: Study, report: Report, kind: ChangeKind | None) -> Iterator[Change]:
    if kind is not None and report.status != kind and not _graver(report, kind):
        words = _WORDS.get(kind, "has an expression of concern")
        sentence = f"{study.study}: {report.id} {words}; the study file says {report.status}"
        yield Change(kind, study.study, report.id, sentence, document.sha256)


def _standing(document: Document) -> ChangeKind | None:
    notices = {notice.kind for notice in document.notices}
    said = next((kind for notice, kind in NOTICES.items() if notice in notices), None)
    statuses: dict[str, ChangeKind] = {kind: kind for kind in NOTICES.values()}
    return said or statuses.get(document.status)


def _graver(report: Report, kind: ChangeKind) -> bool:
    """Return whether the study file knows something worse of the report."""
    order = list(NOTICES.values())
    return report.status in order and order.index(kind) > [str(each) for each in order].index(report.status)


def _knows_results(study: Study) -> bool:
    return any(report.kind == "registry-results" for report in study.reports)
