"""Europe PMC: lite and core, JSON and XML, Dublin Core, dumps, lists of numbers, errors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mscevidence.errors import DocumentError
from mscevidence.model import Document, Reject
from mscevidence.read import read_all

LITE: dict[str, Any] = {
    "id": "101",
    "source": "MED",
    "pmid": "101",
    "pmcid": "PMC777",
    "doi": "10.1000/ABC.1",
    "title": "Cells in &lt;i&gt;vitro&lt;/i&gt;.",
    "authorString": "Gu J, de la Cruz MA, ITP Study Group.",
    "journalTitle": "J Cells",
    "issue": "3",
    "journalVolume": "12",
    "pubYear": "2021",
    "journalIssn": "1234-5678; 2345-678x; ",
    "pageInfo": "45-52",
    "pubType": "journal article; published erratum",
    "firstPublicationDate": "2021-11-05",
}
CORE: dict[str, Any] = {
    "id": "PPR1",
    "source": "PPR",
    "doi": "10.1101/2020.01.01",
    "title": "Cells",
    "authorList": {
        "author": [
            {
                "fullName": "Gu J",
                "firstName": "Jundong",
                "lastName": "Gu",
                "authorId": {"type": "ORCID", "value": "0000-0002-1825-0097"},
                "authorAffiliationDetailsList": {"authorAffiliation": [{"affiliation": "Tianjin."}]},
            },
            {"collectiveName": "ITP Group"},
        ]
    },
    "journalInfo": {
        "volume": "2",
        "dateOfPublication": "2021 Nov",
        "yearOfPublication": 2021,
        "monthOfPublication": 11,
        "journal": {"title": "medRxiv", "issn": "1234-5678"},
    },
    "abstractText": "<h4>Background</h4>We gave 10<sup>6</sup> cells/kg (P<0.05). "
    "<h4>Results</h4>8 of 18 <i>responded</i>.",
    "pubTypeList": {"pubType": ["Preprint"]},
    "keywordList": {"keyword": ["ITP", "a &amp; b"]},
    "meshHeadingList": {
        "meshHeading": [
            {"descriptorName": "Humans"},
            {"descriptorName": "ITP", "meshQualifierList": {"meshQualifier": [{"qualifierName": "therapy"}]}},
        ]
    },
    "commentCorrectionList": {
        "commentCorrection": [
            {"id": "55", "source": "MED", "reference": "Blood 2022. doi: 10.1/x", "type": "Preprint of"},
            {"id": "56", "source": "MED", "reference": "Blood 2023", "type": "Retraction in"},
        ]
    },
}
XML = """<?xml version="1.0"?><responseWrapper xmlns:epmc="https://www.europepmc.org/data"><hitCount>2</hitCount>
<request><resultType>core</resultType></request><resultList><result><id>101</id><source>MED</source><pmid>101</pmid>
<title>Cells in &lt;i>vitro&lt;/i></title><authorList><author><fullName>Gu J</fullName><firstName>J</firstName>
<lastName>Gu</lastName></author></authorList><abstractText>8 of 18 &lt;b&gt;responded&lt;/b&gt;</abstractText>
<pubTypeList><pubType>Review</pubType><pubType>Journal Article</pubType></pubTypeList></result>
<result><id>102</id><title>Second</title></result></resultList></responseWrapper>"""
DC = """<?xml version="1.0"?><responseWrapper xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:rdf="r"
xmlns:dcterms="http://purl.org/dc/terms/"><rdf:RDF><rdf:Description rdf:about="http://europepmc.org/abstract/MED/101">
<dc:title>Cells</dc:title><dc:creator>Gu, J</dc:creator><dc:description>Journal Article; Review</dc:description>
<dc:date>2021-11-05</dc:date><dc:identifier>http://europepmc.org/abstract/MED/101</dc:identifier>
<dc:identifier>https://doi.org/10.1000/abc.1</dc:identifier>
<dcterms:isVersionOf>http://europepmc.org/articles/PMC777</dcterms:isVersionOf>
<dcterms:isPartOf>urn:ISSN:1234-5678</dcterms:isPartOf><dcterms:abstract>8 of 18</dcterms:abstract>
<dcterms:bibliographicCitation>x&amp;rft.jtitle=J%20Cells&amp;rft.volume=12&amp;rft.pages=4-5
</dcterms:bibliographicCitation>
</rdf:Description></rdf:RDF></responseWrapper>"""


def answer(*results: object, **more: object) -> bytes:
    whole = {"version": "6.9", "hitCount": len(results), **more, "resultList": {"result": list(results)}}
    return json.dumps(whole).encode()


def one(data: bytes) -> Document:
    (document,) = read_all(data)
    assert isinstance(document, Document)
    assert document.format == "europepmc"
    return document


def test_a_lite_result() -> None:
    document = one(answer(LITE))
    assert document.text == "Cells in vitro.\ndoi: 10.1000/abc.1\nPMID: 101\nPMCID: PMC777"
    assert [(each.name, each.collective) for each in document.authors] == [
        ("J Gu", False),
        ("MA de la Cruz", False),
        ("ITP Study Group", True),
    ]
    assert (document.journal, document.volume, document.issue, document.pages) == ("J Cells", "12", "3", "45-52")
    assert (document.date, document.issns) == ("2021-11-05", ("1234-5678", "2345-678X"))
    assert (document.kind, document.publication_types) == ("erratum", ("journal article", "published erratum"))


def test_a_core_result() -> None:
    document = one(answer(CORE))
    assert document.text.endswith("\n\nBackground: We gave 10^6 cells/kg (P<0.05).\n\nResults: 8 of 18 responded.")
    assert [section.name for section in document.sections] == ["Background", "Results"]
    assert (document.kind, document.status, document.date) == ("preprint", "retracted", "2021-11")
    gu, group = document.authors
    assert (gu.name, gu.orcid, gu.affiliations) == ("Jundong Gu", "0000-0002-1825-0097", ("Tianjin.",))
    assert group.collective
    assert document.keywords == ("ITP", "a & b")
    assert document.subjects == ("Humans", "ITP/therapy")
    assert [(each.kind, each.identifiers[0].value) for each in document.notices] == [
        ("preprint-of", "55"),
        ("retracted-by", "56"),
    ]
    assert document.identifier("europepmc") == "PPR/PPR1"


def test_xml_says_the_same_as_json() -> None:
    first, second = read_all(XML.encode())
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert first.text.startswith("Cells in vitro\nPMID: 101\n\n8 of 18 responded")
    assert (first.kind, first.authors[0].name) == ("review", "J Gu")
    assert second.title == "Second"


def test_dublin_core() -> None:
    document = one(DC.encode())
    assert document.text == "Cells\ndoi: 10.1000/abc.1\nPMID: 101\nPMCID: PMC777\n\n8 of 18"
    assert (document.journal, document.volume, document.pages, document.kind) == ("J Cells", "12", "4-5", "review")
    assert document.authors[0].name == "J Gu"


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (answer(), 0),
        (answer(LITE, CORE, LITE), 3),
        (json.dumps({"version": "1", "hitCount": 1, "resultList": {"result": LITE}}).encode(), 1),
        (json.dumps({"PMC777": {"downloaded": True, "full": LITE}, "PMC778": {"full": CORE}}).encode(), 2),
        (json.dumps([LITE, CORE]).encode(), 2),
        ("\n".join(json.dumps(each) for each in (LITE, CORE)).encode(), 2),
    ],
)
def test_answers_and_dumps(data: bytes, count: int) -> None:
    assert [type(each) for each in read_all(data)] == [Document] * count


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b"<?xml version='1.0'?><errorBean><errCode>0</errCode><errMsg>no open access</errMsg></errorBean>",
            "no open access",
        ),
        (b'{"version":"6.9","errCode":404,"errMsg":"Invalid cursor"}', "Invalid cursor"),
        (answer({"id": "1", "source": "MED"}, request={"resultType": "idlist"}), "numbers only"),
    ],
)
def test_errors_are_named(data: bytes, message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        list(read_all(data))


def test_a_result_without_words_is_rejected_alone() -> None:
    first, reject, last = read_all(answer(LITE, {"id": "7", "source": "MED"}, LITE))
    assert isinstance(first, Document)
    assert isinstance(last, Document)
    assert isinstance(reject, Reject)
    assert (reject.position, reject.reason) == (2, "a result without title and abstract (MED 7)")
