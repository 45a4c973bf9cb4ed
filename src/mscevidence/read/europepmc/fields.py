"""One result of Europe PMC to a record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mscevidence.errors import DocumentError
from mscevidence.model import Author, Notice, NoticeKind
from mscevidence.read.abstract_markup import parts_of, plain_line
from mscevidence.read.abstracts import RecordText
from mscevidence.read.dates import date_of, iso
from mscevidence.read.formats import Record
from mscevidence.read.json_records import items, member, words
from mscevidence.read.publication_types import kind_of, status_of
from mscevidence.read.pubmed.notices import identifiers_of

_NOTICES: dict[str, NoticeKind] = {
    "comment in": "commented-by",
    "comment on": "comment-on",
    "erratum in": "corrected-by",
    "erratum for": "erratum-for",
    "expression of concern in": "expression-of-concern-by",
    "expression of concern for": "expression-of-concern-for",
    "retraction in": "retracted-by",
    "retraction of": "retraction-of",
    "partial retraction in": "retracted-by",
    "partial retraction of": "retraction-of",
    "republished in": "republished-in",
    "republished from": "republished-from",
    "corrected and republished in": "republished-in",
    "corrected and republished from": "republished-from",
    "retracted and republished in": "republished-in",
    "retracted and republished from": "republished-from",
    "update in": "updated-by",
    "update of": "update-of",
    "preprint in": "has-preprint",
    "preprint of": "preprint-of",
}
_NAME = re.compile(r"^(?P<family>.+?) (?P<initials>[A-Z]{1,4})$")
_GROUP = re.compile(
    r"\b(?:group|consortium|network|collaborat\w+|investigators|committee|society|team|study|initiative)\b",
    re.IGNORECASE,
)


def result_record(data: bytes, result: dict[str, Any], notes: tuple[str, ...]) -> Record:
    """Return the record of one result, lite or core.

    Raises:
        DocumentError: it has neither title nor abstract.
    """
    title = plain_line(words(result.get("title")))
    abstract = parts_of(words(result.get("abstractText")))
    if not title and not abstract:
        known = f"{words(result.get('source'))} {words(result.get('id'))}".strip() or "no identifier"
        raise DocumentError(f"a result without title and abstract ({known})", hint="fetch it again")
    types = tuple(_types(result))
    notices = tuple(_notices(result, types))
    text = RecordText()
    text.head(title, _identifiers(result))
    text.abstract(abstract)
    fields = {
        "title": title,
        "kind": "preprint" if words(result.get("source")) == "PPR" else kind_of(types),
        "status": status_of(types, notices, title),
        "authors": _authors(result),
        "sections": tuple(text.writer.sections),
        "identifiers": tuple(text.identifiers),
        "languages": tuple(filter(None, [words(result.get("language"))])),
        "publication_types": types,
        "subjects": tuple(_subjects(result)),
        "keywords": tuple(plain_line(words(each)) for each in items(member(result, "keywordList", "keyword"))),
        "notices": notices,
        "source": "europepmc",
        "notes": notes,
        **_journal(result),
    }
    return Record(data, text.text(), fields)


def _identifiers(result: dict[str, Any]) -> Iterator[tuple[str, str]]:
    source, number = words(result.get("source")), words(result.get("id"))
    yield "doi", words(result.get("doi")).lower()
    yield "pmid", words(result.get("pmid")) or (number if source == "MED" else "")
    yield "pmcid", words(result.get("pmcid")) or (number if source == "PMC" else "")
    if source not in {"MED", "PMC", ""}:
        yield "europepmc", f"{source}/{number}"
    for each in items(member(result, "fullTextIdList", "fullTextId")):
        yield ("pmcid" if words(each).startswith("PMC") else "europepmc"), words(each)
    yield "manuscript", words(result.get("manuscriptId"))
    yield "isbn", words(member(result, "bookOrReportDetails", "isbn13"))


def _types(result: dict[str, Any]) -> Iterator[str]:
    yield from filter(None, (words(each) for each in items(member(result, "pubTypeList", "pubType"))))
    yield from filter(None, (each.strip() for each in words(result.get("pubType")).split(";")))


def _notices(result: dict[str, Any], types: tuple[str, ...]) -> Iterator[Notice]:
    for each in items(member(result, "commentCorrectionList", "commentCorrection")):
        name = words(member(each, "type"))
        kind = _NOTICES.get(name.casefold(), "other")
        if kind == "updated-by" and "preprint" in {word.casefold() for word in types}:
            kind = "preprint-of"
        reference = words(member(each, "reference"))
        pmid = words(member(each, "id")) if words(member(each, "source")) in {"MED", ""} else ""
        said = reference if kind != "other" else f"{name}: {reference}"
        yield Notice(kind=kind, text=said, identifiers=identifiers_of(reference, pmid))


def _authors(result: dict[str, Any]) -> tuple[Author, ...]:
    people = [each for each in items(member(result, "authorList", "author")) if isinstance(each, dict)]
    if people:
        return tuple(author for author in map(_author, people) if author is not None)
    listed = (each.strip() for each in words(result.get("authorString")).rstrip(".").split(", "))
    return tuple(_listed(name) for name in listed if name)


def _author(person: dict[str, Any]) -> Author | None:
    group = words(person.get("collectiveName"))
    parts = (words(person.get("firstName")) or words(person.get("initials")), words(person.get("lastName")))
    name = plain_line(group or " ".join(filter(None, parts)) or words(person.get("fullName")))
    if not name:
        return None
    places = items(member(person, "authorAffiliationDetailsList", "authorAffiliation")) or [person]
    affiliations = (plain_line(words(member(each, "affiliation"))) for each in places)
    identity = person.get("authorId")
    orcid = words(member(identity, "value")) if member(identity, "type") == "ORCID" else None
    found = tuple(each for each in affiliations if each)
    return Author(name=name, affiliations=found, orcid=orcid or None, collective=bool(group))


def _listed(name: str) -> Author:
    """Return an author as a list of names prints it: ``Flaherty KT`` is KT Flaherty."""
    match = _NAME.match(name)
    if match is None or _GROUP.search(name):
        return Author(name=plain_line(name), collective=bool(_GROUP.search(name)))
    return Author(name=f"{match['initials']} {plain_line(match['family'])}")


def _subjects(result: dict[str, Any]) -> Iterator[str]:
    for each in items(member(result, "meshHeadingList", "meshHeading")):
        qualifiers = items(member(each, "meshQualifierList", "meshQualifier"))
        names = [member(each, "descriptorName"), *(member(qualifier, "qualifierName") for qualifier in qualifiers)]
        yield "/".join(filter(None, map(words, names)))


def _journal(result: dict[str, Any]) -> dict[str, Any]:
    info = result.get("journalInfo")
    book = result.get("bookOrReportDetails")
    titles = (
        words(member(info, "journal", "title")),
        words(result.get("journalTitle")),
        words(member(book, "comprisingTitle")),
        words(member(info, "journal", "medlineAbbreviation")),
    )
    issns = [words(member(info, "journal", name)) for name in ("issn", "essn")]
    issns += [each.strip() for each in words(result.get("journalIssn")).split(";")]
    date, printed = _date(result, info)
    return {
        "journal": plain_line(next(filter(None, titles), "")) or None,
        "volume": words(member(info, "volume")) or words(result.get("journalVolume")) or None,
        "issue": words(member(info, "issue")) or words(result.get("issue")) or None,
        "pages": words(result.get("pageInfo")) or None,
        "issns": tuple(dict.fromkeys(issn.upper() for issn in issns if issn)),
        "publisher": words(member(book, "publisher")) or None,
        "date": date,
        "date_text": printed or None,
    }


def _date(result: dict[str, Any], info: object) -> tuple[str | None, str]:
    """Return the date of the issue, or of the first publication, as precise as it is told."""
    printed = words(member(info, "dateOfPublication"))
    year, month = words(member(info, "yearOfPublication")), words(member(info, "monthOfPublication"))
    if printed:
        found = date_of({"MedlineDate": printed})[0]
        if found is not None:
            return found, printed
    if year and year != "0":
        return iso(year, month), printed
    first = words(result.get("firstPublicationDate"))
    year = words(result.get("pubYear"))
    return (first if first[:4] == year or not year else year) or None, printed
