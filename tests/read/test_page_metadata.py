"""Pages of journals: what their head says of the article, and abstracts that only a heading announces."""

from __future__ import annotations

import hashlib

import pytest

from export_reading import document, ids
from mscevidence.errors import DocumentError
from mscevidence.read import read

HEAD = """<meta charset="utf-8"><title>Cells | Blood</title>
<meta name="citation_title" content="Cells for ITP &amp; lupus"/>
<meta content='Zhang, Lei' name='citation_author'>
<META NAME="Citation_Author" CONTENT="X&uuml;, Yu">
<meta name="citation_journal_title" content="Blood">
<meta name="citation_publication_date" content="2023/11/02">
<meta name="citation_volume" content="142"><meta name="citation_issue" content="Supplement 1">
<meta name="citation_firstpage" content="687"><meta name="citation_lastpage" content="689">
<meta name="citation_doi" content="10.1182/Blood-2023-1"><meta name="citation_issn" content="0006-4971">
<meta name="citation_keywords" content="ITP; MSC"><meta name="dc.creator" content="Somebody Else">
<meta property="og:title" content="Other"><meta name="citation_reference" content="citation_doi=10.9/cited">"""
BODY = "<h1>Cells</h1><section class='abstract'><p>Results: 8 of 18.</p></section>"


def page(head: str, body: str) -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


def test_the_head_of_a_page_tells_of_the_article() -> None:
    found = document(page(HEAD, BODY))
    assert found.text == "Cells for ITP & lupus\n\nResults: 8 of 18."
    assert (found.title, found.journal, found.date) == ("Cells for ITP & lupus", "Blood", "2023-11-02")
    assert [author.name for author in found.authors] == ["Zhang, Lei", "Xü, Yu"]
    assert (found.volume, found.issue, found.pages, found.issns) == ("142", "Supplement 1", "687-689", ("0006-4971",))
    assert (ids(found), found.keywords) == ({"doi": "10.1182/blood-2023-1"}, ("ITP", "MSC"))
    assert found.notes == ()


def test_dublin_core_is_read_where_there_is_nothing_else() -> None:
    head = "<meta name='DC.Creator' content='Zhang, Lei'><meta name='dc.date' content='2023-11'>"
    found = document(page(head, BODY))
    assert ([author.name for author in found.authors], found.date) == (["Zhang, Lei"], "2023-11")
    assert (found.title, found.notes) == ("Cells", ("the page does not tell in its head: journal",))


def test_what_one_set_of_names_lacks_the_other_tells() -> None:
    head = "<meta name='citation_journal_title' content='Lancet'><meta name='citation_title' content='Cells'>"
    head += "<meta name='dc.Title' content='CELLS'><meta name='dc.Creator' content='J. Panes'>"
    head += "<meta name='dc.Creator' content='D. Garcia'><meta name='dc.Date' content='2016-07-28'>"
    found = document(page(head, BODY))
    assert (found.title, found.journal, found.date, found.notes) == ("Cells", "Lancet", "2016-07-28", ())
    assert [author.name for author in found.authors] == ["J. Panes", "D. Garcia"]


def test_a_page_that_tells_nothing_says_so() -> None:
    found = document(page("<title>Cells</title>", BODY))
    assert found.notes == ("the page does not tell in its head: authors, journal, date",)


@pytest.mark.parametrize(
    "body",
    [
        "<h2>Abstract</h2><h3>Methods</h3><p>Cells.</p><h3>Results</h3><p>8 of 18.</p><h2>Introduction</h2><p>No.</p>",
        "<section><h2> ABSTRACT: </h2><p>Methods</p><div>Cells.</div><p>Results</p><p>8 of 18.</p></section><p>No.</p>",
        "<div><h3>Abstract</h3></div><div>Methods<p>Cells.</p>Results<p>8 of 18.</p></div><h2>Introduction</h2>",
    ],
)
def test_an_abstract_stands_under_its_heading(body: str) -> None:
    found = document(page("", f"<h1>Title of it</h1>{body}"))
    words = " ".join(found.text.split())
    assert words == "Title of it Methods Cells. Results 8 of 18."


def test_a_heading_with_nothing_below_is_no_abstract() -> None:
    with pytest.raises(DocumentError, match="there is no abstract on this page"):
        read(page("", "<h2>Abstract</h2><h2>Introduction</h2><p>Words.</p>").encode())


MHTML = """From: <Saved by Blink>
Snapshot-Content-Location: https://example.org/a
Subject: =?utf-8?Q?Cells?=
MIME-Version: 1.0
Content-Type: multipart/related;
\ttype="text/html";
\tboundary="--X--"


----X--
Content-Type: text/html
Content-ID: <frame-1>
Content-Transfer-Encoding: quoted-printable

<!DOCTYPE html><html><head><meta http-equiv=3D"Content-Type" content=3D"text=
/html"></head><body><h1>Cells for M=C3=BCller</h1><div class=3D"abstract"><p>=
8 of 18 at 10<sup>6</sup>.</p></div></body></html>
----X--
Content-Type: text/css

.abstract { color: red }
----X----
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_page_saved_as_one_file(end: str) -> None:
    data = MHTML.replace("\n", end).encode()
    found = document(data, "page.mhtml")
    assert (found.format, found.text) == ("html", "Cells for Müller\n\n8 of 18 at 10^6.")
    assert found.sha256 == hashlib.sha256(data).hexdigest()


def test_a_saved_page_without_a_page_is_an_error() -> None:
    with pytest.raises(DocumentError, match=r"\(MHTML\) holds no HTML"):
        read(MHTML.replace("Content-Type: text/html", "Content-Type: text/plain").encode())


def test_an_abstract_that_speaks_of_parts_is_no_saved_page() -> None:
    text = "Background: Mail.\nResults: 8 of 18 had Content-Type: multipart/related parts."
    assert read(text.encode()).text == text


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"{\\rtf1\\ansi Cells for ITP.}", "rich text"),
        (b"bplist00\xd1", "web archive of Safari"),
        (b"SQLite format 3\x00\x10", "database"),
        (b"\x00\x01EndNote", "binary"),
    ],
)
def test_files_of_programs_are_named_with_what_to_do(data: bytes, what: str) -> None:
    with pytest.raises(DocumentError, match=what) as told:
        read(data)
    assert "save" in told.value.hint or "export" in told.value.hint
