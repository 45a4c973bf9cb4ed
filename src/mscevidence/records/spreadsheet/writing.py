"""Write the spreadsheet form, empty or filled: CSV that is harmless, XLSX with text cells, drop-downs and help."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from mscevidence.errors import UnknownTermError, WriteError
from mscevidence.model import Study
from mscevidence.records.spreadsheet.cells import Value
from mscevidence.records.spreadsheet.columns import COLUMNS, STANDARD, Column
from mscevidence.records.spreadsheet.conversions import unprotected
from mscevidence.records.spreadsheet.how_to import HOW_TO_LINES
from mscevidence.records.spreadsheet.rows import Row, cell_text, rows_of
from mscevidence.records.spreadsheet.workbooks import HOW_TO
from mscevidence.records.writing import write_atomically

SHEET = "Results"
LISTS = "Lists"
PREPARED_ROWS = 2_000
"""Rows that have drop-downs; formats hold for whole columns."""

MAX_CHARACTERS = 32_767
"""What a cell of a workbook can hold; longer text would be cut."""

_EPOCH = (2020, 1, 1, 0, 0, 0)


def write(studies: Iterable[Study], path: Path) -> None:
    """Write studies as rows of the spreadsheet form; reading the file gives the same studies.

    Raises:
        RecordError: a study says something that the form has no column for.
        UnknownTermError: the file name ends neither in .csv nor in .xlsx.
        WriteError: the file cannot be written, or a text holds a character that .xlsx cannot hold.
    """
    write_rows([row for study in studies for row in rows_of(study)], path)


def write_rows(rows: Sequence[Row], path: Path) -> None:
    """Write rows of the spreadsheet form by the ending of the file name.

    Raises:
        UnknownTermError: the file name ends neither in .csv nor in .xlsx.
        WriteError: the file cannot be written, or a text holds a character that .xlsx cannot hold.
    """
    makers = {".csv": csv_bytes, ".xlsx": xlsx_bytes}
    maker = makers.get(path.suffix.casefold())
    if maker is None:
        raise UnknownTermError(path.suffix, kind="spreadsheet format", choices=makers)
    write_atomically(path, maker(rows))


def csv_bytes(rows: Sequence[Row]) -> bytes:
    """Return rows as CSV (RFC 4180, UTF-8 with byte order mark, which Excel needs)."""
    columns = _columns(rows)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    for row in rows:
        writer.writerow([cell_text(row.get(column.name, "")) for column in columns])
    return out.getvalue().encode("utf-8-sig")


def xlsx_bytes(rows: Sequence[Row]) -> bytes:
    """Return rows as a workbook; the same rows give the same bytes."""
    from openpyxl import Workbook
    from openpyxl.utils.exceptions import IllegalCharacterError

    columns = _columns(rows)
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet(SHEET)
    try:
        _fill(sheet, columns, rows)
    except IllegalCharacterError as error:
        raise WriteError(
            f"a workbook cannot hold the control character in {error}", hint="remove it, or write .csv"
        ) from error
    _fill_how_to(book.create_sheet(HOW_TO), columns)
    _fill_lists(book.create_sheet(LISTS), sheet, columns)
    out = io.BytesIO()
    book.save(out)
    return _timeless(out.getvalue())


def _columns(rows: Sequence[Row]) -> list[Column]:
    """Return the standard columns and those others that the rows need."""
    used = {name for row in rows for name in row}
    return [column for column in COLUMNS if column in STANDARD or column.name in used]


def _fill(sheet: Any, columns: Sequence[Column], rows: Sequence[Row]) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    shade = PatternFill("solid", start_color="FFDDE6EE", end_color="FFDDE6EE")
    for place, column in enumerate(columns, start=1):
        head = sheet.cell(row=1, column=place, value=column.name)
        head.font, head.fill, head.alignment = Font(bold=True), shade, Alignment(vertical="top")
        head.comment = Comment(column.about, "mscevidence", width=260, height=90)
        dimension = sheet.column_dimensions[get_column_letter(place)]
        dimension.width, dimension.number_format = column.width, "@"
        for number, row in enumerate(rows, start=2):
            # Text, also for counts: in a number cell 8/18 would become a date, in a text cell it stays visible.
            cell = sheet.cell(row=number, column=place)
            value = row.get(column.name)
            if value is not None:
                cell.value = _stored(value)
                cell.data_type = "s" if isinstance(value, str | list) else "n"
            cell.number_format = "@"
    sheet.freeze_panes = "B2"


def _stored(value: Value) -> str | float:
    if isinstance(value, int | float):
        return value
    text = "; ".join(value) if isinstance(value, list) else value
    if len(text) > MAX_CHARACTERS:
        hint = "shorten it, or write .csv"
        raise WriteError(f"a cell of a workbook holds {MAX_CHARACTERS:,} characters, not {len(text):,}", hint=hint)
    return text if unprotected(text) == text else f"'{text}"


def _fill_how_to(sheet: Any, columns: Sequence[Column]) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 20, 110
    lines = [*HOW_TO_LINES, ("", ""), ("column", "what belongs into it"), *((c.name, c.about) for c in columns)]
    for number, (left, right) in enumerate(lines, start=1):
        for place, text in enumerate((left, right), start=1):
            cell = sheet.cell(row=number, column=place)
            cell.value, cell.data_type, cell.number_format = text, "s", "@"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.cell(row=number, column=1).font = Font(bold=True)


def _fill_lists(lists: Any, sheet: Any, columns: Sequence[Column]) -> None:
    """Put the valid words on a hidden sheet and offer them as drop-downs."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    lists.sheet_state = "hidden"
    for place, column in enumerate(columns, start=1):
        choices = column.choices()
        if not choices:
            continue
        source, target = get_column_letter(lists.max_column + bool(lists["A1"].value)), get_column_letter(place)
        for number, word in enumerate((column.name, *choices), start=1):
            cell = lists[f"{source}{number}"]
            cell.value, cell.number_format = word, "@"
        offer = DataValidation("list", formula1=f"{LISTS}!${source}$2:${source}${len(choices) + 1}", allow_blank=True)
        offer.error = f"Not in the list. Synonyms are understood; `mscevidence terms {column.vocabulary}` lists all."
        offer.errorTitle, offer.errorStyle, offer.showErrorMessage = column.name, "warning", True
        offer.add(f"{target}2:{target}{PREPARED_ROWS}")
        sheet.add_data_validation(offer)


def _timeless(data: bytes) -> bytes:
    """Return a workbook without the moment of its making."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2020-01-01T00:00:00Z", content)
            kept = zipfile.ZipInfo(part.filename, date_time=_EPOCH)
            kept.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(kept, content)
    return out.getvalue()
