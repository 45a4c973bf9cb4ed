"""EndNote XML: text in styles, repaired and broken records, bombs."""

from __future__ import annotations

import pytest

from export_reading import document, documents, ids, outcome

HEAD = '<?xml version="1.0" encoding="UTF-8" ?><xml><records>'


def styled(text: str) -> str:
    return f'<style face="normal" font="default" size="100%">{text}</style>'


def record(inner: str, kind: str = "Journal Article") -> str:
    return f'<record><rec-number>1</rec-number><ref-type name="{kind}">17</ref-type>{inner}</record>'


RECORD = record(
    f"""<contributors><authors><author>{styled("Baird, J. K.")}</author>
<author>{styled("Walker, L. A.")}</author></authors>
</contributors><auth-address>{styled("Jakarta, Indonesia.&#xD;Oxford, United Kingdom.")}</auth-address>
<titles><title>{styled("Cells at 10")}<style face="superscript">6</style>{styled("/kg in ITP")}</title>
<secondary-title>{styled("Blood")}</secondary-title></titles>
<periodical><full-title>{styled("Blood")}</full-title></periodical>
<pages>{styled("1-9")}</pages><volume>{styled("142")}</volume><number>{styled("5")}</number>
<keywords><keyword>{styled("*ITP")}</keyword><keyword>{styled("cells")}</keyword></keywords>
<dates><year>{styled("2019")}</year><pub-dates><date>{styled("Sep 18")}</date></pub-dates></dates>
<isbn>{styled("0893-8512 (Print)&#xD;0893-8513")}</isbn><accession-num>{styled("31366609")}</accession-num>
<abstract>{styled("Background: Cells.&#xD;Results: 8 of 18 &amp; more, p &lt; 0.05.")}</abstract>
<electronic-resource-num>{styled("10.1128/CMR.00011-19")}</electronic-resource-num>
<custom2>{styled("PMC6750137")}</custom2>
<custom3>{styled("PUBMED 31366609,EMBASE 629408226")}</custom3><caption>{styled("Duplicate")}</caption>
<work-type>{styled("Journal: Conference Abstract")}</work-type><label>{styled("B4")}</label>
<remote-database-provider>{styled("NLM")}</remote-database-provider><language>{styled("eng")}</language>
<urls><related-urls><url>{styled("https://www.ncbi.nlm.nih.gov/pubmed/31366609")}</url></related-urls>
<pdf-urls><url>internal-pdf://x.pdf</url></pdf-urls></urls>"""
)


def test_every_field_has_its_place() -> None:
    read = document(f"{HEAD}{RECORD}</records></xml>")
    assert (read.format, read.source, read.kind) == ("endnote-xml", "pubmed", "conference-abstract")
    assert read.text == "Cells at 10^6/kg in ITP\n\nBackground: Cells.\nResults: 8 of 18 & more, p < 0.05."
    assert [section.name for section in read.sections] == ["Background", "Results"]
    assert [author.name for author in read.authors] == ["Baird, J. K.", "Walker, L. A."]
    assert read.affiliations == {"1": "Jakarta, Indonesia.", "2": "Oxford, United Kingdom."}
    assert (read.journal, read.volume, read.issue, read.pages) == ("Blood", "142", "5", "1-9")
    assert (read.date, read.issns, read.languages) == ("2019-09-18", ("0893-8512", "0893-8513"), ("eng",))
    assert ids(read) == {
        "doi": "10.1128/cmr.00011-19",
        "pmid": "31366609",
        "pmcid": "PMC6750137",
        "embase": "629408226",
    }
    assert read.keywords == ("ITP", "cells")
    assert set(read.notes) == {"caption: Duplicate", "label: B4"}


def test_a_number_that_a_link_explains_is_no_accession_number() -> None:
    link = "<urls><related-urls><url>http://www.ncbi.nlm.nih.gov/pubmed/25647015</url></related-urls></urls>"
    inner = f"<titles><title>T</title></titles><accession-num>25647015</accession-num>{link}"
    assert ids(document(f"{HEAD}{record(inner)}</records></xml>")) == {"pmid": "25647015"}


def test_a_file_in_one_line_or_many_gives_the_same() -> None:
    one = documents(f"{HEAD}{RECORD}{RECORD}</records></xml>")
    many = documents(f"{HEAD}\n\n{RECORD}\n  {RECORD}\n</records>\n</xml>\n")
    assert [read.sha256 for read in one] == [read.sha256 for read in many]


def test_a_record_longer_than_a_chunk_is_whole() -> None:
    long = record(f"<titles><title>{styled('Long')}</title></titles><abstract>{styled('word ' * 100_000)}</abstract>")
    found = documents(f"{HEAD}{long}{RECORD}{long}</records></xml>")
    assert [len(read.text) for read in found][::2] == [len("Long\n\n") + 499_999] * 2


@pytest.mark.parametrize(
    ("broken", "title"),
    [
        (record("<titles><title>Wet\x0bher&#x1F;ald</title></titles>"), "Wetherald"),
        (record("<titles><title>Caf&eacute;&nbsp;cells</title></titles>"), "Café cells"),
    ],
)
def test_characters_that_xml_does_not_know_are_repaired(broken: str, title: str) -> None:
    read = document(f"{HEAD}{broken}</records></xml>")
    assert read.title == title
    assert "repaired" in read.notes[0]


@pytest.mark.parametrize(
    "broken",
    [
        record("<titles><title>Two & three</title></titles>"),
        record("<titles><title>Open</titles>"),
        "<record><titles><title>No end</title></titles>",
    ],
)
def test_a_broken_record_costs_only_itself(broken: str) -> None:
    found, rejects = outcome(f"{HEAD}{RECORD}{broken}{RECORD}</records></xml>")
    assert [read.position for read in found] == [1, 3]
    assert rejects[0].position == 2
    assert "XML of the record is broken" in rejects[0].reason


def test_a_file_cut_short_keeps_its_whole_records() -> None:
    found, rejects = outcome(f"{HEAD}{RECORD}{RECORD[:300]}")
    assert (len(found), len(rejects)) == (1, 1)


def test_an_entity_bomb_is_not_expanded() -> None:
    entities = "".join(f'<!ENTITY b{level} "{f"&b{level - 1};" * 10}">' for level in range(1, 10))
    file = '<!ENTITY file SYSTEM "file:///etc/hostname">'
    bomb = f'<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY b0 "lol">{entities}{file}]>'
    inner = record("<titles><title>&b9;</title></titles>") + record("<titles><title>&file;</title></titles>")
    found, rejects = outcome(f"{bomb}<xml><records>{RECORD}{inner}</records></xml>")
    assert len(found) == 1
    assert len(rejects) == 2
    assert all("broken" in reject.reason for reject in rejects)


def test_other_encodings() -> None:
    text = f"{HEAD}{record('<titles><title>Zürich cells</title></titles>')}</records></xml>"
    assert document(text.replace("UTF-8", "UTF-16").encode("utf-16")).title == "Zürich cells"
    assert document(text.replace("UTF-8", "iso-8859-1").encode("latin-1")).title == "Zürich cells"
