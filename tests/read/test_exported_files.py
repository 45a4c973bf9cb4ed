"""Real exports: every record is read or rejected, and the traps they are known for are read as they stand.

The totals were counted without any reader: lines ``TY  -``, ``PMID-`` or ``PT J``, elements ``<record>``, at signs at
the beginning of a line less comments, and rows of a table below its names.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from export_reading import FOLDER, ids, outcome
from mscevidence.errors import DocumentError
from mscevidence.model import Document
from mscevidence.read import read_all

needs_files = pytest.mark.skipif(
    not (FOLDER / "ris").exists(), reason=f"{FOLDER} is not here: set MSCEVIDENCE_DOCUMENTS"
)

# file, format, documents, rejects
TOTALS = [
    ("ris/ESHackathon__CiteSource__20221207_gambling-harms_pubmed_176.ris", "ris", 176, 0),
    ("ris/JabRef__jabref__RisImporterTest5a.ris", "ris", 1, 0),
    ("ris/MrTango__rispy__example_bom.ris", "ris", 1, 0),
    ("ris/MrTango__rispy__example_custom_list_tags.ris", "ris", 0, 1),
    ("ris/MrTango__rispy__example_empty_tag.ris", "ris", 1, 0),
    ("ris/MrTango__rispy__example_full_without_whitespace.ris", "ris", 2, 0),
    ("ris/MrTango__rispy__example_full_write.ris", "ris", 2, 0),
    ("ris/MrTango__rispy__example_multiline.ris", "ris", 3, 0),
    ("ris/MrTango__rispy__example_single_unknown_tag.ris", "ris", 1, 0),
    ("ris/MrTango__rispy__example_urls.ris", "ris", 4, 0),
    ("ris/MrTango__rispy__example_wos.ris", "web-of-science", 2, 0),
    ("ris/asreview__asreview__embase.ris", "ris", 6, 0),
    ("ris/asreview__asreview__baseline_reference_types.ris", "ris", 0, 61),
    ("ris/asreview__asreview__baseline_tag-notes_labels.ris", "ris", 32, 0),
    ("ris/asreview__asreview__ris_issue_1099.txt", "ris", 7, 0),
    ("ris/asreview__asreview__ris_issue_992.txt", "ris", 19, 0),
    ("ris/asreview__asreview__faulty_year.ris", "ris", 1, 0),
    ("ris/camaradesuk__ASySD__ris_export.txt", "ris", 69, 0),
    ("ris/camaradesuk__ASySD__scopus.ris", "ris", 10, 0),
    ("ris/mjwestgate__synthesisr__ASP_ris_example.ris", "ris", 4, 0),
    ("ris/mjwestgate__synthesisr__Ovid_ris_example.ris", "ris", 4, 0),
    ("nbib_medline/JabRef__jabref__NbibImporterTest.nbib", "nbib", 1, 0),
    ("nbib_medline/biopython__biopython__pubmed_result1.txt", "nbib", 1, 0),
    ("nbib_medline/biopython__biopython__pubmed_result2.txt", "nbib", 4, 0),
    ("nbib_medline/biopython__biopython__pubmed_result3.txt", "nbib", 1, 0),
    ("nbib_medline/holub008__nbib__pubmed-balloongui-set.nbib", "nbib", 75, 0),
    ("nbib_medline/holub008__nbib__single.nbib", "nbib", 1, 0),
    ("nbib_medline/manubot__manubot__bibliography.nbib", "nbib", 2, 0),
    ("nbib_medline/mjwestgate__synthesisr__PubMed_example.txt", "nbib", 3, 0),
    ("bibtex/CoLRev-Environment__colrev__ebsco_bib.bib", "bibtex", 2, 0),
    ("bibtex/CoLRev-Environment__colrev__europe_pmc_bib.bib", "bibtex", 2, 0),
    ("bibtex/CoLRev-Environment__colrev__records.bib", "bibtex", 21, 0),
    ("bibtex/CoLRev-Environment__colrev__scopus_bib.bib", "bibtex", 11, 0),
    ("bibtex/JabRef__jabref__jabref-authors.bib", "bibtex", 212, 0),
    ("bibtex/citation-js__citation-js__biblatex-input.bib", "bibtex", 28, 0),
    ("bibtex/citation-js__citation-js__bibtex-input.bib", "bibtex", 16, 0),
    ("endnote_xml/IEBH__dedupe-sweep__tafenoquine.xml", "endnote-xml", 179, 0),
    ("endnote_xml/JabRef__jabref__EndnoteXmlImporterTestArticle.xml", "endnote-xml", 1, 0),
    ("endnote_xml/JabRef__jabref__EndnoteXmlImporterTestArticle2.xml", "endnote-xml", 2, 0),
    ("endnote_xml/JabRef__jabref__EndnoteXmlImporterTestLabelAndMultiTitle.xml", "endnote-xml", 3, 0),
    ("endnote_xml/JabRef__jabref__EndnoteXmlImporterTestReport.xml", "endnote-xml", 1, 0),
    ("endnote_xml/JabRef__jabref__EndnoteXmlImporterTest_WithoutUrlStyle.xml", "endnote-xml", 1, 0),
    ("endnote_xml/JabRef__jabref__EndnoteXmlImporterTest_WithoutUrlStyle2.xml", "endnote-xml", 2, 0),
    ("search_exports/CoLRev-Environment__colrev__enl_data.enl", "endnote-tagged", 3, 0),
    ("search_exports/CoLRev-Environment__colrev__eric_nbib.nbib", "nbib", 1, 0),
    ("search_exports/JabRef__jabref__IsiImporterTestInspec.isi", "web-of-science", 2, 0),
    ("search_exports/JabRef__jabref__OvidImporterTest6.txt", "labelled-lines", 1, 0),
    ("search_exports/JabRef__jabref__OvidImporterTest7.txt", "labelled-lines", 1, 0),
    ("search_exports/asreview__asreview__embase.csv", "search-csv", 6, 0),
    ("search_exports/asreview__asreview__embase_newpage.csv", "search-csv", 6, 0),
    ("search_exports/asreview__asreview__pubmed_endnote.txt", "ris", 6, 0),
    ("search_exports/jesnyder__mapClinical__mesenchymal_Prochymal.csv", "search-csv", 14, 0),
    ("search_exports/massimoaria__bibliometrix__lens_sample.csv", "search-csv", 8, 0),
    ("search_exports/mjwestgate__synthesisr__WoS_ciw_example.ciw", "web-of-science", 5, 0),
    ("conference_html/iandonaldson__sitc_parser__sitc_page_source.html", "conference-html", 15, 0),
    ("conference_html/iandonaldson__sitc_parser__sitc_title_auth_link.tsv", "search-csv", 15, 0),
]
ROBOTS = "conference_html/iandonaldson__sitc_parser__debug_doi_page_0.html"


def read(name: str) -> list[Document]:
    path = FOLDER / name
    return outcome(path.read_bytes(), path.name)[0]


@needs_files
@pytest.mark.parametrize(("name", "format_name", "documents", "rejects"), TOTALS)
def test_every_record_is_read_or_rejected(name: str, format_name: str, documents: int, rejects: int) -> None:
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"{name} is not here")
    found, refused = outcome(path.read_bytes(), path.name)
    assert (len(found), len(refused)) == (documents, rejects)
    assert {each.format for each in found} <= {format_name}
    assert sorted([*(each.position or 0 for each in found), *(each.position for each in refused)]) == list(
        range(1, documents + rejects + 1)
    )
    assert {each.reason for each in refused} <= {"the record has neither title nor abstract nor identifier"}
    for each in found:
        assert each.text.startswith(each.title)
        assert all(each.text[slice(*section.span)].strip() for section in each.sections)


@needs_files
def test_the_table_names_every_file() -> None:
    folders = ("ris", "nbib_medline", "bibtex", "endnote_xml", "search_exports", "conference_html")
    there = {f"{folder}/{path.name}" for folder in folders for path in (FOLDER / folder).iterdir()}
    assert there <= {*(name for name, *_ in TOTALS), ROBOTS}


@needs_files
def test_a_check_for_robots_is_no_page_of_the_meeting() -> None:
    with pytest.raises(DocumentError, match="check for robots"):
        list(read_all((FOLDER / ROBOTS).read_bytes(), name=Path(ROBOTS).name))


@needs_files
def test_human_labels_of_duplicates_survive() -> None:
    found = read("endnote_xml/IEBH__dedupe-sweep__tafenoquine.xml")
    assert sum("caption: Duplicate" in each.notes for each in found) == 114
    labelled = read("ris/asreview__asreview__baseline_tag-notes_labels.ris")
    assert sum("ASReview_relevant" in " ".join(each.notes) for each in labelled) == 10


@needs_files
def test_the_same_search_as_ris_and_as_table_gives_the_same_reports() -> None:
    ris = read("ris/asreview__asreview__embase.ris")
    table = read("search_exports/asreview__asreview__embase.csv")
    for one, other in zip(ris, table, strict=True):
        assert one.title == other.title
        assert one.text == other.text
        assert ids(one).get("doi") == ids(other).get("doi")
        assert [author.name for author in one.authors] == [author.name for author in other.authors]
        assert (one.journal, one.volume, one.issue, one.pages) == (
            other.journal,
            other.volume,
            other.issue,
            other.pages,
        )
        assert one.date is not None
        assert other.date is not None
        assert one.date[:4] == other.date[:4]


@needs_files
def test_titles_of_the_meeting_agree_with_the_table_made_of_it() -> None:
    page = read("conference_html/iandonaldson__sitc_parser__sitc_page_source.html")
    table = read("conference_html/iandonaldson__sitc_parser__sitc_title_auth_link.tsv")
    for one, other in zip(page, table, strict=True):
        # The table numbers its rows; the page tells the number of the abstract, with which the DOI ends.
        assert (one.title, ids(one)) == (other.title, ids(other))
        assert ids(one)["doi"].endswith(f".{int(one.number or 0):04}")
        assert [author.name for author in one.authors] == [author.name for author in other.authors]


@needs_files
def test_value_lines_that_begin_with_er() -> None:
    found = read("ris/MrTango__rispy__example_multiline.ris")
    assert [each.text.replace("\n", " ") for each in found] == [
        "first line, ER then second line and at the end the last line"
    ] * 3


@needs_files
def test_every_medline_record_has_number_title_and_authors() -> None:
    found = read("nbib_medline/holub008__nbib__pubmed-balloongui-set.nbib")
    assert len({ids(each)["pmid"] for each in found}) == 75
    assert all(each.title and each.authors and each.date for each in found)
    assert sum("\n\n" in each.text for each in found) == 70


@needs_files
def test_braces_that_do_not_match_in_an_export_of_ebsco() -> None:
    _, second = read("bibtex/CoLRev-Environment__colrev__ebsco_bib.bib")
    assert (second.title, second.journal) == ("When sharing fixes prices.", "Journal of Technology")
    assert "line by line" in second.notes[0]


@needs_files
def test_registry_rows_carry_their_registration() -> None:
    found = read("search_exports/jesnyder__mapClinical__mesenchymal_Prochymal.csv")
    assert {each.kind for each in found} == {"registry-entry"}
    assert len({ids(each)["nct"] for each in found}) == 14
