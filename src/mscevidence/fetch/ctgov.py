"""ClinicalTrials.gov: search by pageToken, and single studies with their results (API v2).

https://clinicaltrials.gov/data-api/api (OpenAPI 2.0.5): ``pageSize`` up to 1,000; an answer without ``nextPageToken``
is the last; a page may be empty; ``totalCount`` comes with the first page only; later pages need the same parameters;
filters are ignored where a query consists of NCT numbers only. The rate is a cautious 50 a minute: none is documented.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from mscevidence.fetch.answer import JSON, Request
from mscevidence.fetch.client import Client
from mscevidence.fetch.source import Page, Turn, asked, json_of, member, pages

_NUMBERS_ONLY = re.compile(r"(?:\s*NCT\d{8}[\s,]*)+", re.IGNORECASE)


class ClinicalTrialsGov:
    """The registry's search and single studies, with protocol and posted results.

    Args:
        client: fetches.
        base: where the service is.
        page_size: studies per page, at most 1,000; one with results can be a megabyte.
    """

    name = "ctgov"
    rate = 50 / 60

    def __init__(
        self, client: Client, *, base: str = "https://clinicaltrials.gov/api/v2", page_size: int = 200
    ) -> None:
        self.base = base
        self._client = client
        self._page_size = page_size

    def search(
        self,
        query: str,
        *,
        since: date | None = None,
        cursor: str = "",
        condition: str = "",
        intervention: str = "",
    ) -> Iterator[Page]:
        """Yield the pages of a search; see :class:`mscevidence.fetch.Source`.

        Args:
            query: "other terms" in Essie syntax; may be empty where a condition or intervention is given.
            since: only studies of which a new version was posted since this day: new ones, changed ones, new results.
            cursor: of the last page that was stored.
            condition: condition or disease, in Essie syntax.
            intervention: intervention or treatment, in Essie syntax.

        Raises:
            FetchError: a page did not come.
        """
        asked(query + condition + intervention)
        terms = {"query.term": query, "query.cond": condition, "query.intr": intervention}
        parameters = {name: value.strip() for name, value in terms.items() if value.strip()}
        numbers_only = any(_NUMBERS_ONLY.fullmatch(value) for value in parameters.values())
        notes: tuple[str, ...] = ()
        if since:
            parameters["filter.advanced"] = f"AREA[LastUpdatePostDate]RANGE[{since},MAX]"
            if numbers_only:
                notes = (f"{self.name} ignores dates where the query is of NCT numbers only",)
        parameters |= {"format": "json", "countTotal": "true", "pageSize": str(self._page_size)}

        def step(token: str) -> Turn:
            more = {"pageToken": token} if token else {}
            answer = self._client.fetch(
                Request(f"{self.base}/studies", parameters={**parameters, **more}, accept=JSON, rate=self.rate)
            )
            found = json_of(answer)
            return Turn(
                answer=answer,
                records=len(member(answer, found, "studies", list)),
                total=None if token else member(answer, found, "totalCount", int),
                following=str(found.get("nextPageToken") or ""),
                notes=() if token else notes,
            )

        yield from pages(self.name, "\n".join([*terms.values(), str(since)]), cursor, step)

    def study(self, nct: str) -> Page:
        """Return one study with everything that is posted of it.

        Args:
            nct: its number, such as ``NCT04014166``.

        Raises:
            FetchError: there is no such study (``not-found``).
        """
        request = Request(f"{self.base}/studies/{nct}", parameters={"format": "json"}, accept=JSON, rate=self.rate)
        answer = self._client.fetch(request)
        protocol = member(answer, json_of(answer), "protocolSection", dict)
        number = member(answer, member(answer, protocol, "identificationModule", dict), "nctId", str)
        # Numbers given twice to one study lead to the one that stayed.
        notes = (f"{nct} is registered as {number} now",) if number != nct else ()
        return Page(source=self.name, answer=answer, records=1, total=1, delivered=1, notes=notes)
