"""Authors of a PubMed record: persons and groups, from parsed elements or from plain markup."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mscevidence.read.canonical import is_canonical
from mscevidence.read.jats_text import Element, inline
from mscevidence.read.pubmed.fields import Fields, canonical_line, line, raw_line
from mscevidence.read.pubmed.plain import all_of, are_plain, decoded, leaf, perhaps, wrapped

_ORCID = re.compile(r"(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dXx])$")
_OF_NAMES = frozenset({"LastName", "ForeName", "FirstName", "Initials", "Suffix", "CollectiveName"})

_NAME = leaf("LastName") + perhaps(leaf("ForeName"), leaf("Initials"), leaf("Suffix"))
_AFFILIATION = wrapped("AffiliationInfo", leaf("Affiliation"))
_MORE = f"((?:{wrapped('AffiliationInfo', leaf('Affiliation', group=False))})*)"
_AUTHOR = re.compile(
    "("
    + wrapped(
        "Author",
        f"(?:{_NAME}|{leaf('CollectiveName')})"
        f"{perhaps(leaf('Identifier', ' Source=.ORCID.'))}{perhaps(_AFFILIATION)}{_MORE}",
        ' ValidYN="Y"(?: EqualContrib="[YN]")?',
    )
    + ")"
)
_OTHER_AFFILIATION = re.compile(leaf("Affiliation"))
_LIST = re.compile(r'<AuthorList(?: (?:CompleteYN|Type)="[A-Za-z]*")*>')


def authors_of(people: Element | None) -> list[Fields]:
    """Return the fields of the authors of a list, persons and groups."""
    if people is None:
        return []
    authors = []
    words = []
    for parts, affiliations in _people(people):
        author = _author(parts, affiliations)
        authors.append(author)
        words.append(author["name"])
        words += affiliations
    if not is_canonical("|".join(words)):
        for author in authors:
            author["name"] = canonical_line(author["name"])
            author["affiliations"] = [canonical_line(each) for each in author["affiliations"]]
    return [author for author in authors if author["name"]]


def plain_authors(markup: bytes) -> list[Fields] | None:
    """Return what `authors_of` returns, of a list in plain markup; None of any other."""
    text = decoded(markup)
    begin = _LIST.match(text)
    people = all_of(_AUTHOR, text, begin.end(), len(text) - len("</AuthorList>")) if begin is not None else None
    if people is None:
        return None
    authors = []
    words = []
    for _, last, fore, initials, suffix, group, orcid, affiliation, more in people:
        affiliations = [affiliation, *_OTHER_AFFILIATION.findall(more)] if affiliation else []
        author: Fields = {"affiliations": affiliations}
        if orcid and (known := _orcid(orcid)):
            author["orcid"] = known
        if group:
            author["collective"] = True
        author["name"] = group or _name(fore or initials, last, suffix)
        authors.append(author)
        words.append(author["name"])
        words += affiliations
    return authors if are_plain(dict.fromkeys(words)) else None


def _name(first: str, last: str, suffix: str) -> str:
    return f"{first} {last} {suffix}".strip()


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
            affiliations.append(raw_line(element))
        elif tag == "Author":
            parts, affiliations = {}, []
            if element.get("ValidYN") != "N":
                found.append((parts, affiliations))
        elif tag == "Identifier" and "orcid" not in parts and element.get("Source") == "ORCID":
            parts |= {"orcid": orcid} if (orcid := _orcid(line(element))) else {}
    return found


def _author(parts: Mapping[str, str], affiliations: list[str]) -> Fields:
    author: Fields = {"affiliations": affiliations}
    if "orcid" in parts:
        author["orcid"] = parts["orcid"]
    if "CollectiveName" in parts:
        author["collective"] = True
        author["name"] = parts["CollectiveName"].strip()
    else:
        first = parts.get("ForeName") or parts.get("FirstName") or parts.get("Initials", "")
        author["name"] = _name(first, parts.get("LastName", ""), parts.get("Suffix", ""))
    return author


def _orcid(words: str) -> str | None:
    match = _ORCID.search(words)
    return "-".join(match.groups()).upper() if match else None
