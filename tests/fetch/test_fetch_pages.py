"""Pages by url and DOI where robots.txt allows, and identifiers of every kind from the right source."""

from __future__ import annotations

import json
from pathlib import Path

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

from mscevidence.errors import FetchError, UnknownTermError
from mscevidence.fetch import (
    SOURCES,
    ClinicalTrialsGov,
    Crossref,
    EuropePmc,
    Limits,
    Pages,
    PubMed,
    Sources,
    by_identifier,
    recognised,
)
from mscevidence.fetch.robots import rules_for

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

HTML = Reply(b"<html><body>An abstract</body></html>", content_type="text/html; charset=utf-8")


def robots(text: str, *, status: int = 200) -> Reply:
    return Reply(text.encode(), status, "text/plain")


def site(server: Server, wishes: Reply, page: Reply = HTML) -> None:
    server.handler = lambda asked: wishes if asked.path == "/robots.txt" else page


@pytest.mark.parametrize(
    ("text", "url", "allowed"),
    [
        ("", "/x", True),
        ("User-agent: *\nDisallow:", "/x", True),
        ("User-agent: *\nDisallow: /", "/x", False),
        ("User-agent: *\nDisallow: /private", "/private/x", False),
        ("User-agent: *\nDisallow: /private", "/public", True),
        ("user-agent: *\ndisallow: /a # because", "/a", False),
        ("User-agent: *\nDisallow: /\nAllow: /ash/", "/ash/2023", True),
        ("User-agent: *\nAllow: /ash/\nDisallow: /", "/other", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf.html", True),
        ("User-agent: *\nDisallow: /*?", "/a?b=1", False),
        ("User-agent: *\nDisallow: /*/article-abstract/", "/blood/article-abstract/1", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        ("User-agent: mscevidence\nDisallow: /\n\nUser-agent: *\nAllow: /", "/x", False),
        ("User-agent: MSCevidence\nAllow: /\n\nUser-agent: *\nDisallow: /", "/x", True),
        ("User-agent: a\nUser-agent: mscevidence\nDisallow: /x\nUser-agent: b\nDisallow: /", "/y", True),
        ("User-agent: other\nDisallow: /", "/x", True),
        ("User-agent: *\nDisallow: /caf%C3%A9", "/café", False),
        ("User-agent: *\nDisallow: /a(b", "/a(b", False),
        ("Disallow: /", "/x", True),
    ],
)
def test_the_wishes_of_a_site(text: str, url: str, *, allowed: bool) -> None:
    assert rules_for("mscevidence", text).allow(f"https://a.example{url}") == allowed


@pytest.mark.parametrize(
    ("text", "delay"),
    [("User-agent: *\nCrawl-delay: 2.5", 2.5), ("User-agent: *\nCrawl-delay: 9999", 60.0), ("Crawl-delay: x", 0.0)],
)
def test_the_pace_a_site_asks_for(text: str, delay: float) -> None:
    assert rules_for("mscevidence", text).delay == delay


def test_a_page(server: Server, fake: FakeTime) -> None:
    site(server, robots("User-agent: *\nDisallow: /private"))
    page = Pages(client(fake)).page(f"{server.base}/ash/2023/Paper1.html#top")
    assert page.answer.data == HTML.body
    assert (page.source, page.records, page.cursor) == ("page", 1, "")
    assert server.paths == ["/robots.txt", "/ash/2023/Paper1.html"]


def test_a_page_that_is_not_for_programs(server: Server, fake: FakeTime) -> None:
    site(server, robots("User-agent: *\nDisallow: /private"))
    with pytest.raises(FetchError, match="asks programs not to fetch this") as caught:
        Pages(client(fake)).page(f"{server.base}/private/x")
    assert caught.value.reason == "robots"
    assert "save the page" in caught.value.hint
    assert server.paths == ["/robots.txt"]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_site_without_wishes(status: int, server: Server, fake: FakeTime) -> None:
    site(server, robots("", status=status))
    assert Pages(client(fake)).page(f"{server.base}/x").answer.data == HTML.body


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_site_that_cannot_say(status: int, server: Server, fake: FakeTime) -> None:
    site(server, robots("", status=status))
    with pytest.raises(FetchError, match=r"the robots\.txt of 127\.0\.0\.1 could not be read"):
        Pages(client(fake, limits=Limits(attempts=2))).page(f"{server.base}/x")


def test_a_site_is_asked_once_a_day(server: Server, fake: FakeTime, tmp_path: Path) -> None:
    site(server, robots("User-agent: *\nCrawl-delay: 5"))
    first = Pages(client(fake, cache=tmp_path))
    first.page(f"{server.base}/a")
    first.page(f"{server.base}/b")
    Pages(client(fake, cache=tmp_path)).page(f"{server.base}/c")
    assert server.paths == ["/robots.txt", "/a", "/b", "/c"]
    assert fake.slept == [1.0, 5.0]
    fake.seconds += 86_401
    Pages(client(fake, cache=tmp_path)).page(f"{server.base}/d")
    assert server.paths[4:] == ["/robots.txt", "/d"]


def test_a_redirect_is_asked_of_the_site_it_leads_to(server: Server, fake: FakeTime) -> None:
    def handler(asked: Asked) -> Reply:
        if asked.path == "/robots.txt":
            here = asked.headers["host"].startswith("publisher.")
            return robots("User-agent: *\nDisallow: /" if here else "")
        return Reply(status=302, headers={"Location": f"http://publisher.example:{server.port}/x"})

    server.handler = handler
    with pytest.raises(FetchError, match=r"the robots\.txt of publisher\.example"):
        Pages(client(fake)).page(f"{server.base}/x")
    assert server.paths == ["/robots.txt", "/x", "/robots.txt"]


def test_a_pdf_is_no_page(server: Server, fake: FakeTime) -> None:
    site(server, robots(""), Reply(b"%PDF-1.7", content_type="application/pdf"))
    with pytest.raises(FetchError, match="answered application/pdf where text/html is right") as caught:
        Pages(client(fake)).page(f"{server.base}/x.pdf")
    assert caught.value.reason == "content-type"


def test_a_doi_leads_to_its_page(server: Server, fake: FakeTime) -> None:
    def handler(asked: Asked) -> Reply:
        if asked.headers["host"].startswith("doi.org"):
            return Reply(status=302, headers={"Location": f"http://publisher.example:{server.port}/article"})
        return robots("") if asked.path == "/robots.txt" else HTML

    server.handler = handler
    pages = Pages(client(fake), base=f"http://doi.org:{server.port}")
    page = pages.landing_page("10.1016/s0140-6736(24)02600-x")
    assert page.answer.final_url == f"http://publisher.example:{server.port}/article"
    assert server.paths == ["/10.1016/s0140-6736(24)02600-x", "/robots.txt", "/article"]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("28565834", "pmid", "28565834"),
        (" PMID: 028565834\n", "pmid", "28565834"),
        ("https://pubmed.ncbi.nlm.nih.gov/28565834/?from=x", "pmid", "28565834"),
        ("https://www.ncbi.nlm.nih.gov/pubmed/28565834", "pmid", "28565834"),
        ("https://europepmc.org/article/MED/28565834", "pmid", "28565834"),
        ("pmc3257301", "pmcid", "PMC3257301"),
        ("PMCID: PMC3257301.2", "pmcid", "PMC3257301"),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC3257301/table/T1", "pmcid", "PMC3257301"),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC3257301/", "pmcid", "PMC3257301"),
        ("https://europepmc.org/articles/PMC3257301", "pmcid", "PMC3257301"),
        ("nct04014166", "nct", "NCT04014166"),
        ("https://clinicaltrials.gov/study/NCT04014166?tab=results", "nct", "NCT04014166"),
        ("https://www.clinicaltrials.gov/ct2/show/NCT04014166", "nct", "NCT04014166"),
        ("10.1182/Blood-2023-180532", "doi", "10.1182/blood-2023-180532"),
        ("doi: 10.1182/blood-2023-180532.", "doi", "10.1182/blood-2023-180532"),
        ("https://doi.org/10.1016/S0140-6736(24)02600-X", "doi", "10.1016/s0140-6736(24)02600-x"),
        ("http://dx.doi.org/10.1182/x)", "doi", "10.1182/x"),
        (
            "https://ash.confex.com/ash/2023/webprogram/Paper1.html",
            "url",
            "https://ash.confex.com/ash/2023/webprogram/Paper1.html",
        ),
        ("https://clinicaltrials.gov/search?cond=ITP", "url", "https://clinicaltrials.gov/search?cond=ITP"),
    ],
)
def test_identifiers_as_people_paste_them(text: str, kind: str, value: str) -> None:
    found = recognised(text)
    assert (found.kind, found.value) == (kind, value)


@pytest.mark.parametrize("text", ["", "lupus", "123456789", "NCT123", "ISRCTN12345678", "ftp://a.example/x", "10.1/x"])
def test_what_is_no_identifier(text: str) -> None:
    with pytest.raises(FetchError, match="is no identifier that can be fetched") as caught:
        recognised(text)
    assert "NCT04014166" in caught.value.hint


def sources(server: Server, fake: FakeTime) -> Sources:
    at_home = client(fake, limits=Limits(attempts=1))
    return Sources(
        pubmed=PubMed(at_home, base=f"{server.base}/eutils"),
        europepmc=EuropePmc(at_home, base=f"{server.base}/epmc"),
        ctgov=ClinicalTrialsGov(at_home, base=f"{server.base}/ctgov"),
        crossref=Crossref(at_home, base=f"{server.base}/crossref"),
        pages=Pages(at_home, base=f"{server.base}/doi"),
    )


XML = "application/xml"
WORLD = {
    "/eutils/efetch.fcgi": Reply(
        b"<PubmedArticleSet><PubmedArticle></PubmedArticle></PubmedArticleSet>", content_type=XML
    ),
    "/epmc/PMC1/fullTextXML": Reply(b"<article/>", content_type=XML),
    "/ctgov/studies/NCT04014166": Reply(
        json.dumps({"protocolSection": {"identificationModule": {"nctId": "NCT04014166"}}}).encode()
    ),
    "/crossref/works/10.1182%2Fknown": Reply(b'{"message": {"DOI": "10.1182/known"}}'),
    "/doi/10.1182/unknown": HTML,
    "/page": HTML,
}


@pytest.mark.parametrize(
    ("text", "source", "path"),
    [
        ("28565834", "pubmed", "/eutils/efetch.fcgi"),
        ("PMC1", "europepmc", "/epmc/PMC1/fullTextXML"),
        ("NCT04014166", "ctgov", "/ctgov/studies/NCT04014166"),
        ("10.1182/known", "crossref", "/crossref/works/10.1182%2Fknown"),
        ("{base}/page", "page", "/page"),
    ],
)
def test_every_identifier_has_its_source(text: str, source: str, path: str, server: Server, fake: FakeTime) -> None:
    server.handler = lambda asked: WORLD.get(asked.path, Reply(status=404))
    page = by_identifier(text.format(base=server.base), sources(server, fake))
    assert (page.source, page.records, page.notes) == (source, 1, ())
    assert page.answer.data == WORLD[path].body
    assert server.paths[-1] == path


def test_the_second_place_to_look(server: Server, fake: FakeTime) -> None:
    pmc = Reply(b"<pmc-articleset><article/></pmc-articleset>", content_type=XML)
    world = WORLD | {"/eutils/efetch.fcgi": pmc}
    server.handler = lambda asked: world.get(asked.path, Reply(status=404))
    full_text = by_identifier("PMC2", sources(server, fake))
    assert (full_text.source, full_text.answer.data) == ("pubmed", pmc.body)
    assert full_text.notes == (
        "Europe PMC has no full text of it; this is PubMed Central's",
        "PubMed Central gives out the front matter of PMC2 only, not its text",
    )
    landing = by_identifier("10.1182/unknown", sources(server, fake))
    assert (landing.source, landing.answer.data) == ("page", HTML.body)
    assert "Crossref does not know" in landing.notes[0]


@pytest.mark.parametrize("text", ["10.1182/known", "PMC1"])
def test_trouble_is_no_reason_to_look_elsewhere(text: str, server: Server, fake: FakeTime) -> None:
    server.replies(Reply(b"", 503))
    with pytest.raises(FetchError) as caught:
        by_identifier(text, sources(server, fake))
    assert (caught.value.reason, len(server.asked)) == ("server-fault", 1)


def test_the_table_of_sources_is_the_sources(server: Server, fake: FakeTime) -> None:
    public = Sources.on(client(fake), ncbi_api_key="k3y")
    assert [public.named(name).name for name in SOURCES] == list(SOURCES)
    assert all(public.named(name).base.startswith("https://") for name in SOURCES)
    assert public.named("pubmed").rate == 10.0
    with pytest.raises(UnknownTermError, match="unknown source 'pubmd'") as caught:
        public.named("pubmd")
    assert "pubmed" in caught.value.hint
