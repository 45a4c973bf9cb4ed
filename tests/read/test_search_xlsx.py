"""Search results as Excel workbooks: cells as they stand, formulas as text, bombs refused."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import Any

import openpyxl
import pytest

from export_reading import document, documents, ids, outcome
from mscevidence.errors import DocumentError
from mscevidence.read import read_all


def workbook(*sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


HEADER = ["Title", "Authors", "Publication Year", "DOI", "PMID", "Date Published", "Included"]


SHEET = "xl/worksheets/sheet1.xml"
LINK = b'<c r="A2" t="str"><f>HYPERLINK("http://x","Cells")</f><v>Cells in ITP</v></c>'


def rewritten(data: bytes, name: str, change: Any) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for member in source.namelist():
            content = source.read(member)
            copy.writestr(member, change(content) if member == name else content)
    return target.getvalue()


def _of_version_from_later(data: bytes) -> bytes:
    """Return a zip archive that says it takes a later version of zip to unpack than there is."""
    at = data.index(b"PK\x01\x02") + 6
    return data[:at] + b"\xe8" + data[at + 1 :]


def test_a_sheet_of_results() -> None:
    data = workbook(
        [
            ["Search of 2023"],
            HEADER,
            ["Cells", "Chen Y; Li W", 2023, "10.1000/a", 31366609.0, dt.date(2023, 11, 2), "yes"],
        ]
    )
    read = document(data, "results.xlsx")
    assert (read.format, read.title, read.date) == ("search-xlsx", "Cells", "2023-11-02")
    assert [author.name for author in read.authors] == ["Chen Y", "Li W"]
    assert ids(read) == {"doi": "10.1000/a", "pmid": "31366609"}
    assert read.notes == ("Included: yes",)


def test_sheets_follow_each_other_and_other_sheets_are_told() -> None:
    notes: list[list[Any]] = [[f"word {number}"] for number in range(60)]
    found, rejects = outcome(workbook([HEADER, ["One"]], notes, [HEADER, ["Two"], [None], ["Three"]]), "results.xlsx")
    assert [(read.title, read.position) for read in found] == [("One", 1), ("Two", 3), ("Three", 4)]
    assert [reject.reason for reject in rejects] == ["the sheet 'Sheet 1' has no row of column names that is known"]


def test_formulas_that_never_gave_anything_are_kept_as_text_and_told() -> None:
    read = documents(workbook([HEADER, ['=HYPERLINK("http://x")', "A B"], ["Two"]]), "results.xlsx")[0]
    assert read.title == '=HYPERLINK("http://x")'
    assert read.notes == ("formulas are kept as text, row 2: A2",)


def test_of_formulas_the_last_value_is_taken_and_told() -> None:
    def computed(sheet: bytes) -> bytes:
        changed = re.sub(rb'<c r="A2"[^>]*><f>.*?</f><v></v></c>', LINK, sheet)
        assert LINK in changed
        return changed

    data = workbook([HEADER, ['=HYPERLINK("http://x","Cells")', "A B", "=2000+23"], ["Two"]])
    found = documents(rewritten(data, SHEET, computed), "results.xlsx")
    assert [read.title for read in found] == ["Cells in ITP", "Two"]
    assert found[0].notes == (
        "values that formulas gave last, row 2: A2",
        "formulas are kept as text, row 2: C2",
    )


def test_a_row_without_content_is_rejected() -> None:
    found, rejects = outcome(workbook([HEADER, ["One"], [None, "A B", 2020]]), "results.xlsx")
    assert (len(found), len(rejects)) == (1, 1)
    assert rejects[0].position == 2


@pytest.mark.parametrize("size", [300_000_000, 30_000_000])
def test_a_zip_bomb_is_refused_before_it_is_opened(size: int) -> None:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as member,
    ):
        for _ in range(size // 10_000_000):
            member.write(bytes(10_000_000))
    with pytest.raises(DocumentError, match="no list of references"):
        list(read_all(target.getvalue(), name="bomb.xlsx"))


def test_an_entity_bomb_in_a_sheet_is_a_named_error() -> None:
    entities = "".join(f'<!ENTITY b{level} "{f"&b{level - 1};" * 10}">' for level in range(1, 12))
    bomb = f'<!DOCTYPE worksheet [<!ENTITY b0 "lol">{entities}]>'.encode()

    def armed(sheet: bytes) -> bytes:
        start = sheet.index(b"<worksheet")
        return (
            sheet[:start]
            + bomb
            + sheet[start:].replace(b"<sheetData>", b"<sheetData><row><c t='str'><v>&b11;</v></c></row>", 1)
        )

    data = rewritten(workbook([HEADER, ["One"]]), "xl/worksheets/sheet1.xml", armed)
    with pytest.raises(DocumentError, match="workbook is broken"):
        list(read_all(data, name="bomb.xlsx"))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[: len(data) // 2],
        lambda data: rewritten(data, "xl/worksheets/sheet1.xml", lambda sheet: sheet[: len(sheet) // 2]),
        lambda data: rewritten(data, "xl/workbook.xml", lambda book: b"<x/>"),
        _of_version_from_later,
    ],
)
def test_a_broken_workbook_is_a_named_error(change: Any) -> None:
    with pytest.raises(DocumentError, match="workbook"):
        list(read_all(change(workbook([HEADER, ["One"]])), name="broken.xlsx"))


def test_a_workbook_of_other_things_names_the_columns_needed() -> None:
    with pytest.raises(DocumentError, match="no sheet") as raised:
        list(read_all(workbook([["a", "b"], [1, 2]]), name="other.xlsx"))
    assert "Title" in raised.value.hint
