"""Crossref: one work, lists, lines, CSL JSON, unixref; abstracts in JATS, relations and updates."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mscevidence.errors import DocumentError
from mscevidence.model import Document, Reject
from mscevidence.read import read_all

WORK: dict[str, Any] = {
    "DOI": "10.1000/ABC.1",
    "type": "journal-article",
    "title": ["Cells <i>in vitro</i>"],
    "subtitle": ["a trial"],
    "container-title": ["Journal of Cells"],
    "publisher": "Wiley",
    "volume": "12",
    "issue": "3",
    "page": "45-52",
    "ISSN": ["1234-5678"],
    "published-print": {"date-parts": [[2021, 11, 5]]},
    "issued": {"date-parts": [[2020]]},
    "reference-count": 1,
    "reference": [{"DOI": "10.9/cited"}],
    "author": [
        {
            "given": "Jundong",
            "family": "Gu",
            "ORCID": "http://orcid.org/0000-0002-1825-0097",
            "affiliation": [{"name": "T."}],
        },
        {"name": "ITP Group"},
        {"given": "", "family": ""},
    ],
    "abstract": "<jats:title>Abstract</jats:title><jats:sec><jats:title>Results</jats:title><jats:p>8 of 18 at "
    "10<jats:sup>6</jats:sup> cells/kg, P&lt;0.05</jats:p></jats:sec>",
    "clinical-trial-number": [{"clinical-trial-number": "NCT04014166", "registry": "10.18810/clinical-trials-gov"}],
    "relation": {
        "has-preprint": [{"id-type": "doi", "id": "10.1101/X", "asserted-by": "subject"}],
        "is-supplemented-by": [{"id-type": "doi", "id": "10.5/data"}],
    },
}
UNIXREF = """<?xml version="1.0"?><doi_records><doi_record owner="10.1"><crossref><journal>
<journal_metadata language="en">
<full_title>Journal of Cells</full_title><issn>1234-5678</issn></journal_metadata><journal_issue><publication_date
media_type="print"><year>2020</year></publication_date>
<journal_volume><volume>12</volume></journal_volume>
<issue>3</issue></journal_issue><journal_article><titles><title>Cells <i>in vitro</i></title></titles><contributors>
<person_name contributor_role="author" sequence="first"><given_name>Jun</given_name><surname>Gu</surname>
<ORCID>https://orcid.org/0000-0002-1825-0097</ORCID></person_name>
<organization contributor_role="author">G</organization>
</contributors><jats:abstract xmlns:jats="http://www.ncbi.nlm.nih.gov/JATS1"><jats:p>8 of 18.</jats:p></jats:abstract>
<publication_date media_type="online"><month>11</month><day>05</day><year>2021</year></publication_date>
<pages><first_page>45</first_page><last_page>52</last_page></pages><crossmark><updates>
<update type="retraction" date="2022-01-01">10.1000/old</update></updates></crossmark>
<doi_data><doi>10.1000/ABC.1</doi></doi_data></journal_article></journal></crossref></doi_record></doi_records>"""


def one(work: object) -> Document:
    (document,) = read_all(json.dumps(work).encode())
    assert isinstance(document, Document)
    assert document.format == "crossref"
    return document


def test_a_work_becomes_text_and_fields() -> None:
    document = one({"status": "ok", "message-type": "work", "message": WORK})
    assert document.text == (
        "Cells in vitro: a trial\ndoi: 10.1000/abc.1\nClinical trial number: NCT04014166\n\n"
        "Results: 8 of 18 at 10^6 cells/kg, P<0.05"
    )
    assert (document.date, document.journal, document.publisher) == ("2021-11-05", "Journal of Cells", "Wiley")
    assert [(each.name, each.orcid, each.collective) for each in document.authors] == [
        ("Jundong Gu", "0000-0002-1825-0097", False),
        ("ITP Group", None, True),
    ]
    assert (document.title, document.other_titles) == ("Cells in vitro: a trial", ("Cells in vitro",))
    assert document.identifier("nct") == "NCT04014166"
    assert [(each.kind, each.identifiers[0].value) for each in document.notices] == [("has-preprint", "10.1101/x")]
    assert document.url == "https://doi.org/10.1000/abc.1"


@pytest.mark.parametrize(
    ("more", "kind", "status", "notice"),
    [
        ({"update-to": [{"DOI": "10.1/o", "type": "retraction"}]}, "retraction-notice", "published", "retraction-of"),
        ({"update-to": [{"DOI": "10.1/o", "type": "correction"}]}, "erratum", "published", "erratum-for"),
        ({"updated-by": [{"DOI": "10.1/o", "type": "retraction"}]}, "article", "retracted", "retracted-by"),
        ({"updated-by": [{"DOI": "10.1/o", "type": "erratum"}]}, "article", "corrected", "corrected-by"),
        (
            {"updated-by": [{"DOI": "10.1/o", "type": "expression_of_concern"}]},
            "article",
            "expression-of-concern",
            "expression-of-concern-by",
        ),
        (
            {"type": "posted-content", "relation": {"is-preprint-of": [{"id-type": "doi", "id": "10.1/o"}]}},
            "preprint",
            "published",
            "preprint-of",
        ),
        ({"relation": {"is-comment-on": {"id-type": "doi", "id": "10.1/o"}}}, "article", "published", "comment-on"),
    ],
)
def test_updates_and_relations_are_notices(more: dict[str, Any], kind: str, status: str, notice: str) -> None:
    document = one({**WORK, "relation": {}, **more})
    assert (document.kind, document.status) == (kind, status)
    assert [(each.kind, each.identifiers[0].value) for each in document.notices] == [(notice, "10.1/o")]


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (json.dumps({"status": "ok", "message-type": "work-list", "message": {"items": [WORK, WORK]}}), 2),
        (json.dumps({"status": "ok", "message-type": "work-list", "message": {"items": []}}), 0),
        (json.dumps({"items": [WORK, WORK, WORK]}), 3),
        (json.dumps([WORK, WORK]), 2),
        ("\n".join(json.dumps(each) for each in (WORK, {"message": WORK}, WORK)), 3),
        (json.dumps(WORK, indent=2), 1),
        (json.dumps({**WORK, "title": "Cells", "container-title": "J", "type": "article-journal"}), 1),
    ],
)
def test_works_come_alone_in_lists_lines_and_as_csl(data: str, count: int) -> None:
    assert [type(each) for each in read_all(data.encode())] == [Document] * count


def test_a_work_without_words_and_a_broken_line_are_rejected_alone() -> None:
    lines = [json.dumps(WORK), json.dumps({"DOI": "10.1/none", "reference-count": 0}), '{"DOI": ', json.dumps(WORK)]
    first, empty, broken, last = read_all("\n".join(lines).encode())
    assert isinstance(first, Document)
    assert isinstance(last, Document)
    assert isinstance(empty, Reject)
    assert isinstance(broken, Reject)
    assert "without title and abstract (10.1/none)" in empty.reason
    assert "broken JSON" in broken.reason


def test_another_answer_of_crossref_is_an_error() -> None:
    with pytest.raises(DocumentError, match="work-agency"):
        list(read_all(b'{"status":"ok","message-type":"work-agency","message":{"DOI":"10.1/x"}}'))


def test_unixref() -> None:
    (document,) = read_all(UNIXREF.encode())
    assert isinstance(document, Document)
    assert document.text == "Cells in vitro\ndoi: 10.1000/abc.1\n\n8 of 18."
    assert (document.journal, document.volume, document.issue, document.pages) == (
        "Journal of Cells",
        "12",
        "3",
        "45-52",
    )
    assert (document.date, document.kind) == ("2021-11-05", "retraction-notice")
    assert [(each.name, each.collective) for each in document.authors] == [("Jun Gu", False), ("G", True)]
    assert [(each.kind, each.identifiers[0].value) for each in document.notices] == [("retraction-of", "10.1000/old")]


@pytest.mark.parametrize("odd", [{"title": 5}, {"author": ["x", None]}, {"issued": {"date-parts": [[None]]}},
                                 {"relation": [1]}, {"update-to": "x"}, {"abstract": "<jats:p>unclosed"}])  # fmt: skip
def test_odd_shapes_never_stop_a_file(odd: dict[str, Any]) -> None:
    assert one({**WORK, "subtitle": ["a"], **odd}).identifier("doi") == "10.1000/abc.1"
