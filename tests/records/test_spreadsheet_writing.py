"""What is written into a spreadsheet is read back as it was, by people with Excel in between."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.datavalidation import DataValidation
from spreadsheet_files import EXPECTED, ROW, STUDY, column_of, csv_file, xlsx_file

from mscevidence import vocabulary
from mscevidence.errors import RecordError, UnknownTermError, WriteError
from mscevidence.model import Study
from mscevidence.records import load_study, spreadsheet
from mscevidence.records.spreadsheet import conversions
from mscevidence.records.spreadsheet.columns import COLUMNS, STANDARD
from mscevidence.records.spreadsheet.sheets import letter
from mscevidence.records.templates import FORMS, template

# --- what is written ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("form", list(FORMS))
def test_a_template_is_filled_in_and_read_back(tmp_path: Path, form: str, ending: str) -> None:
    path = tmp_path / f"new.{ending}"
    template(form, study="nct01", condition="ITP").write(path)
    facts = {name: ROW[name] for name in ("title", "report", "report_kind", "pmid")}
    result = {name: ROW[name] for name in ("outcome", "events", "n", "percent", "quote", "by", "on")}
    if ending == "xlsx":
        book = openpyxl.load_workbook(path)
        sheet = book["Results"]
        header = [cell.value for cell in sheet[1]]
        for name, value in {**facts, **result}.items():
            sheet[f"{letter(header.index(name) + 1)}2"].value = int(value) if name in {"events", "n"} else value
        book.save(path)
    else:
        first, second, *others = path.read_bytes().decode("utf-8-sig").split("\r\n")
        filled = [
            ({**facts, **result}).get(name) or cell
            for name, cell in zip(first.split(","), second.split(","), strict=True)
        ]
        path.write_bytes("\r\n".join([first, ",".join(filled), *others]).encode("utf-8-sig"))
    (study,) = spreadsheet.read(path)
    assert study.results[0].counts() == (8, 18)
    assert study.results[0].source.quote == "44.4% (8/18)"
    assert [arm.id for arm in study.arms] == list(FORMS[form].arms)
    assert study.arms[-1].combines == FORMS[form].combined
    assert study.design == FORMS[form].design


def test_an_empty_template_says_what_is_to_be_filled_in(tmp_path: Path) -> None:
    template("single-arm", study="nct01", condition="ITP").write(tmp_path / "a.xlsx")
    assert {problem.key for problem in spreadsheet.problems(tmp_path / "a.xlsx")} == {"title", "report"}


def test_the_workbook_helps_to_fill_it_in(tmp_path: Path) -> None:
    template("two-arm", study="nct01", condition="ITP").write(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert [(sheet.title, sheet.sheet_state) for sheet in book.worksheets] == [
        ("Results", "visible"), ("How to fill in", "visible"), ("Lists", "hidden"),
    ]  # fmt: skip
    sheet = book["Results"]
    assert [cell.value for cell in sheet[1]] == [column.name for column in STANDARD]
    assert all(cell.comment and cell.comment.text for cell in sheet[1])
    assert sheet.freeze_panes == "B2"
    assert {cell.number_format for row in sheet["A2:AO3"] for cell in row} == {"@"}
    assert all(sheet.column_dimensions[letter(n)].number_format == "@" for n in range(1, len(STANDARD) + 1))
    assert all(sheet.column_dimensions[letter(n)].width >= 8 for n in range(1, len(STANDARD) + 1))
    offers = {str(offer.sqref): offer for offer in sheet.data_validations.dataValidation}
    for number, column in enumerate(STANDARD, start=1):
        if column.vocabulary:
            offered(book, offers[f"{letter(number)}2:{letter(number)}2000"], column.choices())
    text = " ".join(str(cell.value) for row in book["How to fill in"] for cell in row)
    assert "8/18" in text
    assert "not-reported" in text


def offered(book: Any, offer: DataValidation, choices: Sequence[str]) -> None:
    sheet, area = str(offer.formula1).replace("$", "").split("!")
    assert [row[0].value for row in book[sheet][area]] == list(choices)


WHOLE = {
    **STUDY,
    "label": "Chen 2023",
    "condition_detail": "refractory; platelets < 30e9/L",
    "phase": "1/2",
    "registrations": ["NCT04014166", "ChiCTR-1"],
    "cell_product": {"source": "umbilical-cord", "donor": "not-reported"},
    "reports": [
        {"id": "r0", "kind": "conference-abstract", "status": "cancelled", "number": "687", "meeting": "ASH 2023"},
        {"id": "r1", "kind": "article", "doi": "10.1000/x,1", "pmid": "00123", "year": 2024, "unverified": ["doi"],
         "first_author": "Chen Y", "title": "=cells", "journal": "J",
         "volume": "9", "issue": "Suppl 1", "pages": "1-2", "url": "https://x.org/?a=1", "note": "-"},
    ],
    "arms": [
        {"id": "dose-1", "role": "experimental", "dose": {"value": 5e5, "unit": "cells/kg", "infusions": 4,
         "interval_days": 7, "route": "intravenous", "text": "weekly"}, "enrolled": "not-reported", "treated": 3},
        {"id": "all", "name": "8/18", "role": "experimental", "combines": ["dose-1"], "evaluable": 0},
    ],
    "results": [
        *STUDY["results"],
        {**STUDY["results"][0], "arm": "dose-1", "events": 0, "n": "not-reported",
         "definition": "line\nbreak, \"quoted\"", "percent": None, "term": "none", "population": "treated",
         "time_point": {"value": 12.5, "unit": "month"},
         "narrative_zero": {"scope": "none serious"}, "derived": {"method": "narrative-zero", "steps": "+0 + 0"},
         "source": {"report": "r0", "quote": "8/18", "section": "Results", "document": "ab" * 32},
         "decision": {"by": "@AB", "on": "2026-11-23", "from": "rule:fraction"}, "note": "'quoted'"},
        {**STUDY["results"][0], "outcome": "relapse", "mean": 1.25, "sd": 0.1, "events": None, "person_time": 12,
         "person_time_unit": "month", "time_point": {"text": "at any time"}, "note": "18-Aug"},
    ],
}  # fmt: skip


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_studies_become_rows_and_rows_the_same_studies(tmp_path: Path, ending: str) -> None:
    studies = (Study.model_validate(WHOLE), EXPECTED.model_copy(update={"study": "nct02"}))
    path = tmp_path / f"all.{ending}"
    spreadsheet.write(studies, path)
    assert spreadsheet.read(path) == studies
    assert set(spreadsheet.rows_of(studies[0])[0]) <= {column.name for column in COLUMNS}


def test_every_column_is_used_by_the_round_trip() -> None:
    rows = spreadsheet.rows_of(Study.model_validate(WHOLE))
    unused = {column.name for column in COLUMNS} - {name for row in rows for name in row}
    assert unused == set()


def test_what_has_no_column_is_named_instead_of_dropped() -> None:
    study = Study.model_validate({**STUDY, "notes": ["x"], "centres": [{"city": "Tianjin"}]})
    with pytest.raises(RecordError, match="nct01 does not fit into the spreadsheet form") as caught:
        spreadsheet.rows_of(study)
    assert caught.value.hint == "the form has no place for: centres, notes"


KEPT_WORDS = ["'8/18", "''x", "10-Mar", "8/18", "2026-11-22", "#N/A", "=1", "'=1", "007", "1e5", "TRUE", "-5", "44.4%"]


@pytest.mark.parametrize("words", KEPT_WORDS)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_words_that_spreadsheets_change_are_kept(tmp_path: Path, ending: str, words: str) -> None:
    arm = {**STUDY["arms"][0], "name": words}
    result = {**STUDY["results"][0], "source": {"report": "r1", "quote": words}, "note": words}
    study = Study.model_validate({**STUDY, "title": words, "arms": [arm], "results": [result]})
    spreadsheet.write([study], tmp_path / f"a.{ending}")
    assert spreadsheet.read(tmp_path / f"a.{ending}") == (study,)


@pytest.mark.parametrize("words", [" x", "a\r\nb", "x\n", "a_x000D_b"])
def test_words_that_a_cell_cannot_hold_are_refused(words: str) -> None:
    with pytest.raises(RecordError, match="does not fit") as caught:
        spreadsheet.rows_of(EXPECTED.model_copy(update={"title": words}))
    assert caught.value.hint == "the form has no place for: title"


def test_a_date_typed_into_a_text_cell_is_text(tmp_path: Path) -> None:
    def as_text(book: Any) -> None:
        book.worksheets[0][f"{column_of('quote')}2"].number_format = "@"

    (study,) = spreadsheet.read(xlsx_file(tmp_path, [{**ROW, "quote": "18-Aug"}], as_text))
    assert study.results[0].source.quote == "18-Aug"
    (study,) = spreadsheet.read(csv_file(tmp_path, [{**ROW, "quote": "'18-Aug"}]))
    assert study.results[0].source.quote == "18-Aug"


def test_csv_is_what_spreadsheets_expect_and_cannot_be_tricked_by() -> None:
    data = spreadsheet.csv_bytes(
        [{"study": "a", "title": "=cmd|' /C calc'!A0", "arm": "10-Mar", "note": "a\nb", "pmid": "007"}]
    )
    text = data.decode("utf-8-sig")
    assert data.startswith(codecs.BOM_UTF8)
    assert text.count("\r\n") == 2
    assert "'=cmd|' /C calc'!A0" in text
    assert "'10-Mar" in text
    assert "'007" in text
    assert '"a\nb"' in text


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
RISKY = st.sampled_from(
    ["=1", "+1", "-x", "@a", "'x", "''", "'=1", "'8/18", "8/18", "1e5", "007", "10-Mar", "'10-Mar", "8:18", "-5"]
)


@settings(deadline=None)
@given(TEXT | RISKY)
def test_protection_is_taken_away_again(text: str) -> None:
    shown = conversions.protected(text)
    assert conversions.unprotected(shown) == text
    assert not shown.startswith(("=", "@", "\t"))


@settings(deadline=None, max_examples=60)
@given(
    words=(TEXT | RISKY).map(str.strip).filter(bool),
    events=st.integers(0, 9999),
    percent=st.floats(0, 100).map(lambda x: round(x, 6)),
)
def test_any_words_and_numbers_survive_csv(words: str, events: int, percent: float) -> None:
    result = {**STUDY["results"][0], "events": events, "percent": percent, "note": words}
    result["source"] = {"report": "r1", "quote": "q" + words}
    study = Study.model_validate({**STUDY, "title": words, "results": [result]})
    rows = spreadsheet.rows_of(study)
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(spreadsheet.csv_bytes(rows))
        assert spreadsheet.read(path) == (study,)


def test_writing_refuses_other_formats_and_control_characters(tmp_path: Path) -> None:
    with pytest.raises(UnknownTermError, match="unknown spreadsheet format"):
        spreadsheet.write([EXPECTED], tmp_path / "a.ods")
    with pytest.raises(WriteError, match="control character"):
        spreadsheet.write([EXPECTED.model_copy(update={"title": "a\x07b"})], tmp_path / "a.xlsx")
    with pytest.raises(WriteError, match="holds 32,767 characters, not 40,000"):
        spreadsheet.write([EXPECTED.model_copy(update={"title": "x" * 40_000})], tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


# --- placing --------------------------------------------------------------------------------------------------------


def test_files_that_differ_are_kept_and_named(tmp_path: Path) -> None:
    other = EXPECTED.model_copy(update={"study": "nct02"})
    assert spreadsheet.place([EXPECTED, other], tmp_path).written == ("nct01", "nct02")
    again = spreadsheet.place([EXPECTED, other.model_copy(update={"title": "New"})], tmp_path)
    assert again == spreadsheet.Placed(written=(), unchanged=("nct01",), kept=("nct02",))
    assert load_study(tmp_path / "nct02.yaml").title == "A trial"
    forced = spreadsheet.place([other.model_copy(update={"title": "New"})], tmp_path, overwrite=True)
    assert forced.written == ("nct02",)
    assert load_study(tmp_path / "nct02.yaml").title == "New"


def test_a_broken_file_in_the_folder_stops_everything(tmp_path: Path) -> None:
    (tmp_path / "nct02.yaml").write_text("x: 1\n", encoding="utf-8")
    with pytest.raises(RecordError):
        spreadsheet.place([EXPECTED, EXPECTED.model_copy(update={"study": "nct02"})], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["nct02.yaml"]


def test_columns_agree_with_the_vocabulary() -> None:
    assert len({column.name for column in COLUMNS}) == len(COLUMNS)
    assert all((column.kind == "term") == bool(column.vocabulary) for column in COLUMNS)
    assert {column.vocabulary for column in COLUMNS if column.vocabulary} <= set(vocabulary.kinds())
