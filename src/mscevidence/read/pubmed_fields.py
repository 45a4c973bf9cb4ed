"""What a PubMed record says of a report: addresses, authors, journal, date, abstract."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mscevidence.model import Author
from mscevidence.read.abstracts import Part
from mscevidence.read.dates import date_of
from mscevidence.read.jats_text import Element, inline, is_canonical

Fields = dict[str, Any]
"""Fields of a `Document` by name."""

_KINDS = {
    "doi": "doi",
    "pubmed": "pmid",
    "pmc": "pmcid",
    "pii": "pii",
    "mid": "manuscript",
    "bookaccession": "nbk",
}
_ORCID = re.compile(r"(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dXx])$")
_UNASSIGNED = "UNASSIGNED"


def line(element: Element | None) -> str:
    """Return the text of an element in one line, with markup kept as text; empty when it is missing."""
    if element is None:
        return ""
    if len(element):
        return inline(element)
    text: str = element.text or ""
    return text.strip() if is_canonical(text) else inline(element)


def addresses(record: Element, citation: Element, article: Element | None) -> Iterator[tuple[str, str]]:
    """Yield kind and value of every identifier of a citation."""
    doi: list[tuple[str, str]] = []
    other: list[tuple[str, str]] = []
    for each in article.iterchildren("ELocationID") if article is not None else ():
        if each.get("ValidYN") != "N":
            (doi if each.get("EIdType") == "doi" else other).append((each.get("EIdType") or "", line(each)))
    lists = record.iterfind("PubmedData/ArticleIdList/ArticleId") if record is not citation else ()
    for each in lists:
        kind = _KINDS.get(each.get("IdType") or "")
        if kind is not None:
            (doi if kind == "doi" else other).append((kind, line(each)))
    for each in citation.iterchildren("OtherID"):
        other += _other_id(line(each))
    yield from ((kind, value.lower()) for kind, value in doi)
    yield "pmid", line(citation.find("PMID"))
    yield from sorted(other, key=lambda pair: pair[0] != "pmcid")


def _other_id(value: str) -> list[tuple[str, str]]:
    word = value.split(" ", 1)[0]
    if word.startswith("PMC"):
        return [("pmcid", word)]
    return [("manuscript", word)] if word.startswith(("NIHMS", "EMS", "UKMS", "HHSPA", "CAMS")) else []


def registrations_of(banks: Element | None) -> Iterator[tuple[str, str]]:
    """Yield data bank and accession number of everything an article says it deposited or registered."""
    for bank in banks if banks is not None else ():
        name = line(bank.find("DataBankName"))
        for number in bank.iterfind("AccessionNumberList/AccessionNumber"):
            if line(number):
                yield name, line(number)


def authors_of(people: Element | None) -> tuple[Author, ...]:
    """Return the authors of a list, persons and groups."""
    found = (_author(each) for each in people.iterchildren("Author")) if people is not None else ()
    return tuple(author for author in found if author is not None)


def _author(person: Element) -> Author | None:
    if person.get("ValidYN") == "N":
        return None
    parts: dict[str, str] = {}
    affiliations: list[str] = []
    orcid = None
    for part in person:
        tag = part.tag
        if tag == "AffiliationInfo":
            affiliations += [line(each) for each in part if each.tag == "Affiliation"]
        elif tag == "Affiliation":
            affiliations.append(line(part))
        elif tag == "Identifier":
            orcid = orcid or _orcid(part)
        else:
            parts[tag] = line(part)
    group = parts.get("CollectiveName", "")
    first = parts.get("ForeName") or parts.get("FirstName") or parts.get("Initials", "")
    name = group or " ".join(filter(None, (first, parts.get("LastName"), parts.get("Suffix"))))
    if not name:
        return None
    return Author(name=name, affiliations=tuple(affiliations), orcid=orcid, collective=bool(group))


def _orcid(identifier: Element) -> str | None:
    match = _ORCID.search(line(identifier)) if identifier.get("Source") == "ORCID" else None
    return "-".join(match.groups()).upper() if match else None


def journal_fields(citation: Element, found: dict[str, Any]) -> Fields:
    """Return journal, volume, issue, pages and date of a citation."""
    journal = found.get("Journal")
    issue: dict[str, Element] = {}
    fields: Fields = {}
    issns: list[str] = []
    for each in journal if journal is not None else ():
        if each.tag == "JournalIssue":
            issue = {part.tag: part for part in each}
        elif each.tag == "ISSN":
            issns.append(line(each))
        elif each.tag == "Title" or (each.tag == "ISOAbbreviation" and "journal" not in fields):
            fields["journal"] = line(each) or None
    about = citation.find("MedlineJournalInfo")
    for each in about if about is not None else ():
        if each.tag == "ISSNLinking":
            issns.append(line(each))
        elif each.tag == "MedlineTA" and not fields.get("journal"):
            fields["journal"] = line(each) or None
    date, words = date_of(_parts(issue.get("PubDate")))
    if date is None:
        date = date_of(_parts(found.get("ArticleDate")))[0]
    return fields | {
        "issns": tuple(dict.fromkeys(issn for issn in issns if issn)),
        "volume": line(issue.get("Volume")) or None,
        "issue": line(issue.get("Issue")) or None,
        "pages": pages_of(found.get("Pagination")),
        "date": date,
        "date_text": words or None,
    }


def _parts(date: Element | None) -> dict[str, str]:
    return {part.tag: line(part) for part in date} if date is not None else {}


def parts_of_date(date: Element | None) -> tuple[str | None, str]:
    """Return a date as precise as an element tells it, and its words where they say more."""
    return date_of(_parts(date))


def pages_of(pagination: Element | None) -> str | None:
    """Return the pages as printed."""
    if pagination is None:
        return None
    parts = {part.tag: line(part) for part in pagination}
    joined = "-".join(filter(None, (parts.get("StartPage"), parts.get("EndPage"))))
    return parts.get("MedlinePgn") or joined or None


def abstract_parts(abstract: Element | None) -> tuple[list[Part], list[str]]:
    """Return the parts of an abstract, each with its label as printed, and the categories that NLM gave them."""
    parts: list[Part] = []
    categories: list[str] = []
    for each in abstract if abstract is not None else ():
        if each.tag != "AbstractText":
            continue
        label = each.get("Label") or ""
        parts.append(("" if label.upper() == _UNASSIGNED else label, line(each)))
        categories.append(each.get("NlmCategory") or "")
    return parts, categories
