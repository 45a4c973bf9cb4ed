"""Search results saved as an Excel workbook (.xlsx), by a database or by hand.

Cells are read as they stand: of a formula what the spreadsheet program computed last, and its text where it has never
been computed; here nothing is. A workbook is a zip archive, and one that
would unpack to far more than a list of references is refused before it is opened.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import io
import itertools
import json
import re
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
_PIECE = 1 << 20
_FORMULA = re.compile(rb"<f[ >]")


@dataclasses.dataclass(frozen=True)
class _Row:
    """The cells of a row, and the same with what formulas gave last."""

    cells: tuple[Any, ...]
    computed: tuple[Any, ...]

    @property
    def texts(self) -> list[str]:
        """The cells as text; of a formula its last value, or the formula where there is none."""
        computed = itertools.chain(self.computed, itertools.repeat(None))
        return [_text(_value(cell, other)) for cell, other in zip(self.cells, computed, strict=False)]

    def notes(self, number: int) -> list[str]:
        """Return which cells of the row with a number hold formulas, and what was taken of them."""
        found = [(cell, other) for cell, other in zip(self.cells, self.computed, strict=False) if _is_formula(cell)]
        last = [cell.coordinate for cell, other in found if _value(cell, other) != cell.value]
        text = [cell.coordinate for cell, other in found if cell.coordinate not in last]
        told = [f"values that formulas gave last, row {number}: {', '.join(last)}"] if last else []
        return told + ([f"formulas are kept as text, row {number}: {', '.join(text)}"] if text else [])


def _records(stream: BinaryIO) -> Iterator[Record | Reject]:
    data = stream.read(MAX_WORKBOOK_BYTES + 1)
    if len(data) > MAX_WORKBOOK_BYTES:
        hint = "save the sheet as CSV, which is read as a stream"
        raise DocumentError(f"the workbook is larger than {MAX_WORKBOOK_BYTES:,} bytes", hint=hint)
    _refuse_bombs(data)
    position = tables = 0
    for sheet, rows in _sheets(data):
        columns: Columns | None = None
        for number, row in enumerate(rows, 1):
            texts = row.texts
            if columns is None:
                columns = columns_of(texts) if number <= _PREAMBLE else None
                tables += columns is not None
            elif any(text.strip() for text in texts):
                position += 1
                yield row_record(columns, texts, _row_bytes(texts), position, row.notes(number))
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


def _sheets(data: bytes) -> Iterator[tuple[str, Iterator[_Row]]]:
    sheets = _loaded(data)
    # What formulas gave last is in the file, but the library shows either these values or the formulas.
    computed = _loaded(data, computed=True) if _has_formulas(data) else None
    for number, sheet in enumerate(sheets):
        values = _rows(computed[number]) if computed else itertools.repeat(None)
        yield sheet.title, (_Row(cells, other or cells) for cells, other in zip(_rows(sheet), values, strict=False))


def _loaded(data: bytes, *, computed: bool = False) -> list[Any]:
    import openpyxl

    with _named_errors():
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=computed)
        return [sheet for sheet in book.worksheets if hasattr(sheet, "iter_rows")]


def _has_formulas(data: bytes) -> bool:
    with _named_errors(), zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if not name.startswith("xl/worksheets/") or not name.endswith(".xml"):
                continue
            before = b""
            with archive.open(name) as sheet:
                while piece := sheet.read(_PIECE):
                    if _FORMULA.search(before + piece):
                        return True
                    before = piece[-2:]
    return False


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


def _is_formula(cell: Any) -> bool:
    return getattr(cell, "data_type", "") == "f"


def _value(cell: Any, computed: Any) -> Any:
    """Return the value of a cell; of a formula what it gave last, and its text where it never gave anything."""
    last = getattr(computed, "value", None) if _is_formula(cell) else None
    return cell.value if last is None else last


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _row_bytes(texts: list[str]) -> bytes:
    return json.dumps(texts, ensure_ascii=False).encode()


def _recognises(head: str, name: str) -> bool:
    return head.startswith("PK\x03\x04") and (name.casefold().endswith((".xlsx", ".xlsm")) or "xl/" in head)


FORMAT = RecordFormat(name="search-xlsx", recognises=_recognises, records=_records)
