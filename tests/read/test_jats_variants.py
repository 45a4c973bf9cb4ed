"""What publishers do otherwise in JATS: subtitles, translations, groups of authors, tables of another model, notes."""

from __future__ import annotations

import pytest

from mscevidence.model import Document
from mscevidence.read import read


def article(*, meta: str = "", body: str = "<sec><p>Words.</p></sec>", attributes: str = "") -> Document:
    return read(
        f"""<article xmlns:oasis="urn:oasis" {attributes}><front><article-meta>{meta}</article-meta></front>
        <body>{body}</body></article>""".encode()
    )


@pytest.mark.parametrize(
    ("group", "title"),
    [
        ("<article-title>Cells in lupus</article-title><subtitle>a trial</subtitle>", "Cells in lupus: a trial"),
        ("<article-title>Cells?</article-title><subtitle>A trial</subtitle>", "Cells? A trial"),
        ("<article-title>Cells:</article-title><subtitle>A trial</subtitle>", "Cells: A trial"),
        ("<article-title>Cells</article-title><subtitle/>", "Cells"),
    ],
)
def test_a_subtitle_stands_behind_the_title(group: str, title: str) -> None:
    assert article(meta=f"<title-group>{group}</title-group>").title == title


def test_a_translated_title_is_another_title() -> None:
    trans = "<trans-title-group><trans-title>Zellen</trans-title></trans-title-group>"
    read_ = article(meta=f"<title-group><article-title>Cells</article-title>{trans}</title-group>")
    assert (read_.title, read_.other_titles) == ("Cells", ("Zellen",))


@pytest.mark.parametrize(("language", "there"), [("es", True), ("en", False), ("", False)])
def test_the_english_abstract_of_an_article_in_another_language_is_read(language: str, there: bool) -> None:
    attributes = f'xml:lang="{language}"' if language else ""
    meta = "<abstract><p>Uno.</p></abstract>"
    meta += '<trans-abstract xml:lang="en"><p>Eight of 18 responded.</p></trans-abstract>'
    meta += '<trans-abstract xml:lang="fr"><p>Huit.</p></trans-abstract>'
    text = article(meta=meta, attributes=attributes).text
    assert "Uno." in text
    assert ("Eight of 18 responded." in text) is there
    assert "Huit." not in text


def test_members_of_a_group_are_no_authors() -> None:
    member = "<contrib-group><contrib><name><surname>Hidden</surname></name></contrib></contrib-group>"
    group = f'<contrib contrib-type="author"><collab>MSC Group{member}</collab></contrib>'
    author = '<contrib contrib-type="author"><name><surname>Li</surname></name></contrib>'
    found = article(meta=f"<contrib-group>{author}{group}</contrib-group>").authors
    assert [(each.name, each.collective) for each in found] == [("Li", False), ("MSC Group", True)]


def test_a_table_of_the_exchange_model() -> None:
    columns = "".join(f'<oasis:colspec colname="c{number}"/>' for number in (1, 2, 3))
    rows = """<oasis:thead><oasis:row><oasis:entry morerows="1">Outcome</oasis:entry>
        <oasis:entry namest="c2" nameend="c3">Group</oasis:entry></oasis:row>
        <oasis:row><oasis:entry>Cells</oasis:entry><oasis:entry>Placebo</oasis:entry></oasis:row></oasis:thead>
        <oasis:tbody><oasis:row><oasis:entry>Response</oasis:entry><oasis:entry>8/18</oasis:entry>
        <oasis:entry namest="c9" nameend="c1">1/9</oasis:entry></oasis:row></oasis:tbody>"""
    read_ = article(
        body=f"<table-wrap><label>Table 1</label><oasis:table><oasis:tgroup cols='3'>{columns}{rows}</oasis:tgroup>"
        "</oasis:table></table-wrap>"
    )
    (table,) = read_.tables
    assert [(read_.text[slice(*c.span)], c.row, c.column, c.rows, c.columns, c.header) for c in table.cells] == [
        ("Outcome", 0, 0, 2, 1, True), ("Group", 0, 1, 1, 2, True), ("Cells", 1, 1, 1, 1, True),
        ("Placebo", 1, 2, 1, 1, True), ("Response", 2, 0, 1, 1, False), ("8/18", 2, 1, 1, 1, False),
        ("1/9", 2, 2, 1, 1, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<sup>a</sup>Any grade", "a Any grade"),
        ("<sup>*</sup>P &lt; 0.05", "* P < 0.05"),
        ("<sup>18</sup>F-FDG", "18F-FDG"),
        ("CD34<sup>+</sup> cells", "CD34+ cells"),
    ],
)
def test_the_mark_of_a_note_stands_before_its_words(markup: str, text: str) -> None:
    assert article(body=f"<sec><p>{markup}</p></sec>").text.endswith(text)
