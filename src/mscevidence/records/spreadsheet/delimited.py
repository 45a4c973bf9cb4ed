"""CSV and its relatives: UTF-8 with or without mark, the UTF-16 "Unicode text" of Excel; comma, semicolon or tab."""

from __future__ import annotations

import codecs
import csv
import io

from mscevidence.errors import RecordError
from mscevidence.records.spreadsheet.columns import by_name, normal_header
from mscevidence.records.spreadsheet.sheets import Cell, Sheet


def read_sheet(data: bytes, *, file: str) -> Sheet:
    """Return the cells of a delimited text.

    Raises:
        RecordError: not text, or not in an encoding or form that is safe to read.
    """
    text = _text(data, file)
    first, newline, rest = text.partition("\n")
    told = first.strip().strip('"').casefold()
    separator = told.removeprefix("sep=") if told.startswith("sep=") else ""
    # Excel's own line "sep=;" is not a row on the screen.
    delimiter = separator or _delimiter(text)
    return Sheet(file, "", _rows(rest if separator and newline else text, delimiter, file))


def _text(data: bytes, file: str) -> str:
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return data.decode("utf-16")
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RecordError(
            f"byte {error.start} is not UTF-8",
            file=file,
            line=line,
            hint="in Excel, save as 'CSV UTF-8' or as .xlsx; other encodings would change letters unseen",
        ) from error
    if "\0" in text:
        raise RecordError("this is not a text file", file=file, hint="give a .csv, .tsv, .txt or .xlsx file")
    return text


def _delimiter(text: str) -> str:
    """Return the delimiter that finds most known columns in the first line that is not blank."""
    header = next((line for line in text.splitlines() if line.strip(' \t,;"')), "")

    def known(delimiter: str) -> int:
        row = next(csv.reader([header], delimiter=delimiter), [])
        return sum(normal_header(name) in by_name() for name in row)

    return max((",", ";", "\t"), key=known)


def _rows(text: str, delimiter: str, file: str) -> dict[int, tuple[Cell, ...]]:
    if len(delimiter) != 1:
        raise RecordError(f"the line sep={delimiter} names no delimiter", file=file, line=1, hint="remove that line")
    rows: dict[int, tuple[Cell, ...]] = {}
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            cells = tuple(_cell(value, number, column) for column, value in enumerate(row, start=1))
            if any(not cell.empty for cell in cells):
                rows[number] = tuple(cell for cell in cells if not cell.empty)
    except csv.Error as error:
        raise RecordError(
            f"row {number + 1} cannot be divided into cells: {error}",
            file=file,
            line=number + 1,
            hint='a quotation mark is not closed; inside a quoted cell, write it twice: ""',
        ) from error
    return rows


def _cell(value: str, row: int, column: int) -> Cell:
    return Cell(value, row, column, trouble="formula" if value.lstrip().startswith("=") else "")
