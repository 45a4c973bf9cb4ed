"""What a captured document says of itself, in the one form in which reports are compared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mscevidence.identify import identifiers
from mscevidence.identify.journals import journal_words
from mscevidence.identify.kinds import REGISTRY_PLACE, kind_of
from mscevidence.identify.locators import Locator, locator_of
from mscevidence.identify.titles import Title, folded, title_of
from mscevidence.model import Document

IDENTIFYING = frozenset({"doi", "pmid", "pmcid", "embase", "scopus", "wos", "central", "lens", "nbk", "accession"})
"""Kinds of identifiers that name a report, or the entry of a report in one database."""

_OTHERS = frozenset({"comment-on", "commented-by", "other"})
"""Notices about reports of other people, or of which nobody knows."""

_LABEL = re.compile(r"\s*(?:(?:doi|pmid|pmcid|pubmed|pmc)\s*:?\s*)?", re.IGNORECASE)

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_WORD = re.compile(r"[^\W\d_]+")
_REGISTRY_AUTHORS = identifiers.REGISTRIES | {"euctr", "per", "tctr", "pactr", "rbr"}


@dataclass(frozen=True, slots=True, eq=False)
class Citation:
    """A document as a bibliography would name it.

    Attributes:
        place: its number in the stream of documents, from 0.
        sha256: hash of the bytes of the document.
        name: how a person knows it: ``pmid:123``, ``doi:10.1/x``, or the beginning of its hash.
        title: its title in one form; `titles` holds the other titles, such as that in the original language.
        shown: author, year and title as printed, cut to one line.
        first_author: family name; empty for registries and where there is none.
        names: words of the names of all authors.
        year: year of publication, or None.
        journal: telling words of the name of the journal.
        issns: its ISSNs.
        place_in_journal: volume, issue, pages.
        kind: ``article``, ``abstract``, ``registration``, ``erratum``, ...; empty where the document does not say.
        own: identifiers of this report, kind to values: ``{"doi": {"10.1/x"}}``.
        registrations: numbers of trial registries that it names.
        refers: names of reports that it says are versions, corrections or retractions of it, or it of them.
        second_hand: whether it is a review or an opinion: the registrations that it names are those of others.
        source: the database it comes from.
        completeness: how much it tells; the most complete one represents its group.
    """

    place: int
    sha256: str
    name: str
    title: Title
    titles: tuple[Title, ...]
    shown: str
    first_author: str
    names: frozenset[str]
    year: int | None
    journal: tuple[str, ...]
    issns: frozenset[str]
    place_in_journal: Locator
    kind: str
    own: dict[str, frozenset[str]]
    registrations: frozenset[str]
    refers: frozenset[str]
    second_hand: bool
    source: str
    completeness: int

    def identifier_names(self) -> frozenset[str]:
        """Return every name under which a decision may know this document."""
        named = {f"{kind}:{value}" for kind, values in self.own.items() for value in values}
        return frozenset(named | {self.sha256[:16]})


def citation_of(document: Document, place: int = 0) -> Citation:
    """Return what a document says of itself in comparable form.

    Args:
        document: as a reader made it.
        place: its number in a stream of documents.
    """
    year = _year(document)
    title = title_of(document.title)
    own = own_identifiers(document)
    first, names = _authors(document)
    return Citation(
        place=place,
        sha256=document.sha256,
        name=_name(own, document.sha256),
        title=title,
        titles=tuple(other for other in map(title_of, document.other_titles) if other.letters and other != title),
        shown=_shown(document, year),
        first_author=first,
        names=names,
        year=year,
        journal=journal_words(document.journal) if document.journal else (),
        issns=frozenset(found for one in document.issns if (found := identifiers.issn(one))),
        place_in_journal=locator_of(volume=document.volume, issue=document.issue, pages=document.pages, year=year),
        kind=kind_of(document, own),
        own=own,
        registrations=registrations_of(document),
        refers=_refers(document),
        second_hand=document.kind in {"review", "editorial", "secondary-table"},
        source=document.source or "",
        completeness=_completeness(document, own),
    )


def own_identifiers(document: Document) -> dict[str, frozenset[str]]:
    """Return the identifiers of the report itself, kind to values in one spelling.

    Those in fields of the source count, and those that have a line of the text to themselves; of a page with neither
    the first of each kind. Others are cited.
    """
    given = [one for one in document.identifiers if one.span is None or _alone_in_line(document.text, one.span)]
    if document.container is None:
        found = {one.kind for one in given}
        for one in document.identifiers:
            if one.kind in {"doi", "pmid", "pmcid"} and one.kind not in found:
                found.add(one.kind)
                given.append(one)
    own: dict[str, set[str]] = {}
    for one in given:
        # Numbers of publishers (PII) are unique within a journal only, but some publishers give the DOI there.
        kind = "doi" if one.kind == "pii" else one.kind
        value = _one_spelling(kind, one.value, document.source or "")
        if value:
            own.setdefault(kind, set()).add(value)
    numbered = identifiers.meeting_id(document.meeting, document.number)
    if numbered:
        own["meeting"] = {numbered}
    return {kind: frozenset(values) for kind, values in own.items()}


def _alone_in_line(text: str, span: tuple[int, int]) -> bool:
    start = text.rfind("\n", 0, span[0]) + 1
    end = text.find("\n", span[1])
    behind = text[span[1] : end if end >= 0 else len(text)]
    return not behind.strip() and _LABEL.fullmatch(text[start : span[0]]) is not None


def _embase(value: str) -> str | None:
    # Embase writes L351627742 where the Cochrane register writes 351627742.
    return value.strip().casefold().removeprefix("l") or None


_SPELLINGS = {"doi": identifiers.doi, "pmid": identifiers.pmid, "pmcid": identifiers.pmcid, "embase": _embase}


def _one_spelling(kind: str, value: str, source: str) -> str | None:
    if kind == "accession":
        # Numbers of one database mean nothing in another one.
        return f"{source}/{value.strip().casefold()}" if source else None
    if kind in _SPELLINGS:
        return _SPELLINGS[kind](value)
    return value.strip().casefold() or None if kind in IDENTIFYING else None


def registrations_of(document: Document) -> frozenset[str]:
    """Return the trial registrations that a document names, each as its registry writes it."""
    named = [identifiers.registration(one.value) for one in document.identifiers if one.kind in identifiers.REGISTRIES]
    # The Cochrane register of trials has the address of a registry in the place of the journal.
    if document.journal and REGISTRY_PLACE.search(document.journal):
        named.append(identifiers.registration(document.journal))
    return frozenset(number for number in named if number)


def _refers(document: Document) -> frozenset[str]:
    told = [one for notice in document.notices if notice.kind not in _OTHERS for one in notice.identifiers]
    values = ((one.kind, _one_spelling(one.kind, one.value, document.source or "")) for one in told)
    return frozenset(f"{kind}:{value}" for kind, value in values if value)


def _name(own: dict[str, frozenset[str]], sha256: str) -> str:
    for kind in ("pmid", "doi", "meeting", "pmcid"):
        if kind in own:
            return f"{kind}:{min(own[kind])}"
    return sha256[:16]


def _year(document: Document) -> int | None:
    for text in (document.date, document.date_text, document.meeting):
        found = _YEAR.search(text) if text else None
        if found:
            return int(found[0])
    return None


def _authors(document: Document) -> tuple[str, frozenset[str]]:
    people = [author.name for author in document.authors if author.name and not author.collective]
    if people and folded(people[0]).strip(" .,") in _REGISTRY_AUTHORS:
        return "", frozenset()
    names = frozenset(word for name in people[:30] for word in _WORD.findall(folded(name)) if len(word) > 1)
    first = folded(identifiers.surname(people[0])) if people else ""
    return "".join(_WORD.findall(first)), names


def _shown(document: Document, year: int | None) -> str:
    author = document.authors[0].name if document.authors else ""
    title = " ".join(document.title.split())
    title = title if len(title) <= 90 else f"{title[:89]}…"
    return ", ".join(part for part in (author, str(year or ""), title, document.journal or "") if part)


def _completeness(document: Document, own: Mapping[str, frozenset[str]]) -> int:
    fields = (document.title, document.date, document.journal, document.volume, document.issue, document.pages)
    abstract = len(document.text) - len(document.title)
    return (
        sum(2 for field in fields if field)
        + 3 * len(own.keys() & {"doi", "pmid", "pmcid"})
        + min(len(document.authors), 3)
        + (8 if abstract > 200 else 0)
        + (1 if document.subjects else 0)
        + (2 if document.source == "pubmed" else 0)
    )
