"""Reports as RIS, read back by our own reader, and as CSL JSON, held against the fields of csl-data.json."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from made_review import HOSTILE, exported, single_arm, whole_review

from export_reading import documents
from mscevidence import records, vocabulary
from mscevidence.errors import SelectionError
from mscevidence.model import Author, Document, Study
from mscevidence.publish.export import export
from mscevidence.publish.export.citations import Name, citations, name_of
from mscevidence.screening import Flow
from study_factory import report

SHA = "a" * 64
FULL = {
    "kind": "conference-abstract",
    "status": "cancelled",
    "title": "Cells in ITP: a phase 1 study, 0.5×10^6/kg",
    "journal": "Blood",
    "doi": "10.1182/blood-2023-1",
    "pmid": "31366609",
    "number": "687",
    "meeting": "ASH 2023",
    "url": "https://ash.confex.com/1",
    "unverified": ["volume"],
    "note": "taken off the programme",
    "first_author": "Chen YF",
    "documents": [SHA],
}
DOCUMENT = Document(
    sha256=SHA,
    format="ris",
    reader="ris/1",
    text="",
    date="2020-11-02",
    volume="142",
    issue="Suppl 1",
    pages="687-689",
    issns=("0006-4971",),
    authors=(Author(name="Chen, Yunfei"), Author(name="Zhang L"), Author(name="Cells Group", collective=True)),
)


def reports_of(*reports: dict[str, Any], documents: tuple[Document, ...] = (), **more: Any) -> Any:
    given = tuple(
        single_arm(f"s{number}", 1, 9, reports=[{**report("r1"), **one}], **more) for number, one in enumerate(reports)
    )
    return exported(given, (), documents=documents)


def ris_of(made: Any) -> bytes:
    return export("ris", made)["ris/reports.ris"]


def items_of(made: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(export("csl", made)["csl/reports.json"])
    return items


# RIS


def test_the_place_in_the_journal_is_that_of_the_record_before_that_of_its_document() -> None:
    made = reports_of({**FULL, "volume": "143", "pages": "12"}, documents=(DOCUMENT,))
    (read,) = documents(ris_of(made))
    assert (read.volume, read.issue, read.pages) == ("143", None, "12")
    (item,) = items_of(made)
    assert (item["volume"], item.get("issue"), item["page"]) == ("143", None, "12")
    (alone,) = items_of(reports_of({**FULL, "volume": "143", "issue": "2", "documents": []}))
    assert (alone["container-title"], alone["volume"], alone["issue"]) == ("Blood", "143", "2")


def test_what_goes_out_comes_back() -> None:
    (read,) = documents(ris_of(reports_of(FULL, documents=(DOCUMENT,), registrations=["NCT04014166"])))
    assert read.title == FULL["title"]
    assert [author.name for author in read.authors] == ["Chen, Yunfei", "Zhang, L", "Cells Group"]
    assert (read.journal, read.volume, read.issue, read.pages) == ("Blood", "142", "Suppl 1", "687-689")
    assert (read.date, read.issns, read.url) == ("2020-11-02", ("0006-4971",), FULL["url"])
    assert read.kind == "conference-abstract"
    assert {(each.kind, each.value) for each in read.identifiers} == {
        ("doi", "10.1182/blood-2023-1"), ("pmid", "31366609"),
    }  # fmt: skip
    assert set(read.notes) == {
        "M1: 687", "C3: ASH 2023", "N1: report: r1", "N1: studies: s0", "N1: kind: conference-abstract",
        "N1: status: cancelled", "N1: registrations: NCT04014166", "N1: unverified: volume",
        "N1: note: taken off the programme",
    }  # fmt: skip


@pytest.mark.parametrize("kind", list(vocabulary.load("report-kind")))
def test_every_kind_of_report_comes_back(kind: str) -> None:
    (read,) = documents(ris_of(reports_of({"kind": kind, "title": "Cells"})))
    assert f"N1: kind: {kind}" in read.notes
    # What reference managers cannot tell apart is told by the note alone.
    alike = {"registry-results": "registry-entry", "secondary-table": "article"}
    assert read.kind == alike.get(kind, kind)


def test_a_retracted_report_comes_back_as_retracted() -> None:
    (read,) = documents(ris_of(reports_of({"status": "retracted", "title": "Cells"})))
    assert read.status == "retracted"


def test_a_report_of_several_studies_stands_once() -> None:
    made = reports_of({"title": "Table"}, {"title": "Table"}, {"title": "Other"})
    assert [read.title for read in documents(ris_of(made))] == ["Table", "Other"]
    assert b"N1  - studies: s0, s1\n" in ris_of(made)


def test_entries_of_one_report_that_disagree_are_both_kept() -> None:
    made = reports_of({"title": "Table", "year": 2019}, {"title": "Table", "year": 2020})
    assert [item["id"] for item in items_of(made)] == ["r1", "r1#2"]
    assert len(documents(ris_of(made))) == 2


def test_a_report_without_title_has_that_of_its_study_in_brackets() -> None:
    made = reports_of({"title": None})
    (read,) = documents(ris_of(made))
    assert read.title == "[Synthetic trial s0]"
    assert "N1: title: supplied, it is that of the study" in read.notes
    assert items_of(made)[0]["custom"]["title-supplied"] is True


def test_no_text_breaks_a_record_apart() -> None:
    made = reports_of(
        {"title": HOSTILE, "journal": "Blood\nER  - \nTY  - BOOK", "first_author": "O'Brien; Smith A"},
        {"title": "Second"},
    )
    first, second = documents(ris_of(made))
    assert second.title == "Second"
    assert first.journal == "Blood ER - TY - BOOK"
    assert [author.name for author in first.authors] == ["O'Brien, Smith, A"]
    assert "\x00" not in ris_of(made).decode()
    assert first.title.startswith('=HYPERLINK("http://x","y") second line, "quoted"; ␀')


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Wang PM", Name("Wang", "PM")),
        ("Wang P", Name("Wang", "P")),
        ("van der Berg A", Name("van der Berg", "A")),
        ("Wang, Peng", Name("Wang", "Peng")),
        ("Peng Wang", Name("Peng Wang")),
        ("de Jesus MM", Name("de Jesus", "MM")),
        ("MESEMS Study Group", Name("MESEMS Study Group")),
    ],
)
def test_names_are_taken_apart_only_where_that_is_certain(name: str, parts: Name) -> None:
    assert name_of(name) == parts


def test_authors_in_reading_order_are_not_guessed_at() -> None:
    document = DOCUMENT.model_copy(update={"authors": (Author(name="Yunfei Chen"), Author(name="Lei Zhang"))})
    assert [name.inverted for name in citations(reports_of(FULL, documents=(document,)).evidence)[0].authors] == [
        "Chen, YF"
    ]


def test_a_document_of_another_year_does_not_date_the_report() -> None:
    document = DOCUMENT.model_copy(update={"date": "2019-12-31"})
    assert b"PY  - 2020\n" in ris_of(reports_of(FULL, documents=(document,)))
    assert b"DA  -" not in ris_of(reports_of(FULL, documents=(document,)))


@pytest.mark.parametrize("kind", ["ris", "csl"])
def test_without_a_study_there_is_no_report(kind: str) -> None:
    with pytest.raises(SelectionError, match="no report"):
        export(kind, exported((), ()))


# CSL JSON: the names and types of csl-data.json (github.com/citation-style-language/schema, MIT, commit 0041266)

CSL_TYPES = set(
    re.findall(
        r"\S+",
        """article article-journal article-magazine article-newspaper bill book broadcast chapter classic collection
    dataset document entry entry-dictionary entry-encyclopedia figure graphic hearing interview legal_case legislation
    manuscript map motion_picture musical_score pamphlet paper-conference patent performance periodical
    personal_communication post post-weblog regulation report review review-book software song speech standard thesis
    treaty webpage""",
    )
)
TEXTS = {"title", "container-title", "event", "DOI", "PMID", "PMCID", "URL", "ISSN", "status", "note", "language"}
TEXTS_OR_NUMBERS = {"id", "volume", "issue", "page", "number"}


def assert_csl(item: dict[str, Any]) -> None:
    assert {"id", "type"} <= item.keys()
    assert item["type"] in CSL_TYPES
    for name, value in item.items():
        if name in TEXTS:
            assert isinstance(value, str), name
        elif name in TEXTS_OR_NUMBERS:
            assert isinstance(value, str | int | float), name
        elif name == "author":
            assert all(set(author) <= {"family", "given", "literal"} for author in value)
        elif name == "issued":
            (parts,) = value["date-parts"]
            assert 1 <= len(parts) <= 3
            assert all(isinstance(part, int) for part in parts)
        else:
            assert name in {"type", "custom"}, f"{name} is no field of CSL data"


def test_an_item_of_csl_has_every_field() -> None:
    (item,) = items_of(reports_of(FULL, documents=(DOCUMENT,)))
    assert_csl(item)
    assert item["author"] == [
        {"family": "Chen", "given": "Yunfei"}, {"family": "Zhang", "given": "L"}, {"literal": "Cells Group"},
    ]  # fmt: skip
    assert item["issued"] == {"date-parts": [[2020, 11, 2]]}
    found = {name: item[name] for name in ("type", "DOI", "PMID", "page", "event", "number", "status", "ISSN")}
    assert found == {
        "type": "paper-conference", "DOI": "10.1182/blood-2023-1", "PMID": "31366609", "page": "687-689",
        "event": "ASH 2023", "number": "687", "status": "cancelled", "ISSN": "0006-4971",
    }  # fmt: skip
    assert item["custom"]["studies"] == ["s0"]


@pytest.mark.parametrize("kind", list(vocabulary.load("report-kind")))
def test_every_kind_is_a_type_of_csl(kind: str) -> None:
    assert_csl(items_of(reports_of({"kind": kind, "year": None, "first_author": None}))[0])


def test_the_reports_of_the_review_of_this_project_come_back() -> None:
    extracted = Path(__file__).parents[2] / "extracted"
    given: tuple[Study, ...] = records.load_all(extracted).studies
    made = exported(given, ())
    items = items_of(made)
    read = documents(ris_of(made))
    assert len(items) == len(read) == len(citations(made.evidence)) > 50
    for item, one, cited in zip(items, read, citations(made.evidence), strict=True):
        assert_csl(item)
        assert one.title == item["title"]
        assert one.identifier("doi") == (item["DOI"].lower() if "DOI" in item else None)
        assert one.identifier("pmid") == item.get("PMID")
        assert one.journal == item.get("container-title")
        assert (one.date or "")[:4] == str(cited.report.year or "")
        assert f"N1: report: {cited.report.id}" in one.notes


# PRISMA.csv


def test_prisma_csv_is_that_of_the_flow() -> None:
    counts = {"database_results": 12, "records_screened": 10}
    excluded: Any = {"dbr": {"=cmd|x": 2}}
    flow = Flow(counts=counts, sources={"database": {"pubmed": 12}}, excluded=excluded, waiting={}, gaps=())
    data = export("prisma", exported((), (), flow=flow))["prisma/PRISMA.csv"].decode()
    rows = {row["data"]: row for row in csv.DictReader(io.StringIO(data))}
    assert list(rows["records_screened"]) == [
        "data", "node", "box", "description", "boxtext", "tooltips", "url", "n",
    ]  # fmt: skip
    assert (rows["database_results"]["n"], rows["records_screened"]["n"]) == ("12", "10")
    assert rows["database_specific_results"]["n"] == "pubmed, 12"
    assert rows["dbr_excluded"]["n"] == "'=cmd|x, 2"
    assert rows["previous_studies"]["n"] == "NA"


def test_without_a_search_there_is_no_flow() -> None:
    with pytest.raises(SelectionError, match="no search was made"):
        export("prisma", whole_review())
