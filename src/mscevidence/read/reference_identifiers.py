"""Identifiers of an exported reference, from the fields that hold them and from links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from mscevidence.model import Identifier
from mscevidence.read.identifiers import REGISTRIES, identifiers_in

_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>|\[\]]+", re.IGNORECASE)
_PMID = re.compile(r"(?<![\w.])(\d{1,8})(?:\.0)?(?![\w.])")
_PMC = re.compile(r"PMC\s?(\d{1,9})", re.IGNORECASE)
_ISBN = re.compile(r"(?<![\d-])97[89](?:[- ]?\d){10}(?!\d)")
_OLD_ISBN = re.compile(r"(?<![\w-])\d(?:[- ]?\d){8}[- ]?[\dXx](?![\w-])")
"""Ten digits, the last of which (X is 10) makes their weighted sum a multiple of 11."""

_IN_LINK = (
    ("doi", re.compile(r"(?:doi\.org/|[?&;]doi=(?:doi:)?|id=doi:)(10\.\d{4,9}/[^\s&;]+)", re.IGNORECASE)),
    ("pmid", re.compile(r"(?:pubmed\.ncbi\.nlm\.nih\.gov/|ncbi\.nlm\.nih\.gov/pubmed/)(\d{1,8})(?!\d)")),
    ("pmcid", re.compile(r"/(PMC\d{4,9})(?!\d)")),
    ("scopus", re.compile(r"eid=(2-s2\.0-\d+)")),
    ("embase", re.compile(r"embase\.com/\S*[?&]id=(L\d{6,})")),
    ("nct", re.compile(r"clinicaltrials\.gov/(?:ct2/)?(?:show|study)/(NCT\d{8})", re.IGNORECASE)),
)
_ACCESSIONS = (
    ("wos", re.compile(r"(?:WOS|ISI):(\S+)")),
    ("scopus", re.compile(r"(2-s2\.0-\d+)")),
    ("central", re.compile(r"(CN-\d{8})")),
    ("embase", re.compile(r"(?:EMBASE\s)?(L\d{6,})")),
    ("embase", re.compile(r"EMBASE L?(\d{6,})")),
    ("pmid", re.compile(r"(?:PUBMED |MEDLINE:)(\d{1,8})(?!\d)")),
    ("lens", re.compile(r"(\d{3}-\d{3}-\d{3}-\d{3}-\d{2}[\dX])")),
    ("accession", re.compile(r"(\S(?:.{0,60}\S)?)")),
)


def identifiers_of(values: Mapping[str, list[str]]) -> tuple[Identifier, ...]:
    """Return the identifiers of the fields of a reference, each once: DOI, PubMed, registrations, accession numbers."""
    found = [*_named(values), *_registrations(values)]
    kinds = {kind for kind, _ in found}
    # A link only tells what no field tells: the resolver of a library may name another version.
    found += [each for each in _linked(values.get("url", ())) if each[0] not in kinds]
    numbers = {value for kind, value in found if kind != "accession"}
    found = [(kind, value) for kind, value in found if kind != "accession" or value not in numbers]
    unique = {(kind, value.casefold()): Identifier(kind=kind, value=value) for kind, value in reversed(found)}
    return tuple(reversed(unique.values()))


def doi_in(text: str) -> str | None:
    """Return the first DOI in a text, in lower case, or None."""
    match = _DOI.search(unquote(text) if "%" in text else text)
    if match is None:
        return None
    doi = match.group().rstrip(".,;:'\"}").lower()
    return doi[:-1] if doi.endswith(")") and doi.count(")") > doi.count("(") else doi


def _named(values: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    for value in values.get("doi", ()):
        if doi := doi_in(value):
            yield "doi", doi
    for value in values.get("pmid", ()):
        if pmid := _PMID.search(value):
            yield "pmid", pmid[1].lstrip("0")
    for value in values.get("pmcid", ()):
        if pmc := _PMC.search(value):
            yield "pmcid", f"PMC{pmc[1]}"
    for value in values.get("accession", ()):
        yield _accession(value)
    for value in (*values.get("isbn", ()), *values.get("issn", ())):
        yield from (("isbn", isbn) for isbn in _isbns(value))


def _isbns(value: str) -> Iterator[str]:
    for isbn in _ISBN.findall(value):
        yield re.sub(r"[- ]", "", isbn)
    for isbn in _OLD_ISBN.findall(value):
        digits = re.sub(r"[- ]", "", isbn).upper()
        if sum((10 - place) * (10 if digit == "X" else int(digit)) for place, digit in enumerate(digits)) % 11 == 0:
            yield digits


def only_registrations(value: str) -> tuple[Identifier, ...]:
    """Return the registration numbers of a value that holds nothing else; none of any other value."""
    found = [each for each in identifiers_in(value) if each.kind in REGISTRIES]
    rest = value
    for start, end in sorted((each.span for each in found if each.span), reverse=True):
        rest = rest[:start] + rest[end:]
    return () if any(character.isalnum() for character in rest) else tuple(found)


def _accession(value: str) -> tuple[str, str]:
    if registered := only_registrations(value):
        # A registry gives its own number as that of the record.
        return registered[0].kind, registered[0].value
    kind, match = next((kind, found) for kind, pattern in _ACCESSIONS if (found := pattern.match(value.strip())))
    return kind, match[1].rstrip(".")


def _registrations(values: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    for value in values.get("registration", ()):
        yield from ((each.kind, each.value) for each in identifiers_in(value) if each.kind in REGISTRIES)


def _linked(links: list[str] | tuple[()]) -> Iterator[tuple[str, str]]:
    for link in links:
        for kind, pattern in _IN_LINK:
            if match := pattern.search(unquote(link) if kind == "doi" else link):
                yield kind, match[1].rstrip(".,;)").lower() if kind == "doi" else match[1]
