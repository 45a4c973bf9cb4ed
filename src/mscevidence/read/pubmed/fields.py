"""What a PubMed record says of a report: addresses, authors, journal, date, abstract."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mscevidence.read.abstract_markup import without_markup
from mscevidence.read.abstracts import Part
from mscevidence.read.canonical import canonical, is_canonical
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
_UNASSIGNED = "UNASSIGNED"


def line(element: Element | None) -> str:
    """Return the text of an element in one line, with markup kept as text; empty when it is missing."""
    if element is None:
        return ""
    if len(element):
        return without_markup(inline(element))
    text = canonical_line(element.text or "")
    return without_markup(text) if "<" in text else text


def term(element: Element | None) -> str:
    """Return what `line` returns, of an element whose text stands in many records (a journal, a year)."""
    if element is None or len(element):
        return line(element)
    text = remembered(element.text or "")
    return without_markup(text) if "<" in text else text


def lines(elements: Iterable[Element]) -> list[str]:
    """Return the texts of many elements, each in one line: checked together, for most lists are plain words."""
    plain = [raw_line(each) for each in elements]
    return plain if is_canonical("|".join(plain)) else [canonical_line(each) for each in plain]


def canonical_line(text: str) -> str:
    """Return the canonical form of a text in one line."""
    text = text.strip()
    if is_canonical(text):
        return text
    text = " ".join(text.split())  # odd spaces are what most other lines have
    return text if is_canonical(text) else canonical(text)


remembered = functools.lru_cache(maxsize=1 << 12)(canonical_line)


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
    given = [(each.get("EIdType") or "", each) for each in located if each.get("ValidYN") != "N"]
    listed = child_of(child_of(record, "PubmedData"), "ArticleIdList")
    for each in listed if listed is not None else ():
        kind = _KINDS.get(each.get("IdType") or "")
        if kind is not None:
            given.append((kind, each))
    own = [("pmid", about["PMID"])] if "PMID" in about else []
    values = lines([each for _, each in (*own, *given)])
    doi: list[tuple[str, str]] = []
    other: list[tuple[str, str]] = []
    for (kind, _), value in zip(given, values[len(own) :], strict=True):
        (doi if kind == "doi" else other).append((kind, value))
    numbered = about["OtherID"].getparent() if "OtherID" in about else ()
    for each in numbered:
        if each.tag == "OtherID":
            other += _other_id(line(each))
    other.sort(key=_not_pmcid)
    return [*[(kind, value.lower()) for kind, value in doi], *[("pmid", each) for each in values[: len(own)]], *other]


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


def raw_line(element: Element) -> str:
    """Return the text of an element before it is made canonical."""
    return inline(element) if len(element) else (element.text or "").strip()


def abstract_parts(abstract: Element | None) -> tuple[list[Part], list[str]]:
    """Return the parts of an abstract, each with its label as printed, and the categories that NLM gave them."""
    found = [each for each in abstract if each.tag == "AbstractText"] if abstract is not None else []
    labels = [each.get("Label") or "" for each in found]
    texts = [without_markup(text) if "<" in text else text for text in lines(found)]
    parts = [("" if label.upper() == _UNASSIGNED else label, text) for label, text in zip(labels, texts, strict=True)]
    return parts, [each.get("NlmCategory") or "" for each in found]
