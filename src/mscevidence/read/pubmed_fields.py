"""What a PubMed record says of a report: addresses, authors, journal, date, abstract."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mscevidence.read.abstract_markup import without_markup
from mscevidence.read.abstracts import Part
from mscevidence.read.canonical import canonical, is_canonical
from mscevidence.read.dates import date_of
from mscevidence.read.jats_text import Element, inline

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
_OF_NAMES = frozenset({"LastName", "ForeName", "FirstName", "Initials", "Suffix", "CollectiveName"})
_UNASSIGNED = "UNASSIGNED"


def line(element: Element | None) -> str:
    """Return the text of an element in one line, with markup kept as text; empty when it is missing."""
    if element is None:
        return ""
    if len(element):
        return without_markup(inline(element))
    text = _canonical(element.text or "")
    return without_markup(text) if "<" in text else text


def term(element: Element | None) -> str:
    """Return what `line` returns, of an element whose text stands in many records (a journal, a year)."""
    if element is None or len(element):
        return line(element)
    text = _remembered(element.text or "")
    return without_markup(text) if "<" in text else text


def lines(elements: Iterable[Element]) -> list[str]:
    """Return the texts of many elements, each in one line: checked together, for most lists are plain words."""
    plain = [_raw(each) for each in elements]
    return plain if is_canonical("|".join(plain)) else [_canonical(each) for each in plain]


def _canonical(text: str) -> str:
    text = text.strip()
    if is_canonical(text):
        return text
    text = " ".join(text.split())  # odd spaces are what most other lines have
    return text if is_canonical(text) else canonical(text)


_remembered = functools.lru_cache(maxsize=1 << 12)(_canonical)


def by_name(element: Iterable[Element], several: Mapping[str, list[Element]] | None = None) -> dict[str, Element]:
    """Return the children of an element by name, the last of each; one walk is quicker than many searches.

    Args:
        element: whose children.
        several: takes all the children of its names.
    """
    if several is None:
        return {child.tag: child for child in element}
    found = {}
    for child in element:
        tag = child.tag
        found[tag] = child
        if tag in several:
            several[tag].append(child)
    return found


def child_of(element: Element | None, name: str) -> Element | None:
    """Return the first child of a name, or None."""
    for child in element if element is not None else ():
        if child.tag == name:
            return child
    return None


def addresses(record: Element, about: dict[str, Element], located: Iterable[Element]) -> list[tuple[str, str]]:
    """Return kind and value of every identifier of a citation, DOI and PMID first.

    Args:
        record: the whole record.
        about: children of the citation by name.
        located: electronic locations of its article or book.
    """
    doi: list[tuple[str, str]] = []
    other: list[tuple[str, str]] = []
    for each in located:
        if each.get("ValidYN") != "N":
            (doi if each.get("EIdType") == "doi" else other).append((each.get("EIdType") or "", line(each)))
    listed = child_of(child_of(record, "PubmedData"), "ArticleIdList")
    for each in listed if listed is not None else ():
        kind = _KINDS.get(each.get("IdType") or "")
        if kind is not None:
            (doi if kind == "doi" else other).append((kind, line(each)))
    numbered = about["OtherID"].getparent() if "OtherID" in about else ()
    for each in numbered:
        if each.tag == "OtherID":
            other += _other_id(line(each))
    other.sort(key=_not_pmcid)
    return [*[(kind, value.lower()) for kind, value in doi], ("pmid", line(about.get("PMID"))), *other]


def _not_pmcid(pair: tuple[str, str]) -> bool:
    return pair[0] != "pmcid"


def _other_id(value: str) -> list[tuple[str, str]]:
    word = value.split(" ", 1)[0]
    if word.startswith("PMC"):
        return [("pmcid", word)]
    return [("manuscript", word)] if word.startswith(("NIHMS", "EMS", "UKMS", "HHSPA", "CAMS")) else []


def registrations_of(banks: Element | None) -> Iterator[tuple[str, str]]:
    """Yield data bank and accession number of everything an article says it deposited or registered."""
    for bank in banks if banks is not None else ():
        name = line(child_of(bank, "DataBankName"))
        for number in bank.iterfind("AccessionNumberList/AccessionNumber"):
            if line(number):
                yield name, line(number)


def authors_of(people: Element | None) -> list[dict[str, Any]]:
    """Return the fields of the authors of a list, persons and groups."""
    if people is None:
        return []
    authors = []
    words = []
    for parts, affiliations in _people(people):
        author = _named(parts, affiliations)
        authors.append(author)
        words.append(author["name"])
        words += affiliations
    if not is_canonical("|".join(words)):
        for author in authors:
            author["name"] = _canonical(author["name"])
            author["affiliations"] = [_canonical(each) for each in author["affiliations"]]
    return [author for author in authors if author["name"]]


def _people(people: Element) -> list[tuple[dict[str, str], list[str]]]:
    """Return the parts of the name, and the affiliations, of every author; one flat walk is the quickest."""
    found: list[tuple[dict[str, str], list[str]]] = []
    parts: dict[str, str] = {}
    affiliations: list[str] = []
    for element in people.iter():
        tag = element.tag
        if tag in _OF_NAMES:
            parts[tag] = inline(element) if len(element) else element.text or ""
        elif tag == "Affiliation":
            affiliations.append(_raw(element))
        elif tag == "Author":
            parts, affiliations = {}, []
            if element.get("ValidYN") != "N":
                found.append((parts, affiliations))
        elif tag == "Identifier" and "orcid" not in parts and (orcid := _orcid(element)):
            parts["orcid"] = orcid
    return found


def _named(parts: Mapping[str, str], affiliations: list[str]) -> Fields:
    author: Fields = {"affiliations": affiliations}
    if "orcid" in parts:
        author["orcid"] = parts["orcid"]
    if "CollectiveName" in parts:
        author["collective"] = True
        author["name"] = parts["CollectiveName"].strip()
    else:
        first = parts.get("ForeName") or parts.get("FirstName") or parts.get("Initials", "")
        author["name"] = f"{first} {parts.get('LastName', '')} {parts.get('Suffix', '')}".strip()
    return author


def _raw(element: Element) -> str:
    """Return the text of an element before it is made canonical."""
    return inline(element) if len(element) else (element.text or "").strip()


def _orcid(identifier: Element) -> str | None:
    match = _ORCID.search(line(identifier)) if identifier.get("Source") == "ORCID" else None
    return "-".join(match.groups()).upper() if match else None


def journal_fields(about: dict[str, Element], found: dict[str, Element]) -> Fields:
    """Return journal, volume, issue, pages and date of a citation.

    Args:
        about: children of the citation by name.
        found: children of its article by name.
    """
    journal = by_name(found.get("Journal", ()))
    medline = by_name(about.get("MedlineJournalInfo", ()))
    issue = by_name(journal.get("JournalIssue", ()))
    issns = [term(journal.get("ISSN")), term(medline.get("ISSNLinking"))]
    short = term(journal.get("ISOAbbreviation")) or term(medline.get("MedlineTA"))
    date, words = date_of(_parts(issue.get("PubDate")))
    if date is None:
        date = date_of(_parts(found.get("ArticleDate")))[0]
    return {
        "journal": term(journal.get("Title")) or short or None,
        "issns": tuple(dict.fromkeys([issn for issn in issns if issn])),
        "volume": term(issue.get("Volume")) or None,
        "issue": term(issue.get("Issue")) or None,
        "pages": pages_of(found.get("Pagination")),
        "date": date,
        "date_text": words or None,
    }


def _parts(date: Element | None) -> dict[str, str]:
    return {part.tag: term(part) for part in date} if date is not None else {}


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
