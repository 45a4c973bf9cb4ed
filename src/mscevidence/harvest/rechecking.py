"""Ask the sources again for the reports and registrations of the review: searches find what is new, not what changed.

A source finds records by the day they were made. A retraction, a correction or posted results change a record that was
made long ago, so it is asked for by its number.
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from mscevidence.documents import DocumentLibrary
from mscevidence.errors import DocumentError, FetchError, MscevidenceError
from mscevidence.fetch import Answer, Page, Sources
from mscevidence.harvest.searching import reader_of
from mscevidence.harvest.taking import take_answer
from mscevidence.harvest.updating import Change, changes
from mscevidence.identify.identifiers import registration
from mscevidence.model import Document, Study

_AT_ONCE = 200
_OF_ONE = frozenset({"not-found", "forbidden", "bad-request", "malformed", "content-type", "truncated", "too-large"})
"""Reasons that are about one record; after any other one the source is not asked for the rest."""


@dataclasses.dataclass(frozen=True)
class Recheck:
    """What the sources say today of the reports and registrations of a review.

    Attributes:
        asked: how many records were asked for.
        changes: what the study files do not know.
        notes: records that a source does not have.
        failures: why a source could not be asked, one for each.
    """

    asked: int
    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    failures: tuple[MscevidenceError, ...]


def recheck(studies: Sequence[Study], sources: Sources, library: DocumentLibrary) -> Recheck:
    """Return what changed in the records of the reports and registrations of some studies.

    Reports are asked for by PMID, or by DOI where they have none; trials by NCT number. An answer is captured only
    where it says something new, so that a round without changes leaves nothing behind.

    Args:
        studies: of the review.
        sources: where to ask.
        library: where answers that say something new are kept.

    Raises:
        WriteError: the library cannot be written.
    """
    asked = 0
    notes: list[str] = []
    failures: list[MscevidenceError] = []
    found: dict[tuple[str, str, str], Change] = {}
    for requests in _requests(studies, sources):
        for names, ask in requests:
            try:
                page = ask()
                told = changes(_documents(page.answer), studies)
            except (FetchError, DocumentError) as error:
                if isinstance(error, FetchError) and error.reason not in _OF_ONE:
                    failures.append(error)
                    break
                notes.append(f"{', '.join(names)}: {error.message}")
                continue
            asked += len(names)
            notes += page.notes
            found.update({(one.kind, one.study, one.report): one for one in told})
            if told:
                take_answer(library, page.answer)
    return Recheck(asked, tuple(found.values()), tuple(notes), tuple(failures))


Requests = list[tuple[tuple[str, ...], Callable[[], Page]]]


def _requests(studies: Sequence[Study], sources: Sources) -> Iterator[Requests]:
    """Yield the requests for each source: what they name, and what asks."""
    reports = [report for study in studies for report in study.reports]
    pmids = list(dict.fromkeys(report.pmid for report in reports if report.pmid))
    dois = list(dict.fromkeys(report.doi for report in reports if report.doi and not report.pmid))
    numbers = (registration(each) for study in studies for each in study.registrations)
    trials = list(dict.fromkeys(each for each in numbers if each and each.startswith("NCT")))
    some = [tuple(pmids[start : start + _AT_ONCE]) for start in range(0, len(pmids), _AT_ONCE)]
    yield [(each, partial(sources.pubmed.records, each)) for each in some]
    yield [((doi,), partial(sources.crossref.work, doi)) for doi in dois]
    yield [((nct,), partial(sources.ctgov.study, nct)) for nct in trials]


def _documents(answer: Answer) -> Iterator[Document]:
    found = reader_of(answer)(io.BytesIO(answer.data), answer.sha256)
    return (one for one in found if isinstance(one, Document))
