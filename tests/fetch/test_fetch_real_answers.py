"""The sources replay answers that the real services gave."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
import yaml
from loopback import (  # noqa: F401 - fixtures
    START,
    FakeTime,
    Reply,
    Server,
    client,
    fake_time,
    running_server,
)

from mscevidence.fetch import Answer, ClinicalTrialsGov, Crossref, EuropePmc, PubMed
from mscevidence.fetch.entrez import articles_in, found_in

FOLDER = Path(os.environ.get("MSCEVIDENCE_DOCUMENTS", Path(__file__).parents[2].parent / "shared" / "documents"))
pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(not FOLDER.exists(), reason=f"{FOLDER} is not here: set MSCEVIDENCE_DOCUMENTS"),
]


def answer(place: str) -> Answer:
    return Answer((FOLDER / place).read_bytes(), "", "", "text/xml", "", 200, "", START)


@pytest.mark.parametrize(
    ("name", "count", "ids", "read_as"),
    [
        ("esearch1", 63, 20, '"biopython"[All Fields]'),
        ("esearch3", 2651, 6, '"proc natl acad sci u s a"[Journal] AND "97"[Volume]'),
        ("esearch8", 0, 0, "(abcXYZ[All Fields])"),
    ],
)
def test_esearch(name: str, count: int, ids: int, read_as: str) -> None:
    found = found_in(answer(f"eutils_other/biopython__biopython__{name}.xml"))
    assert (found.count, len(found.ids)) == (count, ids)
    assert found.notes[0] == f"PubMed read the query as: {read_as}"
    assert ("PubMed finds nothing for 'abcXYZ'" in found.notes) == (count == 0)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("biopython__biopython__pubmed1", 2),
        ("biopython__biopython__pubmed4", 1),
        ("JabRef__jabref__MedlineImporterTestNbib", 2),
        ("JabRef__jabref__MedlineImporterTestBookArticleSet", 2),
        ("metapub__metapub__39236155", 1),
    ],
)
def test_efetch(name: str, count: int, server: Server, fake: FakeTime) -> None:
    place = f"pubmed_efetch_xml/{name}.xml"
    assert articles_in(answer(place)) == count
    server.replies(Reply((FOLDER / place).read_bytes(), content_type="text/xml; charset=UTF-8"))
    assert PubMed(client(fake), base=server.base).record("1").answer.data == (FOLDER / place).read_bytes()


def test_europe_pmc(server: Server, fake: FakeTime) -> None:
    whole = (FOLDER / "europepmc/JonasHeinickeBio__pyEuropePMC__search_cancer_core.json").read_bytes()
    none = (FOLDER / "europepmc/JonasHeinickeBio__pyEuropePMC__search_no_results.json").read_bytes()
    server.replies(Reply(whole), Reply(none))
    pages = list(EuropePmc(client(fake), base=server.base).search("cancer"))
    assert [(page.records, page.total) for page in pages] == [(25, 5_059_039), (0, 0)]
    assert server.asked[1].query["cursorMark"] == "AoIIP4ZawSg1MzEyODI1MA=="
    assert pages[1].notes == ("europepmc said there are 0 records and gave 25",)


def test_clinicaltrials_gov(server: Server, fake: FakeTime) -> None:
    first, second, last = (
        (FOLDER / f"ctgov_v2_json/genomoncology__biomcp__search_phelan_{name}_20260811.json").read_bytes()
        for name in ("limit5", "next", "limit50")
    )
    server.replies(Reply(first), Reply(second), Reply(last))
    pages = list(ClinicalTrialsGov(client(fake), base=server.base).search("phelan"))
    assert [(page.records, page.total) for page in pages] == [(5, 21), (5, 21), (3, 21)]
    assert [each.query.get("pageToken") for each in server.asked] == [
        None,
        "ZVt07cGHkvI2wRk2CJf6_LLq14bEL8swd7KrgP4dnDeTsPkw",
        "ZVt07cGHkvI2wRk2CJf6_LLq14bEL8swd7KrgP4bmjeauvk_IQ",
    ]


def test_crossref(server: Server, fake: FakeTime) -> None:
    cassette = yaml.safe_load((FOLDER / "crossref_json/sckott__habanero__test_cursor_max.yaml").read_text())
    bodies = [each["response"]["body"]["string"] for each in cassette["interactions"][:3]]
    server.replies(*[Reply(body, headers={"Content-Encoding": "gzip"}) for body in bodies])
    running = Crossref(client(fake), base=server.base, rows=20).search("widget")
    pages = [next(running) for _ in bodies]
    assert [(page.records, page.delivered, page.total) for page in pages] == [
        (20, 20, 454),
        (20, 40, 454),
        (20, 60, 454),
    ]
    assert [page.answer.data for page in pages] == [gzip.decompress(body) for body in bodies]
    # The service moves the scroll on under one name.
    assert server.asked[1].query["cursor"] == server.asked[2].query["cursor"] != "*"
