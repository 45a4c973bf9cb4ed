"""Europe PMC: search by cursorMark, and the full text of open-access articles.

https://europepmc.org/RestfulWebService: ``pageSize`` up to 1,000, ``cursorMark`` begins with ``*``, and an answer
without ``nextCursorMark`` is the last (web services release 6.6); ``searchPOST`` takes the same parameters as a form.
``CREATION_DATE`` is the day of entry into the database (Web Service Reference, search fields). No rate is documented.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from mscevidence.errors import FetchError
from mscevidence.fetch.answer import JSON, XML, Answer, Request, host_of
from mscevidence.fetch.client import Client
from mscevidence.fetch.source import Page, Turn, asked, json_of, member, pages

_LONGEST_ADDRESS = 1500


class EuropePmc:
    """Europe PMC's search and full texts.

    Args:
        client: fetches.
        base: where the service is.
        page_size: records per page, at most 1,000.
        synonyms: whether the search is widened by synonyms, as the web site does on its own.
    """

    name = "europepmc"
    rate = 3.0

    def __init__(
        self,
        client: Client,
        *,
        base: str = "https://www.ebi.ac.uk/europepmc/webservices/rest",
        page_size: int = 1000,
        synonyms: bool = False,
    ) -> None:
        self.base = base
        self._client = client
        self._page_size = page_size
        self._synonyms = synonyms

    def search(self, query: str, *, since: date | None = None, cursor: str = "") -> Iterator[Page]:
        """Yield the pages of a search as core records in JSON; see :class:`mscevidence.fetch.Source`."""
        words = asked(query)
        if since:
            # Both ends are to be named; tomorrow leaves room for time zones.
            until = self._client.clock.now().date() + timedelta(days=1)
            words = f"({words}) AND (CREATION_DATE:[{since} TO {max(since, until)}])"

        def step(mark: str) -> Turn:
            answer = self._client.fetch(self._request(words, mark))
            found = json_of(answer)
            if "errMsg" in found:
                raise _refused(answer, str(found["errMsg"]))
            results = member(answer, member(answer, found, "resultList", dict), "result", list)
            following = str(found.get("nextCursorMark") or "")
            return Turn(
                answer=answer,
                records=len(results),
                total=member(answer, found, "hitCount", int),
                following="" if following == mark else following,
            )

        yield from pages(self.name, f"{asked(query)}\n{since}\n{self._synonyms}", cursor, step, first="*")

    def full_text(self, pmcid: str) -> Page:
        """Return the JATS XML of an open-access article.

        Args:
            pmcid: with its letters, such as ``PMC3257301``.

        Raises:
            FetchError: there is none here (``not-found``), which is so for most articles that are not open access.
        """
        answer = self._client.fetch(Request(f"{self.base}/{pmcid}/fullTextXML", accept=XML, rate=self.rate))
        if b"<errorBean" in answer.data[:400]:
            raise FetchError(
                f"{answer.url}: Europe PMC has no full text of {pmcid}",
                hint="only open-access articles have one",
                host=host_of(answer.final_url),
                reason="not-found",
            )
        return Page(source=self.name, answer=answer, records=1, total=1, delivered=1)

    def _request(self, words: str, mark: str) -> Request:
        parameters = {
            "query": words,
            "resultType": "core",
            "format": "json",
            "pageSize": str(self._page_size),
            "cursorMark": mark,
            "synonym": "TRUE" if self._synonyms else "FALSE",
        }
        by_address = Request(f"{self.base}/search", parameters=parameters, accept=JSON, rate=self.rate)
        if len(by_address.address) <= _LONGEST_ADDRESS:
            return by_address
        return Request(f"{self.base}/searchPOST", parameters=parameters, method="POST", accept=JSON, rate=self.rate)


def _refused(answer: Answer, words: str) -> FetchError:
    return FetchError(
        f"Europe PMC does not accept the query: {' '.join(words.split())}",
        hint="try it at https://europepmc.org/advancesearch",
        host=host_of(answer.final_url),
        reason="bad-request",
    )
