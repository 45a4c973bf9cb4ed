"""One work of Crossref in JSON to a record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mscevidence.errors import DocumentError
from mscevidence.model import Author, Identifier, Notice, NoticeKind
from mscevidence.read.abstract_markup import parts_of, plain_line
from mscevidence.read.abstracts import RecordText
from mscevidence.read.dates import iso
from mscevidence.read.formats import Record
from mscevidence.read.json_records import items, member, words
from mscevidence.read.publication_types import kind_of, status_of

UPDATES: dict[str, NoticeKind] = {
    "retraction": "retraction-of",
    "partial_retraction": "retraction-of",
    "withdrawal": "retraction-of",
    "removal": "retraction-of",
    "correction": "erratum-for",
    "erratum": "erratum-for",
    "corrigendum": "erratum-for",
    "addendum": "erratum-for",
    "clarification": "erratum-for",
    "expression_of_concern": "expression-of-concern-for",
    "new_version": "update-of",
    "new_edition": "update-of",
}
_PASSIVE: dict[NoticeKind, NoticeKind] = {
    "retraction-of": "retracted-by",
    "erratum-for": "corrected-by",
    "expression-of-concern-for": "expression-of-concern-by",
    "update-of": "updated-by",
}
RELATIONS: dict[str, NoticeKind] = {
    "is-preprint-of": "preprint-of",
    "has-preprint": "has-preprint",
    "is-comment-on": "comment-on",
    "has-comment": "commented-by",
    "is-reply-to": "comment-on",
    "has-reply": "commented-by",
    "is-correction-of": "erratum-for",
    "has-correction": "corrected-by",
    "is-retraction-of": "retraction-of",
    "has-retraction": "retracted-by",
    "is-expression-of-concern-for": "expression-of-concern-for",
    "has-expression-of-concern": "expression-of-concern-by",
    "is-version-of": "update-of",
    "replaces": "update-of",
    "is-replaced-by": "updated-by",
}
_LITERATURE = frozenset({"doi", "pmid", "pmcid"})
_NO_LITERATURE = frozenset(
    {"references", "is-referenced-by", "cites", "is-cited-by", "is-supplemented-by", "has-review"}
)
NOTICE_TYPES: dict[str, str] = {
    "retraction-of": "retraction",
    "erratum-for": "erratum",
    "expression-of-concern-for": "expression of concern",
}
_DATES = ("published-print", "published", "issued", "published-online", "posted")
_ADDRESS = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:)", re.IGNORECASE)
_ORCID = re.compile(r"(\d{4}-\d{4}-\d{4}-\d{3}[\dX])$")


def work_record(data: bytes, work: dict[str, Any], notes: tuple[str, ...]) -> Record:
    """Return the record of one work.

    Raises:
        DocumentError: it has neither title nor abstract.
    """
    titles = [plain_line(words(each)) for each in items(work.get("title"))]
    titles += [plain_line(words(each)) for each in items(work.get("original-title"))]
    title = next(filter(None, titles), "")
    under = plain_line(words(next(iter(items(work.get("subtitle"))), "")))
    if under and under.casefold() not in title.casefold():
        title = f"{title}{'' if title[-1:] in ':.?!' else ':'} {under}".strip()
    abstract = parts_of(words(work.get("abstract")))
    if not title and not abstract:
        doi = words(work.get("DOI")) or "no DOI"
        raise DocumentError(f"a work without title and abstract ({doi})", hint="fetch it again")
    notices = tuple(_notices(work))
    types = tuple(filter(None, (words(work.get(name)) for name in ("type", "subtype"))))
    told = (*types, *(NOTICE_TYPES[each.kind] for each in notices if each.kind in NOTICE_TYPES and each.text))
    text = RecordText()
    text.head(title, _identifiers(work), _registrations(work))
    text.abstract(abstract)
    fields = {
        "title": title,
        "kind": kind_of(told),
        "status": status_of(types, notices, title),
        "authors": tuple(_authors(work)),
        "sections": tuple(text.writer.sections),
        "identifiers": tuple(text.identifiers),
        "other_titles": tuple(dict.fromkeys(each for each in titles if each and each != title)),
        "publication_types": types,
        "keywords": tuple(plain_line(words(each)) for each in items(work.get("subject")) if words(each)),
        "languages": tuple(filter(None, [words(work.get("language"))])),
        "notices": notices,
        "source": "crossref",
        "notes": notes,
        **_place(work),
    }
    return Record(data, text.text(), fields)


def address(value: object) -> str:
    """Return a DOI without the address of its resolver, in small letters."""
    return _ADDRESS.sub("", words(value)).strip().lower()


def _identifiers(work: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "doi", address(work.get("DOI"))
    yield "pmid", words(work.get("PMID")).removeprefix("https://www.ncbi.nlm.nih.gov/pubmed/")
    yield "pmcid", words(work.get("PMCID")).rpartition("/")[2]
    for each in items(work.get("ISBN")):
        yield "isbn", words(each).rpartition("/")[2]


def _registrations(work: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for each in items(work.get("clinical-trial-number")):
        number = words(member(each, "clinical-trial-number"))
        if number:
            yield "Clinical trial number", number


def _notices(work: dict[str, Any]) -> Iterator[Notice]:
    for name, passive in (("update-to", False), ("updated-by", True)):
        for each in items(work.get(name)):
            said = words(member(each, "type")).casefold().replace("-", "_").replace(" ", "_")
            kind = UPDATES.get(said, "other")
            target = address(member(each, "DOI"))
            label = words(member(each, "label")) or said or name
            found = (Identifier(kind="doi", value=target),) if target else ()
            yield Notice(kind=_PASSIVE.get(kind, kind) if passive else kind, text=label, identifiers=found)
    relations = work.get("relation")
    for name, targets in relations.items() if isinstance(relations, dict) else ():
        for each in items(targets):
            kind_of_id, value = words(member(each, "id-type")).casefold(), words(member(each, "id"))
            if name in _NO_LITERATURE or kind_of_id not in _LITERATURE or not value:
                continue
            found = (Identifier(kind=kind_of_id, value=address(value) if kind_of_id == "doi" else value),)
            yield Notice(kind=RELATIONS.get(name, "other"), text=name, identifiers=found)


def _authors(work: dict[str, Any]) -> Iterator[Author]:
    for each in items(work.get("author")):
        if not isinstance(each, dict):
            continue
        group = words(each.get("name")) or words(each.get("literal"))
        parts = (words(each.get(name)) for name in ("given", "non-dropping-particle", "family", "suffix"))
        name = plain_line(group or " ".join(filter(None, parts)))
        if not name:
            continue
        places = (plain_line(words(member(place, "name"))) for place in items(each.get("affiliation")))
        orcid = _ORCID.search(words(each.get("ORCID")))
        affiliations = tuple(place for place in places if place)
        yield Author(name=name, affiliations=affiliations, orcid=orcid[1] if orcid else None, collective=bool(group))


def _place(work: dict[str, Any]) -> dict[str, Any]:
    """Return journal, volume, pages, publisher, date and address of a work."""
    journals = [plain_line(words(each)) for each in items(work.get("container-title"))]
    journals += [plain_line(words(member(work, "event", "name"))), plain_line(words(work.get("group-title")))]
    doi = address(work.get("DOI"))
    return {
        "journal": next(filter(None, journals), None),
        "volume": words(work.get("volume")) or None,
        "issue": words(work.get("issue")) or None,
        "pages": words(work.get("page")) or words(work.get("article-number")) or None,
        "issns": tuple(
            dict.fromkeys(words(each).rpartition("/")[2] for each in items(work.get("ISSN")) if words(each))
        ),
        "publisher": plain_line(words(work.get("publisher"))) or None,
        "meeting": plain_line(words(member(work, "event", "name"))) or None,
        "date": next(filter(None, (_date(member(work, name, "date-parts")) for name in _DATES)), None),
        "url": f"https://doi.org/{doi}" if doi else None,
    }


def _date(parts: object) -> str | None:
    first = items(items(parts)[0]) if items(parts) else []
    known = [words(each) for each in first]
    return iso(*known[:3]) if known and known[0] else None
