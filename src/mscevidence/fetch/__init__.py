"""Network to bytes: the only room that opens a socket. What comes is handed on as it came, with place, time and hash.

::

    client = Client(contact="reviewer@example.org", cache=AnswerCache(folder))
    sources = Sources.on(client, ncbi_api_key="")

    for page in sources.named("pubmed").search("query", since=None, cursor=""):
        page.answer.data, page.records, page.delivered, page.total, page.notes
        page.cursor     # store it together with the page; hand it to `search` to go on after this page; "" at the end

    page = by_identifier("10.1182/blood-2023-180532", sources)  # DOI, PMID, PMCID, NCT number, https url

A page with ``records == 0`` is to be kept (it says what was searched and how many there are) but holds nothing to read.
Everything that goes wrong is a :class:`mscevidence.errors.FetchError` with a `reason` out of :data:`REASONS`; pages
that were handed over before stay good, and the search goes on from the cursor of the last one. A client may be shared
by threads, one per source. Libraries of the network are imported at the first request.
"""

from mscevidence.fetch.answer import REASONS, Answer, Clock, Limits, Request, without_secrets
from mscevidence.fetch.cache import AnswerCache
from mscevidence.fetch.client import Client
from mscevidence.fetch.crossref import Crossref
from mscevidence.fetch.ctgov import ClinicalTrialsGov
from mscevidence.fetch.europepmc import EuropePmc
from mscevidence.fetch.identifier import by_identifier, recognised
from mscevidence.fetch.page import Pages
from mscevidence.fetch.pubmed import PubMed
from mscevidence.fetch.source import Page, Source
from mscevidence.fetch.sources import SOURCES, Sources

__all__ = [
    "REASONS",
    "SOURCES",
    "Answer",
    "AnswerCache",
    "Client",
    "ClinicalTrialsGov",
    "Clock",
    "Crossref",
    "EuropePmc",
    "Limits",
    "Page",
    "Pages",
    "PubMed",
    "Request",
    "Source",
    "Sources",
    "by_identifier",
    "recognised",
    "without_secrets",
]
