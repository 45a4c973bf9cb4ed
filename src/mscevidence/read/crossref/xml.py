"""One record of Crossref in XML (unixref): journal articles, conference papers, books, preprints."""

from __future__ import annotations

from collections.abc import Iterator

from mscevidence.errors import DocumentError
from mscevidence.model import Author, Identifier, Notice
from mscevidence.read.abstract_markup import parts_of
from mscevidence.read.abstracts import RecordText
from mscevidence.read.crossref.fields import NOTICE_TYPES, RELATIONS, UPDATES, address
from mscevidence.read.dates import iso
from mscevidence.read.formats import Record
from mscevidence.read.jats_text import Element, inline, name_of
from mscevidence.read.publication_types import kind_of, status_of

_WORKS = {
    "journal_article": "journal-article",
    "conference_paper": "proceedings-article",
    "posted_content": "posted-content",
    "dissertation": "dissertation",
    "content_item": "book-chapter",
    "book_metadata": "book",
    "book_series_metadata": "book",
    "report-paper_metadata": "report",
}
_JOURNALS = ("journal_metadata", "proceedings_metadata", "book_metadata", "book_series_metadata")


def unixref_record(data: bytes, element: Element, notes: tuple[str, ...]) -> Record:
    """Return the record of one registered work.

    Raises:
        DocumentError: it holds no work that has a title.
    """
    work = next((each for kind in _WORKS for each in element.iter() if name_of(each) == kind), None)
    if work is None:
        raise DocumentError("a record of Crossref without a work", hint="fetch it again")
    titles = [inline(each) for each in _inside(work, "titles") for each in each if inline(each)]
    abstract = [part for each in _inside(work, "abstract") for part in _abstract(each)]
    if not titles and not abstract:
        raise DocumentError("a record of Crossref without title and abstract", hint="fetch it again")
    title = titles[0] if titles else ""
    notices = tuple(_notices(work))
    types = (_WORKS[name_of(work)],)
    text = RecordText()
    text.head(title, [("doi", address(_first(work, "doi_data", "doi")))])
    text.abstract(abstract)
    place = {name: _first(element, "journal_metadata", name) for name in ("full_title", "abbrev_title")}
    pages = [_first(work, "pages", name) for name in ("first_page", "last_page")]
    fields = {
        "title": title,
        "kind": kind_of((*types, *(NOTICE_TYPES[each.kind] for each in notices if each.kind in NOTICE_TYPES))),
        "status": status_of(types, notices, title),
        "authors": tuple(_authors(work)),
        "sections": tuple(text.writer.sections),
        "identifiers": tuple(text.identifiers),
        "other_titles": tuple(dict.fromkeys(each for each in titles if each != title)),
        "publication_types": types,
        "notices": notices,
        "journal": place["full_title"] or place["abbrev_title"] or _first(element, *_JOURNALS[1:], "title") or None,
        "issns": tuple(dict.fromkeys(inline(each) for each in element.iter() if name_of(each) == "issn")),
        "volume": _first(element, "journal_volume", "volume") or None,
        "issue": _first(element, "journal_issue", "issue") or None,
        "pages": "-".join(filter(None, pages)) or None,
        "date": _date(work) or _date(element),
        "source": "crossref",
        "notes": notes,
    }
    return Record(data, text.text(), fields)


def _inside(element: Element, name: str) -> Iterator[Element]:
    return (each for each in element if name_of(each) == name)


def _first(element: Element, *path: str) -> str:
    """Return the first text of the last name below any of the names before it."""
    holders = [each for each in element.iter() if name_of(each) in path[:-1]]
    return next((inline(each) for holder in holders for each in holder.iter() if name_of(each) == path[-1]), "")


def _abstract(element: Element) -> list[tuple[str, str]]:
    from lxml import etree

    return parts_of(etree.tostring(element, encoding="unicode", with_tail=False))


def _authors(work: Element) -> Iterator[Author]:
    for holder in _inside(work, "contributors"):
        for each in holder:
            if each.get("contributor_role", "author") != "author":
                continue
            if name_of(each) == "organization":
                yield Author(name=inline(each), collective=True)
                continue
            parts = {name_of(part): inline(part) for part in each}
            name = " ".join(filter(None, (parts.get(key) for key in ("given_name", "surname", "suffix"))))
            if name:
                orcid = parts.get("ORCID", "").rpartition("/")[2] or None
                places = tuple(inline(part) for part in each if name_of(part) == "affiliation")
                yield Author(name=name, affiliations=places, orcid=orcid)


def _notices(work: Element) -> Iterator[Notice]:
    for each in work.iter():
        name = name_of(each)
        if name == "update":
            said = each.get("label") or each.get("type") or name
            kind = UPDATES.get((each.get("type") or "").replace("-", "_"), "other")
            yield Notice(kind=kind, text=said, identifiers=(Identifier(kind="doi", value=address(inline(each))),))
        elif name in {"inter_work_relation", "intra_work_relation"} and each.get("identifier-type") == "doi":
            said = each.get("relationship-type") or ""
            kind = next((value for key, value in RELATIONS.items() if key.replace("-", "") == said.casefold()), "other")
            yield Notice(kind=kind, text=said, identifiers=(Identifier(kind="doi", value=address(inline(each))),))


def _date(element: Element) -> str | None:
    found = [each for each in element.iter() if name_of(each) in {"publication_date", "posted_date"}]
    found.sort(key=lambda each: each.get("media_type") != "print")
    for each in found:
        parts = {name_of(part): inline(part) for part in each}
        date = iso(parts.get("year", ""), parts.get("month", ""), parts.get("day", ""))
        if date:
            return date
    return None
