"""JSON of reference managers: CSL JSON (a list, or one under ``items``), Better BibTeX JSON, and the API of Zotero.

Fields are those of the Citation Style Language 1.0.2 and of the item types of Zotero. Attachments and notes that stand
among the items are no references, and are named as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from mscevidence.errors import DocumentError
from mscevidence.model import Reject
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.json_records import Value, excerpt_of, items, member, split, words
from mscevidence.read.record_lines import opening
from mscevidence.read.reference import Reference, record_of
from mscevidence.read.streams import beginning

_LIST = re.compile(r"^\s*\[")
_ITEMS = re.compile(r'"items"\s*:\s*\[(?=\s*\{)')
"""The items of a collection of Zotero, which come first, are numbers."""

_OF_ZOTERO = re.compile(r'"itemType"\s*:\s*"|"BetterBibTeX JSON"')
_OF_CSL = re.compile(
    r'"type"\s*:\s*"(?:article(?:-journal|-magazine|-newspaper)?|paper-conference|book|chapter|thesis|report|review'
    r'|speech|manuscript|webpage|dataset|post-weblog|entry)"'
)
_TITLE, _PEOPLE = re.compile(r'"title"\s*:\s*"'), re.compile(r'"(?:author|issued)"\s*:\s*[\[{]')

_ZOTERO = {
    "title": "title",
    "abstractNote": "abstract",
    "publicationTitle": "journal",
    "proceedingsTitle": "journal",
    "bookTitle": "journal",
    "journalAbbreviation": "abbreviation",
    "volume": "volume",
    "issue": "issue",
    "pages": "pages",
    "date": "date",
    "DOI": "doi",
    "ISSN": "issn",
    "ISBN": "isbn",
    "url": "url",
    "publisher": "publisher",
    "language": "language",
    "conferenceName": "meeting",
    "meetingName": "meeting",
    "libraryCatalog": "database",
}
_CSL = {
    "title": "title",
    "abstract": "abstract",
    "container-title": "journal",
    "container-title-short": "abbreviation",
    "journalAbbreviation": "abbreviation",
    "volume": "volume",
    "issue": "issue",
    "page": "pages",
    "number": "number",
    "DOI": "doi",
    "PMID": "pmid",
    "PMCID": "pmcid",
    "ISSN": "issn",
    "ISBN": "isbn",
    "URL": "url",
    "publisher": "publisher",
    "language": "language",
    "event": "meeting",
    "event-title": "meeting",
    "source": "database",
}
_TYPES = {
    "journalArticle": "journal article",
    "article-journal": "journal article",
    "article": "preprint",
    "conferencePaper": "conference paper",
    "newspaperArticle": "newspaper article",
    "bookSection": "book chapter",
}
_OF_CROSSREF = re.compile(r'"(?:message-type|content-domain|is-referenced-by-count|references?-count|deposited)"\s*:')
"""What works of Crossref have even where their types are called as in CSL."""

_NO_REFERENCES = frozenset({"attachment", "note", "annotation"})
_NUMBER = re.compile(r"(PMID|PMCID|DOI)\s*:\s*(\S+)", re.IGNORECASE)
"""Zotero has no fields for these numbers: they stand each on a line of the field for everything else."""


def _records(stream: BinaryIO) -> Iterator[Record | Reject]:
    head = beginning(stream).decode("utf-8-sig", "replace")
    begins = _LIST if _LIST.match(head) else _ITEMS if _is_set(head) else None
    for position, value in enumerate(split(stream, "list" if begins else "values", begins=begins), 1):
        try:
            yield record_of(_reference(value), value.data, position)
        except DocumentError as error:
            yield Reject(position=position, reason=error.message, excerpt=excerpt_of(value.raw))


def _is_set(head: str) -> bool:
    """Return whether the items stand in a list of an object, rather than one by one."""
    return _ITEMS.search(head) is not None or '"BetterBibTeX JSON"' in head


def _reference(value: Value) -> Reference:
    if value.fault or not isinstance(value.value, dict):
        raise DocumentError(value.fault or f"no reference: {words(value.value)[:60]}", hint="export the file again")
    inner = value.value.get("data")
    item: dict[str, Any] = inner if isinstance(inner, dict) else value.value
    kind = words(item.get("itemType")) or words(item.get("type"))
    if kind in _NO_REFERENCES:
        raise DocumentError(f"a Zotero {kind}, no reference", hint="export references only")
    reference = Reference()
    reference.notes += [value.note] if value.note else []
    reference.add("type", _TYPES.get(kind, kind))
    of_zotero = "itemType" in item
    for key, name in (_ZOTERO if of_zotero else _CSL).items():
        for each in items(item.get(key)):
            reference.add(name, words(each))
    (_add_of_zotero if of_zotero else _add_of_csl)(reference, item)
    return reference


def _add_of_zotero(reference: Reference, item: dict[str, Any]) -> None:
    for each in items(item.get("creators")):
        if words(member(each, "creatorType")) in {"", "author"}:
            reference.add("author", _inverted(words(member(each, "lastName")), words(member(each, "firstName"))))
            reference.add("collective", words(member(each, "name")))
    for each in items(item.get("tags")):
        reference.add("keyword", words(member(each, "tag")) or words(each))
    _add_remarks(reference, words(item.get("extra")))


def _add_of_csl(reference: Reference, item: dict[str, Any]) -> None:
    for each in items(item.get("author")):
        family = [words(member(each, name)) for name in ("non-dropping-particle", "family")]
        reference.add("author", _inverted(" ".join(filter(None, family)), words(member(each, "given"))))
        reference.add("collective", words(member(each, "literal")))
    for each in items(item.get("keyword")):
        for term in re.split(r"[;,]\s*", words(each)):
            reference.add("keyword", term)
    reference.add("date", _date(item.get("issued")))
    _add_remarks(reference, words(item.get("note")))


def _add_remarks(reference: Reference, remarks: str) -> None:
    for line in remarks.split("\n"):
        found = _NUMBER.match(line.strip())
        reference.add(found[1].lower() if found else "note", found[2] if found else line)


def _inverted(last: str, first: str) -> str:
    return ", ".join(filter(None, (last, first)))


def _date(issued: object) -> str:
    """Return a date of CSL, which has parts, or the words as typed."""
    parts = [words(each) for each in items(next(iter(items(member(issued, "date-parts"))), None))]
    return "-".join(parts) or words(member(issued, "raw")) or words(member(issued, "literal"))


def _recognises(head: str, _name: str) -> bool:
    start = opening(head)
    if not start.startswith(("{", "[")):
        return False
    is_csl = all(each.search(start) for each in (_OF_CSL, _TITLE, _PEOPLE))
    return bool(_OF_ZOTERO.search(start)) or (is_csl and not _OF_CROSSREF.search(start))


FORMAT = RecordFormat(name="reference-json", recognises=_recognises, records=_records)
"""CSL JSON and the JSON of Zotero."""
