"""A source that answers from memory: pages of RIS records, as often interrupted as a test wants."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from mscevidence.errors import FetchError
from mscevidence.fetch import Answer, Page


def ris(*titles: str) -> bytes:
    return "".join(f"TY  - JOUR\nTI  - {title}\nAB  - About {title}.\nER  - \n\n" for title in titles).encode()


def answer(data: bytes, url: str = "https://example.org/search") -> Answer:
    return Answer(
        data=data,
        url=url,
        final_url=url,
        content_type="application/x-research-info-systems",
        charset="utf-8",
        status=200,
        sha256=hashlib.sha256(data).hexdigest(),
        retrieved=datetime(2026, 11, 1, 8, tzinfo=UTC),
        from_cache=False,
    )


class ReplayedSource:
    """Yields pages in order; `fails_at` raises before the page of that number, once.

    One that `forgets` begins again whatever the cursor.
    """

    base = "https://example.org"
    rate = 1.0

    def __init__(self, pages: Sequence[bytes], *, name: str = "pubmed", fails_at: int | None = None) -> None:
        self.name = name
        self.pages = list(pages)
        self.fails_at = fails_at
        self.asked: list[tuple[str, date | None, str]] = []
        self.forgets = False

    def search(self, query: str, *, since: date | None = None, cursor: str = "") -> Iterator[Page]:
        self.asked.append((query, since, cursor))
        for number in range(0 if self.forgets else int(cursor or 0), len(self.pages)):
            if number == self.fails_at:
                self.fails_at = None
                raise FetchError("example.org is silent", hint="try again", host="example.org", reason="silent")
            last = number + 1 == len(self.pages)
            yield Page(
                source=self.name,
                answer=answer(self.pages[number]),
                records=self.pages[number].count(b"TY  -"),
                total=sum(page.count(b"TY  -") for page in self.pages),
                delivered=sum(page.count(b"TY  -") for page in self.pages[: number + 1]),
                cursor="" if last else str(number + 1),
                notes=("the query was widened",) if number == 0 else (),
            )
