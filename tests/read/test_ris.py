"""RIS: every mess that exports make of it."""

from __future__ import annotations

import pytest

from export_reading import document, documents, ids, outcome

RECORD = """TY  - JOUR
TI  - Cells in ITP
AU  - Chen, Yunfei
A1  - Shannon,Claude E.
T2  - Blood
J2  - Blood
PY  - 2023
DA  - 2023/11/02/
VL  - 142
IS  - 5
SP  - 687
EP  - 689
SN  - 0006-4971 (Print)0006-4971
DO  - https://doi.org/10.1182/BLOOD-2023-1
AB  - Background: Cells help. Results: 8 of 18 patients responded to 0.5×106 cells/kg.
KW  - ITP
KW  - *Mesenchymal Stem Cells/therapy
LA  - eng
M3  - Conference Abstract
DB  - Embase
U2  - L373791783
C5  - 31366609
N1  - ASReview_relevant
UR  - https://ash.confex.com/1
ER  -
"""


def test_every_field_has_its_place() -> None:
    read = document(RECORD)
    assert read.format == "ris"
    assert read.title == "Cells in ITP"
    assert read.text.startswith("Cells in ITP\n\nBackground: Cells help.")
    assert "0.5×10^6 cells/kg" in read.text
    assert [section.name for section in read.sections] == ["Background", "Results"]
    assert read.text[slice(*read.sections[0].span)] == "Cells help."
    assert [author.name for author in read.authors] == ["Chen, Yunfei", "Shannon, Claude E."]
    assert (read.journal, read.volume, read.issue, read.pages) == ("Blood", "142", "5", "687-689")
    assert (read.date, read.issns) == ("2023-11-02", ("0006-4971",))
    assert ids(read) == {"doi": "10.1182/blood-2023-1", "embase": "L373791783", "pmid": "31366609"}
    assert read.keywords == ("ITP", "Mesenchymal Stem Cells/therapy")
    assert (read.languages, read.publication_types) == (("eng",), ("Conference Abstract",))
    assert (read.kind, read.source, read.url) == ("conference-abstract", "embase", "https://ash.confex.com/1")
    assert read.notes == ("N1: ASReview_relevant",)
    assert read.position == 1


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        pytest.param("TY  - JOUR\nTI  - One\nTY  - JOUR\nTI  - Two\nER  - \n", ["One", "Two"], id="no ER"),
        pytest.param("TY  - JOUR\nTI  - One\n\n2.\nTY  - JOUR\nTI  - Two\nER  -", ["One", "Two"], id="numbered, no ER"),
        pytest.param("TY  - JOUR\nTI  - One", ["One"], id="ends in the middle"),
        pytest.param("TI  - One\nER  - \nTI  - Two\nER  - \n", ["One", "Two"], id="no TY"),
        pytest.param(
            "\ufeffTY  - JOUR\nTI  - One\nER  - \n\ufeffTY  - JOUR\nTI  - Two\nER  -\n", ["One", "Two"], id="two BOMs"
        ),
        pytest.param("TY  - JOUR\rTI  - One\rER  - \rTY  - JOUR\rTI  - Two\rER  - \r", ["One", "Two"], id="Macintosh"),
        pytest.param("TY  - JOUR\r\nTI  - One\r\nER  - \r\n", ["One"], id="Windows"),
        pytest.param("TY - JOUR\nTI - One\nER -\nTY - JOUR\nTI - Two\nER -\n", ["One", "Two"], id="one space"),
        pytest.param("TY  -JOUR\nTI  -One\nER  -\n", ["One"], id="no space behind the dash"),
        pytest.param(
            "1.\nTY  - JOUR\nTI  - One\nER  -\n\nLink to the Ovid Full Text: http://x\n\n2.\n", ["One"], id="Ovid"
        ),
        pytest.param("TY  - JOUR\nTI  - One\nER  - \n\x1a", ["One"], id="end of file mark"),
        pytest.param(
            "TY  - JOUR\nTI  - One\nER  -\nNL  - J One\n\n2.\nTY  - JOUR\nTI  - Two\nER  -\nNL  - J Two\n",
            ["One", "Two"],
            id="a tag behind the end",
        ),
    ],
)
def test_records_are_found_whatever_separates_them(text: str, titles: list[str]) -> None:
    assert [read.title for read in documents(text, "export.ris")] == titles


def test_what_is_missing_around_a_record_is_told() -> None:
    assert document("TY  - JOUR\nTI  - One\n").notes == ("no ER line",)
    assert document("TI  - One\nER  - \n", "export.ris").notes == ("no TY line",)
    told = document("Provider: JSTOR\nTY  - JOUR\nTI  - One\nER  - \n")
    assert told.notes == ("before the record stands: Provider: JSTOR",)


def test_a_tag_behind_the_end_belongs_to_the_record_before() -> None:
    first, second = documents("TY  - JOUR\nTI  - One\nER  -\nNL  - J One\n\nTY  - JOUR\nTI  - Two\nER  -\n")
    assert (first.journal, second.journal, first.notes, second.notes) == ("J One", None, (), ())


def test_the_pubmed_number_of_psycinfo() -> None:
    read = document("TY  - JOUR\nID  - 2020-1-001\nPMID  - 33355555\nT1  - One\nSP  - pp 37-64\nER  - \n")
    assert ([(each.kind, each.value) for each in read.identifiers], read.pages) == ([("pmid", "33355555")], "37-64")
    assert read.notes == ("ID: 2020-1-001",)


@pytest.mark.parametrize(
    ("lines", "found", "notes"),
    [
        ("DB  - Ovid MEDLINE(R) 1946-Present\nID  - 32672909", {"pmid": "32672909"}, ()),
        ("DB  - Embase\nID  - 2019326729", {"accession": "2019326729"}, ()),
        ("DB  - APA PsycInfo\nID  - 2020-99999-001", {"accession": "2020-99999-001"}, ()),
        ("DB  - Medline\nID  - 5753", {}, ("ID: 5753",)),
        ("DB  - Medline\nAN  - 31234567\nID  - 5753001", {"pmid": "31234567"}, ("ID: 5753001",)),
        ("ID  - Smith2020", {}, ("ID: Smith2020",)),
    ],
)
def test_numbers_of_databases_at_ovid(lines: str, found: dict[str, str], notes: tuple[str, ...]) -> None:
    read = document(f"TY  - JOUR\nT1  - One\n{lines}\nER  - \n")
    assert ({each.kind: each.value for each in read.identifiers}, read.notes) == (found, notes)


def test_the_frame_of_the_cochrane_library_is_no_note() -> None:
    frame = 'Record #1 of 2\nProvider: John Wiley & Sons, Ltd.\nContent: text/plain; charset="UTF-8"\n\n'
    assert document(frame + "TY  - JOUR\nTI  - One\nER  - \n").notes == ()


CENTRAL = """TY  - JOUR
AN  - CN-02345678
TI  - Cells for lupus
JO  - https://trialsearch.who.int/Trial2.aspx?TrialID=NCT01741857
YR  - 2012
NO  - 5
XR  - EMBASE 611234567; PUBMED 27477896
C3  - ICTRP NCT01741857
M3  - Journal Article; Randomized Controlled Trial
US  - https://www.cochranelibrary.com/central/doi/10.1002/central/CN-02345678/full
ER  -
"""


def test_central_has_tags_of_its_own() -> None:
    read = document(CENTRAL)
    assert ids(read) == {"central": "CN-02345678", "embase": "611234567", "pmid": "27477896", "nct": "NCT01741857"}
    assert (read.journal, read.date, read.issue, read.notes) == (None, "2012", "5", ())
    assert read.publication_types == ("Journal Article", "Randomized Controlled Trial")


def test_a_value_that_is_only_a_registration_is_one() -> None:
    read = document(
        "TY  - JOUR\nTI  - One\nAN  - NCT04014166\nC6  - ChiCTR2100045678; NCT01234567\nC1  - NCT in 3\nER  -\n"
    )
    assert [(each.kind, each.value) for each in read.identifiers] == [
        ("nct", "NCT04014166"),
        ("chictr", "ChiCTR2100045678"),
        ("nct", "NCT01234567"),
    ]
    assert read.notes == ("C1: NCT in 3",)


def test_web_of_science_keeps_its_tags() -> None:
    lines = "AN  - WOS:0001\nC3  - Northeastern University\nPU  - ELSEVIER\nPI  - NEW YORK\nPA  - 360 PARK AVE\n"
    read = document(f"TY  - JOUR\nTI  - One\n{lines}J9  - J APPL\nFU  - Group [1]\nFX  - By it.\nWE  - SSCI\nER  -\n")
    assert (read.publisher, read.journal, read.notes) == ("ELSEVIER", "J APPL", ())
    other = document("TY  - JOUR\nTI  - One\nC3  - whatever\nER  -\n")
    assert other.notes == ("C3: whatever",)


@pytest.mark.parametrize(("first", "last"), [("No", "Specified"), ("no pagination", "")])
def test_no_pagination_is_no_page(first: str, last: str) -> None:
    assert document(f"TY  - JOUR\nTI  - One\nSP  - {first}\nEP  - {last}\nER  -\n").pages is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("first line,\nER then second line\nthe last line", "first line,\nER then second line\nthe last line"),
        (
            "first line,\n      ER then second line\n      the last line",
            "first line, ER then second line the last line",
        ),
        ("first paragraph\n\nsecond paragraph", "first paragraph\n\nsecond paragraph"),
        ("IL-6 fell\nT2 - weighted images\nER - positive", "IL-6 fell\nT2 - weighted images\nER - positive"),
        ("p &lt; 0.05 and <i>in vivo</i> 10<sup>6</sup>", "p < 0.05 and in vivo 10^6"),
    ],
)
def test_values_go_over_lines(value: str, text: str) -> None:
    assert document(f"TY  - JOUR\nN2  - {value}\nER  - \n").text == text


def test_labels_in_capitals_that_end_with_a_full_stop_make_sections() -> None:
    abstract = (
        "INTRODUCTION. It is common. METHODS. We asked 12. RESULTS. 8 answered (see METHODS. there). DESIGN. One group."
        " It holds for METHODS. Methods. are words. CONCLUSION. It is so."
    )
    found = document(f"TY  - JOUR\nTI  - Cells\nAB  - {abstract}\nER  - \n")
    assert [(each.name, found.text[slice(*each.span)]) for each in found.sections] == [
        ("Background", "It is common."),
        ("Methods", "We asked 12."),
        ("Results", "8 answered (see METHODS. there)."),
        ("Methods", "One group. It holds for METHODS. Methods. are words."),
        ("Conclusion", "It is so."),
    ]


def test_both_abstract_tags_are_kept_once() -> None:
    read = document("TY  - JOUR\nTI  - T\nAB  - One.\nN2  - One.\nAB  - Copyright of Elsevier.\nER  - \n")
    assert read.text == "T\n\nOne.\n\nCopyright of Elsevier."


def test_keywords_under_one_tag_are_told_apart() -> None:
    assert document("TY  - JOUR\nTI  - T\nKW  - Animals\nHumans\nMice\nER  - \n").keywords == (
        "Animals",
        "Humans",
        "Mice",
    )
    assert document("TY  - JOUR\nTI  - T\nKW  - Animals; Humans\nER  - \n").keywords == ("Animals", "Humans")


@pytest.mark.parametrize(
    ("lines", "date"),
    [
        ("PY  - 2014//", "2014"),
        ("PY  - 1948/07//", "1948-07"),
        ("PY  - 2019\nDA  - 2019/09//undefined", "2019-09"),
        ("PY  - 2011\nDA  - Jun", "2011-06"),
        ("PY  - 2018\nDA  - Mar 1", "2018-03-01"),
        ("PY  - 2018\nDA  - 2019/03/01", "2018"),
        ("Y1  - 2018/05/04/", "2018-05-04"),
        ("PY  - 2019 Jan-Feb", "2019-01"),
    ],
)
def test_dates(lines: str, date: str) -> None:
    assert document(f"TY  - JOUR\nTI  - T\n{lines}\nER  - \n").date == date


def test_a_faulty_year_is_none_and_told() -> None:
    read = document("TY  - JOUR\nTI  - T\nPY  - 10 15\nER  - \n")
    assert (read.date, read.date_text) == (None, "10 15")
    assert read.notes == ("no year is in the date '10 15'",)


@pytest.mark.parametrize(
    ("lines", "kind", "value"),
    [
        ("AN  - 21553931\nDP  - NLM", "pmid", "21553931"),
        ("AN  - CN-01954105", "central", "CN-01954105"),
        ("AN  - WOS:000221807500019", "wos", "000221807500019"),
        ("AN  - 2006713348", "accession", "2006713348"),
        ("C2  - PMC4095696", "pmcid", "PMC4095696"),
        ("L3  - 10.1016/j.agee.2016.06.041", "doi", "10.1016/j.agee.2016.06.041"),
        ("M3  - 10.1016/j.powtec.2012.01.008", "doi", "10.1016/j.powtec.2012.01.008"),
        (
            "UR  - https://www.scopus.com/r?eid=2-s2.0-8497&doi=10.3389%2ffonc.2016.00120&md5=3",
            "doi",
            "10.3389/fonc.2016.00120",
        ),
        ("UR  - https://www.scopus.com/r?eid=2-s2.0-8497&doi=10.3389%2ffonc", "scopus", "2-s2.0-8497"),
        ("SN  - 978-3-86680-192-9", "isbn", "9783866801929"),
    ],
)
def test_identifiers_stand_in_many_tags(lines: str, kind: str, value: str) -> None:
    assert ids(document(f"TY  - JOUR\nTI  - T\n{lines}\nER  - \n"))[kind] == value


def test_numbers_of_screening_tools_are_no_identifiers() -> None:
    read = document("TY  - JOUR\nTI  - T\nAN  - rayyan-264552526\nID  - 57530\nER  - \n")
    assert read.identifiers == ()
    assert read.notes == ("AN: rayyan-264552526", "ID: 57530")


@pytest.mark.parametrize(
    ("lines", "kind", "status"),
    [
        ("TY  - JOUR\nTI  - T", "article", "published"),
        ("TY  - ABST\nTI  - T", "conference-abstract", "published"),
        ("TY  - THES\nTI  - T", "thesis", "published"),
        ("TY  - JOUR\nM3  - Journal: Conference Abstract\nTI  - T", "conference-abstract", "published"),
        ("TY  - JOUR\nM3  - Trial registry record\nTI  - T", "registry-entry", "published"),
        ("TY  - JOUR\nM3  - Review\nTI  - T", "review", "published"),
        ("TY  - JOUR\nM3  - Conference Review\nTI  - T", "article", "published"),
        ("TY  - JOUR\nM3  - Letter\nTI  - T", "letter", "published"),
        ("TY  - JOUR\nTI  - RETRACTED: Cells in ITP", "article", "retracted"),
        ("TY  - JOUR\nTI  - WITHDRAWN: Cells in ITP", "article", "withdrawn"),
    ],
)
def test_kind_and_status(lines: str, kind: str, status: str) -> None:
    read = document(f"{lines}\nER  - \n")
    assert (read.kind, read.status) == (kind, status)


def test_tags_that_nobody_defined_are_kept_as_notes() -> None:
    assert document("TY  - JOUR\nTI  - T\nJP  - CRISPR\nJP  - Direct\nER  - \n").notes == ("JP: CRISPR", "JP: Direct")


def test_a_record_of_nothing_is_rejected_with_its_reason_and_place() -> None:
    found, rejects = outcome(
        "TY  - JOUR\nTI  - One\nER  - \nTY  - GEN\nSN  - 12345\nER  - \nTY  - JOUR\nTI  - Two\nER  -\n"
    )
    assert [read.position for read in found] == [1, 3]
    assert [reject.position for reject in rejects] == [2]
    assert rejects[0].reason == "the record has neither title nor abstract nor identifier"
    assert rejects[0].excerpt == "TY - GEN SN - 12345 ER -"


def test_an_identifier_alone_is_a_record() -> None:
    assert ids(document("\ufeffTY  - JOUR\nDO  - 10.1186/s40981-020-0316-0\nER  - \n")) == {
        "doi": "10.1186/s40981-020-0316-0"
    }


def test_text_behind_the_last_record_is_rejected_not_lost() -> None:
    found, rejects = outcome("TY  - JOUR\nTI  - One\nER  - \nA lost abstract about cells.\n")
    assert len(found) == 1
    assert [(reject.position, reject.reason) for reject in rejects] == [(2, "text that belongs to no record")]


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8", ()),
        ("utf-8-sig", ()),
        ("utf-16", ()),
        ("utf-16-le", ()),
        ("utf-16-be", ()),
        ("cp1252", ("decoded as Windows-1252",)),
    ],
)
def test_encodings(encoding: str, note: tuple[str, ...]) -> None:
    read = document(RECORD.replace("Chen", "Müller").encode(encoding), "export.ris")
    assert read.authors[0].name == "Müller, Yunfei"
    assert [text.partition(":")[0] for text in read.notes if "decoded" in text] == list(note)


@pytest.mark.parametrize(
    ("title", "encoding", "name"),
    [
        ("间充质干细胞治疗免疫性血小板减少症", "gb18030", "GB 18030"),
        ("間葉系幹細胞による血小板減少症の治療", "shift_jis", "Shift JIS"),
        ("자가면역질환 줄기세포 치료", "euc_kr", "EUC-KR"),
        ("Größe naïve façade – Œdème à Évian", "cp1252", "Windows-1252"),
        ("Größe der Zellen", "cp1252", "Windows-1252"),
        ("ÄÖÜÄÖÜ ÄÖÜ", "cp1252", "Windows-1252"),
        ("Ärzte zählen Â°C ƒA", "cp1252", "Windows-1252"),
    ],
)
def test_encodings_of_east_asia_are_told_from_those_of_europe(title: str, encoding: str, name: str) -> None:
    read = document(f"TY  - JOUR\nTI  - {title}\nER  - \n".encode(encoding))
    assert read.title == title
    assert read.notes[0].startswith(f"decoded as {name}: byte ")


def test_traditional_chinese_of_taiwan() -> None:
    read = document("TY  - JOUR\nTI  - 間充質幹細胞治療免疫性血小板減少症\nER  - \n".encode("big5"))
    assert read.title == "間充質幹細胞治療免疫性血小板減少症"
    assert read.notes[0].startswith("decoded as Big5: byte ")


def test_the_address_of_a_provider_names_no_database() -> None:
    assert (
        document("TY  - JOUR\nTI  - One\nDB  - SciELO Colombia\nDP  - http://www.scielo.org/\nER  -\n").source
        == "scielo-colombia"
    )


def test_the_tags_of_central() -> None:
    read = document(
        "Record #1 of 1\nProvider: John Wiley & Sons, Ltd.\n\nTY  - JOUR\nAN  - CN-02145678\nTI  - One\nSO  - Blood\n"
        "YR  - 2023\nVL  - 142\nNO  - Suppl 1\nPG  - 687-8\nPM  - PUBMED 12345678\nXR  - EMBASE 987654321\n"
        "PT  - Journal Article; Conference Abstract\nKY  - *ITP; Adult\nDOI - 10.1182/blood-2023-1\nER  - \n"
    )
    assert (read.journal, read.volume, read.issue, read.pages) == ("Blood", "142", "Suppl 1", "687-8")
    assert ids(read) == {
        "central": "CN-02145678",
        "doi": "10.1182/blood-2023-1",
        "pmid": "12345678",
        "embase": "987654321",
    }
    assert (read.kind, read.keywords, read.notes) == ("conference-abstract", ("ITP", "Adult"), ())


def test_an_abstract_that_is_only_called_so_is_none() -> None:
    assert document("TY  - JOUR\nTI  - One\nAB  - Abstract\nER  - \n").text == "One"


def test_a_doi_may_stand_as_the_type() -> None:
    read = document("TY  - JOUR\nTI  - One\nM3  - doi: 10.1016/j.neuron.2016\nER  - \n")
    assert (ids(read), read.publication_types) == ({"doi": "10.1016/j.neuron.2016"}, ())


def test_one_record_in_another_encoding_costs_no_other() -> None:
    data = "TY  - JOUR\nTI  - Zürich\nER  - \n".encode() + "TY  - JOUR\nTI  - Genève\nER  - \n".encode("cp1252")
    assert [read.title for read in documents(data)] == ["Zürich", "Genève"]


def test_nul_bytes_cost_their_record_only() -> None:
    found, rejects = outcome(
        b"TY  - JOUR\nTI  - One\nER  - \nTY  - JOUR\nTI  - T\0\0wo\nER  - \nTY  - JOUR\nTI  - Three\nER  - \n"
    )
    assert [read.title for read in found] == ["One", "Three"]
    assert "NUL" in rejects[0].reason


def test_each_record_has_the_hash_of_its_own_bytes() -> None:
    one, two = documents("TY  - JOUR\nTI  - One\nER  - \nTY  - JOUR\nTI  - Two\nER  - \n")
    assert one.sha256 == document("TY  - JOUR\nTI  - One\nER  - \n").sha256
    assert one.sha256 != two.sha256
    assert one.container == two.container
