"""Crossref: search by cursor, and single works by DOI.

https://www.crossref.org/documentation/retrieve-metadata/rest-api/: ``rows`` up to 1,000, ``cursor`` begins with ``*``;
a page with fewer items than rows is the last; ``mailto`` leads to the polite pool. A cursor belongs to a scroll that
moves on at every request, is lost after minutes, and often has the same name all the way: it can neither be asked
again nor be taken up later. The answers' ``x-rate-limit-limit`` allows 5 (public) or 10 (polite) requests a second and
one at a time; here it is one a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from urllib.parse import quote

from mscevidence.errors import FetchError
from mscevidence.fetch.answer import JSON, Request, host_of
from mscevidence.fetch.client import Client
from mscevidence.fetch.source import Page, asked, circle, json_of, member, packed, shortfall, unpacked


class Crossref:
    """Crossref's search and single works.

    Args:
        client: fetches.
        base: where the service is.
        rows: works per page, at most 1,000.
    """

    name = "crossref"
    rate = 1.0

    def __init__(self, client: Client, *, base: str = "https://api.crossref.org", rows: int = 500) -> None:
        self.base = base
        self._client = client
        self._rows = rows

    def search(self, query: str, *, since: date | None = None, cursor: str = "") -> Iterator[Page]:
        """Yield the pages of a search, best matches first; see :class:`mscevidence.fetch.Source`.

        Crossref finds every work with any of the words, often millions: stop when the pages no longer fit. A search
        that was interrupted begins again.

        Args:
            query: words.
            since: only works whose DOI was created since this day.
            cursor: of the last page that was stored.

        Raises:
            FetchError: a page did not come.
        """
        words, key = asked(query), f"{asked(query)}\n{since}"
        begun = unpacked(cursor, self.name, key)
        notes = [f"{self.name} cannot take up a search: it begins again, and records come once more"] if begun else []
        parameters = {"query": words, "rows": str(self._rows), **self._contact}
        if since:
            parameters["filter"] = f"from-created-date:{since}"
        mark, delivered, last = "*", 0, ""
        while True:
            request = Request(
                f"{self.base}/works",
                parameters={**parameters, "cursor": mark},
                accept=JSON,
                rate=self.rate,
                repeatable=mark == "*",
            )
            answer = self._client.fetch(request)
            message = member(answer, json_of(answer), "message", dict)
            items = member(answer, message, "items", list)
            total = member(answer, message, "total-results", int)
            if items and answer.sha256 == last:
                raise circle(self.name, answer)
            delivered += len(items)
            mark = str(message.get("next-cursor") or "")
            ended = len(items) < self._rows or delivered >= total or not mark
            yield Page(
                source=self.name,
                answer=answer,
                records=len(items),
                total=total,
                delivered=delivered,
                cursor="" if ended else packed(self.name, key, {"delivered": delivered}),
                notes=(*notes, *(shortfall(self.name, delivered, total) if ended else [])),
            )
            if ended:
                return
            notes, last = [], answer.sha256

    def work(self, doi: str) -> Page:
        """Return the metadata of one work.

        Args:
            doi: without resolver, such as ``10.1182/blood-2023-180532``.

        Raises:
            FetchError: the DOI is not registered at Crossref (``not-found``).
        """
        address = f"{self.base}/works/{quote(doi, safe='')}"
        answer = self._client.fetch(Request(address, parameters=self._contact, accept=JSON, rate=self.rate))
        found = member(answer, member(answer, json_of(answer), "message", dict), "DOI", str)
        if found.lower() != doi.lower():
            raise FetchError(
                f"{answer.url}: Crossref answered for {found}",
                hint="check the DOI",
                host=host_of(answer.final_url),
                reason="not-found",
            )
        return Page(source=self.name, answer=answer, records=1, total=1, delivered=1)

    @property
    def _contact(self) -> dict[str, str]:
        return {"mailto": self._client.contact} if self._client.contact else {}
