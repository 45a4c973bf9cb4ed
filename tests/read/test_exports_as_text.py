"""Exports that would pass for one text: Ovid tags, RefWorks, NoteExpress, CENTRAL, PubMed as text, ICTRP as XML."""

from __future__ import annotations

import pytest

from export_reading import document, documents, ids, outcome

OVID = """<1. >
VN  - Ovid Technologies
DB  - Ovid MEDLINE(R) ALL <1946 to October 10, 2023>
UI  - 37912345
AU  - Chen Y
AU  - Xu Y
FA  - Chen, Yun
FA  - Xu, Yan
IN  - Chen, Yun. State Laboratory, Tianjin, China.
TI  - Cord cells for refractory
      ITP.
SO  - Blood. 142(Supplement 1):687, 2023 Nov 02
AB  - BACKGROUND: Patients. RESULTS: 8/18 responded.
IS  - 1528-0020
DO  - 10.1182/blood-2023-1
PT  - Journal Article
QQ  - new

<2. >
DB  - Embase
AN  - 2019123456
PM  - 31234567
TI  - A second one
AU  - Li X.
SO  - Stem cells. (no pagination), 2019. Article Number: 1234. Date of Publication: 3 May 2019.
"""

REFWORKS = """RT Journal Article
SR Electronic(1)
T1 Cells in thrombocytopenia
JF Blood
SP 4567
OP 4575
DO 10.1182/blood-2020-1
VO 135
IS 12
A1 Zhang,Lei
A1 Xu, Yu
YR 2020
AB The first line.
The second line.
K1 ITP; MSC
SN 0006-4971
NO kept

RT Dissertation/Thesis
T1 Second
AB
A1 Li, X.; Wang, Y.
YR 2019
"""

NOTEEXPRESS = """{Reference Type}: Journal Article
{Title}: 间充质干细胞治疗免疫性血小板减少症
{Translated Title}: Mesenchymal stem cells in immune thrombocytopenia
{Author}: 许雅琼
{Author}: 张银萍
{Translated Author}: XU Ya-qiong
{Author Address}: 西安交通大学
{Journal}: 临床医学研究与实践
{Translated Journal}: Clinical Research
{ISBN/ISSN}: 2096-1413
{Year}: 2020
{Volume}: 5
{Issue}: 1
{Pages}: 49-51
{Keywords}: 血小板
{Abstract}: 目的 探讨。
结果 18例中8例有效。
{DOI}: 10.19347/j.cnki.2096-1413.1
{Database Provider}: Wanfang

{Reference Type}: Journal Article
{Title}: 第二
{Author}: 潘紫麟;刘庆鹏;
"""

CENTRAL = """Search Name: Cells in ITP
ID\tSearch
#1\tmesenchymal\t12345

Record #1 of 2
ID: CN-01234567
AU: Smith J
AU: Doe A
TI: Cells versus placebo: a randomised trial
SO: Lancet
YR: 2016
VL: 388
NO: 10051
PG: 1281-1290
XR: EMBASE 611234567; PUBMED 27477896
PT: Journal Article; Randomized Controlled Trial
KY: Adult; *Crohn disease /therapy
DOI: 10.1016/S0140-6736(16)31203-X
AB: BACKGROUND: Fistulas. FINDINGS: 53 of 107.

Record #2 of 2
ID: CN-02345678
TI: Cells for lupus
SO: https://trialsearch.who.int/Trial2.aspx?TrialID=ChiCTR2100045678
YR: 2012
XR: ICTRP NCT01741857
PT: Trial registry record
"""

ABSTRACTS = """1. Blood. 2023 Nov 2;142(Supplement 1):687. doi: 10.1182/blood-2023-1. Epub
2023 Oct 5.

Cord cells for refractory
thrombocytopenia.

Chen Y(#)(1), Xu Y(1)(2); ITP Study Group; de la Cruz AB Jr(2).

Author information:
(1)State Laboratory, Tianjin,
China.
(2)Centre, Madrid, Spain.

Retraction in
    Blood. 2024 Jan;1(1):2. doi: 10.1182/blood-2024-2. PMID: 38000001.

BACKGROUND: Patients with ITP need
cells.
RESULTS: Of those treated,

1. eight responded with 2 x 10(6)
cells/kg.

Copyright © 2023 The Society. All rights reserved.

DOI: 10.1182/blood-2023-1
PMCID: PMC10123456
PMID: 37912345 [Indexed for MEDLINE]

Conflict of interest statement: None.


2. Stem Cells Int. 2019;2019:1234567.

A short letter.

[Article in Chinese]

PMID: 31234567
"""

SUMMARIES = """1: Chen Y, Xu Y, ITP Study Group. Is it safe? A trial of cells in the U.S.A. Signal Ther. 2024 May
1;9(1):102. doi: 10.1038/s41392-1. PMID: 38653983; PMCID: PMC11039759.

2: No authors at all. Lancet. 2019;2019:1. PMID: 31234567.
"""

ICTRP = """<?xml version='1.0' encoding='UTF-8' ?>
<Trials_downloaded_from_ICTRP>
  <Trial><Export_date>08/28/2026 20:14:44</Export_date>
    <TrialID>ChiCTR2100045678
    </TrialID>
    <Public_title>Cells for refractory ITP
    </Public_title>
    <Scientific_title>A phase I trial
    </Scientific_title>
    <Date_registration3>20210422
    </Date_registration3>
    <Date_registration>22/04/2021
    </Date_registration>
    <web_address>https://www.chictr.org.cn/showproj.html?proj=1
    </web_address>
    <Inclusion_Criteria>Platelets &lt; 30;&lt;br&gt;age 18-70
    </Inclusion_Criteria>
    <Secondary_ID>NCT04014166
    </Secondary_ID>
    <Prospective_registration>Yes</Prospective_registration>
    <Contact_Firstname>Zhang
    </Contact_Firstname>
  </Trial>
  <Trial><TrialID>JPRN-UMIN000012345</TrialID><Scientific_title>Fat cells</Scientific_title></Trial>
  <Trial><TrialID>JPRN-UMIN000012346</TrialID><Public
"""


def test_ovid_tags() -> None:
    first, second = documents(OVID)
    assert (first.format, first.source, second.source) == ("ovid-tagged", "pubmed", "embase")
    assert first.text == "Cord cells for refractory ITP.\n\nBACKGROUND: Patients. RESULTS: 8/18 responded."
    assert [author.name for author in first.authors] == ["Chen, Yun", "Xu, Yan"]
    assert (first.journal, first.volume, first.issue, first.pages) == ("Blood", "142", "Supplement 1", "687")
    assert (first.date, second.date, second.journal, second.pages) == ("2023-11-02", "2019-05-03", "Stem cells", "1234")
    assert ids(first) == {"doi": "10.1182/blood-2023-1", "pmid": "37912345"}
    assert ids(second) == {"pmid": "31234567", "accession": "2019123456"}
    assert first.notes == ("QQ: new",)


def test_refworks() -> None:
    first, second = documents(REFWORKS)
    assert (first.format, first.journal, first.volume, first.issue, first.pages, first.date) == (
        "refworks",
        "Blood",
        "135",
        "12",
        "4567-4575",
        "2020",
    )
    assert first.text == "Cells in thrombocytopenia\n\nThe first line.\nThe second line."
    assert [author.name for author in first.authors] == ["Zhang, Lei", "Xu, Yu"]
    assert (first.keywords, first.issns, first.notes) == (("ITP", "MSC"), ("0006-4971",), ("NO: kept",))
    assert (second.text, second.kind) == ("Second", "thesis")
    assert [author.name for author in second.authors] == ["Li, X.", "Wang, Y."]


def test_refworks_of_cnki() -> None:
    read = document("RT Journal Article\nT1 Cells\nA1 Zhang;Li\nJF Blood\nYR 2015\nIS 03\nvo 36\nOP 200-203\nDS CNKI\n")
    assert (read.volume, read.issue, read.pages, read.source) == ("36", "03", "200-203", "cnki")


def test_noteexpress() -> None:
    first, second = documents(NOTEEXPRESS)
    assert (first.format, first.source, first.title) == ("noteexpress", "wanfang", "间充质干细胞治疗免疫性血小板减少症")
    assert first.text.endswith("\n\n目的 探讨。\n结果 18例中8例有效。")
    assert first.other_titles == ("Mesenchymal stem cells in immune thrombocytopenia",)
    assert [author.name for author in first.authors] == ["许雅琼", "张银萍"]
    assert (first.journal, first.volume, first.issue, first.pages, first.date) == (
        "临床医学研究与实践",
        "5",
        "1",
        "49-51",
        "2020",
    )
    assert (first.issns, ids(first), first.notes) == (("2096-1413",), {"doi": "10.19347/j.cnki.2096-1413.1"}, ())
    assert [author.name for author in second.authors] == ["潘紫麟", "刘庆鹏"]


def test_central_as_text() -> None:
    article, trial = documents(CENTRAL)
    assert (article.format, article.source, article.journal, article.issue) == (
        "central-text",
        "central",
        "Lancet",
        "10051",
    )
    assert ids(article) == {
        "doi": "10.1016/s0140-6736(16)31203-x",
        "central": "CN-01234567",
        "embase": "611234567",
        "pmid": "27477896",
    }
    assert article.publication_types == ("Journal Article", "Randomized Controlled Trial")
    assert (article.date, article.pages, len(article.authors)) == ("2016", "1281-1290", 2)
    assert (trial.kind, trial.journal, ids(trial)) == (
        "registry-entry",
        None,
        {"central": "CN-02345678", "chictr": "ChiCTR2100045678", "nct": "NCT01741857"},
    )


def test_abstracts_of_pubmed_as_text() -> None:
    first, second = documents(ABSTRACTS)
    assert (first.format, first.title) == ("pubmed-text", "Cord cells for refractory thrombocytopenia.")
    assert (first.journal, first.volume, first.issue, first.pages, first.date) == (
        "Blood",
        "142",
        "Supplement 1",
        "687",
        "2023-11-02",
    )
    assert [(author.name, author.collective) for author in first.authors] == [
        ("Chen Y", False),
        ("Xu Y", False),
        ("ITP Study Group", True),
        ("de la Cruz AB Jr", False),
    ]
    assert first.text.split("\n\n", 1)[1] == (
        "BACKGROUND: Patients with ITP need cells.\nRESULTS: Of those treated,\n\n"
        "1. eight responded with 2 x 10^6 cells/kg."
    )
    assert list(first.affiliations.values()) == ["State Laboratory, Tianjin, China.", "Centre, Madrid, Spain."]
    assert ids(first) == {"doi": "10.1182/blood-2023-1", "pmid": "37912345", "pmcid": "PMC10123456"}
    assert (first.status, first.disclosures) == ("retracted", "None.")
    assert [each.value for each in first.notices[0].identifiers] == ["38000001", "10.1182/blood-2024-2"]
    assert (second.title, second.authors, second.languages, ids(second)) == (
        "A short letter.",
        (),
        ("Chinese",),
        {"pmid": "31234567"},
    )


def test_summaries_of_pubmed_as_text() -> None:
    first, second = documents(SUMMARIES)
    assert first.title == "Is it safe? A trial of cells in the U.S.A."
    assert [author.name for author in first.authors] == ["Chen Y", "Xu Y", "ITP Study Group"]
    assert (first.journal, first.volume, first.issue, first.pages, first.date) == (
        "Signal Ther",
        "9",
        "1",
        "102",
        "2024-05-01",
    )
    assert ids(first) == {"doi": "10.1038/s41392-1", "pmid": "38653983", "pmcid": "PMC11039759"}
    assert (second.title, second.authors, second.journal) == ("No authors at all.", (), "Lancet")


def test_preprints_of_pubmed_as_text() -> None:
    citation = "medRxiv [Preprint]. 2023 Jan 5:2023.01.05.23284202. doi: 10.1101/2023.01.05.23284202."
    for text in (
        f"1. {citation}\n\nIs the U.S. ready?\n\nZhang L(1), O'Neill-Smith AB.\n\nWords.\n\nPMID: 36711111\n",
        f"1: Zhang L, O'Neill-Smith AB. Is the U.S. ready? {citation} PMID: 36711111.\n",
    ):
        found = document(text)
        assert (found.kind, found.journal, found.date, found.pages) == (
            "preprint",
            "medRxiv",
            "2023-01-05",
            "2023.01.05.23284202",
        )
        assert (found.title, found.authors[1].name) == ("Is the U.S. ready?", "O'Neill-Smith AB")
        assert ids(found) == {"doi": "10.1101/2023.01.05.23284202", "pmid": "36711111"}


def test_a_summary_that_is_no_citation_is_rejected() -> None:
    read, rejects = outcome(SUMMARIES + "\n3: Nothing of the kind\n")
    assert (len(read), [each.position for each in rejects]) == (2, [3])


def test_what_embase_and_biosis_say_besides_is_no_note() -> None:
    read = document(
        "<7. >\nDB  - BIOSIS Previews\nAN  - PREV2004\nAU  - Wabner, Cindy L. [Inventor, Reprint Author]\nTI  - One\n"
        "AD  - C. Wabner, Canyon Lake\nOD  - adult\nEM  - 201800\nDG  - November 16, 2004\n"
    )
    assert ([each.name for each in read.authors], read.date, read.notes) == (["Wabner, Cindy L."], "2004-11-16", ())


def test_ovid_sends_numbers_without_a_stop() -> None:
    assert [each.title for each in documents(OVID.replace(". >", ">"))] == [each.title for each in documents(OVID)]


def test_ictrp_as_xml() -> None:
    (first, second), (lost,) = outcome(ICTRP)
    assert (first.format, first.source, first.kind, first.date) == ("ictrp", "ictrp", "registry-entry", "2021-04-22")
    assert (first.title, first.other_titles) == ("Cells for refractory ITP", ("A phase I trial",))
    assert first.text.endswith("\n\nInclusion Criteria: Platelets < 30; age 18-70")
    assert (ids(first), first.notes) == ({"chictr": "ChiCTR2100045678", "nct": "NCT04014166"}, ())
    assert first.url == "https://www.chictr.org.cn/showproj.html?proj=1"
    assert (second.title, ids(second)) == ("Fat cells", {"jprn": "JPRN-UMIN000012345"})
    assert (lost.position, lost.reason) == (3, "<Trial> is not closed: the file is cut short")


@pytest.mark.parametrize("data", [OVID, REFWORKS, NOTEEXPRESS, CENTRAL, ABSTRACTS, SUMMARIES])
@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_and_marks_of_other_systems_change_nothing(data: str, end: str) -> None:
    assert [each.text for each in documents("\ufeff" + data.replace("\n", end))] == [
        each.text for each in documents(data)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "1. Cells were given to 18 patients. 2019 was the year.",
        "1: eight of 18 patients responded",
        "RT PCR was used.\nAnd nothing else.",
        "Record #1 of 2 was read.",
    ],
)
def test_prose_is_none_of_these(text: str) -> None:
    assert document(text).format == "plain-text"
