"""Reading JATS: articles, pieces with several roots, tables with merged cells, and markup that means harm."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from mscevidence.errors import DocumentError
from mscevidence.model import Document, Table
from mscevidence.read import read
from mscevidence.read.canonical import canonical

FOLDER = Path(os.environ.get("MSCEVIDENCE_DOCUMENTS", Path(__file__).parents[2].parent / "shared" / "documents"))
JATS = FOLDER / "jats_xml"
needs_articles = pytest.mark.skipif(not JATS.exists(), reason=f"{JATS} is not here: set MSCEVIDENCE_DOCUMENTS")

ARTICLE = """<?xml version="1.0"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96)//EN" "https://example.org/none.dtd">
<article xmlns:mml="http://www.w3.org/1998/Math/MathML" article-type="research-article"><front>
<journal-meta><journal-title-group><journal-title>Cells &amp; Blood</journal-title>
</journal-title-group></journal-meta>
<article-meta><article-id pub-id-type="pmid">12345678</article-id>
<article-id pub-id-type="doi">10.1000/abc.1</article-id>
<title-group><article-title>Stromal cells in <italic>ITP</italic><xref>*</xref></article-title></title-group>
<contrib-group>
<contrib contrib-type="author"><name><surname>Moreau</surname>
<given-names>Anna B</given-names></name></contrib>
<contrib contrib-type="editor"><name><surname>Other</surname><given-names>E</given-names></name></contrib>
</contrib-group>
<pub-date><day>3</day><month>2</month><year>2024</year></pub-date><pub-date><year>2025</year></pub-date>
<abstract><sec><title>Methods:</title><p>We gave 1&#xd7;10<sup>6</sup> cells/kg<xref ref-type="bibr">1</xref>
on the 1<sup>st</sup> day.</p></sec>
<sec><title>Results</title><p>Five responded.</p></sec></abstract></article-meta></front>
<body><sec><title>1. Patients and methods</title><p>NCT04014166.</p>
<sec><title>Outcomes</title><p>Platelets &gt; 30.</p></sec></sec>
<sec sec-type="results"><title>What we saw</title><p>Before the table
<table-wrap><label>Table 1</label><caption><p>Outcomes, n (%)</p></caption><table>
<thead><tr><th rowspan="2">Outcome</th><th colspan="2">Group</th></tr>
<tr><th>Cells (n = 20)</th><th>Placebo<break/>(n = 18)</th></tr></thead>
<tbody><tr><td>Response</td><td>9 (45)<sup>a</sup></td><td>2 (11)</td></tr>
<tr><td>Area, m<sup>2</sup></td><td/><td>1</td></tr></tbody>
</table><table-wrap-foot><fn><p><sup>a</sup> at day 28</p></fn></table-wrap-foot></table-wrap> and after it.</p>
<p>The ratio was <mml:math><mml:mi>a</mml:mi><mml:mo>=</mml:mo><mml:mn>2</mml:mn></mml:math>.</p></sec></body>
<back><ref-list><ref><mixed-citation>Somebody 2001</mixed-citation></ref></ref-list></back></article>"""


@pytest.fixture(scope="module")
def article() -> Document:
    return read(ARTICLE.encode())


def grid(document: Document, table: Table) -> list[tuple[str, int, int, int, int, bool]]:
    return [
        (document.text[slice(*c.span)], c.row, c.column, c.rows, c.columns, c.header)
        for c in table.cells
    ]  # fmt: skip


def test_the_front_is_read(article: Document) -> None:
    assert (article.format, article.title, article.journal) == ("jats", "Stromal cells in ITP", "Cells & Blood")
    assert [author.name for author in article.authors] == ["Anna B Moreau"]
    assert article.date == "2024-02-03"
    assert article.identifier("doi") == "10.1000/abc.1"
    assert article.identifier("pmid") == "12345678"
    assert article.identifier("nct") == "NCT04014166"


def test_powers_are_readable_and_ordinals_stay_words(article: Document) -> None:
    assert "We gave 1×10^6 cells/kg" in article.text
    assert "on the 1st day" in article.text
    assert "Area, m^2" in article.text


def test_sections_have_common_names_and_exact_places(article: Document) -> None:
    found = [(section.name, article.text[slice(*section.span)]) for section in article.sections]
    assert found[0][0] == "Methods"
    assert found[1] == ("Results", "Five responded.")
    assert found[2] == ("Methods", "NCT04014166.")
    assert ("Results", "Before the table and after it.") in found
    assert ("Results", "The ratio was a=2.") in found


def test_what_is_not_the_article_is_left_out(article: Document) -> None:
    assert "Somebody" not in article.text


def test_the_canonical_text_is_canonical(article: Document) -> None:
    assert canonical(article.text) == article.text


def test_a_table_becomes_lines_and_cells_with_places(article: Document) -> None:
    (table,) = article.tables
    assert article.text[slice(*table.span)].split("\n") == [
        "Table 1. Outcomes, n (%)",
        "Outcome | Group |",
        "| Cells (n = 20) | Placebo (n = 18)",
        "Response | 9 (45)^a | 2 (11)",
        "Area, m^2 | | 1",
        "a at day 28",
    ]
    assert grid(article, table) == [
        ("Outcome", 0, 0, 2, 1, True),
        ("Group", 0, 1, 1, 2, True),
        ("Cells (n = 20)", 1, 1, 1, 1, True),
        ("Placebo (n = 18)", 1, 2, 1, 1, True),
        ("Response", 2, 0, 1, 1, False),
        ("9 (45)^a", 2, 1, 1, 1, False),
        ("2 (11)", 2, 2, 1, 1, False),
        ("Area, m^2", 3, 0, 1, 1, False),
        ("", 3, 1, 1, 1, False),
        ("1", 3, 2, 1, 1, False),
    ]
    assert table.caption is not None
    assert article.text[slice(*table.caption)] == "Outcomes, n (%)"
    assert table.foot is not None
    assert article.text[slice(*table.foot)] == "a at day 28"


def test_a_piece_with_several_roots_and_no_namespaces_is_read() -> None:
    piece = b"""<abstract><p>Background: we asked. Results: 4 of 9 patients responded.</p></abstract>
    <sec><title>Results</title><p>See <xref xlink:href="x">Table 1</xref> .
    <fig><label>Fig. 1</label><caption><p>Flow</p></caption>
    <graphic xlink:href="y"/></fig></p><table-wrap><label>Table 1</label></table-wrap></sec>"""
    document = read(piece)
    names = [section.name for section in document.sections]
    assert names == ["Background", "Results", "Results", "Fig. 1", "Table 1"]
    assert "See Table 1." in document.text
    assert document.tables[0].cells == ()


@pytest.mark.parametrize(
    ("markup", "kept", "note"),
    [
        ("<sec><title>Results</title><p>Three <b>of five</p></sec>", "of five", "mended"),
        ("<sec><p>5 &nbsp;&plusmn; 1 &amp; &unknown;</p></sec>", "5 ± 1 & &unknown;", ""),
        ("<abstract><p>Cut off in the mid", "Cut off in the mid", "mended"),
    ],
)
def test_broken_markup_is_mended_aloud(markup: str, kept: str, note: str) -> None:
    document = read(markup.encode(), format="jats")
    assert kept in document.text
    assert bool(note) == any(note in each for each in document.notes)


def test_an_entity_bomb_is_harmless() -> None:
    lines = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    bomb = f'<!DOCTYPE article [<!ENTITY l0 "lol">{lines}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    document = read(f"{bomb}<article><body><sec><p>A &l11; and &f;.</p></sec></body></article>".encode())
    assert document.text == "A &l11; and &f;."


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(DocumentError, match="nested too deeply"):
        read(("<sec>" * 5000 + "<p>x</p>" + "</sec>" * 5000).encode(), format="jats")


def test_claims_of_endless_cells_are_refused() -> None:
    row = "<tr>" + '<td rowspan="99999" colspan="99999">1</td>' * 40 + "</tr>"
    with pytest.raises(DocumentError, match="too many cells"):
        read(f"<sec><p>A</p><table-wrap><table>{row * 40}</table></table-wrap></sec>".encode())


def test_two_megabytes_without_a_space_are_read() -> None:
    document = read(b"<sec><p>" + b"ab1&lt;" * 300_000 + b"</p></sec>", format="jats")
    assert document.text == "ab1<" * 300_000


def test_xml_without_an_article_is_refused() -> None:
    with pytest.raises(DocumentError, match="no abstract, section or table"):
        read(b"<article><front><article-meta/></front><p/></article>", format="jats")


def test_web_pages_with_articles_are_no_jats() -> None:
    page = b'<article><h1>News</h1><div class="abstract">Two of 4 patients responded.</div></article>'
    assert read(page).format == "html"


@needs_articles
@pytest.mark.parametrize("path", sorted(JATS.glob("*ml")) if JATS.exists() else [], ids=lambda p: p.name[:40])
def test_real_articles_are_read_with_all_their_tables(path: Path) -> None:
    data = path.read_bytes()
    if b"<ListBucketResult" in data:
        pytest.skip("a list of files, no article")
    document = read(data)
    assert document.format == "jats"
    assert len(document.tables) == len(re.findall(rb"<table-wrap[ >]", data))
    assert sum(len(table.cells) for table in document.tables) == len(re.findall(rb"<t[dh](?=[ />])", data))
    for table in document.tables:
        assert all(table.span[0] <= c.span[0] <= c.span[1] <= table.span[1] for c in table.cells)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("CD34<sup>+</sup> cells", "CD34+ cells"),
        ("CD45<sup>−</sup> and Rag2<sup>-/-</sup> mice", "CD45− and Rag2-/- mice"),
        ("Ca<sup>2+</sup> and 10<sup>6</sup>/kg", "Ca^2+ and 10^6/kg"),
        ('Cells<xref ref-type="fn" rid="f1"><sup>1</sup></xref> for ITP<fn><p>Note</p></fn>', "Cells for ITP"),
    ],
)
def test_signs_behind_a_word_belong_to_it_and_notes_do_not_belong_to_titles(markup: str, text: str) -> None:
    article = re.sub(r"(?s)<article-title>.*</article-title>", f"<article-title>{markup}</article-title>", ARTICLE)
    assert read(article.encode()).title == text


def test_of_dates_of_one_year_the_most_precise_is_read() -> None:
    dates = "<pub-date><year>2024</year></pub-date><pub-date><day>5</day><month>3</month><year>2024</year></pub-date>"
    article = re.sub(r"<pub-date>.*</pub-date>", dates, ARTICLE)
    assert read(article.encode()).date == "2024-03-05"


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ('href="http://example.org/other"', []),
        ('href="https://doi.org/10.1000/ABC.9"', [("doi", "10.1000/abc.9")]),
        ('ext-link-type="doi" href=""', []),
        ('ext-link-type="pmid" href="123"', [("pmid", "123")]),
    ],
)
def test_a_link_to_another_article_need_not_name_it(link: str, found: list[tuple[str, str]]) -> None:
    related = f'<related-article related-article-type="corrected-article" {link}/><abstract>'
    (notice,) = read(ARTICLE.replace("<abstract>", related, 1).encode()).notices
    assert (notice.kind, [(each.kind, each.value) for each in notice.identifiers]) == ("erratum-for", found)
