"""Plain parts of a PubMed record: read from their bytes just as the parser reads them, and left to it when in doubt."""

from __future__ import annotations

import pytest

from mscevidence.model import Document
from mscevidence.read import read_all
from mscevidence.read.pubmed.parts import take_parts
from mscevidence.read.xml_records import Piece

RECORD = """<PubmedArticle>
  <MedlineCitation Status="MEDLINE" Owner="NLM">
    <PMID Version="1">101</PMID>
    <DateRevised>
      <Year>2021</Year>
      <Month>11</Month>
      <Day>05</Day>
    </DateRevised>
    <Article PubModel="Print">
      <Journal>
        <ISSN IssnType="Print">1234-5678</ISSN>
        <JournalIssue CitedMedium="Print">
          <Volume>12</Volume>
          <PubDate>
            <Year>2021</Year>
            <Month>Nov</Month>
          </PubDate>
        </JournalIssue>
        <Title>Journal of Cells &amp; Tissue</Title>
        <ISOAbbreviation>J Cells</ISOAbbreviation>
      </Journal>
      <ArticleTitle>Cells in ITP.</ArticleTitle>
      <AuthorList CompleteYN="Y">
        <Author ValidYN="Y">
          <LastName>Gu</LastName>
          <ForeName>Jundong</ForeName>
          <Initials>J</Initials>
          <Suffix>Jr</Suffix>
          <Identifier Source="ORCID">https://orcid.org/0000-0002-1825-009x</Identifier>
          <AffiliationInfo>
            <Affiliation>Höpital, Tianjin &amp; Wuhan.</Affiliation>
          </AffiliationInfo>
          <AffiliationInfo>
            <Affiliation>Second place.</Affiliation>
          </AffiliationInfo>
          <AffiliationInfo>
            <Affiliation>Third place.</Affiliation>
          </AffiliationInfo>
        </Author>
        <Author ValidYN="Y">
          <LastName>Li</LastName>
          <Initials>X</Initials>
        </Author>
        <Author ValidYN="Y" EqualContrib="Y">
          <CollectiveName>ITP Group</CollectiveName>
          <AffiliationInfo>
            <Affiliation>Höpital, Tianjin &amp; Wuhan.</Affiliation>
          </AffiliationInfo>
        </Author>
      </AuthorList>
      <PublicationTypeList>
        <PublicationType UI="D016428">Journal Article</PublicationType>
        <PublicationType UI="D016448">Multicenter Study</PublicationType>
      </PublicationTypeList>
    </Article>
    <MedlineJournalInfo>
      <Country>China</Country>
      <MedlineTA>J Cells</MedlineTA>
      <NlmUniqueID>1</NlmUniqueID>
      <ISSNLinking>8765-4321</ISSNLinking>
    </MedlineJournalInfo>
    <MeshHeadingList>
      <MeshHeading>
        <DescriptorName UI="D006801" MajorTopicYN="N">Humans</DescriptorName>
      </MeshHeading>
      <MeshHeading>
        <DescriptorName UI="D1" MajorTopicYN="Y">Stem Cells</DescriptorName>
        <QualifierName UI="Q1" MajorTopicYN="N">administration &amp; dosage</QualifierName>
        <QualifierName UI="Q2" MajorTopicYN="Y">cytology</QualifierName>
      </MeshHeading>
    </MeshHeadingList>
  </MedlineCitation>
</PubmedArticle>"""
ALL = {"DateRevised", "Journal", "AuthorList", "PublicationTypeList", "MedlineJournalInfo", "MeshHeadingList"}
IN_ONE_LINE = "".join(line.strip() for line in RECORD.split("\n"))


def document_of(record: str) -> dict[str, object]:
    (document,) = read_all(f"<PubmedArticleSet>{record}</PubmedArticleSet>".encode())
    assert isinstance(document, Document)
    return document.model_dump(exclude={"sha256", "container"}, exclude_unset=True)


def parts_of(record: str) -> set[str]:
    return set(take_parts(Piece("PubmedArticle", record.encode()))[1])


@pytest.mark.parametrize("record", [RECORD, IN_ONE_LINE, RECORD.replace("    ", "").replace("\n  ", "\n")])
def test_plain_parts_become_fields(record: str) -> None:
    assert parts_of(record) == ALL
    found = document_of(record)
    assert [each["name"] for each in found["authors"]] == ["Jundong Gu Jr", "X Li", "ITP Group"]  # type: ignore[attr-defined]
    assert [each["affiliations"] for each in found["authors"]] == [  # type: ignore[attr-defined]
        ("Höpital, Tianjin & Wuhan.", "Second place.", "Third place."),
        (),
        ("Höpital, Tianjin & Wuhan.",),
    ]
    assert [each.get("orcid") for each in found["authors"]] == ["0000-0002-1825-009X", None, None]  # type: ignore[attr-defined]
    assert [each.get("collective") for each in found["authors"]] == [None, None, True]  # type: ignore[attr-defined]
    assert found["subjects"] == ("Humans", "Stem Cells/administration & dosage/cytology")
    assert found["publication_types"] == ("Journal Article", "Multicenter Study")
    assert (found["journal"], found["volume"], found["date"]) == ("Journal of Cells & Tissue", "12", "2021-11")
    assert found["issns"] == ("1234-5678", "8765-4321")


CHANGES = [
    ("", "", set()),
    ("<LastName>Gu<", "<LastName>G<i>u</i><", {"AuthorList"}),
    ("<LastName>Gu<", "<LastName>G&#252;<", {"AuthorList"}),
    ("<LastName>Gu<", "<LastName>Gu\u0308<", {"AuthorList"}),
    ("<LastName>Gu<", "<LastName> Gu <", {"AuthorList"}),
    ("<LastName>Gu<", "<LastName>Gu\n  Gu<", {"AuthorList"}),
    ("<LastName>Gu<", "<LastName><", {"AuthorList"}),
    ("<LastName>Gu</LastName>", "", {"AuthorList"}),
    ("<LastName>Gu<", "<LastName>\u200bGu<", {"AuthorList"}),
    ('<Author ValidYN="Y" EqualContrib="Y">', '<Author ValidYN="N">', {"AuthorList"}),
    ('<Identifier Source="ORCID">', '<Identifier Source="GRID">', {"AuthorList"}),
    ("Second place.", "Dose 2 x 10<sup>6</sup> cells/kg", {"AuthorList"}),
    ("Second place.", "Dose 2 x 106 cells/kg", {"AuthorList"}),
    ("Second place.", "P &lt; 0.05", {"AuthorList"}),
    ("Second place.", "Second place. ", {"AuthorList"}),
    ("</AuthorList>", "<Editor/></AuthorList>", {"AuthorList"}),
    ('<AuthorList CompleteYN="Y">', '<AuthorList CompleteYN="Y" Odd="1">', {"AuthorList"}),
    ("</AuthorList>", "</AuthorList><AuthorList><Author><LastName>Ho</LastName></Author></AuthorList>", set()),
    (">cytology<", "> cytology<", {"MeshHeadingList"}),
    (">cytology<", "><", {"MeshHeadingList"}),
    ("Third place.", "", {"AuthorList"}),
    (">Humans<", ">Humans  and <b>cells</b><", {"MeshHeadingList"}),
    ("</MeshHeadingList>", "<Odd/></MeshHeadingList>", {"MeshHeadingList"}),
    (">Journal Article<", ">Journal <i>Article</i><", {"PublicationTypeList"}),
    (">Journal Article<", "><", {"PublicationTypeList"}),
    ("<Title>Journal", "<Title>The\u00a0Journal", {"Journal"}),
    ("<Year>2021</Year>\n            <Month>Nov</Month>", "<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", set()),
    ("<Year>2021</Year>\n            <Month>Nov</Month>", "<Year>2021</Year><Season>Fall</Season>", set()),
    ("\n      <ISSNLinking>8765-4321</ISSNLinking>", "", set()),
    ("<ISSNLinking>8765-4321<", "<ISSNLinking>8765-&#52;321<", {"MedlineJournalInfo"}),
    ("\n        <Title>Journal of Cells &amp; Tissue</Title>", "", set()),
    ("<Country>China</Country>", "<Odd>1</Odd>", {"MedlineJournalInfo"}),
    ("</DateRevised>", "</DateRevised><KeywordList><Keyword>odd</Keyword></KeywordList>", set()),
    ("<DateRevised>", "<!-- <AuthorList> --><DateRevised>", ALL),
    ("<DateRevised>", "<?odd <MeshHeadingList> ?><DateRevised>", ALL),
    ("<Month>Nov</Month>", "<Month>Nov</Month><Day>5</Day>", set()),
]


@pytest.mark.parametrize(("old", "new", "left"), CHANGES)
def test_what_is_not_plain_is_left_to_the_parser_which_reads_the_same(old: str, new: str, left: set[str]) -> None:
    assert old in RECORD
    changed = RECORD.replace(old, new, 1)
    assert parts_of(changed) == ALL - left
    comment = changed.replace("<PMID", "<!-- nothing --><PMID", 1)
    assert parts_of(comment) == set()
    assert document_of(changed) == document_of(comment)


@pytest.mark.parametrize(
    "broken", ["<LastName>Gu</ForeName>", "<LastName>Gu ]]></LastName>", "<LastName>&x;</LastName>"]
)
def test_a_list_that_is_not_well_formed_costs_its_record(broken: str) -> None:
    record = RECORD.replace("<LastName>Gu</LastName>", broken)
    found = list(read_all(f"<PubmedArticleSet>{record}{RECORD}</PubmedArticleSet>".encode()))
    assert [type(each).__name__ for each in found] == ["Reject", "Document"]


def test_a_record_in_another_encoding_is_left_to_the_parser() -> None:
    piece = Piece("PubmedArticle", RECORD.encode("latin-1"), encoding="iso-8859-1")
    assert take_parts(piece) == (piece, {})
    data = b'<?xml version="1.0" encoding="ISO-8859-1"?><PubmedArticleSet>' + piece.data + b"</PubmedArticleSet>"
    (document,) = read_all(data)
    assert isinstance(document, Document)
    assert document.authors[0].affiliations[0] == "Höpital, Tianjin & Wuhan."


def test_half_of_a_doi_with_an_angle_is_no_identifier() -> None:
    doi = "10.1002/(SICI)1098(200001)15:1&lt;114::AID-H21&gt;3.0.CO;2-4"
    located = f'<ELocationID EIdType="doi" ValidYN="Y">{doi}</ELocationID><AuthorList'
    (document,) = read_all(f"<PubmedArticleSet>{RECORD.replace('<AuthorList', located)}</PubmedArticleSet>".encode())
    assert isinstance(document, Document)
    assert [each.value for each in document.identifiers if each.kind == "doi"] == [
        "10.1002/(sici)1098(200001)15:1<114::aid-h21>3.0.co;2-4"
    ]
