"""Sets of JATS articles and what the front of an article says; answers of E-utilities without literature."""

from __future__ import annotations

import pytest

from mscevidence.errors import DocumentError
from mscevidence.model import Document, Reject
from mscevidence.read import read, read_all
from mscevidence.read.abstract_markup import parts_of

ARTICLE = """<article article-type="{kind}" xml:lang="en" xmlns:xlink="http://www.w3.org/1999/xlink"><front><journal-meta>
<journal-title>Journal of Cells</journal-title><issn>1234-5678</issn></journal-meta><article-meta>
<article-id pub-id-type="pmc">777</article-id><article-id pub-id-type="doi">10.1000/ABC.1</article-id><title-group>
<article-title>{title}</article-title></title-group><contrib-group><contrib contrib-type="author"><contrib-id
contrib-id-type="orcid">https://orcid.org/0000-0002-1825-0097</contrib-id><name><surname>Gu</surname>
<given-names>Jun</given-names></name><xref ref-type="aff" rid="a1">1</xref></contrib><contrib contrib-type="author">
<collab>ITP Group</collab></contrib><aff id="a1"><label>1</label>Tianjin</aff></contrib-group><volume>12</volume>
<fpage>45</fpage><lpage>52</lpage>{related}<abstract><p>8 of 18 responded.</p></abstract><kwd-group><kwd>ITP</kwd>
</kwd-group></article-meta></front><back><ref-list><ref><article-title>Cited</article-title></ref></ref-list></back></article>"""


def article(kind: str = "research-article", title: str = "Cells", related: str = "") -> str:
    return ARTICLE.format(kind=kind, title=title, related=related)


def set_of(*articles: str) -> bytes:
    return f'<?xml version="1.0"?><!DOCTYPE x><pmc-articleset>{"".join(articles)}</pmc-articleset>'.encode()


def test_each_article_of_a_set_is_a_record() -> None:
    first, second = read_all(set_of(article(), article(title="Second")))
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert (first.title, second.title, second.position, first.format) == ("Cells", "Second", 2, "jats-set")
    assert "Cited" not in first.text


def test_the_front_says_who_where_and_what() -> None:
    document = read(article().encode())
    assert document.format == "jats"
    gu, group = document.authors
    assert (gu.name, gu.orcid, gu.affiliations) == ("Jun Gu", "0000-0002-1825-0097", ("Tianjin",))
    assert (group.name, group.collective) == ("ITP Group", True)
    assert (document.volume, document.pages, document.issns, document.keywords) == (
        "12",
        "45-52",
        ("1234-5678",),
        ("ITP",),
    )
    assert {each.kind: each.value for each in document.identifiers} == {"pmcid": "PMC777", "doi": "10.1000/abc.1"}
    assert [each.span for each in document.identifiers if each.kind == "doi"] != [None]
    assert document.languages == ("en",)


@pytest.mark.parametrize(
    ("kind", "related", "expected", "status", "notice"),
    [
        ("retraction", "retracted-article", "retraction-notice", "published", "retraction-of"),
        ("correction", "corrected-article", "erratum", "published", "erratum-for"),
        ("research-article", "retraction-forward", "article", "retracted", "retracted-by"),
        ("research-article", "correction-forward", "article", "corrected", "corrected-by"),
        ("review-article", "companion", "review", "published", "other"),
    ],
)
def test_related_articles_are_notices(kind: str, related: str, expected: str, status: str, notice: str) -> None:
    link = f'<related-article related-article-type="{related}" ext-link-type="doi" xlink:href="10.1/O"/>'
    document = read(article(kind, related=link).encode())
    assert (document.kind, document.status) == (expected, status)
    assert [(each.kind, each.identifiers[0].value) for each in document.notices] == [(notice, "10.1/o")]


def test_what_pmc_does_not_give_and_what_is_broken_is_rejected_alone() -> None:
    refused = '<Reply Id="PMC1" error="The following PMCID is not available: PMC1"/>'
    first, reply, broken, last = read_all(set_of(article(), refused, "<article><front>", article()))
    assert isinstance(first, Document)
    assert isinstance(last, Document)
    assert isinstance(reply, Reject)
    assert isinstance(broken, Reject)
    assert "PMC1: The following PMCID is not available" in reply.reason
    assert "not closed" in broken.reason


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            b"<?xml version='1.0'?><eSearchResult><Count>1</Count><IdList><Id>1</Id></IdList></eSearchResult>",
            "a search found",
        ),
        (b"<eSummaryResult><DocSum/></eSummaryResult>", "summaries"),
        (b"<ePostResult><ERROR>Invalid db name</ERROR></ePostResult>", "it says: Invalid db name"),
        (b'{"header": {}, "esearchresult": {"count": "2"}}', "a search found"),
        (b'{"result": {"uids": ["1"]}}', "summaries"),
        (
            b"<html><head><title>PmFetch response</title></head><body><pre>Pubmed-entry ::= {}</pre></body></html>",
            "page of NCBI",
        ),
        (b"<html><head><title>502 Bad Gateway</title></head></html>", "page of NCBI"),
    ],
)
def test_other_answers_are_named(data: bytes, said: str) -> None:
    with pytest.raises(DocumentError, match=said) as raised:
        list(read_all(data))
    assert "efetch" in raised.value.hint


@pytest.mark.parametrize(
    ("markup", "parts"),
    [
        ("plain  text", [("", "plain text")]),
        ("a &amp; b &lt; c", [("", "a & b < c")]),
        ("n < 5 and <unknown> stays", [("", "n < 5 and <unknown> stays")]),
        ("<p>one <i>two</p>", [("", "one two")]),
        ("<h4>Methods</h4>a<h4>Results</h4>b", [("Methods", "a"), ("Results", "b")]),
        ("lead<h4>Results</h4><p>a</p><p>b</p>", [("", "lead"), ("Results", "a b")]),
        ("<sec><title>A:</title><p>x</p></sec><p>y</p>", [("A", "x"), ("", "y")]),
        ("<title>Abstract</title><p>x</p>", [("", "x")]),
        ("&lt;p&gt;10&lt;sup&gt;6&lt;/sup&gt; cells/kg&lt;/p&gt;", [("", "10^6 cells/kg")]),
        ("", []),
    ],
)
def test_markup_of_a_field_becomes_labelled_parts(markup: str, parts: list[tuple[str, str]]) -> None:
    assert parts_of(markup) == parts
