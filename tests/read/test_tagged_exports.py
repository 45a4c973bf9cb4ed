"""Tagged exports of Web of Science, EndNote, Ovid and Embase."""

from __future__ import annotations

import pytest

from export_reading import document, documents, ids, outcome

WEB_OF_SCIENCE = """\ufeffFN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Li, W
   Dou, ZG
AF Li, Wei
   Dou, Zhiguo
TI Soil fauna diversity at different stages in a
   lakeshore wetland
SO ECOSYSTEM HEALTH
LA English
DT Article; Meeting Abstract
DE cells; immune
   thrombocytopenia
AB Introduction: Wetland soil fauna support material cycling and
   restoration. Conclusion: Yes.
C1 Northeastern Univ, Dept Phys, Boston,
   MA 02115 USA.
   Northeastern Univ, Ctr Res, Boston, MA 02115 USA.
CR ALLEN JP, 1986, P NATL ACAD SCI USA, V83, P8589, DOI 10.1073/pnas.83.22.8589
TC 0
SN 2096-4129
EI 2332-8878
PD DEC 16
PY 2020
VL 6
IS 1
AR UNSP 1722034
DI 10.1080/20964129.2020.1722034
PM 33251087
CT 65th Annual Meeting of the American-Society-of-Hematology (ASH)
MA 687
UT WOS:000514379300001
QQ new
ER

PT J
AU Higgins, KM
TI Grief
ER

EF
"""

ENDNOTE = """%0 Journal Article
%A Guo, Wenbo
%A Straub, Detmar W.
%T How Trust Leads
%B MIS Quarterly
%D 2021
%8 September  1, 2021
%V 45
%N 3
%P 1309-1348
%R 10.1000/x
%M 31366609
%X First paragraph.

Second paragraph.
%K trust
cells
%U https://aisel.aisnet.org/13
%$ odd

%0 Conference Paper
%T Second
"""

OVID = """<1>
Score
  *****
Accession Number
  00005131-900000000-99049.
Author
  Verbeek, Jan MD *;  Hermans, Erik MD, PhD +;  Fu, Qiong 1
Institution
  (1)Department of Surgery, Nijmegen.
Title
  Correct positioning of screws.[Article]
Source
  Journal of Orthopaedic Trauma.
Abstract
  Lorem ipsum
  abstract
Author Keywords
  iliosacral;  IS screw.
Language
  English.
Document Type
  Original Article:  PDF Only.
ISSN
  0890-5339
DOI Number
  10.1097/BOT.0000000000000502
<2>
Title
  Second
"""

EMBASE = """RECORD 1
TITLE
  Cells in ITP
AUTHOR NAMES
  Liu R.
  Adler D.G.
SOURCE
  Blood (2023) 142:5 (1-9). Date of Publication: 2 Nov 2023
PUBLICATION TYPE
  Conference Abstract
ABSTRACT
  Eight of 18 responded.
PUI
  L373791783

RECORD 2
TITLE
  Second
"""


def test_web_of_science() -> None:
    first, second = documents(WEB_OF_SCIENCE)
    assert (first.format, first.source) == ("web-of-science", "web-of-science")
    assert first.title == "Soil fauna diversity at different stages in a lakeshore wetland"
    assert [author.name for author in first.authors] == ["Li, Wei", "Dou, Zhiguo"]
    assert [author.name for author in second.authors] == ["Higgins, KM"]
    assert (first.date, first.pages, first.kind) == ("2020-12-16", "1722034", "conference-abstract")
    assert first.keywords == ("cells", "immune thrombocytopenia")
    assert first.issns == ("2096-4129", "2332-8878")
    assert list(first.affiliations.values()) == [
        "Northeastern Univ, Dept Phys, Boston, MA 02115 USA.",
        "Northeastern Univ, Ctr Res, Boston, MA 02115 USA.",
    ]
    assert ids(first) == {"doi": "10.1080/20964129.2020.1722034", "pmid": "33251087", "wos": "000514379300001"}
    assert [section.name for section in first.sections] == ["Background", "Conclusion"]
    assert (first.meeting, first.number) == ("65th Annual Meeting of the American-Society-of-Hematology (ASH)", "687")
    assert first.notes == ("QQ: new",)


def test_web_of_science_without_the_end_of_a_record() -> None:
    found = documents(WEB_OF_SCIENCE.replace("ER\n\nPT", "PT"))
    assert [read.title for read in found][1] == "Grief"
    assert found[0].notes == ("no ER line", "QQ: new")


def test_endnote_tagged() -> None:
    first, second = documents(ENDNOTE)
    assert first.format == "endnote-tagged"
    assert first.text == "How Trust Leads\n\nFirst paragraph.\n\nSecond paragraph."
    assert [author.name for author in first.authors] == ["Guo, Wenbo", "Straub, Detmar W."]
    assert (first.journal, first.date, first.volume, first.issue, first.pages) == (
        "MIS Quarterly", "2021-09-01", "45", "3", "1309-1348",
    )  # fmt: skip
    assert ids(first) == {"doi": "10.1000/x", "accession": "31366609"}
    assert (first.keywords, first.notes) == (("trust", "cells"), ("%$: odd",))
    assert second.title == "Second"


def test_endnote_tagged_records_that_begin_with_the_title() -> None:
    found = documents("%T One\n%0 Journal Article\n%D 2021\n\n\n%T Two\n%D 2020\n")
    assert [(read.title, read.date) for read in found] == [("One", "2021"), ("Two", "2020")]


def test_endnote_tagged_records_without_an_empty_line_between() -> None:
    assert [read.title for read in documents("%0 Journal Article\n%T One\n%0 Book\n%T Two\n")] == ["One", "Two"]


def test_ovid_citations() -> None:
    first, second = documents(OVID)
    assert first.format == "labelled-lines"
    assert first.text == "Correct positioning of screws\n\nLorem ipsum abstract"
    assert [author.name for author in first.authors] == ["Verbeek, Jan", "Hermans, Erik", "Fu, Qiong"]
    assert ids(first) == {"doi": "10.1097/bot.0000000000000502", "accession": "00005131-900000000-99049"}
    assert (first.journal, first.languages) == ("Journal of Orthopaedic Trauma", ("English",))
    assert first.publication_types == ("Article", "Original Article: PDF Only")
    assert first.keywords == ("iliosacral", "IS screw")
    assert second.title == "Second"


def test_embase_plain_text() -> None:
    first, second = documents(EMBASE)
    assert (first.journal, first.volume, first.issue, first.pages, first.date) == (
        "Blood",
        "142",
        "5",
        "1-9",
        "2023-11-02",
    )
    assert [author.name for author in first.authors] == ["Liu R.", "Adler D.G."]
    assert (first.kind, first.source, ids(first)) == ("conference-abstract", "embase", {"embase": "L373791783"})
    assert (second.title, second.source) == ("Second", "embase")


def test_embase_plain_text_without_indents() -> None:
    text = (
        "RECORD 1\n\nTITLE\nCells In ITP\n\nAUTHOR NAMES\nChen Y.\nXu Y.\n\nSOURCE\nBlood (2023) 142:5 (1-9). Date of "
    )
    text += "Publication: 2 Nov 2023\n\nABSTRACT\nBackground: x.\nITP AND SLE\nResults: 8/18.\n\nDOI\n10.1000/abc\n\n"
    first, second = documents(f"{text}RECORD 2\n\nTITLE\nSecond\n", "export.txt")
    assert (first.format, first.title, first.volume, first.pages) == ("labelled-lines", "Cells In ITP", "142", "1-9")
    assert [author.name for author in first.authors] == ["Chen Y.", "Xu Y."]
    assert (ids(first), first.source, second.title) == ({"doi": "10.1000/abc"}, "embase", "Second")
    assert first.text.endswith("Background: x. ITP AND SLE Results: 8/18.")


def test_records_without_content_are_rejected() -> None:
    for text in (
        WEB_OF_SCIENCE.replace("TI Grief\n", ""),
        ENDNOTE.replace("%T Second\n", ""),
        OVID.replace("  Second", "  -"),
    ):
        found, rejects = outcome(text)
        assert (len(found), len(rejects)) == (1, 1)
        assert rejects[0].position == 2


def test_one_record_alone_is_recognised() -> None:
    assert document("PT J\nAU Li, W\nTI One\nER\n").format == "web-of-science"
    assert document("<3>\nTitle\n  One\n").format == "labelled-lines"


def test_medline_on_the_platform_has_all_authors_on_a_line_and_its_number() -> None:
    text = (
        "FN ISI Export Format\nVR 1.0\nPT J\nTI Cells\nAU Joffe, Hadine; Hall, Janet E\nUT MEDLINE:16735938\nER\n\nEF\n"
    )
    read = document(text)
    assert ([author.name for author in read.authors], ids(read)) == (
        ["Joffe, Hadine", "Hall, Janet E"],
        {"pmid": "16735938"},
    )


@pytest.mark.parametrize(
    ("said", "kind", "status"),
    [
        ("Erratum in: PLoS One. 2014;9(8):e106390", "corrected-by", "corrected"),
        ("Retraction in: PLoS One. 2015;1:2", "retracted-by", "retracted"),
        ("Comment on: Lancet. 2013;1:2", "comment-on", "published"),
    ],
)
def test_what_medline_on_the_platform_says_of_other_records(said: str, kind: str, status: str) -> None:
    read = document(f"PT J\nAU Rota, C\nTI Cells\nNO {said}\nUT MEDLINE:24736502\nER\n")
    assert [(notice.kind, notice.text) for notice in read.notices] == [(kind, said.partition(": ")[2])]
    assert (read.status, read.notes) == (status, ())


def test_biosis_on_the_platform_has_addresses_behind_names_and_words_before_numbers() -> None:
    read = document("PT J\nAU Tarbill, Gina L. (gina@fs.fed.us) ; White, Angela M.\nTI Cells\nPS Article No.: 16\nER\n")
    assert ([author.name for author in read.authors], read.pages) == (["Tarbill, Gina L.", "White, Angela M."], "16")


def test_endnote_tagged_begins_with_a_type_that_is_not_told() -> None:
    assert documents("%0\n%A Chen, Y\n%T Cells\n")[0].title == "Cells"


def test_editors_of_a_book_in_biosis_are_no_journal() -> None:
    text = "<1. >\nVN  - Ovid Technologies\nDB  - BIOSIS Previews\nTI  - Cells\n"
    text += "SO  - Kamp, Roza M. [Editor, Reprint Author], Calvete, Juan J. [Editor]. Methods.:371-397, 2004.\n"
    read = document(text)
    assert (read.journal, read.pages, read.date) == ("Methods", "371-397", "2004")


@pytest.mark.parametrize(
    "headings",
    ["MH Adult\n   Blood Platelets/drug effects\n   Humans", "MH Adult; Blood Platelets/drug\n   effects; Humans"],
)
def test_headings_of_medline_on_the_platform_stand_on_lines_or_behind_semicolons(headings: str) -> None:
    text = f"FN Clarivate\nVR 1.0\nPT J\nTI Cells in ITP\n{headings}\nUT MEDLINE:1\nER\n"
    assert document(text, "web-of-science").subjects == ("Adult", "Blood Platelets/drug effects", "Humans")
