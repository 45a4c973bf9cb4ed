"""The table of sources, and all of them on one client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mscevidence.errors import UnknownTermError
from mscevidence.fetch.client import Client
from mscevidence.fetch.crossref import Crossref
from mscevidence.fetch.ctgov import ClinicalTrialsGov
from mscevidence.fetch.europepmc import EuropePmc
from mscevidence.fetch.page import Pages
from mscevidence.fetch.pubmed import PubMed
from mscevidence.fetch.source import Source

SOURCES: Mapping[str, str] = {
    "pubmed": "PubMed",
    "europepmc": "Europe PMC",
    "ctgov": "ClinicalTrials.gov",
    "crossref": "Crossref",
}
"""The sources that can be searched: name on the command line -> name for people."""


@dataclass(frozen=True, slots=True)
class Sources:
    """All sources on one client.

    Args:
        pubmed: PubMed and PubMed Central.
        europepmc: Europe PMC.
        ctgov: ClinicalTrials.gov.
        crossref: Crossref.
        pages: single pages.
    """

    pubmed: PubMed
    europepmc: EuropePmc
    ctgov: ClinicalTrialsGov
    crossref: Crossref
    pages: Pages

    @classmethod
    def on(cls, client: Client, *, ncbi_api_key: str = "") -> Sources:
        """Return all sources where the public knows them."""
        return cls(
            pubmed=PubMed(client, api_key=ncbi_api_key),
            europepmc=EuropePmc(client),
            ctgov=ClinicalTrialsGov(client),
            crossref=Crossref(client),
            pages=Pages(client),
        )

    def named(self, name: str) -> Source:
        """Return a source that can be searched.

        Args:
            name: one of :data:`SOURCES`.

        Raises:
            UnknownTermError: there is none of this name.
        """
        by_name: dict[str, Source] = {
            each.name: each for each in (self.pubmed, self.europepmc, self.ctgov, self.crossref)
        }
        if name not in by_name:
            raise UnknownTermError(name, kind="source", choices=SOURCES)
        return by_name[name]
