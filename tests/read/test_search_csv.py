"""Search results as comma-, semicolon- and tab-separated text."""

from __future__ import annotations

import csv

import pytest

from export_reading import document, documents, ids, outcome
from mscevidence.errors import DocumentError
from mscevidence.model import Document
from mscevidence.read import read_all

SCOPUS = (
    '\ufeff"Authors","Author full names","Author(s) ID","Title","Year","Source '
    'title","Volume","Issue","Art. No.","Page start",'
    '"Page end","Page count","Cited by","DOI","Link","Affiliations","Authors with '
    'affiliations","Abstract","Author Keywords",'
    '"Index Keywords","Correspondence Address","Publisher","ISSN","PubMed ID","Language of Original Document",'
    '"Abbreviated Source Title","Document Type","Publication Stage","Open Access","Source","EID"\n'
    '"Liu R.; Adler D.G.","Liu, Roy (57123456789); Adler, Douglas G. (57123456780)","1; 2","Cells, '
    '""stem"" and ITP","2023","Blood",'
    '"142","5","","687","689","","12","10.1182/blood-1",'
    '"https://www.scopus.com/inward/record.uri?eid=2-s2.0-1","A; B","x","8 of 18'
    ' responded.","ITP; MSC","human; '
    'adult","z","ASH","00064971","31366609","English","Blood","Conference paper","Final","","Scopus",'
    '"2-s2.0-85214459603"\n'
)
LENS = (
    '"Lens ID","Title","Author/s","PMID","ISSNs","Citing Patents Count"\n"000-360-106-493-122","One","A '
    'B; C D",33251087,"21945411; 21945403",0\n'
)
PUBMED = (
    "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,NIHMS ID,DOI\n"
    '31366609,"One title.","Baird JK, Walker LA.","Clin Rev. 2019 Jul 31;32(4):e11-9. doi: '
    '10.1128/CMR.1.","Baird JK",Clin Rev,2019,'
    "2019/08/02,PMC6750137,,10.1128/CMR.1\n"
)
REGISTRY_OLD = (
    '"Rank","NCT Number","Title","Acronym","Status","Conditions","Interventions","Enrollment","Other '
    'IDs","First Posted","URL"\n'
    '1,"NCT00294112","Prochymal in Crohn",,"Completed","Crohn Disease","Drug: Prochymal|Drug: Placebo","10",'
    '"OSIRIS-601|2006-001234-56","February 20, 2006","https://ClinicalTrials.gov/show/NCT00294112"\n'
)
REGISTRY_NEW = (
    "NCT Number,Study Title,Study URL,Study Status,Brief Summary,Conditions,Sponsor\n"
    'NCT04014166,"MSC in ITP, phase I",https://clinicaltrials.gov/study/NCT04014166,COMPLETED,A summary.,ITP,CAMS\n'
)
ICTRP = (
    "TrialID,Last Refreshed on,Public title,Scientific title,Primary sponsor,Date registration,Source "
    "Register,web address,"
    "Recruitment Status,Target size,Condition,Intervention\n"
    "ChiCTR2000030138,1 June 2020,Cells for ITP,A trial of "
    "cells,CAMS,2020-02-24,ChiCTR,http://www.chictr.org.cn/1,Recruiting,20,ITP,MSC\n"
)
WEB_OF_SCIENCE = (
    'PT\tAU\tAF\tTI\tSO\tDT\tPY\tUT\tZ9\nJ\tLi, W; Dou, Z\tLi, Wei; Dou, Zhi\tA "5 title\tBLOOD\tMeeting '
    "Abstract\t2020\tWOS:0005\t3\n"
)


def test_scopus() -> None:
    read = document(SCOPUS)
    assert (read.format, read.source) == ("search-csv", "scopus")
    assert read.text == 'Cells, "stem" and ITP\n\n8 of 18 responded.'
    assert [author.name for author in read.authors] == ["Liu, Roy", "Adler, Douglas G."]
    assert (read.journal, read.volume, read.issue, read.pages, read.date) == ("Blood", "142", "5", "687-689", "2023")
    assert ids(read) == {"doi": "10.1182/blood-1", "pmid": "31366609", "scopus": "2-s2.0-85214459603"}
    assert (read.issns, read.keywords, read.subjects) == (("0006-4971",), ("ITP", "MSC"), ("human", "adult"))


def test_lens() -> None:
    read = document(LENS)
    assert (read.source, read.issns) == ("lens", ("2194-5411", "2194-5403"))
    assert ids(read) == {"pmid": "33251087", "lens": "000-360-106-493-122"}


def test_cells_that_say_nothing_hold_nothing() -> None:
    assert ids(document("Title,Year,DOI,PMID\nOne,NA,NA,nan\n", "export.csv")) == {}
    assert document("Title,Year,DOI,PMID\nOne,NA,NA,nan\n", "export.csv").date_text is None


def test_pubmed() -> None:
    read = document(PUBMED)
    assert (read.source, read.journal, read.date, read.volume, read.pages) == (
        "pubmed",
        "Clin Rev",
        "2019-07-31",
        "32",
        "e11-9",
    )
    assert [author.name for author in read.authors] == ["Baird JK", "Walker LA"]
    assert ids(read) == {"doi": "10.1128/cmr.1", "pmid": "31366609", "pmcid": "PMC6750137"}


def test_registries() -> None:
    old, new, ictrp = document(REGISTRY_OLD), document(REGISTRY_NEW), document(ICTRP)
    assert {read.kind for read in (old, new, ictrp)} == {"registry-entry"}
    assert (old.source, new.source, ictrp.source) == ("clinicaltrials.gov", "clinicaltrials.gov", "ictrp")
    assert ids(old) == {"nct": "NCT00294112", "eudract": "2006-001234-56"}
    assert "Interventions: Drug: Prochymal; Drug: Placebo" in old.text
    assert (old.date, ids(new)["nct"], new.title) == ("2006-02-20", "NCT04014166", "MSC in ITP, phase I")
    assert "A summary." in new.text
    assert (ictrp.title, ictrp.other_titles, ictrp.date) == ("Cells for ITP", ("A trial of cells",), "2020-02-24")
    assert ids(ictrp)["chictr"] == "ChiCTR2000030138"


def test_web_of_science_tab_separated() -> None:
    for data in (WEB_OF_SCIENCE.encode(), WEB_OF_SCIENCE.encode("utf-16"), WEB_OF_SCIENCE.encode("utf-8-sig")):
        read = document(data, "savedrecs.txt")
        assert (read.title, read.source, read.kind) == ('A "5 title', "web-of-science", "conference-abstract")
        assert [author.name for author in read.authors] == ["Li, Wei", "Dou, Zhi"]


EMBASE = (
    "Title,Author Names,Source,Publication Type,Abstract,Emtree Drug Index Terms,PUI,DOI,Clinical Trial Numbers\n"
    '"Cells","Liu R., Adler D.G.","Blood (2023) 142 Supplement 1 (1-9). Date of Publication: 2 Nov '
    '2023","Conference Abstract",'
    '"TEST\n\nTwo paragraphs.","stem cell (drug therapy, adverse reaction), placebo","L373791783",10.1/x,\n'
)


def test_embase_by_columns() -> None:
    read = documents(EMBASE.replace("10.1/x", "10.1182/x"))[0]
    assert read.text == "Cells\n\nTEST\n\nTwo paragraphs."
    assert (read.journal, read.volume, read.pages, read.date) == ("Blood", "142 Supplement 1", "1-9", "2023-11-02")
    assert [author.name for author in read.authors] == ["Liu R.", "Adler D.G."]
    assert read.subjects == ("stem cell (drug therapy, adverse reaction)", "placebo")
    assert (read.kind, read.source, ids(read)["embase"]) == ("conference-abstract", "embase", "L373791783")


def test_embase_by_rows() -> None:
    first, second = documents(
        '"TITLE","Cells in ITP"\n"AUTHOR NAMES","Liu R.","Adler D.G."\n"SOURCE","Blood (2023) 142:5 '
        '(1-9)"\n"ABSTRACT","8 of 18."\n'
        '"EMTREE DRUG INDEX TERMS","stem cell"\n\n"TITLE","Second"\n"AUTHOR NAMES","Chen Y."\n"ABSTRACT","None."\n',
        "records.csv",
    )
    assert (first.text, first.source, first.journal) == ("Cells in ITP\n\n8 of 18.", "embase", "Blood")
    assert [author.name for author in first.authors] == ["Liu R.", "Adler D.G."]
    assert (second.title, second.position) == ("Second", 2)


def test_terms_in_parentheses_that_never_close_are_still_told_apart() -> None:
    read = document('Title,Year,DOI,Keywords\nOne,2020,,"a (b, c), d"\n', "export.csv")
    assert read.keywords == ("a (b, c)", "d")
    assert document('Title,Year,DOI,Keywords\nOne,2020,,"a (b, c, d"\n', "export.csv").keywords == ("a (b", "c", "d")


def test_a_column_per_record() -> None:
    found = documents("Title,One,Two\nAuthors,A B,C D\nYear,2020,2021\nDOI,10.1000/a,10.1000/b\n", "turned.csv")
    assert [(read.title, read.date, ids(read)["doi"]) for read in found] == [
        ("One", "2020", "10.1000/a"),
        ("Two", "2021", "10.1000/b"),
    ]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        pytest.param("Title;Year;DOI\nOne;2020;10.1000/a\nTwo;2021;\n", ["One", "Two"], id="semicolons"),
        pytest.param("Title\tYear\tDOI\nOne\t2020\t\nTwo\t2021\t\n", ["One", "Two"], id="tabs"),
        pytest.param("Search of 2023\nquery,itp\n\nTitle,Year,DOI\nOne,2020,\n", ["One"], id="preamble"),
        pytest.param("Title,Year,DOI\nOne,2020\nTwo,2021,,,\n", ["One", "Two"], id="short and long rows"),
        pytest.param("Title,Year,DOI\n\nOne,2020,\n,,\nTwo,2021,\n", ["One", "Two"], id="empty rows"),
        pytest.param("Title,Year,DOI\nOne,2020,\nTitle,Year,DOI\nTwo,2021,\n", ["One", "Two"], id="two files in one"),
        pytest.param("Title,Year,DOI\rOne,2020,\rTwo,2021,\r", ["One", "Two"], id="Macintosh"),
        pytest.param('Title,Year,DOI\n"One\nline",2020,\nTwo,2021,\n', ["One line", "Two"], id="line end in a cell"),
        pytest.param('Title,Year,DOI\n5" needle,2020,\nTwo,2021,\n', ['5" needle', "Two"], id="a quote in a cell"),
        pytest.param("sep=;\nTitle;Year;DOI\nOne;2020;\n", ["One"], id="line of Excel"),
    ],
)
def test_tables_are_found(text: str, titles: list[str]) -> None:
    assert [read.title for read in documents(text, "export.csv")] == titles


def test_latin1_rows() -> None:
    read = document("Title,Year,DOI\nZürich cells,2020,\n".encode("latin-1"), "export.csv")
    assert read.title == "Zürich cells"
    assert "Windows-1252" in read.notes[0]


def test_a_quote_that_is_never_closed_costs_its_line_only() -> None:
    rows = "".join(f"Title {number},2020,10.1000/{number}\n" for number in range(3000))
    found, rejects = outcome(f'Title,Year,DOI\n"Open,2020,\n{rows}', "export.csv")
    assert len(found) == 3000
    assert [(reject.position, reject.reason) for reject in rejects] == [(1, "a quote is opened and never closed")]
    assert rejects[0].excerpt == '"Open,2020,'


def test_a_separator_that_is_not_quoted_is_rejected_not_shifted() -> None:
    found, rejects = outcome("Title,Year,DOI\nCells, stem and others,2020,10.1000/a\nTwo,2021,\n", "export.csv")
    assert [read.title for read in found] == ["Two"]
    assert rejects[0].reason == "the row has 4 cells and the table 3 columns: a separator is not in quotes"


def test_formulas_are_text() -> None:
    read = document("Title,Year,DOI\n\"=cmd|' /C calc'!A0\",2020,\n", "export.csv")
    assert read.title == "=cmd|' /C calc'!A0"


def test_columns_that_nobody_knows_are_kept_as_notes_and_labels_too() -> None:
    read = document("Title,Year,DOI,Label,Odd column\nOne,2020,,Duplicate,x\n", "export.csv")
    assert read.notes == ("Label: Duplicate", "Odd column: x")


def test_nul_bytes_cost_their_row_only() -> None:
    found, rejects = outcome(b"Title,Year,DOI\nOne,2020,\nT\0wo,2021,\nThree,2022,\n", "export.csv")
    assert [read.title for read in found] == ["One", "Three"]
    assert "NUL" in rejects[0].reason


def test_a_table_of_other_things_is_an_error_that_names_the_columns_needed() -> None:
    with pytest.raises(DocumentError, match="no row of column names") as raised:
        list(read_all(b"a,b\n1,2\n", format="search-csv"))
    assert "Title" in raised.value.hint


@pytest.mark.parametrize(
    "text", ["Title, abstract and authors of cells\n\nResults: 8 of 18.", "One, two\nthree, four\n"]
)
def test_prose_is_no_table(text: str) -> None:
    assert document(text, "abstract.txt").format == "plain-text"


def test_reading_long_cells_leaves_the_limit_of_others_as_it_was() -> None:
    before = csv.field_size_limit()
    data = b"Title,Abstract,DOI,PMID\nOne," + b"x" * 300_000 + b",10.1000/a,1\n"
    (document,) = read_all(data, name="export.csv")
    assert isinstance(document, Document)
    assert len(document.text) > 300_000
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(
    ("names", "cells", "found"),
    [
        ("Title,Publication Title,DOI", "One,Blood,10.1/x", {"title": "One", "journal": "Blood"}),
        ("Document Title,Publication Title,DOI", "One,Blood,10.1/x", {"title": "One", "journal": "Blood"}),
        ("Publication Title,DOI,Year", "One,10.1/x,2020", {"title": "One", "journal": None}),
        ("Title,Published Year,Published Month,DOI", "One,2020,March,10.1/x", {"date": "2020-03"}),
        ("title,year,month,day,doi", "One,2020,3,1,10.1/x", {"date": "2020-03-01"}),
        ("Title,DOI,Publication Date", "One,10.1/x,3/15/2020", {"date": "2020-03-15"}),
        ("Title,DOI,Publication Date", "One,10.1/x,22/04/2021", {"date": "2021-04-22"}),
        ("Title,DOI,Publication Date", "One,10.1/x,03/04/2021", {"date": "2021"}),
        ("Title,DOI,Publication Date", "One,10.1/x,04/04/2021", {"date": "2021-04-04"}),
        ("Title,DOI,Publication Date", "One,10.1/x,20210422", {"date": "2021-04-22"}),
        ("Title,startPage,endPage,pubtitle,documentType", "One,1,9,Blood,Review", {"pages": "1-9", "kind": "review"}),
        (
            "Item Title,Publication Title,Journal Volume,Journal Issue,Item DOI,Content Type",
            "One,Blood,12,3,10.1/x,Review",
            {"title": "One", "journal": "Blood", "volume": "12", "issue": "3", "kind": "review"},
        ),
        (
            "Title,DOI,Vol,Iss,Pg,Abstr",
            "One,10.1/x,3,2,4-9,Cells",
            {"pages": "4-9", "issue": "2", "text": "One\n\nCells"},
        ),
        ("Title,DOI,ISBN", "One,10.1/x,1524-4539 (Electronic) 0009-7322", {"issns": ("1524-4539", "0009-7322")}),
        ("Title,DOI,Age,Status", "One,10.1/x,3,done", {"text": "One", "notes": ("Age: 3", "Status: done")}),
        ("Cochrane Review ID,Title,Year", "CD012345,Cells,2020", {"pages": "CD012345"}),
        (
            "Publication Type,Document Type,Title,DOI,Meeting Abstract",
            "J,Meeting Abstract,One,10.1/x,2275",
            {"publication_types": ("Meeting Abstract",), "number": "2275"},
        ),
        (
            "Title,Source,Volume,DOI",
            "One,Blood (2023) 142 Supplement 1 (687),142,10.1/x",
            {"volume": "142", "pages": "687", "journal": "Blood"},
        ),
        (
            "Title,Affiliations,Authors with affiliations,EID,Source title",
            'One,Univ A; Univ B,"Li, Univ A; Xu, Univ B",2-s2.0-1,Blood',
            {"affiliations": {"1": "Univ A", "2": "Univ B"}},
        ),
    ],
)
def test_columns_are_known_by_each_other(names: str, cells: str, found: dict[str, object]) -> None:
    read = document(f"{names}\n{cells}\n", "export.csv")
    assert {name: getattr(read, name) for name in found} == found


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Zhang, Lei and Xu, Yu", ["Zhang, Lei", "Xu, Yu"]),
        ("Group for Research and Care", ["Group for Research and Care"]),
        (
            "Andy SmithTom McDonaldLi-Na MacArthurÖzge De Vries",
            ["Andy Smith", "Tom McDonald", "Li-Na MacArthur", "Özge De Vries"],
        ),
        ("LeBron DeVries", ["LeBron DeVries"]),
        ("GlaxoSmithKline Research", ["GlaxoSmithKline Research"]),
        ("Study Group of AstraZeneca Pharma", ["Study Group of AstraZeneca Pharma"]),
        ('[\'Marx, Karl\', ""O\'Neill, A""]', ["Marx, Karl", "O'Neill, A"]),
    ],
)
def test_authors_joined_by_and(cell: str, names: list[str]) -> None:
    read = document(f'title,authors,doi\nOne,"{cell}",10.1/x\n', "export.csv")
    assert [author.name for author in read.authors] == names


def test_a_registry_of_its_own() -> None:
    text = "ISRCTN,Title,Condition,Interventions,DOI\nISRCTN12345678,Cells,MS,Infusion,10.1186/ISRCTN12345678\n"
    read = document(text, "export.csv")
    assert (read.kind, read.source, ids(read)["isrctn"]) == ("registry-entry", "isrctn", "ISRCTN12345678")
    assert "Condition: MS" in read.text


def test_codes_of_ovid_as_column_names() -> None:
    read = document(
        "DB,UI,AU,TI,SO,AB,PT,IS,DO\nOvid MEDLINE(R) ALL,37912345,Chen Y; Xu Y,Cells,"
        '"Blood. 142(1):687-9, 2023 Nov 02",8/18.,Journal Article,1528-0020,10.1182/blood-2023-1\n',
        "export.csv",
    )
    assert ids(read) == {"pmid": "37912345", "doi": "10.1182/blood-2023-1"}
    assert (read.journal, read.volume, read.pages, read.source) == ("Blood", "142", "687-9", "pubmed")
    assert len(read.authors) == 2


@pytest.mark.parametrize(("collection", "found"), [("MED", {"pmid": "12345678"}), ("PPR", {"accession": "12345678"})])
def test_collections_of_europe_pmc(collection: str, found: dict[str, str]) -> None:
    text = f"SOURCE,EXT_ID,TITLE,AUTHORS,CITATION\n{collection},12345678,Cells,Smith J,Blood 2020 Jan; 1(2):3-4\n"
    read = document(text, "export.csv")
    assert (ids(read), read.source, read.journal) == (found, "europepmc", "Blood")


def test_numbers_that_zotero_keeps_in_extra() -> None:
    read = document('Title,DOI,Extra\nOne,10.1000/x,"PMID: 22065098\nPMCID: PMC7909500"\n', "export.csv")
    assert ids(read) == {"doi": "10.1000/x", "pmid": "22065098", "pmcid": "PMC7909500"}


@pytest.mark.parametrize(
    ("cell", "number"),
    [("3-540-20222-6 (cloth)", "3540202226"), ("080442957X", "080442957X"), ("3-540-20222-7", None)],
)
def test_isbns_of_ten_digits_are_known_by_the_last_one(cell: str, number: str | None) -> None:
    assert ids(document(f"Title,ISBN,DOI\nOne,{cell},10.1/x\n", "export.csv")).get("isbn") == number


def test_numbers_of_other_databases_in_central() -> None:
    read = document('Cochrane ID,Title,Accession number\nCN-01234567,One,"EMBASE 611; PUBMED 27477896"\n', "export.csv")
    assert (read.source, ids(read)["central"], ids(read)["pmid"]) == ("central", "CN-01234567", "27477896")


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("Ecohydrology.   8(6):1048-1064, September 2015.", ("Ecohydrology", "8", "6", "1048-1064", "2015-09")),
        ("Blood. 142(Supplement 1) (pp 687-8), 2023.", ("Blood", "142", "Supplement 1", "687-8", "2023")),
        ("Psychother. Vol.26(4), Jul 2019, pp. 457-464.", ("Psychother", "26", "4", "457-464", "2019-07")),
        (
            "Blood. Conference: 65th. Rome, IT. 142(Supplement 1) (pp 687), 2023. Date of Publication: 02 Nov 2023.",
            ("Blood", "142", "Supplement 1", "687", "2023-11-02"),
        ),
        (
            "Forest Ecology. 201(2-3):327-334, November 15, 2004.",
            ("Forest Ecology", "201", "2-3", "327-334", "2004-11-15"),
        ),
        ("Lancet 1997 Dec 6;350(9092):1234-8", ("Lancet", "350", "9092", "1234-8", "1997-12-06")),
        ("Methods in protein analysis.:371-397, 2004.", ("Methods in protein analysis", None, None, "371-397", "2004")),
        ("Blood. 2023;142(5):1-9.", ("Blood", "142", "5", "1-9", "2023")),
        ("Hydrobiologia. 2007 15 June; 433-441.", ("Hydrobiologia", None, None, "433-441", "2007-06-15")),
        ("Blood, 2023, 142(Suppl 1), 687-9", ("Blood", "142", "Suppl 1", "687-9", "2023")),
        ("Journal of Trauma.", ("Journal of Trauma", None, None, None, None)),
    ],
)
def test_citations_in_one_line(line: str, parts: tuple[str | None, ...]) -> None:
    read = document(f'Title,Source,DOI\nOne,"{line}",10.1/x\n', "export.csv")
    assert (read.journal, read.volume, read.issue, read.pages, read.date) == parts
