"""The flow of the review in the current folder: its searches, its screening, its study files, its analyses."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mscevidence import protocol, records, screening, synthesis
from mscevidence.documents import DocumentLibrary
from mscevidence.errors import MscevidenceError, SelectionError
from mscevidence.harvest import documents_of, load_runs, review_records
from mscevidence.model import Family, Study
from mscevidence.protocol import Protocol
from mscevidence.screening import Flow, Included


def review_flow(previous: str | None) -> Flow:
    """Return the flow; with the date of the last version, that of an updated review.

    Of an updated review the searches since that date are counted, and what they found that no search before had; the
    others belong to the version before. What still waits from then is named.

    Raises:
        SelectionError: the date is none.
    """
    if previous is not None and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", previous):
        raise SelectionError(f"{previous!r} is no date", hint="write it as 2026-05-31")
    from mscevidence import identify

    review = protocol.find()
    found = review_records(review)
    runs = load_runs(review.search_log)
    earlier = [run for run in runs if previous is not None and run.started[:10] < previous]
    before = {one.sha256 for one in documents_of(DocumentLibrary(review.captured), earlier)}
    judged = screening.standings(found.records, review.eligibility, screening.load_judgements(review.screening))
    studies = records.load_all(review.extracted).studies if review.extracted.is_dir() else ()
    families = identify.link(studies, decisions=records.load_decisions(review.extracted)).families
    return screening.flow(
        [run for run in runs if run not in earlier],
        [one for one in judged if not one.record.members & before],
        found.found_by,
        _included(review, studies, families, previous),
        reasons=review.eligibility.reasons,
        earlier=[one for one in judged if one.record.members & before],
    )


def _included(review: Protocol, studies: Sequence[Study], families: Sequence[Family], previous: str | None) -> Included:
    before = [study for study in studies if previous is not None and _first_decision(study) < previous]
    pooled = _pooled_studies(review, studies, families)
    return Included(
        previous_studies=len(before) if previous is not None else None,
        previous_reports=_reports(before) if previous is not None else None,
        total_studies=len(studies),
        total_reports=_reports(studies),
        total_studies_ma=len(pooled),
        total_reports_ma=_reports([study for study in studies if study.study in pooled]),
    )


def _reports(studies: Sequence[Study]) -> int:
    return len({report.id for study in studies for report in study.reports})


def _first_decision(study: Study) -> str:
    """Return the date of the first accepted number of a study; a study without one is new."""
    return min((result.decision.on for result in study.results), default="9999")


def _pooled_studies(review: Protocol, studies: Sequence[Study], families: Sequence[Family]) -> frozenset[str]:
    """Return the studies that any pre-specified analysis with an estimate takes in."""
    pooled: set[str] = set()
    for analysis in review.analyses:
        try:
            answer = synthesis.pool(studies, families, analysis.question)
        except MscevidenceError:
            # An analysis that no study answers pools none.
            continue
        # One study is shown, not pooled.
        pooled |= {row.study for row in answer.overall.rows} if len(answer.overall.rows) > 1 else set()
    return frozenset(pooled)
