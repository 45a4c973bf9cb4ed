"""Search results saved as an Excel workbook (.xlsx), by a database or by hand.

Cells are read as they stand: a formula is text here and is never computed. A workbook is a zip archive, and one that
would unpack to far more than a list of references is refused before it is opened.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from mscevidence.errors import DocumentError
from mscevidence.model import Reject
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.search_rows import Columns, columns_of, row_record

MAX_WORKBOOK_BYTES = 200_000_000
MAX_UNPACKED_BYTES = 2_000_000_000
MAX_UNPACKING = 200
"""XML of a sheet packs about 1:10; a bomb packs 1:1000."""

_PREAMBLE = 40
_EXCERPT = 200


def _records(stream: BinaryIO) -> Iterator[Record | Reject]:
    data = stream.read(MAX_WORKBOOK_BYTES + 1)
    if len(data) > MAX_WORKBOOK_BYTES:
        hint = "save the sheet as CSV, which is read as a stream"
        raise DocumentError(f"the workbook is larger than {MAX_WORKBOOK_BYTES:,} bytes", hint=hint)
    _refuse_bombs(data)
    position = tables = 0
    for sheet, rows in _sheets(data):
        columns: Columns | None = None
        for number, cells in enumerate(rows, 1):
            texts = [_text(cell) for cell in cells]
            if columns is None:
                columns = columns_of(texts) if number <= _PREAMBLE else None
                tables += columns is not None
            elif any(text.strip() for text in texts):
                position += 1
                yield row_record(columns, texts, _row_bytes(texts), position, _formulas(cells, number))
            if columns is None and number == _PREAMBLE:
                position += 1
                yield Reject(position=position, reason=f"the sheet {sheet!r} has no row of column names that is known")
                break
    if not tables:
        hint = "one row must name the columns, one of them Title, DOI, PMID or a registration number"
        raise DocumentError("no sheet of the workbook has a row of column names that is known", hint=hint)


def _refuse_bombs(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise DocumentError(f"the workbook is broken: {error}", hint="open it and save it again, or as CSV") from error
    if unpacked > MAX_UNPACKED_BYTES or unpacked > max(len(data), 100_000) * MAX_UNPACKING:
        message = f"the workbook unpacks to {unpacked:,} bytes from {len(data):,}: that is no list of references"
        raise DocumentError(message, hint="open it and save the sheet as CSV if you trust it")


def _sheets(data: bytes) -> Iterator[tuple[str, Iterator[tuple[Any, ...]]]]:
    import openpyxl

    with _named_errors():
        sheets = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False).worksheets
    for sheet in sheets:
        yield sheet.title, _rows(sheet)


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    with _named_errors():
        # The stated size of a sheet may be wrong; without it rows are read as far as they go.
        sheet.reset_dimensions()
        yield from sheet.iter_rows()


@contextlib.contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except DocumentError:
        raise
    except Exception as error:
        # openpyxl lets errors of xml, zipfile, zlib and its own descriptors through, with no family of their own.
        hint = "open it and save it again, or as CSV"
        raise DocumentError(f"the workbook is broken: {type(error).__name__}: {error}", hint=hint) from error


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _formulas(cells: tuple[Any, ...], number: int) -> list[str]:
    found = [cell.coordinate for cell in cells if getattr(cell, "data_type", "") == "f"]
    return [f"formulas are kept as text, row {number}: {', '.join(found)}"] if found else []


def _row_bytes(texts: list[str]) -> bytes:
    return json.dumps(texts, ensure_ascii=False).encode()


def _recognises(head: str, name: str) -> bool:
    return head.startswith("PK\x03\x04") and (name.casefold().endswith((".xlsx", ".xlsm")) or "xl/" in head)


FORMAT = RecordFormat(name="search-xlsx", recognises=_recognises, records=_records)
