"""Which study and report a captured document belongs to, or what a new one should be called."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mscevidence import vocabulary
from mscevidence.identify import identifiers, pairs
from mscevidence.model import Document, Report, Study

LONGEST_ID = 100
"""Of a proposed id, in characters; it also names a file."""

SAME_TITLE = 0.9
"""Likeness above which two titles are the same: a changed spelling passes, a changed disease does not."""


@dataclass(frozen=True)
class Match:
    """The study and report of a document; `known_study` and `known_report` are False for proposed ids."""

    study: str
    report: str
    known_study: bool
    known_report: bool
    reasons: tuple[str, ...]


def match(document: Document, studies: Sequence[Study]) -> Match:
    """Return the study and report that a document belongs to, with the reasons.

    In this order: bytes captured before, the number of a meeting abstract, DOI, PubMed number, registration, title.
    Whatever is not found gets a proposed id.
    """
    found = next(_reports_of(document, studies), None)
    if found is not None:
        study, report, reason = found
        return Match(study.study, report.id, known_study=True, known_report=True, reasons=(reason,))
    owner, reasons = _study_of(document, studies)
    proposed = proposed_report(document)
    if owner is None:
        study_id = _free(proposed_study(document), {study.study for study in studies})
        return Match(study_id, proposed, False, False, ("no study file knows its identifiers or its title",))
    taken = {report.id for report in owner.reports}
    return Match(owner.study, _free(proposed, taken), True, False, reasons)


def proposed_report(document: Document) -> str:
    """Return an id for the report of a document: meeting and number, DOI, PubMed number, or author, year and title."""
    numbered = identifiers.meeting_id(document.meeting, document.number)
    doi, pmid = _own(document, "doi"), _own(document, "pmid")
    if numbered:
        return numbered
    if doi:
        return _as_id(f"doi:{doi}")
    if pmid:
        return f"pmid:{pmid}"
    words = identifiers.slug(document.title).split("-")[:5]
    parts = [_first_surname(document), _year(document), *words]
    return _as_id(identifiers.slug(" ".join(part for part in parts if part))) or f"report-{document.sha256[:8]}"


def proposed_study(document: Document) -> str:
    """Return an id for the study of a document: its registration, or condition, first author and year."""
    numbers = _registrations(document)
    if numbers and identifiers.slug(numbers[0]):
        return _as_id(identifiers.slug(numbers[0]))
    conditions = vocabulary.find("condition", document.title) or vocabulary.find("condition", document.text)
    short = next(iter(conditions[0].abbreviations), conditions[0].id) if conditions else ""
    parts = [short, _first_surname(document), _year(document)]
    return _as_id(identifiers.slug(" ".join(part for part in parts if part))) or f"study-{document.sha256[:8]}"


def _as_id(text: str) -> str:
    """Return a text as an id may be written: old DOIs have ``<`` and ``;``, and some titles have no end."""
    return re.sub(r"[^a-z0-9._:/()-]+", "-", text.casefold())[:LONGEST_ID].rstrip("-")


def title_similarity(left: str, right: str) -> float:
    """Return from 0 to 1 how alike two titles are, word by word; case, accents and punctuation aside."""
    first, second = (_words(text) for text in (left, right))
    return difflib.SequenceMatcher(None, first, second, autojunk=False).ratio() if first and second else 0.0


@lru_cache(maxsize=10_000)
def _words(title: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z0-9]+", identifiers.slug(title).replace("-", " ")))


def _reports_of(document: Document, studies: Sequence[Study]) -> Iterator[tuple[Study, Report, str]]:
    """Yield the reports that are this document, the surest evidence first."""
    numbered = identifiers.meeting_id(document.meeting, document.number)
    doi = None if numbered else _own(document, "doi")
    pmid = None if numbered else _own(document, "pmid")
    reports = [(study, report) for study in studies for report in pairs.first_hand(study)]
    for study, report in reports:
        if document.sha256 in report.documents:
            yield study, report, f"these bytes were captured for {report.id}"
    for study, report in reports:
        if numbered and numbered in (report.id, identifiers.meeting_id(report.meeting, report.number)):
            yield study, report, f"abstract {numbered} is a report of {study.study}"
    for study, report in reports:
        if doi and report.doi and identifiers.doi(report.doi) == doi:
            yield study, report, f"DOI {doi} is a report of {study.study}"
        if pmid and report.pmid and identifiers.pmid(report.pmid) == pmid:
            yield study, report, f"PMID {pmid} is a report of {study.study}"


def _study_of(document: Document, studies: Sequence[Study]) -> tuple[Study | None, tuple[str, ...]]:
    titled = _by_title(document, studies)
    for number in _registrations(document):
        known = [study for study in studies if number in map(identifiers.registration, study.registrations)]
        if not known:
            continue
        owner = titled[0] if titled and titled[0] in known else known[0]
        others = [study.study for study in known if study is not owner]
        also = (f"{', '.join(others)} also names {number}: check which it is",) if others else ()
        return owner, (f"{number} is registered for {owner.study}", *also)
    if titled:
        return titled[0], (f"the title is that of {titled[1]} of {titled[0].study}",)
    return None, ()


def _by_title(document: Document, studies: Sequence[Study]) -> tuple[Study, str] | None:
    best: tuple[float, Study, str] | None = None
    for study in studies:
        for report in pairs.first_hand(study):
            likeness = title_similarity(document.title, report.title or "")
            if likeness >= SAME_TITLE and (best is None or likeness > best[0]):
                best = (likeness, study, report.id)
    return best[1:] if best else None


def _own(document: Document, kind: str) -> str | None:
    """Return the first identifier of a kind in its one spelling; later ones are those of cited papers."""
    value = document.identifier(kind)
    return {"doi": identifiers.doi, "pmid": identifiers.pmid}[kind](value) if value else None


def _registrations(document: Document) -> list[str]:
    found = [identifiers.registration(one.value) for one in document.identifiers if one.kind not in ("doi", "pmid")]
    return list(dict.fromkeys(number for number in found if number))


def _first_surname(document: Document) -> str:
    return identifiers.surname(document.authors[0].name) if document.authors else ""


def _year(document: Document) -> str:
    found = re.search(r"(?:19|20)\d{2}", f"{document.date or ''} {document.meeting or ''}")
    return found[0] if found else ""


def _free(proposed: str, taken: set[str]) -> str:
    numbers = (f"{proposed}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (proposed, *numbers) if name not in taken)
