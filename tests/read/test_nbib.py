"""The MEDLINE display format of PubMed, and what else uses its tags."""

from __future__ import annotations

import pytest

from export_reading import document, documents, ids, outcome

RECORD = """
PMID- 28754806
OWN - NLM
STAT- MEDLINE
IS  - 1759-8486 (Electronic)
IS  - 1759-8478 (Linking)
VI  - 10
IP  - 4
DP  - 2018 Apr
TI  - Impact of cells: a systematic
      review.
PG  - 335-339
LID - 10.1136/neurintsurg-2017-013179 [doi]
LID - e32822 [pii]
AB  - BACKGROUND: Flow arrest is becoming
      important. RESULTS: 4.5 x 10(7) cells/kg were given.
      Stray end.
CI  - (c) Somebody
FAU - Brinjikji, Waleed
AU  - Brinjikji W
AUID- ORCID: https://orcid.org/0000-0002-3012-7446
AD  - Mayo Clinic, Rochester.
AD  - University of Toronto,
      Canada.
FAU - Pereira, Vitor M
AU  - Pereira VM
AD  - Mayo Clinic, Rochester.
CN  - MESEMS Study Group
LA  - eng
SI  - ClinicalTrials.gov/NCT01234567
PT  - Journal Article
PT  - Meta-Analysis
TA  - J Neurointerv Surg
JT  - Journal of neurointerventional surgery
PMC - PMC5832410
MH  - Brain Ischemia/diagnostic imaging/*surgery
OT  - stroke
COIS- None.
CIN - Lancet. 2019 Jan 5;393(10166):20. PMID: 30614446
RIN - Lancet. 2020 Jan 5;1:2. doi: 10.1016/S0140-6736(20)1. PMID: 31614446
XYZ - a tag to come
SO  - J Neurointerv Surg. 2018 Apr;10(4):335-339.
"""


def test_every_field_has_its_place() -> None:
    read = document(RECORD)
    assert (read.format, read.source) == ("nbib", "pubmed")
    assert read.title == "Impact of cells: a systematic review."
    assert "4.5 x 10^7 cells/kg were given. Stray end." in read.text
    assert [section.name for section in read.sections] == ["Background", "Results"]
    assert (read.journal, read.volume, read.issue, read.pages) == (
        "Journal of neurointerventional surgery", "10", "4", "335-339",
    )  # fmt: skip
    assert (read.date, read.issns, read.languages) == ("2018-04", ("1759-8486", "1759-8478"), ("eng",))
    assert ids(read) == {
        "pmid": "28754806",
        "pmcid": "PMC5832410",
        "doi": "10.1136/neurintsurg-2017-013179",
        "nct": "NCT01234567",
    }
    assert (read.subjects, read.keywords) == (("Brain Ischemia/diagnostic imaging/surgery",), ("stroke",))
    assert (read.kind, read.disclosures) == ("review", "None.")
    assert read.notes == ("XYZ: a tag to come",)


def test_authors_have_their_addresses_orcids_and_groups() -> None:
    first, second, group = document(RECORD).authors
    assert (first.name, first.orcid) == ("Brinjikji, Waleed", "0000-0002-3012-7446")
    assert (first.affiliations, second.affiliations) == (("1", "2"), ("1",))
    assert document(RECORD).affiliations == {"1": "Mayo Clinic, Rochester.", "2": "University of Toronto, Canada."}
    assert (group.name, group.collective) == ("MESEMS Study Group", True)


def test_short_names_stand_in_where_full_ones_are_missing() -> None:
    read = document("PMID- 1\nTI  - T\nAU  - Li W\nAU  - Dou Z\nFAU - Cui, Lijuan\nAU  - Cui L\n")
    assert [author.name for author in read.authors] == ["Li W", "Dou Z", "Cui, Lijuan"]


def test_notices_name_the_other_report() -> None:
    read = document(RECORD)
    assert [(notice.kind, ids_of) for notice in read.notices for ids_of in [notice.identifiers[0].value]] == [
        ("commented-by", "30614446"),
        ("retracted-by", "31614446"),
    ]
    assert read.notices[1].identifiers[1].value == "10.1016/s0140-6736(20)1"
    assert read.status == "retracted"


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        pytest.param("PMID- 1\nTI  - One\nPMID- 2\nTI  - Two\n", ["One", "Two"], id="no empty line between"),
        pytest.param("PMID- 1\nTI  - One\n\n\nPMID- 2\nTI  - Two\n\n", ["One", "Two"], id="empty lines"),
        pytest.param(
            "PMID- 1\nTI  - One\nAB  - A.\n\n      B.\n\nPMID- 2\nTI  - Two\n",
            ["One", "Two"],
            id="empty line in abstract",
        ),
        pytest.param("OWN - ERIC\nTI  - One\n\nOWN - ERIC\nTI  - Two\n", ["One", "Two"], id="ERIC"),
        pytest.param("\r\nPMID- 1\r\nTI  - One\r\n\r\nPMID- 2\r\nTI  - Two\r\n", ["One", "Two"], id="Windows"),
        pytest.param("\ufeffPMID- 1\nTI  - One\n", ["One"], id="BOM"),
    ],
)
def test_records_are_found(text: str, titles: list[str]) -> None:
    assert [read.title for read in documents(text, "export.nbib")] == titles


def test_a_line_without_a_tag_goes_on_and_is_told() -> None:
    read = document("PMID- 1\nOWN - NLM\nTI  - One\nAB  - First\nsecond without indent.\nLA  - eng\n")
    assert read.text == "One\n\nFirst second without indent."
    assert read.notes == ("a line without a tag, taken with the line before: second without indent.",)


def test_a_record_of_tags_without_content_is_rejected() -> None:
    found, rejects = outcome("PMID- 1\nTI  - One\n\nPMID-\nOWN - NLM\n")
    assert len(found) == 1
    assert rejects[0].reason == "the record has neither title nor abstract nor identifier"


def test_eric_writes_other_tags() -> None:
    read = document(
        "OWN - ERIC\nTI  - Paper title\nAU  - Smith, Tom\nAID - http://dx.doi.org/10.1000/123456789\nOID - EJ1131633\n"
        "DP  - 2000\nLID - http://eric.ed.gov/?id=EJ1131633\nISSN - ISSN-1234-4567\nPT  - Reports - Research\n",
        "eric.nbib",
    )
    assert ids(read) == {"doi": "10.1000/123456789", "accession": "EJ1131633"}
    assert (read.source, read.issns, read.url) == ("eric", ("1234-4567",), "http://eric.ed.gov/?id=EJ1131633")


def test_a_number_may_follow_the_dash_at_once() -> None:
    found = documents(
        "PMID- 1\nOWN - NLM\nTI  - One\n\nPMID-2\nTI  - Two\nAB  - In\n      PMID-free\n\nPMID-3\nTI  - Three\n"
    )
    assert [(ids(read)["pmid"], read.title) for read in found] == [("1", "One"), ("2", "Two"), ("3", "Three")]


def test_records_without_a_number_begin_behind_an_empty_line() -> None:
    text = "PMID- 1\nOWN - NLM\nTI  - One\nAB  - First.\n\nSecond.\nFAU - A, B\n\n"
    text += "OWN - NLM\nSTAT- Publisher\nTI  - Two\n\nTI  - Three\nFAU - C, D\n\nPMID- 4\nTI  - Four\nAB  - Text.\n"
    found = documents(text, "export.nbib")
    assert [(read.title, ids(read).get("pmid"), len(read.authors)) for read in found] == [
        ("One", "1", 1), ("Two", None, 0), ("Three", None, 1), ("Four", "4", 0),
    ]  # fmt: skip


def test_the_numbers_of_medline_before_those_of_pubmed() -> None:
    text = "UI  - 20123456\nPMID- 10658812\nTI  - One\n\nUI  - 20123457\nPMID- 10658813\nTI  - Two\n"
    assert [(read.title, ids(read)["pmid"]) for read in documents(text, "export.txt")] == [
        ("One", "10658812"),
        ("Two", "10658813"),
    ]
