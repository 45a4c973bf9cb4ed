"""The reports in RIS, the exchange format of reference managers.

What RIS has no tag for stands in notes (N1), so that nothing is lost: the address of the report, its studies, its kind
and status, registrations. Abstracts are the texts of others and stay out.
"""

from __future__ import annotations

from collections.abc import Iterator

from mscevidence import vocabulary
from mscevidence.publish.export import Exported, Files
from mscevidence.publish.export.citations import Citation, citations, lines

TYPES = {"conference-abstract": "ABST", "thesis": "THES", "registry-entry": "GEN", "registry-results": "GEN"}
"""The RIS type of each kind of report; the others are journal articles."""
STATUSES = {"retracted": "Retracted Publication"}
"""Publication types that say what became of a report."""


def files(exported: Exported) -> Files:
    """Return reports.ris.

    Raises:
        SelectionError: there is no report.
    """
    return {"ris/reports.ris": ris(citations(exported.evidence)).encode()}


def ris(found: tuple[Citation, ...]) -> str:
    """Return citations as RIS, an empty line between records."""
    return "\n".join("".join(f"{tag}  - {value}\n" for tag, value in _tags(one)) + "ER  - \n" for one in found)


def _tags(one: Citation) -> Iterator[tuple[str, str]]:
    report = one.report
    yield "TY", TYPES.get(report.kind, "JOUR")
    yield "TI", one.title
    yield from (("AU", name.inverted.replace(";", ",")) for name in one.authors)
    yield from (("T2", journal) for journal in lines([one.journal]))
    if report.year is not None:
        yield "PY", str(report.year)
    if one.date and len(one.date) > 4:
        yield "DA", one.date.replace("-", "/")
    yield from _place(one)
    yield from (("DO", doi) for doi in lines([report.doi]))
    if report.pmid:
        yield "AN", report.pmid
        yield "DB", "PubMed"
    yield from (("M1", number) for number in lines([report.number]))
    yield from (("C3", meeting) for meeting in lines([report.meeting]))
    yield from (("UR", url) for url in lines([report.url]))
    if report.kind != "article":
        yield "M3", vocabulary.load("report-kind")[report.kind].label
    if report.status in STATUSES:
        yield "M3", STATUSES[report.status]
    yield from (("N1", note) for note in _notes(one))


def _place(one: Citation) -> Iterator[tuple[str, str]]:
    volume, issue, pages = one.place
    first, _, last = (pages or "").partition("-")
    for tag, value in (("VL", volume), ("IS", issue), ("SP", first), ("EP", last)):
        yield from ((tag, text) for text in lines([value]))
    yield from (("SN", value) for value in lines(one.document.issns if one.document else ()))


def _notes(one: Citation) -> Iterator[str]:
    report = one.report
    yield f"report: {report.id}"
    yield f"studies: {', '.join(study.study for study in one.studies)}"
    yield f"kind: {report.kind}"
    yield f"status: {report.status}"
    if one.registrations:
        yield f"registrations: {', '.join(lines(one.registrations))}"
    if one.supplied:
        yield "title: supplied, it is that of the study"
    if report.unverified:
        yield f"unverified: {', '.join(lines(report.unverified))}"
    yield from (f"note: {note}" for note in lines([report.note]))
