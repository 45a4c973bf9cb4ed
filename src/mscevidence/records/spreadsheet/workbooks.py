"""Excel workbooks as sheets of cells; nothing in them is run, and what would hide or repeat values is refused."""

from __future__ import annotations

import io
import warnings
import zipfile
from typing import Any

from mscevidence.errors import RecordError
from mscevidence.records.spreadsheet.columns import by_name, normal_header
from mscevidence.records.spreadsheet.sheets import Cell, Sheet

HOW_TO = "How to fill in"
"""Name of the sheet with instructions, which is not read."""

MAX_UNPACKED = 60_000_000
MAX_PARTS = 2_000
MAX_CELLS = 400_000

_BROKEN = "open it in a spreadsheet program and save it anew as .xlsx"


def read_sheets(data: bytes, *, file: str) -> tuple[Sheet, ...]:
    """Return the visible sheets of a workbook that hold something, without the instructions.

    Raises:
        RecordError: not a workbook, one with macros, a bomb, merged cells, or sheets of another kind.
    """
    _inspect(data, file)
    book = _load(data, file)
    found = []
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible" or sheet.title == HOW_TO:
            continue
        rows = _rows(sheet, file)
        if rows:
            _refuse_merged(sheet, file)
            found.append(Sheet(file, sheet.title, rows))
    for sheet in found:
        if len(found) > 1 and not _is_form(sheet):
            raise RecordError(
                f"sheet {sheet.name!r} does not begin with the columns of the form",
                file=file,
                hint="hide or delete sheets that are not to be read",
            )
    return tuple(found)


def _inspect(data: bytes, file: str) -> None:
    """Refuse archives that are broken, too large when unpacked, or hold programs."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise RecordError("this is not a workbook, or it is broken", file=file, hint=_BROKEN) from error
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED or len(parts) > MAX_PARTS:
        raise RecordError(
            f"unpacked it would be {unpacked:,} bytes in {len(parts):,} parts, more than a workbook of results has",
            file=file,
            hint="copy the rows into a new workbook",
        )
    if any(part.filename.casefold().endswith("vbaproject.bin") for part in parts):
        raise RecordError("the workbook holds macros", file=file, hint="save it as .xlsx, without macros")


def _load(data: bytes, file: str) -> Any:
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about drop-downs and styles that openpyxl does not keep
            return openpyxl.load_workbook(io.BytesIO(data), data_only=False, keep_links=False)
    except Exception as error:
        raise RecordError(f"the workbook cannot be read: {error}", file=file, hint=_BROKEN) from error


def _rows(sheet: Any, file: str) -> dict[int, tuple[Cell, ...]]:
    # The public iterators walk through every formatted row down to the last of a million.
    stored = [cell for cell in sheet._cells.values() if cell.value is not None]  # noqa: SLF001
    if len(stored) > MAX_CELLS:
        raise RecordError(
            f"sheet {sheet.title!r} has {len(stored):,} cells, more than can be read ({MAX_CELLS:,})",
            file=file,
            hint="divide it into several files",
        )
    rows: dict[int, list[Cell]] = {}
    for cell in sorted(stored, key=lambda cell: (cell.row, cell.column)):
        made = _cell(cell)
        if not made.empty:
            rows.setdefault(cell.row, []).append(made)
    return {number: tuple(cells) for number, cells in rows.items()}


def _cell(cell: Any) -> Cell:
    trouble = {"f": "formula", "e": "error"}.get(cell.data_type, "")
    value = cell.value
    if trouble == "formula" and not isinstance(value, str):
        value = f"={getattr(value, 'text', None) or '...'}".replace("==", "=")
    percent = isinstance(value, int | float) and "%" in str(cell.number_format or "")
    kept = cell.number_format == "@" or bool(cell.quotePrefix)
    return Cell(value, cell.row, cell.column, trouble=trouble, percent=percent, kept=kept)


def _refuse_merged(sheet: Any, file: str) -> None:
    merged = sorted(str(area) for area in sheet.merged_cells.ranges)
    if merged:
        shown = ", ".join(merged[:5]) + (f" and {len(merged) - 5} more" if len(merged) > 5 else "")
        raise RecordError(
            f"sheet {sheet.title!r}: the cells {shown} are merged",
            file=file,
            hint="unmerge them: a blank cell means 'as the row above' where that is possible",
        )


def _is_form(sheet: Sheet) -> bool:
    header = next(iter(sheet.rows.values()))
    return sum(normal_header(str(cell.value)) in by_name() for cell in header) >= 2
