"""PubMed: ESearch with history, EFetch in batches, and single records; full texts of PubMed Central.

https://www.ncbi.nlm.nih.gov/books/NBK25497/: three requests a second, ten with an api key, `tool` and `email` named.
https://www.ncbi.nlm.nih.gov/books/NBK25499/: long queries by POST; for PubMed only the first 10,000 records of a search
can be had (its error message says 9,999, and a batch that reaches further is cut without a word), so a larger one is
split by date. ``[crdt]`` is the day on which a record was made; every record has one
(https://www.nlm.nih.gov/pubs/techbull/nd08/nd08_pm_new_date_field.html).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from mscevidence.errors import FetchError
from mscevidence.fetch.answer import XML, Answer, Request, host_of
from mscevidence.fetch.client import Client
from mscevidence.fetch.entrez import Found, articles_in, found_in, missing_from
from mscevidence.fetch.source import Page, asked, packed, shortfall, unpacked

_BEFORE_ALL, _AFTER_ALL = date(1700, 1, 1), date(3000, 1, 1)
_HISTORY_GONE = frozenset({"bad-request", "malformed", "truncated", "not-found"})
Slice = tuple[date, date] | None
"""Days of making of records, both included; None for all."""


@dataclass
class _State:
    """Where a search stands: the slices still to come, and how far the first of them is fetched."""

    slices: list[Slice]
    total: int = -1
    delivered: int = 0
    offset: int = 0
    here: int = 0
    prefix: str = ""
    failures: int = 0
    notes: list[str] = field(default_factory=list)

    def fits(self, found: Found) -> bool:
        """Whether the records fetched of the first slice are still the first ones that the search finds."""
        return self.offset == 0 or _digest(found.ids[: self.offset]) == self.prefix

    def begin_slice_again(self) -> None:
        self.delivered -= self.here
        self.offset, self.here, self.prefix = 0, 0, ""

    def end_slice(self) -> None:
        self.slices.pop(0)
        self.offset, self.here, self.prefix = 0, 0, ""

    def take_notes(self) -> tuple[str, ...]:
        notes, self.notes = tuple(self.notes), []
        return notes


class PubMed:
    """PubMed's search and records.

    Args:
        client: fetches.
        api_key: of an NCBI account; it raises the rate from 3 to 10 requests a second.
        base: where the E-utilities are.
        batch: records per page.
        most: records of one search that can be had.
    """

    name = "pubmed"

    def __init__(
        self,
        client: Client,
        *,
        api_key: str = "",
        base: str = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils",
        batch: int = 500,
        most: int = 9999,
    ) -> None:
        self.base = base
        self.rate = 10.0 if api_key else 3.0
        self._client = client
        self._api_key = api_key
        self._batch = batch
        self._most = most

    def search(self, query: str, *, since: date | None = None, cursor: str = "") -> Iterator[Page]:
        """Yield the pages of a search; see :class:`mscevidence.fetch.Source`.

        The first page, and the first of every slice of a large search, is ESearch's answer: it has no records, and its
        notes say how PubMed read the query. Where the records already fetched are no longer the first ones that a
        resumed search finds, the slice begins again and says so.

        Args:
            query: in PubMed's syntax.
            since: only records made since this day.
            cursor: of the last page that was stored.

        Raises:
            FetchError: a page did not come, PubMed rejects the query, or more records are of one day than it gives out.
        """
        key = f"{asked(query)}\n{since}"
        stored = unpacked(cursor, self.name, key)
        state = _restored(stored) if stored else _State(slices=[(since, _AFTER_ALL) if since else None])
        said = False
        while state.slices:
            found = found_in(self._esearch(asked(query), state.slices[0]))
            state.total = found.count if state.total < 0 else state.total
            # Of the slices of one search PubMed says the same with other dates.
            state.notes += [] if said else found.notes
            said = True
            if found.count > self._most:
                self._split(state, found)
            elif not state.fits(found):
                state.notes.append("PubMed finds other records than before the stop: some come once more")
                state.begin_slice_again()
            elif found.count == 0:
                state.end_slice()
            yield self._page(state, key, found.answer, 0)
            if 0 < found.count <= self._most:
                yield from self._batches(state, key, found)

    def record(self, pmid: str) -> Page:
        """Return one record as XML.

        Args:
            pmid: its digits.

        Raises:
            FetchError: there is no such record (``not-found``).
        """
        return self._single("pubmed", pmid)

    def records(self, pmids: Sequence[str]) -> Page:
        """Return several records as XML in one answer; a number that PubMed does not have is absent from it.

        Args:
            pmids: their digits, at most as many as a page of a search has.

        Raises:
            FetchError: PubMed has none of them (``not-found``), or the answer did not come.
        """
        page = self._single("pubmed", ",".join(pmids))
        absent = missing_from(page.answer, tuple(pmids))
        notes = (f"PubMed has no record {', '.join(absent)}",) if absent else ()
        return replace(page, records=len(pmids) - len(absent), total=len(pmids), delivered=len(pmids), notes=notes)

    def full_text(self, pmcid: str) -> Page:
        """Return an article of PubMed Central as JATS XML; of many only the front matter is given out.

        Args:
            pmcid: with its letters, such as ``PMC3257301``.

        Raises:
            FetchError: there is no such article (``not-found``).
        """
        page = self._single("pmc", pmcid.upper().removeprefix("PMC"))
        if b"<body" in page.answer.data:
            return page
        return replace(page, notes=(f"PubMed Central gives out the front matter of {pmcid} only, not its text",))

    def _single(self, database: str, number: str) -> Page:
        parameters = {**self._about(database), "id": number, "retmode": "xml"}
        request = Request(f"{self.base}/efetch.fcgi", parameters=parameters, accept=XML, rate=self.rate)
        absent = FetchError(
            f"{database} has no record {number}", hint="check the number", host=host_of(self.base), reason="not-found"
        )
        try:
            answer = self._client.fetch(request)
        except FetchError as error:
            if error.reason == "bad-request":
                raise absent from error
            raise
        if not (articles_in(answer) if database == "pubmed" else b"<article" in answer.data):
            raise absent
        return Page(source=self.name, answer=answer, records=1, total=1, delivered=1)

    def _batches(self, state: _State, key: str, found: Found) -> Iterator[Page]:
        while state.offset < found.count:
            wanted = found.ids[state.offset : state.offset + self._batch]
            try:
                answer = self._efetch(found, state.offset)
                got = articles_in(answer)
            except FetchError as error:
                state.failures += 1
                if error.reason not in _HISTORY_GONE or state.failures > 2:
                    raise
                state.notes.append("PubMed lost the history of the search: it was searched again")
                return
            if got < len(wanted):
                absent = missing_from(answer, wanted) or ["(which ones cannot be told)"]
                state.notes.append(f"PubMed did not send {len(wanted) - got} of the records: {', '.join(absent)}")
            state.failures = 0
            state.offset = min(state.offset + self._batch, found.count)
            state.delivered += got
            state.here += got
            state.prefix = _digest(found.ids[: state.offset])
            if state.offset == found.count:
                state.end_slice()
            yield self._page(state, key, answer, got)
            if not state.offset:
                return

    def _page(self, state: _State, key: str, answer: Answer, records: int) -> Page:
        if not state.slices:
            state.notes += shortfall(self.name, state.delivered, state.total)
        return Page(
            source=self.name,
            answer=answer,
            records=records,
            total=state.total,
            delivered=state.delivered,
            cursor=packed(self.name, key, _stored(state)) if state.slices else "",
            notes=state.take_notes(),
        )

    def _split(self, state: _State, found: Found) -> None:
        first, last = state.slices[0] or (_BEFORE_ALL, _AFTER_ALL)
        # Tomorrow leaves room for time zones; no record is made later than that.
        last = min(last, max(first, self._client.clock.now().date() + timedelta(days=1)))
        if first == last:
            raise FetchError(
                f"PubMed has {found.count:,} records of {first} for the query and gives out {self._most:,}",
                hint="narrow the query, or ask in parts joined by OR one by one",
                host=host_of(self.base),
                reason="bad-request",
            )
        middle = first + (last - first) // 2
        halves: list[Slice] = [(first, middle), (middle + timedelta(days=1), last)]
        state.begin_slice_again()
        state.slices[0:1] = halves
        state.notes.append(
            f"PubMed gives out {self._most:,} of {found.count:,} records: split into those made by {middle} and later"
        )

    def _esearch(self, query: str, days: Slice) -> Answer:
        term = f"({query}) AND {days[0]:%Y/%m/%d}:{days[1]:%Y/%m/%d}[crdt]" if days else query
        parameters = {
            **self._about("pubmed"),
            "term": term,
            "usehistory": "y",
            "retmax": str(self._most),
            "retmode": "xml",
        }
        url = f"{self.base}/esearch.fcgi"
        return self._client.fetch(Request(url, parameters=parameters, method="POST", accept=XML, rate=self.rate))

    def _efetch(self, found: Found, offset: int) -> Answer:
        parameters = {
            **self._about("pubmed"),
            "WebEnv": found.web_env,
            "query_key": found.query_key,
            "retstart": str(offset),
            "retmax": str(min(self._batch, found.count - offset)),
            "retmode": "xml",
        }
        return self._client.fetch(
            Request(f"{self.base}/efetch.fcgi", parameters=parameters, accept=XML, rate=self.rate)
        )

    def _about(self, database: str) -> dict[str, str]:
        named = {"email": self._client.contact, "api_key": self._api_key}
        return {"db": database, "tool": "mscevidence", **{name: value for name, value in named.items() if value}}


def _digest(ids: tuple[str, ...]) -> str:
    return hashlib.sha256(",".join(ids).encode()).hexdigest()[:16]


def _stored(state: _State) -> dict[str, Any]:
    slices = [[str(day) for day in each] if each else [] for each in state.slices]
    return {
        "slices": slices,
        "total": state.total,
        "delivered": state.delivered,
        "offset": state.offset,
        "here": state.here,
        "prefix": state.prefix,
    }


def _restored(stored: dict[str, Any]) -> _State:
    slices: list[Slice] = [
        (date.fromisoformat(each[0]), date.fromisoformat(each[1])) if each else None for each in stored.pop("slices")
    ]
    return _State(slices=slices, **stored)
