"""The database that an exported reference comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mscevidence.model import Identifier
from mscevidence.read.identifiers import REGISTRIES

_SOURCES = (
    ("embase", "embase"),
    ("scopus", "scopus"),
    ("web-of-science", "web of science"),
    ("clinicaltrials.gov", "clinicaltrials"),
    ("ictrp", "ictrp"),
    ("central", "cochrane"),
    ("pubmed", "pubmed"),
    ("pubmed", "medline"),
    ("pubmed", "nlm"),
    ("lens", "lens"),
    ("europepmc", "europe pmc"),
)
_BY_IDENTIFIER = {"embase": "embase", "scopus": "scopus", "wos": "web-of-science", "central": "central", "lens": "lens"}
_REGISTRIES = frozenset(
    {
        "clinicaltrials.gov",
        "ictrp",
        "isrctn",
        "eu-clinical-trials-register",
        "anzctr",
        "drks",
        "umin-ctr",
        "jrct",
        "ctis",
    }
)
_BY_LINK = {"embase.com": "embase", "scopus.com": "scopus", "europepmc.org": "europepmc"}


def source_of(databases: Iterable[str], identifiers: Iterable[Identifier], links: Iterable[str]) -> str | None:
    """Return the database that a reference comes from, by its name, its accession number or its link."""
    # SciELO gives the address of its site as that of the provider.
    named = " ".join(each for each in databases if not each.startswith("http")).casefold()
    found = next((source for source, word in _SOURCES if word in named), None)
    found = found or next((_BY_IDENTIFIER[each.kind] for each in identifiers if each.kind in _BY_IDENTIFIER), None)
    found = found or next((source for link in links for site, source in _BY_LINK.items() if site in link), None)
    return found or (re.sub(r"[^a-z0-9]+", "-", named).strip("-") or None)


def is_registry_entry(identifiers: Iterable[Identifier], source: str | None) -> bool:
    """Return whether a reference is an entry of a registry, by its number and the database it comes from."""
    return source in _REGISTRIES and any(each.kind in REGISTRIES for each in identifiers)
