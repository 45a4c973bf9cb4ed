"""Europe PMC, ClinicalTrials.gov and Crossref: every page once, to the end, and from a stop on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from loopback import (  # noqa: F401 - fixtures
    Asked,
    FakeTime,
    Reply,
    Server,
    client,
    fake_time,
    running_server,
)

from mscevidence.errors import FetchError
from mscevidence.fetch import ClinicalTrialsGov, Crossref, EuropePmc, Page

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def reply(value: Any, status: int = 200) -> Reply:
    return Reply(json.dumps(value).encode(), status)


def epmc(numbers: list[int], *, total: int, mark: str, following: str = "") -> Reply:
    following_members = {"nextCursorMark": following, "nextPageUrl": "https://www.ebi.ac.uk/…"} if following else {}
    return reply(
        {
            "version": "6.9",
            "hitCount": total,
            **following_members,
            "request": {"cursorMark": mark, "resultType": "core"},
            "resultList": {"result": [{"id": str(number), "source": "MED"} for number in numbers]},
        }
    )


def studies(numbers: list[int], *, total: int | None, following: str = "") -> Reply:
    found = {"studies": [{"protocolSection": {"identificationModule": {"nctId": f"NCT{n:08}"}}} for n in numbers]}
    return reply(
        found
        | ({"totalCount": total} if total is not None else {})
        | ({"nextPageToken": following} if following else {})
    )


def works(numbers: list[int], *, total: int, cursor: str = "scroll") -> Reply:
    items = [{"DOI": f"10.9999/{number}"} for number in numbers]
    return reply({"status": "ok", "message": {"total-results": total, "items": items, "next-cursor": cursor}})


@dataclass
class Paged:
    """Ten records in pages of four behind tokens, as each of the three serves them."""

    size: int = 4
    records: list[int] = field(default_factory=lambda: list(range(10)))

    def epmc(self, asked: Asked) -> Reply:
        mark = asked.query["cursorMark"]
        start = 0 if mark == "*" else int(mark.removeprefix("AoII"))
        end = start + self.size
        following = f"AoII{end}" if end < len(self.records) else ""
        return epmc(self.records[start:end], total=len(self.records), mark=mark, following=following)

    def ctgov(self, asked: Asked) -> Reply:
        start = int(asked.query.get("pageToken", "0").removeprefix("ZVt0"))
        end = start + self.size
        following = f"ZVt0{end}" if end < len(self.records) else ""
        return studies(self.records[start:end], total=None if start else len(self.records), following=following)


def europepmc(server: Server, fake: FakeTime, **options: Any) -> EuropePmc:
    return EuropePmc(client(fake), base=server.base, **{"page_size": 4, **options})


def ctgov(server: Server, fake: FakeTime) -> ClinicalTrialsGov:
    return ClinicalTrialsGov(client(fake), base=server.base, page_size=4)


def crossref(server: Server, fake: FakeTime, *, contact: str = "") -> Crossref:
    return Crossref(client(fake, contact=contact), base=server.base, rows=4)


Make = Callable[[Server, FakeTime], EuropePmc | ClinicalTrialsGov]
TOKENS = pytest.mark.parametrize(("make", "served"), [(europepmc, "epmc"), (ctgov, "ctgov")])


def counts(pages: list[Page]) -> list[tuple[int, int, int]]:
    return [(page.records, page.delivered, page.total) for page in pages]


@TOKENS
def test_pages_follow_their_tokens(make: Make, served: str, server: Server, fake: FakeTime) -> None:
    server.handler = getattr(Paged(), served)
    pages = list(make(server, fake).search("lupus"))
    assert counts(pages) == [(4, 4, 10), (4, 8, 10), (2, 10, 10)]
    assert [bool(page.cursor) for page in pages] == [True, True, False]
    assert all(page.notes == () for page in pages)


@TOKENS
@pytest.mark.parametrize("stop", [1, 2])
def test_a_stopped_search_goes_on(make: Make, served: str, stop: int, server: Server, fake: FakeTime) -> None:
    server.handler = getattr(Paged(), served)
    running = make(server, fake).search("lupus", since=date(2025, 1, 1))
    before = [next(running) for _ in range(stop)]
    server.asked.clear()
    after = list(make(server, fake).search("lupus", since=date(2025, 1, 1), cursor=before[-1].cursor))
    assert counts(before + after) == [(4, 4, 10), (4, 8, 10), (2, 10, 10)]
    assert len(server.asked) == 3 - stop


@TOKENS
def test_a_token_that_is_no_longer_known(make: Make, served: str, server: Server, fake: FakeTime) -> None:
    whole = getattr(Paged(), served)
    server.handler = whole
    first = next(make(server, fake).search("lupus"))
    server.handler = lambda asked: (
        Reply(b"bad token", 400)
        if "4" in asked.query.get("pageToken", "") + asked.query.get("cursorMark", "") and len(server.asked) < 3
        else whole(asked)
    )
    after = list(make(server, fake).search("lupus", cursor=first.cursor))
    assert "begins again" in after[0].notes[0]
    assert counts(after) == [(4, 4, 10), (4, 8, 10), (2, 10, 10)]


@TOKENS
def test_a_cursor_of_another_search(make: Make, served: str, server: Server, fake: FakeTime) -> None:
    server.handler = getattr(Paged(), served)
    first = next(make(server, fake).search("lupus"))
    with pytest.raises(FetchError, match="the cursor is of another search"):
        list(make(server, fake).search("ITP", cursor=first.cursor))


@pytest.mark.parametrize(
    ("make", "empty"),
    [
        (europepmc, epmc([], total=0, mark="*")),
        (ctgov, studies([], total=0)),
        (crossref, works([], total=0)),
    ],
)
def test_nothing_found(make: Make, empty: Reply, server: Server, fake: FakeTime) -> None:
    server.replies(empty)
    (page,) = make(server, fake).search("asdkfjh")
    assert (page.records, page.total, page.cursor, page.notes) == (0, 0, "", ())


@pytest.mark.parametrize("make", [europepmc, ctgov, crossref])
@pytest.mark.parametrize(
    ("body", "reason", "words"),
    [
        (b'{"hitCount": 3', "malformed", "it is no JSON"),
        (b"[]", "malformed", "it is no JSON object"),
        (b"{}", "malformed", "is missing"),
        (b"[" * 100_000, "malformed", "it is no JSON"),
        (b'{"resultList": {"result": 7}, "studies": 7, "message": {"items": 7}}', "malformed", "is missing"),
        (b"\x00\xff\xfe", "malformed", "it is no JSON"),
    ],
)
def test_an_answer_that_is_no_result(
    make: Make, body: bytes, reason: str, words: str, server: Server, fake: FakeTime
) -> None:
    server.replies(Reply(body))
    with pytest.raises(FetchError, match=words) as caught:
        list(make(server, fake).search("lupus"))
    assert caught.value.reason == reason


@pytest.mark.parametrize("make", [europepmc, ctgov, crossref])
def test_an_empty_query_is_not_asked(make: Make, server: Server, fake: FakeTime) -> None:
    with pytest.raises(FetchError, match="the query is empty"):
        list(make(server, fake).search(" "))
    assert server.asked == []


# Europe PMC


def test_europe_pmc_is_asked_for_core_records(server: Server, fake: FakeTime) -> None:
    server.handler = Paged().epmc
    list(europepmc(server, fake).search("ITP AND MSC", since=date(2026, 1, 31)))
    assert server.asked[0].path == "/search"
    assert server.asked[0].query == {
        "query": "(ITP AND MSC) AND (CREATION_DATE:[2026-01-31 TO 2026-03-02])",
        "resultType": "core",
        "format": "json",
        "pageSize": "4",
        "cursorMark": "*",
        "synonym": "FALSE",
    }
    assert [each.query["cursorMark"] for each in server.asked] == ["*", "AoII4", "AoII8"]


def test_a_long_query_goes_as_a_form(server: Server, fake: FakeTime) -> None:
    server.handler = Paged().epmc
    query = " OR ".join(f'"mesenchymal stromal cell {n}"' for n in range(100))
    pages = list(europepmc(server, fake, synonyms=True).search(query))
    assert counts(pages)[-1] == (2, 10, 10)
    assert {(each.method, each.path) for each in server.asked} == {("POST", "/searchPOST")}
    assert server.asked[0].query["query"] == query
    assert server.asked[0].query["synonym"] == "TRUE"


def test_the_same_mark_again_is_the_end(server: Server, fake: FakeTime) -> None:
    server.replies(
        epmc([1, 2], total=2, mark="*", following="AoII2"), epmc([], total=2, mark="AoII2", following="AoII2")
    )
    pages = list(europepmc(server, fake).search("lupus"))
    assert counts(pages) == [(2, 2, 2), (0, 2, 2)]
    assert pages[-1].cursor == ""


def test_an_end_before_the_end_is_said(server: Server, fake: FakeTime) -> None:
    server.replies(epmc([1, 2], total=7, mark="*"))
    (page,) = europepmc(server, fake).search("lupus")
    assert page.notes == ("europepmc said there are 7 records and gave 2",)


def test_marks_in_a_circle(server: Server, fake: FakeTime) -> None:
    server.handler = lambda asked: epmc(
        [1, 2], total=999, mark="", following={"*": "a", "a": "b", "b": "a"}[asked.query["cursorMark"]]
    )
    with pytest.raises(FetchError, match="the pages of europepmc go round in circles") as caught:
        list(europepmc(server, fake).search("lupus"))
    assert caught.value.reason == "cursor"
    assert len(server.asked) == 3


def test_europe_pmc_rejects_a_query(server: Server, fake: FakeTime) -> None:
    # Line ends inside of strings do occur in messages.
    server.replies(Reply(b'{"version": "6.9", "errCode": 400, "errMsg": "Invalid query:\n unbalanced ("}'))
    with pytest.raises(FetchError, match=r"does not accept the query: Invalid query: unbalanced \(") as caught:
        list(europepmc(server, fake).search("(lupus"))
    assert caught.value.reason == "bad-request"


NOT_OPEN = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><errorBean><errCode>0</errCode>'
    b"<errMsg>Article with id PMC3040717 is not open access one</errMsg></errorBean>"
)


def test_a_full_text(server: Server, fake: FakeTime) -> None:
    server.replies(Reply(b"<article/>", content_type="application/xml;charset=UTF-8"))
    page = europepmc(server, fake).full_text("PMC3257301")
    assert (page.answer.data, page.source) == (b"<article/>", "europepmc")
    assert server.paths == ["/PMC3257301/fullTextXML"]


@pytest.mark.parametrize("status", [200, 404])
def test_no_full_text(status: int, server: Server, fake: FakeTime) -> None:
    server.replies(Reply(NOT_OPEN, status, "application/xml"))
    with pytest.raises(FetchError) as caught:
        europepmc(server, fake).full_text("PMC3040717")
    assert caught.value.reason == "not-found"


# ClinicalTrials.gov


def test_the_registry_is_asked_alike_on_every_page(server: Server, fake: FakeTime) -> None:
    server.handler = Paged().ctgov
    list(ctgov(server, fake).search("umbilical", condition="ITP", intervention="mesenchymal", since=date(2026, 1, 31)))
    same = {
        "query.term": "umbilical",
        "query.cond": "ITP",
        "query.intr": "mesenchymal",
        "filter.advanced": "AREA[LastUpdatePostDate]RANGE[2026-01-31,MAX]",
        "format": "json",
        "countTotal": "true",
        "pageSize": "4",
    }
    tokens: list[dict[str, str]] = [{}, {"pageToken": "ZVt04"}, {"pageToken": "ZVt08"}]
    assert [each.query for each in server.asked] == [same | token for token in tokens]
    assert {each.path for each in server.asked} == {"/studies"}


def test_a_condition_alone_is_a_search(server: Server, fake: FakeTime) -> None:
    server.handler = Paged().ctgov
    running = ctgov(server, fake).search("", condition="ITP")
    first = next(running)
    assert "query.term" not in server.asked[0].query
    with pytest.raises(FetchError, match="another search"):
        list(ctgov(server, fake).search("", condition="lupus", cursor=first.cursor))


def test_dates_are_ignored_for_numbers(server: Server, fake: FakeTime) -> None:
    server.replies(studies([1], total=1))
    (page,) = ctgov(server, fake).search("NCT00000001, NCT00000002", since=date(2026, 1, 1))
    assert page.notes == ("ctgov ignores dates where the query is of NCT numbers only",)


def test_an_empty_page_is_not_the_end(server: Server, fake: FakeTime) -> None:
    server.replies(studies([], total=1, following="a"), studies([1], total=None))
    assert counts(list(ctgov(server, fake).search("lupus"))) == [(0, 0, 1), (1, 1, 1)]


def test_empty_pages_without_end(server: Server, fake: FakeTime) -> None:
    server.handler = lambda asked: studies(
        [], total=None if "pageToken" in asked.query else 9, following=f"t{len(server.asked)}"
    )
    with pytest.raises(FetchError, match="go round in circles"):
        list(ctgov(server, fake).search("lupus"))
    assert len(server.asked) == 5


def test_the_registry_names_what_is_wrong(server: Server, fake: FakeTime) -> None:
    server.replies(Reply(b"Incorrect format of `query.term`", 400, "text/plain"))
    with pytest.raises(FetchError, match=r"Incorrect format of `query\.term`"):
        list(ctgov(server, fake).search("AREA["))
    assert len(server.asked) == 1


def test_one_study(server: Server, fake: FakeTime) -> None:
    server.replies(reply({"protocolSection": {"identificationModule": {"nctId": "NCT04014166"}}, "hasResults": True}))
    assert ctgov(server, fake).study("NCT04014166").notes == ()
    assert server.paths == ["/studies/NCT04014166"]
    assert ctgov(server, fake).study("NCT00000002").notes == ("NCT00000002 is registered as NCT04014166 now",)


def test_no_such_study(server: Server, fake: FakeTime) -> None:
    server.replies(Reply(b"NCT number NCT99999999 not found", 404, "text/plain"))
    with pytest.raises(FetchError) as caught:
        ctgov(server, fake).study("NCT99999999")
    assert caught.value.reason == "not-found"


# Crossref


def scroll(*pages: list[int], total: int) -> Callable[[Asked], Reply]:
    """Serve as Crossref does: one cursor with one name, that moves on at every request."""
    position = [0]

    def handler(asked: Asked) -> Reply:
        position[0] = 0 if asked.query["cursor"] == "*" else position[0] + 1
        return works(pages[position[0]] if position[0] < len(pages) else [], total=total)

    return handler


def test_a_cursor_with_one_name_moves_on(server: Server, fake: FakeTime) -> None:
    server.handler = scroll([0, 1, 2, 3], [4, 5, 6, 7], [8, 9], total=10)
    pages = list(crossref(server, fake, contact="reviewer@example.org").search("widget", since=date(2026, 1, 31)))
    assert counts(pages) == [(4, 4, 10), (4, 8, 10), (2, 10, 10)]
    assert [bool(page.cursor) for page in pages] == [True, True, False]
    assert [each.query["cursor"] for each in server.asked] == ["*", "scroll", "scroll"]
    assert server.asked[0].query == {
        "query": "widget",
        "rows": "4",
        "mailto": "reviewer@example.org",
        "filter": "from-created-date:2026-01-31",
        "cursor": "*",
    }
    assert "reviewer" not in pages[0].answer.url


def test_a_full_last_page_is_the_end(server: Server, fake: FakeTime) -> None:
    server.handler = scroll([0, 1, 2, 3], [4, 5, 6, 7], total=8)
    assert counts(list(crossref(server, fake).search("widget"))) == [(4, 4, 8), (4, 8, 8)]
    assert len(server.asked) == 2


def test_a_stopped_search_of_crossref_begins_again(server: Server, fake: FakeTime) -> None:
    server.handler = scroll([0, 1, 2, 3], [4, 5], total=6)
    first = next(crossref(server, fake).search("widget"))
    pages = list(crossref(server, fake).search("widget", cursor=first.cursor))
    assert counts(pages) == [(4, 4, 6), (2, 6, 6)]
    assert "begins again" in pages[0].notes[0]
    assert pages[1].notes == ()


def test_a_page_of_a_scroll_is_not_asked_for_twice(server: Server, fake: FakeTime) -> None:
    whole = scroll([0, 1, 2, 3], [4, 5, 6, 7], [8], total=9)
    server.handler = lambda asked: whole(asked).but(announced=99_999 if len(server.asked) == 2 else None)
    with pytest.raises(FetchError) as caught:
        list(crossref(server, fake).search("widget"))
    assert (caught.value.reason, len(server.asked)) == ("truncated", 2)


def test_a_scroll_that_skips_is_said(server: Server, fake: FakeTime) -> None:
    server.handler = scroll([0, 1, 2, 3], [8], total=9)
    assert list(crossref(server, fake).search("widget"))[-1].notes == ("crossref said there are 9 records and gave 5",)


def test_the_same_page_again_is_a_circle(server: Server, fake: FakeTime) -> None:
    server.replies(works([0, 1, 2, 3], total=999))
    with pytest.raises(FetchError, match="go round in circles"):
        list(crossref(server, fake).search("widget"))
    assert len(server.asked) == 2


def test_one_work(server: Server, fake: FakeTime) -> None:
    server.handler = lambda _: reply({"message": {"DOI": "10.1182/blood-2023-180532"}})
    assert crossref(server, fake).work("10.1182/BLOOD-2023-180532").records == 1
    # The slash of a DOI is part of its name, not of the address; http.server shows it as it came.
    assert server.paths == ["/works/10.1182%2FBLOOD-2023-180532"]
    with pytest.raises(FetchError, match="Crossref answered for"):
        crossref(server, fake).work("10.1182/other")
