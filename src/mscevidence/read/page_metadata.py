"""What journals say of an article in the head of its page, for Google Scholar and Dublin Core: ``citation_doi`` ...

Names: Google Scholar, *Inclusion Guidelines for Webmasters*; DCMI Metadata Terms.
"""

from __future__ import annotations

import html
import re
from typing import Any

from mscevidence.model import Author
from mscevidence.read.citation import date_of, issns_in, pages_of
from mscevidence.read.reference import Reference
from mscevidence.read.reference_identifiers import identifiers_of

_FIELDS = {
    "citation_title": "title",
    "citation_author": "author",
    "citation_authors": "author",
    "citation_journal_title": "journal",
    "citation_conference_title": "meeting",
    "citation_publication_date": "date",
    "citation_date": "date",
    "citation_online_date": "date",
    "citation_year": "year",
    "citation_volume": "volume",
    "citation_issue": "issue",
    "citation_firstpage": "first-page",
    "citation_lastpage": "last-page",
    "citation_issn": "issn",
    "citation_doi": "doi",
    "citation_pmid": "pmid",
    "citation_pmcid": "pmcid",
    "citation_publisher": "publisher",
    "citation_language": "language",
    "citation_keywords": "keyword",
    "dc.title": "title",
    "dc.creator": "author",
    "dc.date": "date",
    "dc.publisher": "publisher",
    "prism.doi": "doi",
}
_META = re.compile(r"<meta\s(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.IGNORECASE)
_NAME = re.compile(r"\b(?:name|property)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_CONTENT = re.compile(r"\bcontent\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_HEAD = 500_000


def page_metadata(markup: str) -> dict[str, Any]:
    """Return fields of a document by name, those that the head of a page tells; ``title`` too.

    Where a page has both sets of names, those of Google Scholar come first, which journals keep in better order.
    """
    found = Reference()
    scholar: list[tuple[str, str]] = []
    dublin: list[tuple[str, str]] = []
    for meta in _META.findall(markup[:_HEAD]):
        name, content = _NAME.search(meta), _CONTENT.search(meta)
        if name and content:
            label = next(filter(None, name.groups()), "").casefold()
            value = html.unescape(next(filter(None, content.groups()), ""))
            (scholar if label.startswith("citation_") else dublin).append((label, value))
    for names in (scholar, dublin):
        told = {field for field, values in found.values.items() if values}
        for label, value in names:
            field = _FIELDS.get(label)
            for each in value.split(";") if field in {"author", "keyword"} else [value]:
                if field and field not in told:
                    found.add(field, each)
    return {name: value for name, value in _fields(found).items() if value}


def _fields(found: Reference) -> dict[str, Any]:
    # The date of print comes first; one that is put online tells a day where print has none.
    date, words, _ = date_of(found.all("year"), found.all("date"))
    fields: dict[str, Any] = {
        name: found.first(name) for name in ("title", "journal", "meeting", "volume", "issue", "publisher")
    }
    return fields | {
        "date": date,
        "date_text": words if date else None,
        "authors": tuple(Author(name=name) for name in found.all("author")),
        "pages": pages_of("", found.first("first-page"), found.first("last-page"), ""),
        "issns": issns_in(found.all("issn")),
        "languages": tuple(found.all("language")),
        "keywords": tuple(found.all("keyword")),
        "identifiers": identifiers_of(found.values),
    }
