"""PubMed: every record once, through history, batches, slices of dates, and after every kind of stop."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

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
from mscevidence.fetch import Page, PubMed

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

XML = "text/xml; charset=UTF-8"
DOCTYPE = (
    '<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE eSearchResult PUBLIC "-//NLM//DTD esearch 20060628//EN" '
    '"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd">\n'
)
GONE = "<eFetchResult>\n\t<ERROR>Unable to obtain query #1</ERROR>\n</eFetchResult>"


def xml(body: str, status: int = 200) -> Reply:
    return Reply(body.encode(), status, XML)


def article(pmid: str) -> str:
    return (
        f'<PubmedArticle><MedlineCitation><PMID Version="1">{pmid}</PMID></MedlineCitation></PubmedArticle>\n'
        if int(pmid) % 2
        else f'<PubmedBookArticle><BookDocument><PMID Version="1">{pmid}</PMID></BookDocument></PubmedBookArticle>\n'
    )


def article_set(pmids: list[str]) -> str:
    return f'<?xml version="1.0" ?>\n<PubmedArticleSet>\n{"".join(map(article, pmids))}</PubmedArticleSet>'


@dataclass
class FakePubMed:
    """The E-utilities as far as they are used; `records` maps PMIDs to the days on which they were made."""

    records: dict[str, date]
    withheld: set[str] = field(default_factory=set)
    extra: str = ""
    most: int = 9999
    broken: list[Reply] = field(default_factory=list)
    histories: dict[str, list[str]] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Reply:
        return self.search(asked) if asked.path == "/esearch.fcgi" else self.fetch(asked)

    def search(self, asked: Asked) -> Reply:
        assert asked.method == "POST"
        assert asked.query["db"] == "pubmed"
        days = re.search(r"AND (\d{4}/\d\d/\d\d):(\d{4}/\d\d/\d\d)\[crdt\]$", asked.query["term"])
        first, last = (date(*map(int, day.split("/"))) for day in days.groups()) if days else (date.min, date.max)
        found = sorted((p for p, made in self.records.items() if first <= made <= last), key=int, reverse=True)
        name = f"MCID_{len(self.histories)}"
        self.histories[name] = found
        shown = "".join(f"<Id>{each}</Id>\n" for each in found[: min(self.most, int(asked.query["retmax"]))])
        return xml(
            f"{DOCTYPE}<eSearchResult><Count>{len(found)}</Count><RetMax>20</RetMax><RetStart>0</RetStart>"
            f"<QueryKey>1</QueryKey><WebEnv>{name}</WebEnv><IdList>{shown}</IdList><TranslationSet/>"
            f'<QueryTranslation>"lupus"[MeSH Terms]</QueryTranslation>{self.extra}</eSearchResult>'
        )

    def fetch(self, asked: Asked) -> Reply:
        if self.broken:
            return self.broken.pop(0)
        query = asked.query
        if query["WebEnv"] not in self.histories:
            return xml(GONE)
        start, most = int(query["retstart"]), int(query["retmax"])
        if start >= self.most:
            return xml("<eFetchResult><ERROR>'retstart' cannot be larger than 9998.</ERROR></eFetchResult>", 400)
        found = self.histories[query["WebEnv"]][start : min(start + most, self.most)]
        return xml(article_set([each for each in found if each not in self.withheld]))


def numbered(count: int, *, made: date = date(2024, 5, 1), step: int = 0) -> dict[str, date]:
    return {str(1000 + n): made + timedelta(days=n * step) for n in range(count)}


def pmids(pages: list[Page]) -> list[str]:
    return [each for page in pages for each in re.findall(r"<PMID[^>]*>(\d+)", page.answer.data.decode())]


def pubmed(server: Server, fake: FakeTime, *, batch: int = 4, most: int = 9999, key: str = "") -> PubMed:
    return PubMed(client(fake), base=server.base, batch=batch, most=most, api_key=key)


def test_a_search_comes_in_batches_from_the_history(server: Server, fake: FakeTime) -> None:
    server.handler = FakePubMed(numbered(10))
    pages = list(pubmed(server, fake).search("lupus"))
    assert [(page.records, page.delivered, page.total) for page in pages] == [
        (0, 0, 10),
        (4, 4, 10),
        (4, 8, 10),
        (2, 10, 10),
    ]
    assert sorted(pmids(pages)) == sorted(numbered(10))
    assert pages[0].notes == ('PubMed read the query as: "lupus"[MeSH Terms]',)
    assert [page.notes for page in pages[1:]] == [(), (), ()]
    assert [bool(page.cursor) for page in pages] == [True, True, True, False]
    assert {page.source for page in pages} == {"pubmed"}
    first = server.asked[0].query
    assert {name: first[name] for name in ("term", "usehistory", "retmax", "tool")} == {
        "term": "lupus",
        "usehistory": "y",
        "retmax": "9999",
        "tool": "mscevidence",
    }
    assert [(each.query["retstart"], each.query["retmax"]) for each in server.asked[1:]] == [
        ("0", "4"),
        ("4", "4"),
        ("8", "2"),
    ]


@pytest.mark.parametrize(("key", "pause"), [("", round(1 / 3, 6)), ("k3y", 0.1)])
def test_the_api_key_makes_it_faster(key: str, pause: float, server: Server, fake: FakeTime) -> None:
    server.handler = FakePubMed(numbered(5))
    list(pubmed(server, fake, key=key).search("lupus"))
    assert fake.slept == [pause, pause]
    assert {each.query.get("api_key", "") for each in server.asked} == {key}


def test_the_contact_is_told(server: Server, fake: FakeTime) -> None:
    server.handler = FakePubMed(numbered(1))
    list(PubMed(client(fake, contact="reviewer@example.org"), base=server.base).search("lupus"))
    assert {each.query["email"] for each in server.asked} == {"reviewer@example.org"}


def test_since_is_the_day_the_record_was_made(server: Server, fake: FakeTime) -> None:
    server.handler = FakePubMed(numbered(10, step=1))
    pages = list(pubmed(server, fake).search("lupus OR ITP", since=date(2024, 5, 8)))
    assert server.asked[0].query["term"] == "(lupus OR ITP) AND 2024/05/08:3000/01/01[crdt]"
    assert sorted(pmids(pages)) == ["1007", "1008", "1009"]


def test_nothing_found_is_one_page(server: Server, fake: FakeTime) -> None:
    server.handler = FakePubMed(
        {},
        extra="<ErrorList><PhraseNotFound>abcXYZ</PhraseNotFound><FieldNotFound>zz</FieldNotFound></ErrorList>"
        "<WarningList><PhraseIgnored>the</PhraseIgnored><OutputMessage>No items found.</OutputMessage></WarningList>",
    )
    (page,) = pubmed(server, fake).search("abcXYZ")
    assert (page.records, page.total, page.delivered, page.cursor) == (0, 0, 0, "")
    assert page.notes[1:] == (
        "PubMed finds nothing for 'abcXYZ'",
        "PubMed has no field 'zz'",
        "PubMed ignored 'the'",
        "PubMed says: No items found.",
    )


@pytest.mark.parametrize("stop", range(1, 4))
def test_a_stopped_search_goes_on(stop: int, server: Server, fake: FakeTime) -> None:
    server.handler = FakePubMed(numbered(10))
    running = pubmed(server, fake).search("lupus")
    before = [next(running) for _ in range(stop)]
    json.loads(before[-1].cursor)
    after = list(pubmed(server, fake).search("lupus", cursor=before[-1].cursor))
    assert len(pmids(before + after)) == 10
    assert set(pmids(before + after)) == set(numbered(10))
    assert after[-1].delivered == 10
    assert after[-1].cursor == ""
    assert after[-1].notes == ()


def test_new_records_before_the_stop_are_not_lost(server: Server, fake: FakeTime) -> None:
    there = FakePubMed(numbered(10))
    server.handler = there
    running = pubmed(server, fake).search("lupus")
    before = [next(running), next(running)]
    # The newest come first: a new one moves all others by one place.
    there.records["5000"] = date(2026, 2, 1)
    after = list(pubmed(server, fake).search("lupus", cursor=before[-1].cursor))
    assert "PubMed finds other records than before the stop: some come once more" in after[0].notes
    assert set(pmids(after)) == {*numbered(10), "5000"}
    assert after[-1].delivered == 11
    assert after[-1].notes == ("pubmed said there are 10 records and gave 11",)


LOST = [
    xml(GONE),
    xml(GONE, 400),
    xml("<html><body><h2>Error occurred: Unable to obtain query #1</h2></body></html>"),
    xml(article_set(["1009", "1008", "1007", "1006"])[:-30]),
]


@pytest.mark.parametrize("reply", LOST, ids=["xml", "400", "html", "broken-off"])
def test_a_history_that_expires_is_made_again(reply: Reply, server: Server, fake: FakeTime) -> None:
    there = FakePubMed(numbered(10))
    server.handler = there
    pages = []
    for page in pubmed(server, fake).search("lupus"):
        pages.append(page)
        if page.records and page.delivered == 4:
            there.broken = [reply]
    assert sorted(pmids(pages)) == sorted(numbered(10))
    assert [page.records for page in pages] == [0, 4, 0, 4, 2]
    assert "PubMed lost the history of the search: it was searched again" in pages[2].notes
    assert len(there.histories) == 2


def test_a_history_may_expire_more_than_once(server: Server, fake: FakeTime) -> None:
    there = FakePubMed(numbered(12))
    server.handler = there
    pages = []
    for page in pubmed(server, fake, batch=2).search("lupus"):
        pages.append(page)
        if page.records:
            there.broken = [xml(GONE)]
    assert sorted(pmids(pages)) == sorted(numbered(12))
    assert len(there.histories) == 6
    assert pages[-1].delivered == 12


def test_a_history_that_never_holds_ends(server: Server, fake: FakeTime) -> None:
    there = FakePubMed(numbered(10), broken=[xml(GONE)] * 50)
    server.handler = there
    with pytest.raises(FetchError, match="PubMed says: Unable to obtain query #1") as caught:
        list(pubmed(server, fake).search("lupus"))
    assert caught.value.reason == "malformed"
    assert len(there.histories) == 3


def test_a_server_in_trouble_is_not_taken_for_a_lost_history(server: Server, fake: FakeTime) -> None:
    there = FakePubMed(numbered(10), broken=[Reply(b"", 503)] * 50)
    server.handler = there
    with pytest.raises(FetchError) as caught:
        list(pubmed(server, fake).search("lupus"))
    assert caught.value.reason == "server-fault"
    assert len(there.histories) == 1


def test_records_that_are_not_sent_are_named(server: Server, fake: FakeTime) -> None:
    server.handler = FakePubMed(numbered(6), withheld={"1001", "1004"})
    pages = list(pubmed(server, fake).search("lupus"))
    assert pages[1].notes == ("PubMed did not send 1 of the records: 1004",)
    assert pages[2].notes == (
        "PubMed did not send 1 of the records: 1001",
        "pubmed said there are 6 records and gave 4",
    )


def test_a_search_too_large_is_split_by_date(server: Server, fake: FakeTime) -> None:
    spread = numbered(60, made=date(1990, 1, 1), step=200)
    server.handler = FakePubMed(spread, most=9)
    pages = list(pubmed(server, fake, batch=5, most=9).search("lupus"))
    assert sorted(pmids(pages), key=int) == sorted(spread, key=int)
    assert len(pmids(pages)) == 60
    assert (pages[0].total, pages[-1].total, pages[-1].delivered) == (60, 60, 60)
    assert pages[-1].cursor == ""
    assert pages[0].notes[1].startswith("PubMed gives out 9 of 60 records: split into those made by ")
    assert all(page.records <= 5 for page in pages)


@pytest.mark.parametrize("stop", [1, 5, 12, 20, 25])
def test_a_split_search_goes_on_where_it_stopped(stop: int, server: Server, fake: FakeTime) -> None:
    spread = numbered(60, made=date(1990, 1, 1), step=200)
    server.handler = FakePubMed(spread, most=9)
    running = pubmed(server, fake, batch=5, most=9).search("lupus", since=date(1991, 1, 1))
    before = [next(running) for _ in range(stop)]
    after = list(
        pubmed(server, fake, batch=5, most=9).search("lupus", since=date(1991, 1, 1), cursor=before[-1].cursor)
    )
    expected = [each for each, made in spread.items() if made >= date(1991, 1, 1)]
    assert sorted(pmids(before + after), key=int) == expected
    assert after[-1].delivered == len(expected)


def test_too_many_records_of_one_day(server: Server, fake: FakeTime) -> None:
    server.handler = FakePubMed(numbered(12), most=9)
    with pytest.raises(FetchError, match="PubMed has 12 records of 2024-05-01") as caught:
        list(pubmed(server, fake, most=9).search("lupus"))
    assert "narrow the query" in caught.value.hint


@pytest.mark.parametrize(
    ("reply", "reason", "words"),
    [
        (xml(f"{DOCTYPE}<eSearchResult><ERROR>Invalid db name</ERROR></eSearchResult>"), "bad-request", "Invalid db"),
        (xml("<eSearchResult><Count>63</Count>"), "malformed", "it is no XML"),
        (xml("<eSearchResult><IdList/></eSearchResult>"), "malformed", "it has no count"),
        (xml("<html><Count>63</Count></html>"), "malformed", "it has no count"),
        (Reply(b"<p>Sorry", content_type="text/html"), "content-type", "Sorry"),
        (Reply(b'{"error":"API rate limit exceeded","api-key":"k3y"}', 429), "rate-limited", "too often"),
        (Reply(b'{"error":"API key invalid","api-key":"k3y"}', 400), "bad-request", "API key invalid"),
    ],
)
def test_an_answer_that_is_no_result(reply: Reply, reason: str, words: str, server: Server, fake: FakeTime) -> None:
    server.replies(reply)
    with pytest.raises(FetchError, match=words) as caught:
        list(pubmed(server, fake, key="k3y").search("lupus"))
    assert caught.value.reason == reason
    assert "k3y" not in str(caught.value)


def test_entities_are_not_expanded(server: Server, fake: FakeTime) -> None:
    bomb = (
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
        "<eSearchResult><Count>0</Count><QueryTranslation>&b;&a;</QueryTranslation></eSearchResult>"
    )
    server.replies(xml(bomb))
    (page,) = pubmed(server, fake).search("lupus")
    assert page.notes == ()


@pytest.mark.parametrize("query", ["", "  \n"])
def test_an_empty_query_is_not_asked(query: str, server: Server, fake: FakeTime) -> None:
    with pytest.raises(FetchError, match="the query is empty"):
        list(pubmed(server, fake).search(query))
    assert server.asked == []


def cursors(server: Server, fake: FakeTime) -> Iterator[tuple[str, date | None, str]]:
    good = next(pubmed(server, fake).search("lupus")).cursor
    yield "ITP", None, good
    yield "lupus", date(2024, 1, 1), good
    yield "lupus", None, "AoIIP4ZawSg1MzEyODI1MA=="
    yield "lupus", None, "[1]"
    yield "lupus", None, good.replace('"pubmed"', '"crossref"')


def test_a_cursor_of_something_else_is_refused(server: Server, fake: FakeTime) -> None:
    server.handler = FakePubMed(numbered(10))
    for query, since, cursor in cursors(server, fake):
        with pytest.raises(FetchError, match="cursor") as caught:
            list(pubmed(server, fake).search(query, since=since, cursor=cursor))
        assert caught.value.reason == "cursor"


def test_one_record(server: Server, fake: FakeTime) -> None:
    server.replies(xml(article_set(["28565834"])))
    page = pubmed(server, fake).record("28565834")
    assert (page.records, page.total, page.cursor) == (1, 1, "")
    assert server.asked[0].query["id"] == "28565834"


def test_several_records_come_in_one_answer_and_those_that_do_not_are_named(server: Server, fake: FakeTime) -> None:
    server.replies(xml(article_set(["111", "333"])))
    page = pubmed(server, fake).records(["111", "222", "333"])
    assert (page.records, page.total, page.delivered) == (2, 3, 3)
    assert page.notes == ("PubMed has no record 222",)
    assert [each.query["id"] for each in server.asked] == ["111,222,333"]


@pytest.mark.parametrize(
    "reply",
    [
        xml("<PubmedArticleSet></PubmedArticleSet>"),
        xml("<PubmedArticleSet/>"),
        xml("<eFetchResult><ERROR>ID list is empty! Possibly it has no correct IDs.</ERROR></eFetchResult>", 400),
    ],
)
def test_no_such_record(reply: Reply, server: Server, fake: FakeTime) -> None:
    server.replies(reply)
    with pytest.raises(FetchError, match="pubmed has no record 99999999") as caught:
        pubmed(server, fake).record("99999999")
    assert caught.value.reason == "not-found"


def test_a_full_text_of_pubmed_central(server: Server, fake: FakeTime) -> None:
    server.replies(
        xml("<pmc-articleset><article><front/><body/></article></pmc-articleset>"),
        xml("<pmc-articleset><article><front/></article></pmc-articleset>"),
        xml('<pmc-articleset><Reply Id="9" error="The following PMCID is not available: 9"/></pmc-articleset>'),
    )
    whole = pubmed(server, fake).full_text("PMC3257301")
    assert (whole.records, whole.notes) == (1, ())
    front = pubmed(server, fake).full_text("PMC3257301")
    assert front.notes == ("PubMed Central gives out the front matter of PMC3257301 only, not its text",)
    assert (server.asked[0].query["db"], server.asked[0].query["id"]) == ("pmc", "3257301")
    with pytest.raises(FetchError, match="pmc has no record 9"):
        pubmed(server, fake).full_text("PMC9")
