"""Spreadsheets as people and Excel leave them: what is meant is read, what was changed unseen is told with its cell."""

from __future__ import annotations

import codecs
import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from spreadsheet_files import EXPECTED, MORE, ROW, Fields, column_of, csv_file, moment, only_problem, xlsx_file

from mscevidence.errors import RecordError
from mscevidence.records import spreadsheet
from mscevidence.records.spreadsheet import reading, workbooks
from mscevidence.records.spreadsheet.sheets import letter

# --- what is read ---------------------------------------------------------------------------------------------------


def test_one_row_is_one_result(tmp_path: Path) -> None:
    for path in (csv_file(tmp_path, [ROW]), xlsx_file(tmp_path, [ROW])):
        assert spreadsheet.read(path) == (EXPECTED,)
        found = spreadsheet.examine(path)
        assert (found.results, found.facts, found.problems) == (1, 0, ())


TEXTS: list[tuple[str, Callable[[str], bytes]]] = [
    ("UTF-8", lambda text: text.encode()),
    ("UTF-8 with mark", lambda text: text.encode("utf-8-sig")),
    ("line feeds only", lambda text: text.replace("\r\n", "\n").encode()),
    ("no last line end", lambda text: text.rstrip().encode()),
    ("semicolons", lambda text: text.replace(",", ";").encode()),
    ("tabs", lambda text: text.replace(",", "\t").encode()),
    ("Unicode text", lambda text: codecs.BOM_UTF16_LE + text.replace(",", "\t").encode("utf-16-le")),
    ("big-endian Unicode text", lambda text: codecs.BOM_UTF16_BE + text.replace(",", "\t").encode("utf-16-be")),
    ("sep line", lambda text: ("sep=;\r\n" + text.replace(",", ";")).encode("utf-8-sig")),
    ("empty rows and columns", lambda text: (text.replace("\r\n", ",,,\r\n") + ",,,\r\n" * 9 + "\r\n \r\n").encode()),
    ("empty rows first", lambda text: ("\r\n,,\r\n" + text).encode()),
    ("header as titles", lambda text: text.replace("report_kind", " Report Kind ").encode()),
    ("blanks around cells", lambda text: text.replace(",8,18,", ", 8 ,\xa018\xa0,").encode()),
    ("decimals of whole numbers", lambda text: text.replace(",8,18,", ",8.0,18.0,").encode()),
    ("apostrophes", lambda text: text.replace(",8,", ",'8,").replace("00123", "'00123").encode()),
    ("percent sign", lambda text: text.replace(",44.4,", ",44.4%,").encode()),
    ("decimal comma", lambda text: text.replace(",", ";").replace(";44.4;", ";44,4;").encode()),
    ("power of ten", lambda text: text.replace("500000", "5E+05").encode()),
    ("power of ten in words", lambda text: text.replace("500000", "0.5×10^6").encode()),
    ("synonyms", lambda text: text.replace("immune-thrombocytopenia", "ITP").encode()),
    ("German date", lambda text: text.replace("2026-11-22", "22.11.2026").encode()),
    ("American date", lambda text: text.replace("2026-11-22", "11/22/2026").encode()),
    ("date with time", lambda text: text.replace("2026-11-22", "2026-11-22 00:00:00").encode()),
]  # fmt: skip


@pytest.mark.parametrize("encoded", [row[1] for row in TEXTS], ids=[row[0] for row in TEXTS])
def test_text_files_as_programs_write_them(tmp_path: Path, encoded: Callable[[str], bytes]) -> None:
    path = csv_file(tmp_path, [ROW])
    path.write_bytes(encoded(path.read_bytes().decode()))
    assert [problem.message for problem in spreadsheet.problems(path)] == []
    assert spreadsheet.read(path) == (EXPECTED,)


def test_decimal_comma_in_a_dose(tmp_path: Path) -> None:
    row = {**ROW, "dose_value": "0,5", "dose_unit": "million-cells/kg"}
    (study,) = spreadsheet.read(csv_file(tmp_path, [row], delimiter=";"))
    assert study.arms[0].dose is not None
    assert study.arms[0].dose.value == 0.5


def test_numbers_dates_and_percentages_as_excel_stores_them(tmp_path: Path) -> None:
    typed = {
        **ROW, "events": 8.0, "n": 18, "treated": 18.0, "dose_value": 5e5, "percent": 0.444, "on": moment(2026, 11, 22),
    }  # fmt: skip

    def percent(book: Any) -> None:
        book.worksheets[0][f"{column_of('percent')}2"].number_format = "0.0%"

    assert spreadsheet.read(xlsx_file(tmp_path, [typed], percent)) == (EXPECTED,)


def test_numbers_become_text_where_text_is_wanted(tmp_path: Path) -> None:
    (study,) = spreadsheet.read(
        xlsx_file(tmp_path, [{**ROW, "pmid": 28565812.0, "phase": 1, "arm": 1, "report": 2024}])
    )
    assert (study.reports[0].pmid, study.phase, study.arms[0].id, study.reports[0].id) == ("28565812", "1", "1", "2024")


def test_blank_cells_are_as_the_row_above_within_a_study(tmp_path: Path) -> None:
    rows = [
        {**ROW, "registration": "NCT01; ChiCTR2", "phase": "Not Reported"},
        MORE,
        {"arm": "low", "arm_role": "experimental", **MORE, "n": "not-reported"},
        {"report": "r2", "report_kind": "conference-abstract", "report_status": "cancelled", **MORE},
        {"report": "r1", "arm": "all", **MORE, "by": "CD"},
        {**ROW, "study": "nct02", "title": "B"},
    ]
    first, second = spreadsheet.read(csv_file(tmp_path, rows))
    assert [(r.arm, r.source.report, r.decision.by) for r in first.results] == [
        ("all", "r1", "AB"), ("all", "r1", "AB"), ("low", "r1", "AB"), ("low", "r2", "AB"), ("all", "r1", "CD"),
    ]  # fmt: skip
    assert first.arms[1].dose is None
    assert first.arms[1].treated is None
    assert first.results[2].n == "not-reported"
    assert (first.registrations, first.phase) == (("NCT01", "ChiCTR2"), "not-reported")
    assert [report.status for report in first.reports] == ["published", "cancelled"]
    assert second.study == "nct02"


def test_rows_without_outcome_describe_arms_and_reports(tmp_path: Path) -> None:
    facts = {name: ROW[name] for name in ROW if name not in {"outcome", "events", "n", "percent", "quote"}}
    rows = [facts, {"arm": "control", "arm_role": "placebo", "treated": "9"}, {"arm": "all", **MORE}]
    found = spreadsheet.examine(csv_file(tmp_path, rows))
    assert (found.results, found.facts) == (1, 2)
    (study,) = found.studies
    assert [(arm.id, arm.treated) for arm in study.arms] == [("all", 18), ("control", 9)]
    assert study.results[0].decision.by == "AB"


def test_who_and_when_may_be_given_for_all_rows(tmp_path: Path) -> None:
    row = {name: value for name, value in ROW.items() if name not in {"by", "on"}}
    path = csv_file(tmp_path, [row, {**MORE, "by": "CD", "on": "2026-11-23"}, MORE])
    (study,) = spreadsheet.read(path, by="AB", on="2026-11-22")
    assert [(r.decision.by, r.decision.on) for r in study.results] == [
        ("AB", "2026-11-22"), ("CD", "2026-11-23"), ("AB", "2026-11-22"),
    ]  # fmt: skip
    blank = spreadsheet.problems(csv_file(tmp_path, [row]))
    assert [problem.key for problem in blank] == ["by", "on"]
    assert "or give --by" in blank[0].hint


def test_hidden_sheets_instructions_and_empty_sheets_are_not_read(tmp_path: Path) -> None:
    def more_sheets(book: Any) -> None:
        for name, state in (("Old", "hidden"), ("Older", "veryHidden"), ("How to fill in", "visible")):
            sheet = book.create_sheet(name)
            sheet.sheet_state = state
            sheet.append(["anything"])
        book.create_sheet("Sheet2")
        book.worksheets[0]["A1048576"].number_format = "@"

    assert spreadsheet.read(xlsx_file(tmp_path, [ROW], more_sheets)) == (EXPECTED,)


def test_two_visible_sheets_of_the_form_are_both_read_and_others_refused(tmp_path: Path) -> None:
    def second(book: Any) -> None:
        sheet = book.create_sheet("More")
        sheet.append(["study", *MORE])
        sheet.append(["nct01", *MORE.values()])
        sheet["F1"], sheet["F2"], sheet["G1"], sheet["G2"] = "arm", "all", "report", "r1"

    (study,) = spreadsheet.read(xlsx_file(tmp_path, [ROW], second))
    assert len(study.results) == 2

    def notes(book: Any) -> None:
        book.create_sheet("Notes").append(["to do"])

    assert "sheet 'Notes' does not begin with" in only_problem(xlsx_file(tmp_path, [ROW], notes)).message


# --- what Excel changed ---------------------------------------------------------------------------------------------

CHANGED = [  # column, cell, words of the message, words of the hint
    ("events", "18-Aug", "found the date 18-Aug", "turned into a date: type events 8 and n 18 in their own"),
    ("events", "Aug-18", "found the date Aug-18", "`8/18` or `1/8` was probably"),
    ("n", "18-Aug-26", "found the date", "`8/18`"),
    ("n", "18. Aug", "found the date", "`8/18`"),
    ("events", "2018-08-01 00:00:00", "found the date 2018-08-01 00:00:00", "`8/18`"),
    ("events", "2026-08-18", "found the date", "`8/18`"),
    ("quote", "18-août", "found the date", "put an apostrophe in front: '8/18"),
    ("arm", "10-Mar", "found the date 10-Mar", "put an apostrophe in front: '3/10"),
    ("phase", "02-Jan", "found the date", "'1/2"),
    ("percent", "4-Apr", "found the date", "type events 4 and n 4"),
    ("treated", "18-Aug", "found the date", "type the number again"),
    ("events", moment(2026, 8, 18), "found the date 2026-08-18", "`8/18`"),
    ("events", moment(2018, 8, 1), "found the date 2018-08-01", "`8/18`"),
    ("quote", dt.date(2026, 8, 18), "found the date 2026-08-18", "'8/18"),
    ("arm", moment(2026, 3, 10), "found the date", "'3/10"),
    ("events", dt.time(8, 18), "found the time of day 08:18:00", "8:18 was turned into a time"),
    ("events", 46252, "found 46252, which spreadsheets use for 2026-08-18", "`8/18`"),
    ("events", "8/18", "found '8/18', expected a whole number", "in their own cells"),
    ("events", "8 of 18", "found '8 of 18'", "in their own cells"),
    ("events", "8.5", "found 8.5, expected a whole number", "come whole"),
    ("events", 8.5, "found 8.5, expected a whole number", "come whole"),
    ("events", "eight", "found 'eight', expected a whole number or not-reported", "column note"),
    ("events", "1,234", "may mark thousands or decimals", "write it without"),
    ("dose_value", "500,000", "may mark thousands or decimals", "write it without"),
    ("dose_value", "500.000", "may mark thousands or decimals", "write it without"),
    ("dose_value", "1.500.000", "may mark thousands or decimals", "write it without"),
    ("dose_value", "1e999", "expected a number", "column note"),
    ("dose_value", "0.5×106", "expected a number", "column note"),
    ("dose_value", "nan", "expected a number", "column note"),
    ("percent", "n.a.", "expected a number", "column note"),
    ("pmid", "2.85658E+07", "found 2.85658E+07, a long number that was shortened", "then type all digits again"),
    ("report", "1,2E+12", "a long number that was shortened", "all digits"),
    ("pmid", 1.2345678901234567e19, "lost its last digits", "all digits"),
    ("quote", True, "found True", "no values"),
    ("on", "3/4/2026", "which may be 2026-03-04 or 2026-04-03", "such as 2026-11-22"),
    ("on", "yesterday", "expected a day", "such as 2026-11-22"),
    ("on", "30.02.2026", "expected a day", "such as 2026-11-22"),
    ("condition", "ITPP", "'ITPP' is not a known condition", "`mscevidence terms condition` lists all"),
    ("outcome", "respons", "'respons' is not a known outcome", "did you mean response"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "message", "hint"), CHANGED)
def test_a_cell_that_is_no_value_is_told_with_its_place(
    tmp_path: Path, name: str, value: Any, message: str, hint: str
) -> None:
    row = {**ROW, "phase": "1", name: value}
    paths = [xlsx_file(tmp_path, [row])]
    paths += [csv_file(tmp_path, [row], delimiter="\t")] if isinstance(value, str) else []
    for path in paths:
        problem = only_problem(path)
        sheet = "sheet 'Sheet', " if path.suffix == ".xlsx" else ""
        assert f"{path.name}:2: {sheet}row 2, column {column_of(name, row)} ({name}): " in problem.message
        assert message in problem.message
        assert hint in problem.hint
        assert (problem.line, problem.key) == (2, name)


@pytest.mark.parametrize("formula", ["=8", "=1+1", '=HYPERLINK("http://x")', '="00123"', " =A1"])
def test_formulas_are_never_run(tmp_path: Path, formula: str) -> None:
    row = {**ROW, "note": formula}
    problem = only_problem(csv_file(tmp_path, [row], delimiter="\t"))
    assert f"row 2, column {column_of('note', row)} (note): found the formula" in problem.message
    if formula.startswith("="):
        assert "found the formula" in only_problem(xlsx_file(tmp_path, [row])).message


def test_an_array_formula_and_a_spreadsheet_error_are_told(tmp_path: Path) -> None:
    from openpyxl.worksheet.formula import ArrayFormula

    def formula(book: Any) -> None:
        book.worksheets[0][f"{column_of('n')}2"] = ArrayFormula(f"{column_of('n')}2", "=SUM(A1:A2)")

    assert "found the formula =SUM(A1:A2)" in only_problem(xlsx_file(tmp_path, [ROW], formula)).message
    assert "the spreadsheet error #N/A" in only_problem(xlsx_file(tmp_path, [{**ROW, "n": "#N/A"}])).message


def test_a_stored_text_that_looks_like_a_formula_is_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    study = EXPECTED.model_copy(update={"title": "=1+1"})
    spreadsheet.write([study], path)
    assert spreadsheet.read(path) == (study,)


# --- what contradicts -----------------------------------------------------------------------------------------------


def test_a_fact_told_in_two_ways_names_both_rows(tmp_path: Path) -> None:
    rows = [ROW, MORE, {**MORE, "n": "17", "title": "Another", "treated": "17", "report_kind": "letter"}]
    found = spreadsheet.problems(csv_file(tmp_path, rows))
    assert [problem.key for problem in found] == ["title", "report_kind", "treated"]
    assert "row 4, column B (title): found 'Another', but row 2 says 'A trial' of the same study" in found[0].message
    assert "leave one of the two cells blank" in found[0].hint


def test_facts_repeated_alike_are_no_contradiction(tmp_path: Path) -> None:
    (study,) = spreadsheet.read(csv_file(tmp_path, [ROW, {**ROW, **MORE}]))
    assert len(study.results) == 2


def test_a_row_pasted_twice_is_told(tmp_path: Path) -> None:
    problem = only_problem(csv_file(tmp_path, [ROW, MORE, {**MORE, "note": "again"}, {**ROW, **MORE, "percent": ""}]))
    assert "row 5, column M (outcome): the row says the same as row 3" in problem.message
    assert "note" in problem.hint


LACKING = [  # rows, key, words of the message
    ([{**ROW, "study": ""}], "study", "no row so far names a study"),
    ([{**ROW, "report": "", "report_kind": "", "pmid": ""}], "report", "the result belongs to no report"),
    ([{**ROW, "arm": "", "arm_role": "", "dose_value": "", "dose_unit": "", "treated": ""}], "arm", "no arm"),
    ([ROW, {**{name: ROW[name] for name in list(ROW)[:6]}, **MORE, "study": "b"}], "arm", "no arm"),
    ([{**ROW, "title": ""}], "title", "title is blank"),
    ([{**ROW, "condition": ""}], "condition", "condition is blank"),
    ([{**ROW, "report_kind": ""}], "report_kind", "report_kind is blank"),
    ([{**ROW, "arm_role": ""}], "arm_role", "arm_role is blank"),
    ([{**ROW, "outcome": ""}], "outcome", "the outcome is blank"),
    ([{**ROW, "quote": ""}], "quote", "quote is blank"),
    ([{**ROW, "derived_method": "sum"}], "derived_steps", "derived_steps is blank"),
    ([{**ROW, "study": "NCT01"}], "study", "expected an id of lower-case letters"),
    ([{**ROW, "study": "a/b"}], "study", "expected an id without . / and :"),
    ([{**ROW, "doi": "https://doi.org/10.1000/x"}], "doi", "expected a DOI such as"),
    ([{**ROW, "pmid": "PMC1"}], "pmid", "expected digits"),
    ([{**ROW, "report_year": "24"}], "report_year", "at least 1950"),
    ([{**ROW, "percent": "444"}], "percent", "at most 100"),
    ([{**ROW, "events": "-1"}], "events", "at least 0"),
    ([{**ROW, "quote": "x" * 401}], "quote", "at most 400 characters"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "key", "message"), LACKING)
def test_what_lacks_or_is_out_of_range_is_told_with_its_cell(
    tmp_path: Path, rows: list[Fields], key: str, message: str
) -> None:
    problem = only_problem(csv_file(tmp_path, rows, delimiter="\t"))
    assert message in problem.message
    names = list(dict.fromkeys(name for row in rows for name in row))
    place = f"column {letter(names.index(key) + 1)} ({key})" if key in names else key
    assert f"row {len(rows) + 1}, {place}: " in problem.message
    assert problem.key == key


def test_a_fact_of_nothing_is_told(tmp_path: Path) -> None:
    rows = [{"study": "a", "title": "A", "condition": "ITP", "design": "single-arm", "treated": "9", "outcome": ""}]
    found = spreadsheet.problems(csv_file(tmp_path, rows))
    assert [problem.message.split(": ", 2)[2] for problem in found] == ["says something of no arm", "report is blank"]


def test_all_mistakes_are_told_at_once_and_in_order(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [{**ROW, "events": "8/18", "n": "x"}, {**MORE, "outcome": "y"}, {**MORE, "n": "18-Aug"}])
    found = spreadsheet.problems(path)
    assert [(problem.line, problem.key) for problem in found] == [(2, "events"), (2, "n"), (3, "outcome"), (4, "n")]
    with pytest.raises(RecordError) as caught:
        spreadsheet.read(path)
    assert caught.value.hint.endswith("3 more mistakes in this file")
    assert spreadsheet.examine(path).studies == ()


def test_a_mistake_in_an_id_does_not_bring_others_with_it(tmp_path: Path) -> None:
    assert only_problem(csv_file(tmp_path, [{**ROW, "study": "10-Mar"}, MORE])).key == "study"
    assert only_problem(csv_file(tmp_path, [{**ROW, "title": "=x"}, MORE])).key == "title"


# --- headers and files ----------------------------------------------------------------------------------------------


def test_unknown_and_repeated_columns_are_told(tmp_path: Path) -> None:
    problem = only_problem(csv_file(tmp_path, [{**ROW, "eventz": "8"}]))
    assert "row 1, column T: there is no column 'eventz' in the form" in problem.message
    assert problem.hint.startswith("did you mean events or")
    twice = csv_file(tmp_path, [ROW], header=[*ROW, "Quote"])
    assert "column T: the column quote is there twice" in only_problem(twice).message
    assert only_problem(twice).hint == "the other one is column Q"


def test_a_value_without_header_and_a_header_without_columns_are_told(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [ROW])
    path.write_bytes(path.read_bytes().replace(b",44.4,", b",44,4,"))
    messages = [problem.message for problem in spreadsheet.problems(path)]
    assert any("row 2, column T: found '2026-11-22' under no header" in message for message in messages)
    path.write_bytes(b"a,b\r\n1,2\r\n")
    assert [problem.line for problem in spreadsheet.problems(path)] == [1, 1, 1, 1]
    path.write_bytes(b"study,outcome\r\n")
    assert "there are no rows to read" in only_problem(path).message
    path.write_bytes(b"")
    assert "there are no rows to read" in only_problem(path).message


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (workbooks.MAX_UNPACKED + 1))
    return out.getvalue()


def with_part(name: str, data: bytes) -> bytes:
    out = io.BytesIO(spreadsheet.xlsx_bytes(()))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, data)
    return out.getvalue()


BAD_FILES = [
    ("latin.csv", "study,title\r\na,Étude\r\n".encode("cp1252"), "is not UTF-8", "CSV UTF-8"),
    ("picture.csv", b"\x89PNG\r\n\x1a\n", "is not UTF-8", "CSV UTF-8"),
    ("zeros.csv", bytes(50), "not a text file", ".xlsx"),
    ("odd.csv", codecs.BOM_UTF16_LE + b"a", "is not UTF-8", ""),
    ("open.csv", b'study,outcome\r\na,"b\r\nc', "cannot be divided into cells", "quotation mark"),
    ("long.csv", b"study,outcome\r\na," + b"x" * 200_000, "cannot be divided into cells", ""),
    ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel file, or one with a password", "save it as .xlsx"),
    ("locked.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel file, or one with a password", "password"),
    ("macro.xlsm", spreadsheet.xlsx_bytes(()), "may hold macros", "save it as .xlsx"),
    ("macro.xlsx", with_part("xl/vbaProject.bin", b"x"), "holds macros", "without macros"),
    ("text.xlsx", b"study,outcome\r\n", "not a workbook", "save it anew"),
    ("cut.xlsx", spreadsheet.xlsx_bytes(())[:2000], "not a workbook, or it is broken", "save it anew"),
    ("empty.xlsx", b"", "not a workbook", "save it anew"),
    ("other.xlsx", with_part("x", b"")[:0] + b"PK\x05\x06" + bytes(18), "cannot be read", "save it anew"),
    ("bomb.xlsx", bomb(), "unpacked it would be", "new workbook"),
]


@pytest.mark.parametrize(("name", "data", "message", "hint"), BAD_FILES, ids=[row[0] for row in BAD_FILES])
def test_files_that_cannot_be_read(tmp_path: Path, name: str, data: bytes, message: str, hint: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    problem = only_problem(path)
    assert problem.file == name
    assert message in problem.message
    assert hint in problem.hint


def test_huge_and_missing_files_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    assert "bytes are more than can be read" in only_problem(csv_file(tmp_path, [ROW])).message
    assert "cannot be read: No such file" in only_problem(tmp_path / "no.csv").message
    monkeypatch.undo()
    monkeypatch.setattr(workbooks, "MAX_CELLS", 10)
    assert "cells, more than can be read (10)" in only_problem(xlsx_file(tmp_path, [ROW])).message


def test_a_workbook_with_a_broken_part_is_told(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(spreadsheet.xlsx_bytes(()))) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            new.writestr(part, b"<broken" if part.endswith("sheet1.xml") else old.read(part))
    (tmp_path / "a.xlsx").write_bytes(out.getvalue())
    assert "the workbook cannot be read" in only_problem(tmp_path / "a.xlsx").message


def test_merged_cells_are_refused(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, [ROW, MORE], lambda book: book.worksheets[0].merge_cells("A2:A3"))
    assert "sheet 'Sheet': the cells A2:A3 are merged" in only_problem(path).message
