"""Read a filled-in spreadsheet: bytes to sheets, header to columns, rows to studies, with everything that is wrong."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from mscevidence.errors import RecordError, nearest
from mscevidence.model import Study
from mscevidence.records.spreadsheet.cells import CellError, value_of
from mscevidence.records.spreadsheet.columns import COLUMNS, Column, by_name, normal_header
from mscevidence.records.spreadsheet.gathering import Gatherer, Values
from mscevidence.records.spreadsheet.sheets import Cell, Sheet, letter

MAX_BYTES = 20_000_000
_NEEDED = ("study", "outcome")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@dataclasses.dataclass(frozen=True)
class Reading:
    """What a spreadsheet says: its studies (none when anything is wrong), what is wrong, and how many rows it has.

    `results` rows hold a result, `facts` rows describe a study, report or arm only; together they are all rows that
    are not empty.
    """

    studies: tuple[Study, ...]
    problems: tuple[RecordError, ...]
    results: int
    facts: int


def read(path: Path, *, by: str | None = None, on: str | None = None) -> tuple[Study, ...]:
    """Return the studies in a spreadsheet (.xlsx, .csv, .tsv or Excel's "Unicode text").

    Args:
        path: the file.
        by: who decided, for rows that do not say.
        on: the day of the decision, for rows that do not say.

    Raises:
        RecordError: the first thing that is wrong; the hint tells how many more there are (`problems` lists all).
    """
    reading = examine(path, by=by, on=on)
    if reading.problems:
        first = reading.problems[0]
        if len(reading.problems) > 1:
            first.hint = f"{first.hint}\n{len(reading.problems) - 1} more mistakes in this file".lstrip()
        raise first
    return reading.studies


def problems(path: Path, *, by: str | None = None, on: str | None = None) -> tuple[RecordError, ...]:
    """Return everything that is wrong in a spreadsheet, in the order of its rows."""
    return examine(path, by=by, on=on).problems


def examine(path: Path, *, by: str | None = None, on: str | None = None) -> Reading:
    """Return what a spreadsheet says, and everything that is wrong with it."""
    gatherer = Gatherer(by=by, on=on)
    try:
        for sheet in _sheets(path):
            _read_sheet(sheet, gatherer)
    except RecordError as error:
        return Reading((), (error,), 0, 0)
    studies = gatherer.studies()
    if not studies and not gatherer.problems:
        hint = "`mscevidence template -o results.xlsx` writes one to fill in"
        gatherer.problems.append(RecordError("there are no rows to read", file=path.name, hint=hint))
    ordered = tuple(sorted(gatherer.problems, key=lambda problem: problem.line))
    return Reading(() if ordered else studies, ordered, gatherer.results, gatherer.facts)


def _sheets(path: Path) -> tuple[Sheet, ...]:
    from mscevidence.records.spreadsheet import delimited, workbooks

    if path.suffix.casefold() in {".xlsm", ".xltm", ".xlsb", ".xlam"}:
        raise RecordError(
            f"{path.suffix} files may hold macros", file=path.name, hint="save it as .xlsx, without macros"
        )
    data = _bytes(path)
    if data.startswith(_OLD_EXCEL):
        hint = "save it as .xlsx, without a password"
        raise RecordError("this is an old Excel file, or one with a password", file=path.name, hint=hint)
    if data.startswith(b"PK") or path.suffix.casefold() == ".xlsx":
        return workbooks.read_sheets(data, file=path.name)
    return (delimited.read_sheet(data, file=path.name),)


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            hint = "copy the rows into a new file"
            raise RecordError(f"{size:,} bytes are more than can be read ({MAX_BYTES:,})", file=path.name, hint=hint)
        return path.read_bytes()
    except OSError as error:
        raise RecordError(
            f"cannot be read: {error.strerror}", file=path.name or str(path), hint="check path and permissions"
        ) from error


def _read_sheet(sheet: Sheet, gatherer: Gatherer) -> None:
    if not sheet.rows:
        return
    first, *others = sheet.rows
    columns = _columns(sheet, sheet.rows[first], gatherer)
    sheet = dataclasses.replace(sheet, columns={column.name: place for place, column in columns.items()})
    for name in _NEEDED:
        if name not in sheet.columns:
            message, hint = f"there is no column {name}", "one row with the names of the columns comes first"
            gatherer.problems.append(sheet.problem(Cell(None, first, 0), message, hint=hint))
    if not all(name in sheet.columns for name in _NEEDED):
        return
    for number in others:
        values, unclear = _values(sheet, sheet.rows[number], columns, gatherer)
        gatherer.add(sheet, number, values, unclear)


def _columns(sheet: Sheet, header: tuple[Cell, ...], gatherer: Gatherer) -> dict[int, Column]:
    found: dict[int, Column] = {}
    for cell in header:
        column = by_name().get(normal_header(str(cell.value)))
        if column is None:
            close = nearest(normal_header(str(cell.value)), by_name())
            names = ", ".join(column.name for column in COLUMNS)
            hint = f"did you mean {' or '.join(close)}?" if close else f"valid: {names}"
            gatherer.problems.append(sheet.problem(cell, f"there is no column {cell.shown!r} in the form", hint=hint))
        elif column in found.values():
            before = next(place for place, one in found.items() if one is column)
            message = f"the column {column.name} is there twice"
            gatherer.problems.append(sheet.problem(cell, message, hint=f"the other one is column {letter(before)}"))
        else:
            found[cell.column] = column
    return found


def _values(
    sheet: Sheet, row: tuple[Cell, ...], columns: dict[int, Column], gatherer: Gatherer
) -> tuple[Values, set[str]]:
    """Return the values of a row, and the names of the columns where it has something that is no value."""
    values: Values = {}
    unclear: set[str] = set()
    headed = {cell.column for cell in next(iter(sheet.rows.values()))}
    for cell in row:
        column = columns.get(cell.column)
        if column is None:
            if cell.column not in headed:
                message, hint = f"found {cell.shown!r} under no header", "delete it, or give the column its name"
                gatherer.problems.append(sheet.problem(cell, message, hint=hint))
            continue
        try:
            values[column.name] = (value_of(cell, column), cell)
        except CellError as error:
            unclear.add(column.name)
            gatherer.problems.append(sheet.problem(cell, error.message, header=column.name, hint=error.hint))
    return values, unclear
