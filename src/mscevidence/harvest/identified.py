"""What the searches identified: every record of every run, duplicates taken together."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mscevidence.documents import DocumentLibrary
from mscevidence.harvest.log import load_runs
from mscevidence.identify import Decision, Duplicates, find_duplicates
from mscevidence.model import Document, FoundBy, SearchRun
from mscevidence.protocol import Protocol
from mscevidence.records import load_decisions
from mscevidence.screening import Record, load_judgements, standings


@dataclasses.dataclass(frozen=True)
class Identified:
    """The records of the searches.

    Attributes:
        records: one per report, in the order they were first found.
        found_by: how the records of each report were found, by the hash of its representative record.
        duplicates: which records are the same report, and why.
    """

    records: tuple[Record, ...]
    found_by: Mapping[str, frozenset[FoundBy]]
    duplicates: Duplicates


def identified(
    library: DocumentLibrary, runs: Sequence[SearchRun], *, decisions: Iterable[Decision] = ()
) -> Identified:
    """Return what some runs identified.

    Raises:
        DocumentError: a captured file of a run is not in the library.
    """
    documents: list[Document] = []
    ways: list[FoundBy] = []
    for run, document in _found(library, runs):
        documents.append(document)
        ways.append(run.found_by)
    duplicates = find_duplicates(documents, decisions=decisions)
    records = []
    found_by: dict[str, frozenset[FoundBy]] = {}
    for group in duplicates.groups:
        places = [one.place for one in group.members]
        hashes = frozenset(documents[place].sha256 for place in places)
        record = Record(documents[group.representative.place], hashes, times=len(places))
        records.append(record)
        found_by[record.document.sha256] = frozenset(ways[place] for place in places)
    return Identified(tuple(records), found_by, duplicates)


def _found(library: DocumentLibrary, runs: Sequence[SearchRun]) -> Iterator[tuple[SearchRun, Document]]:
    for run in runs:
        for sha256 in run.files:
            for document in library.file(sha256):
                yield run, document


def review_records(review: Protocol) -> Identified:
    """Return what all searches of a review identified, with what people decided about duplicates."""
    runs = load_runs(review.search_log)
    return identified(DocumentLibrary(review.captured), runs, decisions=load_decisions(review.extracted))


def to_extract(review: Protocol) -> frozenset[str] | None:
    """Return the hashes of the records of searches from which values are to be proposed; None where none was searched.

    Those are the records that passed title and abstract. What a search merely found waits for screening, and what was
    excluded stays out; documents that were taken in one by one are not asked about here.
    """
    if not review.search_log.exists():
        return None
    said = load_judgements(review.screening)
    passed = (
        one
        for one in standings(review_records(review).records, review.eligibility, said)
        if one.stage == "report" and one.state != "exclude"
    )
    return frozenset(member for one in passed for member in one.record.members)
