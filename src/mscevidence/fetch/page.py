"""Single pages of the web, by url or by DOI, where the site lets programs fetch them."""

from __future__ import annotations

from urllib.parse import quote

from mscevidence.fetch.answer import PAGE, Request
from mscevidence.fetch.client import Client
from mscevidence.fetch.source import Page


class Pages:
    """Pages of publishers, societies and registries.

    Args:
        client: fetches.
        base: the resolver of DOIs.
    """

    name = "page"
    rate = 1.0

    def __init__(self, client: Client, *, base: str = "https://doi.org") -> None:
        self.base = base
        self._client = client

    def page(self, url: str) -> Page:
        """Return a page.

        Args:
            url: an https address.

        Raises:
            FetchError: it did not come, or the site's robots.txt asks programs to stay away (``robots``).
        """
        answer = self._client.fetch(Request(url, accept=PAGE, rate=self.rate, robots=True))
        return Page(source=self.name, answer=answer, records=1, total=1, delivered=1)

    def landing_page(self, doi: str) -> Page:
        """Return the page to which a DOI leads (https://www.doi.org/the-identifier/resources/handbook/).

        Args:
            doi: without resolver.

        Raises:
            FetchError: there is no such DOI, or its page did not come.
        """
        return self.page(f"{self.base}/{quote(doi, safe='/:;()._-')}")
