"""From an identifier as people paste it to the source that has the record."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from mscevidence.errors import FetchError
from mscevidence.fetch.source import Page
from mscevidence.fetch.sources import Sources
from mscevidence.model import Identifier

_NCBI = r"https://(?:www\.ncbi\.nlm\.nih\.gov/{0}|{0}\.ncbi\.nlm\.nih\.gov)"
_REST = r"/?(?:[?#]\S*)?"
_FORMS: tuple[tuple[str, str], ...] = (
    ("nct", r"(?:https://(?:www\.)?clinicaltrials\.gov/\S*?)?(NCT\d{8})" + _REST),
    ("pmcid", r"(?:PMCID[:\s]*)?PMC(\d{1,9})(?:\.\d+)?"),
    ("pmcid", _NCBI.format("pmc") + r"/articles/PMC(\d+)(?:/\S*)?"),
    ("pmcid", r"https://(?:www\.)?europepmc\.org/articles?/PMC/?(?:PMC)?(\d+)" + _REST),
    ("pmid", r"(?:PMID[:\s]*)?0*([1-9]\d{0,7})"),
    ("pmid", _NCBI.format("pubmed") + r"/(\d+)" + _REST),
    ("pmid", r"https://(?:www\.)?europepmc\.org/(?:article|abstract)/MED/(\d+)" + _REST),
    ("doi", r"(?:https?://(?:dx\.|www\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)"),
    ("url", r"(https?://\S+)"),
)


def recognised(text: str) -> Identifier:
    """Return the identifier in a text: kind ``nct``, ``pmcid``, ``pmid``, ``doi`` or ``url``, and its value.

    Pages of PubMed, PubMed Central, Europe PMC, ClinicalTrials.gov and doi.org are read as the identifiers they show,
    because their interfaces are made for programs and the pages are not.

    Raises:
        FetchError: it is none of these.
    """
    bare = text.strip()
    for kind, pattern in _FORMS:
        match = re.fullmatch(pattern, bare, re.IGNORECASE)
        if match:
            return Identifier(kind=kind, value=_written(kind, match[1]))
    raise FetchError(
        f"{text!r} is no identifier that can be fetched",
        hint="examples: 28565834 or PMID:28565834, PMC3257301, NCT04014166, 10.1182/blood-2023-180532, https://…",
        reason="address",
    )


def by_identifier(text: str, sources: Sources) -> Page:
    """Return the record that an identifier names, from the source that knows it best.

    A PMID comes from PubMed; a PMCID as full text from Europe PMC, or from PubMed Central where Europe PMC has none; an
    NCT number from ClinicalTrials.gov; a DOI from Crossref, or as landing page where Crossref does not know it; a url
    as page. Which one it was stands in the page's `source`, a second choice in its `notes`.

    Args:
        text: as pasted.
        sources: where to ask.

    Raises:
        FetchError: it is no identifier, or nobody has it.
    """
    identifier = recognised(text)
    ask: dict[str, Callable[[str], Page]] = {
        "pmid": sources.pubmed.record,
        "pmcid": sources.europepmc.full_text,
        "nct": sources.ctgov.study,
        "doi": sources.crossref.work,
        "url": sources.pages.page,
    }
    otherwise: dict[str, tuple[Callable[[str], Page], str]] = {
        "pmcid": (sources.pubmed.full_text, "Europe PMC has no full text of it; this is PubMed Central's"),
        "doi": (sources.pages.landing_page, "Crossref does not know the DOI; this is the page it leads to"),
    }
    try:
        return ask[identifier.kind](identifier.value)
    except FetchError as error:
        if error.reason != "not-found" or identifier.kind not in otherwise:
            raise
    second, note = otherwise[identifier.kind]
    page = second(identifier.value)
    return replace(page, notes=(note, *page.notes))


def _written(kind: str, value: str) -> str:
    if kind == "nct":
        return value.upper()
    if kind == "pmcid":
        return f"PMC{value}"
    if kind != "doi":
        return value
    value = value.lower().rstrip(".,;:'\"]}")
    while value.endswith(")") and value.count(")") > value.count("("):
        value = value[:-1].rstrip(".,;:")
    return value
